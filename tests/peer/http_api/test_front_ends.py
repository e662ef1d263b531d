"""Front-end keys: issued once, verified, revoked."""

import pytest

from peer.environment import RealEnvironment
from peer.http_api.front_ends import (
    FrontEndExists,
    FrontEndNameInvalid,
    FrontEnds,
    FrontEndUnknown,
)
from peer.storage.records import FrontEnd as Stored


class Rows:
    """The log's front-end table, in memory."""

    def __init__(self) -> None:
        self.rows: dict[str, Stored] = {}

    def front_ends(self) -> list[Stored]:
        return list(self.rows.values())

    def put_front_end(self, front_end: Stored) -> None:
        self.rows[front_end.name] = front_end

    def remove_front_end(self, name: str) -> None:
        self.rows.pop(name, None)


def made(admin_token: str | None = None) -> tuple[FrontEnds, Rows]:
    rows = Rows()
    return FrontEnds(rows, RealEnvironment(), admin_token), rows


def test_a_key_is_verified_until_it_is_revoked() -> None:
    front_ends, rows = made()
    key = front_ends.issue("Caixa 1")
    found = front_ends.verify(key)
    assert found is not None
    assert (found.name, found.role) == ("Caixa 1", "front_end")
    front_ends.revoke("Caixa 1")
    assert front_ends.verify(key) is None
    assert rows.rows == {}
    with pytest.raises(FrontEndUnknown):
        front_ends.revoke("Caixa 1")


def test_the_key_itself_is_stored_nowhere() -> None:
    front_ends, rows = made()
    key = front_ends.issue("Caixa 1")
    assert key.encode() not in repr(rows.rows).encode()
    assert len(rows.rows["Caixa 1"].key_hash) == 32


def test_keys_are_known_after_a_restart() -> None:
    front_ends, rows = made()
    key = front_ends.issue("Salão")
    again = FrontEnds(rows, RealEnvironment())
    assert again.verify(key) is not None
    assert [each.name for each in again.list()] == ["Salão"]


def test_a_row_written_by_another_process_counts_after_reload() -> None:
    front_ends, rows = made()
    key = FrontEnds(rows, RealEnvironment()).issue("Outro")
    assert front_ends.verify(key) is None
    front_ends.reload()
    assert front_ends.verify(key) is not None


@pytest.mark.parametrize("key", ["", "x", "mfe_" + "A" * 43, "a" * 10_000, "\ud800", "\x00"])
def test_other_keys_are_refused(key: str) -> None:
    front_ends, _ = made("token-of-this-boot")
    front_ends.issue("Caixa 1")
    assert front_ends.verify(key) is None


def test_the_token_of_this_boot_is_admin() -> None:
    front_ends, _ = made("token-of-this-boot")
    found = front_ends.verify("token-of-this-boot")
    assert found is not None
    assert found.role == "admin"
    assert front_ends.list() == []


def test_a_name_is_issued_once() -> None:
    front_ends, _ = made()
    first = front_ends.issue(" Caixa 1 ")
    with pytest.raises(FrontEndExists):
        front_ends.issue("Caixa 1")
    assert front_ends.verify(first) is not None


@pytest.mark.parametrize("name", ["", "   ", "a" * 61, "com\nlinha", "\u202eoculto"])
def test_names_are_short_and_printable(name: str) -> None:
    front_ends, _ = made()
    with pytest.raises(FrontEndNameInvalid):
        front_ends.issue(name)
