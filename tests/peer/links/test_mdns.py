import logging
import threading
from collections.abc import Callable

import pytest
import trio
import trio.testing
from zeroconf import NonUniqueNameException

from crdt_models.ids import SiteId
from peer.environment import RealDice
from peer.links import mdns
from peer.links.interfaces import own_addresses
from peer.links.mdns import MdnsDiscovery, Sightings, ZeroconfMaker, is_of_site, site_tag

SITE, OTHER = SiteId(b"s" * 16), SiteId(b"o" * 16)
SALT = bytes(range(8))


class PlainDice:
    def random_bytes(self, count: int) -> bytes:
        return bytes(range(count))

    def uniform(self, low: float, high: float) -> float:
        return low


class FakeResponder:
    """A responder without a network; the test says what it hears."""

    def __init__(self, maker: "FakeMaker", addresses: list[str], port: int, heard) -> None:
        self.addresses, self.port, self.heard = addresses, port, heard
        self.maker = maker
        self.closed = False

    def look_up(self, name: str) -> list[str]:
        assert threading.current_thread() is not threading.main_thread()
        if name == "broken":
            raise NonUniqueNameException
        self.maker.looked_up.append(name)
        return [f"{name}:3002"]

    def close(self) -> None:
        self.closed = True


class FakeMaker:
    """`broken`: constructors to fail first, as on a machine without multicast."""

    def __init__(self, broken: int = 0) -> None:
        self.made: list[FakeResponder] = []
        self.looked_up: list[str] = []
        self.broken = broken

    def __call__(
        self, addresses: list[str], port: int, heard: Callable[[str], None]
    ) -> FakeResponder:
        if self.broken:
            self.broken -= 1
            raise OSError(19, "No such device")
        self.made.append(FakeResponder(self, addresses, port, heard))
        return self.made[-1]


class Machine:
    """Whose interfaces change."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = list(addresses)
        self.asked = 0

    def __call__(self) -> list[str]:
        self.asked += 1
        return list(self.addresses)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mdns, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(mdns, "_LOOK_UP_PAUSE_SECONDS", 0.0)


async def until(condition: Callable[[], bool]) -> None:
    with trio.fail_after(10):
        while not condition():  # noqa: ASYNC110 - the condition belongs to other threads
            await trio.sleep(0.005)


async def test_what_is_heard_becomes_addresses(quick, nursery):
    make, found = FakeMaker(), []
    discovery = MdnsDiscovery(SITE, PlainDice(), addresses=Machine("10.0.0.1"), make=make)
    nursery.start_soon(discovery.run, 3002, found.append)
    await until(lambda: bool(make.made))
    responder = make.made[0]
    assert (responder.addresses, responder.port) == (["10.0.0.1"], 3002)
    for name in ("b", "broken", "c"):
        await trio.to_thread.run_sync(responder.heard, name)
    await until(lambda: found == ["b:3002", "c:3002"])
    nursery.cancel_scope.cancel()


async def test_a_change_of_addresses_makes_it_anew(quick, nursery):
    make, machine = FakeMaker(), Machine("10.0.0.1")
    discovery = MdnsDiscovery(SITE, PlainDice(), addresses=machine, make=make)
    nursery.start_soon(discovery.run, 3002, print)
    await until(lambda: len(make.made) == 1 and machine.asked > 3)
    machine.addresses = ["10.0.0.9"]
    await until(lambda: len(make.made) == 2)
    assert [each.closed for each in make.made] == [True, False]
    machine.addresses = []
    await until(lambda: make.made[1].closed)
    machine.addresses = ["10.0.0.9"]
    await until(lambda: len(make.made) == 3)
    nursery.cancel_scope.cancel()


async def test_stopping_closes_the_responder(quick):
    make = FakeMaker()
    discovery = MdnsDiscovery(SITE, PlainDice(), addresses=Machine("10.0.0.1"), make=make)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(discovery.run, 3002, print)
        await until(lambda: bool(make.made))
        nursery.cancel_scope.cancel()
    assert make.made[0].closed


async def test_no_interface_is_said_once_and_nothing_is_made(quick, nursery, caplog):
    caplog.set_level(logging.INFO)
    make, machine = FakeMaker(), Machine()
    nursery.start_soon(MdnsDiscovery(SITE, PlainDice(), addresses=machine, make=make).run, 1, print)
    await until(lambda: machine.asked > 5)
    nursery.cancel_scope.cancel()
    assert make.made == []
    assert [line for line in caplog.messages if "mdns" in line] == [
        "mdns_off reason=no_interface_but_loopback"
    ]


async def test_no_multicast_is_said_once_and_tried_again(quick, nursery, caplog):
    caplog.set_level(logging.INFO)
    make = FakeMaker(broken=3)
    discovery = MdnsDiscovery(SITE, PlainDice(), addresses=Machine("10.0.0.1"), make=make)
    nursery.start_soon(discovery.run, 3002, print)
    await until(lambda: any(line.startswith("mdns_on") for line in caplog.messages))
    nursery.cancel_scope.cancel()
    assert discovery.statistics["no_multicast"] == 3
    kinds = [line.split()[0] for line in caplog.messages if "mdns" in line]
    assert kinds == ["mdns_no_multicast", "mdns_on"]


async def test_real_responders_find_each_other_and_not_the_other_shop(monkeypatch):
    """Multicast that stays on loopback, where the platform has it; records of loopback addresses
    are filtered otherwise, so that filter is taken away here."""
    monkeypatch.setattr(mdns, "_is_usable", lambda address: True)
    found: dict[str, list[str]] = {"a": [], "b": [], "stranger": []}

    async def run(name: str, site: SiteId, port: int) -> None:
        discovery = MdnsDiscovery(site, RealDice(), addresses=Machine("127.0.0.1"))
        await discovery.run(port, found[name].append)

    try:
        await trio.to_thread.run_sync(probe_loopback)
    except OSError as error:
        pytest.skip(f"no multicast on this loopback: {error}")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(run, "stranger", OTHER, 4003)
        nursery.start_soon(run, "a", SITE, 4001)
        nursery.start_soon(run, "b", SITE, 4002)
        await until(lambda: bool(found["a"]) and bool(found["b"]))
        nursery.cancel_scope.cancel()
    assert set(found["a"]) == {"127.0.0.1:4002"}
    assert set(found["b"]) == {"127.0.0.1:4001"}
    assert found["stranger"] == []


def probe_loopback() -> None:
    """Raises OSError where loopback has no multicast."""
    ZeroconfMaker(SITE, RealDice())(["127.0.0.1"], 4000, print).close()


async def test_a_flood_waits_in_a_bounded_set_and_is_looked_up_in_turn(quick, nursery):
    make, found = FakeMaker(), []
    discovery = MdnsDiscovery(SITE, PlainDice(), addresses=Machine("10.0.0.1"), make=make)
    nursery.start_soon(discovery.run, 3002, found.append)
    await until(lambda: bool(make.made))
    for number in range(2000):
        make.made[0].heard(f"n{number}")
    await until(lambda: found[-1:] == ["n1999:3002"])
    nursery.cancel_scope.cancel()
    assert len(make.looked_up) <= 64 + 1


def test_waiting_names_are_bounded_latest_kept():
    woken: list[int] = []
    names = Sightings(lambda: woken.append(1))
    for number in range(1000):
        names.put(f"n{number}")
        names.put(f"n{number}")
    taken = []
    while (name := names.take()) is not None:
        taken.append(name)
    assert taken == [f"n{number}" for number in range(936, 1000)]
    assert (names.dropped, len(woken)) == (936, 2000)


def record(site: SiteId, salt: bytes = SALT) -> dict[bytes, bytes | None]:
    return {b"s": salt.hex().encode(), b"t": site_tag(site, salt).hex().encode()}


def test_a_record_shows_its_site_only_to_those_who_know_it():
    assert is_of_site(record(SITE), SITE)
    assert not is_of_site(record(OTHER), SITE)
    assert site_tag(SITE, SALT) != site_tag(SITE, bytes(8))
    text = b"".join(value for value in record(SITE).values() if value)
    assert SITE.hex().encode() not in text


@pytest.mark.parametrize(
    "record",
    [
        {},
        {b"s": None, b"t": None},
        {b"s": b"\xff", b"t": b"\xff"},
        {b"s": b"00", b"t": b""},
        record(SITE, b"") | {b"t": b""},
        record(SITE, bytes(9)),
    ],
)
def test_malformed_records_are_nobodys(record):
    assert not is_of_site(record, SITE)


def test_own_addresses_hold_no_loopback():
    assert [each for each in own_addresses() if each.startswith(("127.", "::1", "fe80"))] == []
