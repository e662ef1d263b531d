import pytest
import trio
import trio.testing

from peer.cli.program import opened
from peer.config import read_config
from peer.service.sqlite_errors import DatabaseInUse
from peer.terminal import open_log


@pytest.fixture
def settings(shop):
    place = shop.place("A")
    return read_config({"MALHA_HOME": str(place.home), "MALHA_KEY_FILE": str(place.key_file)})


async def test_a_command_waits_for_another_one_that_has_the_database(settings, autojump_clock):
    other = open_log(settings, create=True)
    async with trio.open_nursery() as nursery:

        async def open_too() -> None:
            (await opened(settings)).close()

        nursery.start_soon(open_too)
        await trio.sleep(1)  # of a clock that stands still while anything runs
        assert nursery.child_tasks, "it waits"
        other.close()


async def test_it_does_not_wait_for_ever(settings, autojump_clock):
    other = open_log(settings, create=True)
    with pytest.raises(DatabaseInUse):
        await opened(settings)
    other.close()
