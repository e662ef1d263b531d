"""Opening a terminal's database: what is damage, and what is the disk's refusal of the moment."""

import pytest

from peer.config import read_config
from peer.service.sqlite_driver import SQLCIPHER
from peer.service.sqlite_errors import DatabaseDamaged, StorageBroken
from peer.terminal import business_day_of, open_log

IOERR_READ, IOERR_FSYNC, CORRUPT = 10 | (1 << 8), 10 | (4 << 8), 11


class Failing:
    """SQLCipher whose checkpoints fail with `code_given`."""

    failures = (*SQLCIPHER.failures, OSError)

    def __init__(self, code_given):
        self.code_given = code_given

    def __getattr__(self, name):
        return getattr(SQLCIPHER, name)

    def connect(self, path, **how):
        return FailingConnection(SQLCIPHER.connect(path, **how))

    def code(self, failure):
        return self.code_given if isinstance(failure, OSError) else SQLCIPHER.code(failure)


class FailingConnection:
    def __init__(self, connection):
        self._connection = connection

    def __getattr__(self, name):
        return getattr(self._connection, name)

    def execute(self, sql, parameters=(), /):
        if sql.startswith("PRAGMA wal_checkpoint"):
            raise OSError("injected")
        return self._connection.execute(sql, parameters)


@pytest.fixture
def config(shop):
    place = shop.place("A")
    config = read_config({"MALHA_HOME": str(place.home), "MALHA_KEY_FILE": str(place.key_file)})
    open_log(config, create=True).close()
    return config


@pytest.mark.parametrize("code", [IOERR_READ, CORRUPT])
def test_what_cannot_be_read_is_damage(config, code):
    with pytest.raises(DatabaseDamaged) as refused:
        open_log(config, driver=Failing(code))
    assert refused.value.details["path"] == str(config.database)


def test_a_sync_that_fails_is_not_taken_for_damage(config):
    with pytest.raises(StorageBroken):
        open_log(config, driver=Failing(IOERR_FSYNC))
    open_log(config).close()


def test_the_business_day_ends_when_the_site_says(config):
    """The settings of the site go before this terminal's own, from the moment that they say so."""
    said: list[int | None] = [None]
    day_of = business_day_of(config, lambda: said[0])
    half_past_four = 20_000 * 86_400_000 + (4 * 60 + 30 + 3 * 60) * 60_000  # in São Paulo
    assert day_of(half_past_four) == 20_000
    said[0] = 5 * 60
    assert day_of(half_past_four) == 19_999
    said[0] = 0
    assert day_of(half_past_four - 4 * 3_600_000) == 20_000
