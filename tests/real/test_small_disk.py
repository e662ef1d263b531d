"""One terminal's disk fills up, for real: what it says, what the others do, and that it resumes."""

import random
import sys
from collections.abc import Callable

import pytest
import trio

from simulations.demo.processes import environment_of
from tests.real.lossy_wire import LossyWire
from tests.real.namespaces import Till, cpu_seconds
from tests.real.sellers import Books, Seller, held_by, missing_in, sold
from tests.real.shop_on_wire import ShopOnWire, shop_on_wire, until
from tests.real.small_disk import SmallDisk, small_disk

pytestmark = [
    pytest.mark.real,
    pytest.mark.timeout(300, func_only=True),
    pytest.mark.usefixtures("may_wire", "may_mount"),
]

DISK_BYTES = 8 * 1024 * 1024  # a new terminal's home takes 0.2 MB; the rest is log and ballast
BALLAST_BYTES = 5 * 1024 * 1024  # what somebody deletes in the end; SQLite's log alone takes 4 MB
ROOM_BYTES = 120_000  # left when the filling begins: a dozen orders
LONG_NOTE = "x" * 400
MOST_ORDERS = 300
START_SECONDS = 60.0


async def test_a_full_disk_at_one_terminal(
    tills: dict[str, Till], count: Callable[[str], None]
) -> None:
    """B's fills while all sell. B refuses and reads on, A and C sell on; freed, B resumes."""
    dice, books = random.Random(41), Books()
    with small_disk(tills["B"], DISK_BYTES) as disk:
        async with shop_on_wire(tills, 41) as shop:
            _put_on(disk, shop.wire, "B")
            await shop.start_all()
            await shop.linked(["AB", "AC", "BC"])
            await sold(shop.tills.values(), books, dice, 4)
            await shop.all_equal(books, count)
            disk.reserve("ballast", BALLAST_BYTES)
            disk.fill("filling", leaving=ROOM_BYTES)
            await _sell_until_refused(tills["B"], books, dice)
            _check_refused(books)
            await _reads_go_on(tills["B"], books)
            pid, used = tills["B"].pid, cpu_seconds(tills["B"])
            began = trio.current_time()
            await _others_sell_on(shop, books, dice)
            share = (cpu_seconds(tills["B"]) - used) / (trio.current_time() - began)
            count(
                f"full: {len(books.refused)} refused, {disk.free} bytes left, {share:.0%} of a CPU"
            )
            await _reads_go_on(tills["B"], books)
            await Seller(tills["B"], books, dice).open(LONG_NOTE)
            _check_refused(books)
            disk.remove("ballast")
            before = books.sold_at("B")
            await until("B takes orders again", lambda: _takes_one(tills["B"], books, dice))
            await sold(shop.tills.values(), books, dice, 4)
            await shop.all_equal(books, count)
            assert tills["B"].pid == pid  # nobody restarted it
            assert books.sold_at("B") > before


async def test_killed_and_started_on_a_full_disk(
    tills: dict[str, Till], count: Callable[[str], None]
) -> None:
    """The start says clearly what is wrong; with room again, the same home starts and resumes."""
    pair = {letters: tills[letters] for letters in "AB"}
    dice, books = random.Random(42), Books()
    with small_disk(pair["B"], DISK_BYTES) as disk:
        async with shop_on_wire(pair, 42) as shop:
            _put_on(disk, shop.wire, "B")
            await shop.start_all()
            await shop.linked(["AB"])
            await sold(shop.tills.values(), books, dice, 5)
            disk.reserve("ballast", BALLAST_BYTES)
            disk.fill("filling", leaving=0)
            await Seller(pair["B"], books, dice).open(LONG_NOTE)
            await shop.kill("B")
            disk.fill("rest", leaving=0)
            code, said = await _start_fails(shop, "B")
            count(f"start on a full disk: exit code {code}: {' | '.join(said.split(chr(10)))}")
            assert code == 1
            assert "Traceback" not in said
            assert "solução:" in said and "espaço" in said
            await Seller(pair["A"], books, dice).sell(5)
            disk.remove("ballast")
            await pair["B"].start_again(shop.nursery)
            await sold(shop.tills.values(), books, dice, 5)
            await shop.all_equal(books, count)


def _put_on(disk: SmallDisk, wire: LossyWire, letters: str) -> None:
    machine = wire.machines[letters]
    machine.prefix = disk.prefix(machine.namespace)


async def _sell_until_refused(till: Till, books: Books, dice: random.Random) -> None:
    seller = Seller(till, books, dice)
    for _ in range(MOST_ORDERS):
        if await seller.open(LONG_NOTE) is None:
            return
    pytest.fail("the disk never fills")


def _check_refused(books: Books) -> None:
    """Refused in kind, with what to do about it, and only there."""
    for letters, _, status, problem in books.refused:
        assert letters == "B"
        assert (status, problem["code"]) == (503, "disk_full"), problem
        assert problem["title"] == "Disco cheio" and "Libere espaço" in problem["como_resolver"]


async def _reads_go_on(till: Till, books: Books) -> None:
    """Everything that this terminal itself acknowledged."""
    own = Books()
    own.orders = {k: v for k, v in books.orders.items() if v.letters == till.letters}
    held = await held_by(till)
    assert own.orders.keys() <= held.orders.keys()
    assert not [line for line in missing_in(own, held) if "not there" in line]
    assert (await till.get("/health"))["status"] == "ok"


async def _others_sell_on(shop: ShopOnWire, books: Books, dice: random.Random) -> None:
    """A and C, and they become equal without B, where somebody tries all the time."""
    others = [shop.tills["A"], shop.tills["C"]]
    over = trio.Event()
    async with trio.open_nursery() as trying:
        trying.start_soon(_keep_trying, shop.tills["B"], books, dice, over)
        await sold(others, books, dice, 12)
        over.set()
    _check_refused(books)

    async def same() -> bool:
        return len({await till.digest() for till in others}) == 1

    await until("A and C hold the same", same)


async def _keep_trying(till: Till, books: Books, dice: random.Random, over: trio.Event) -> None:
    while not over.is_set():
        await Seller(till, books, dice).open(LONG_NOTE)


async def _takes_one(till: Till, books: Books, dice: random.Random) -> bool:
    return await Seller(till, books, dice).open() is not None


async def _start_fails(shop: ShopOnWire, letters: str) -> tuple[int, str]:
    """(exit code, standard error) of `malha run` that must not serve."""
    till, machine = shop.tills[letters], shop.wire.machines[letters]
    with trio.fail_after(START_SECONDS):
        done = await trio.run_process(
            [*machine.prefix, sys.executable, "-m", "peer", "run"],
            env=environment_of(till.settings),
            capture_stdout=True,
            capture_stderr=True,
            check=False,
        )
    return done.returncode, done.stderr.decode("utf-8", "replace").strip()
