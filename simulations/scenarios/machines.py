"""Stories of machines: copied, put back, dark, full, new, the last one; and of wrong clocks."""

import trio

from simulations.faults.clocks import YEAR_2001
from simulations.scenarios.scenario import Scenario, scenario
from simulations.scenarios.shop import HOUR, PIZZA, SimShop


@scenario(terminals=2)
async def cloned_disk(shop: SimShop) -> None:
    """Somebody copies a terminal's disk to a spare machine and switches both on: no order of either
    is lost, and the manager is told that one identity lives twice."""
    await shop.sell("A", 3)
    await shop.expect_agreement()
    twin = await shop.clone("A")
    mine, copied = await shop.open("A"), await shop.open(twin)
    await shop.expect_agreement()
    for order in (mine, copied):
        await shop.pay("B", order, PIZZA)
    await shop.expect_agreement()
    await shop.expect_sold(5, 5 * PIZZA)
    await shop.expect_dispute("lineage_forked")
    shop.leave(twin)
    await shop.settle("A", "lineage_forked", "clone_removed")
    await shop.expect_agreement()
    await shop.expect_only()


@scenario(terminals=3)
async def restored_backup(shop: SimShop) -> None:
    """A terminal dies and yesterday's backup is put on the new disk: what it had told others comes
    back from them, and it goes on."""
    await shop.sell("A", 2)
    yesterday = shop.backup("A")
    later = await shop.open("A")
    await shop.expect_agreement()
    await shop.restore("A", yesterday)
    await shop.sell("A")
    await shop.expect_agreement()
    await shop.pay("A", later, PIZZA)
    await shop.close("A", later)
    await shop.expect_agreement()
    await shop.expect_sold(4, 4 * PIZZA)
    await shop.expect_dispute("lineage_forked")
    await shop.settle("B", "lineage_forked", "restored_backup")
    await shop.expect_agreement()
    await shop.expect_only()


@scenario(terminals=3)
async def restored_alone(shop: SimShop) -> None:
    """A terminal with a long past is put back from a backup while nobody reaches it, and sells on:
    what it had lost and what it sold since come together when the cable is back."""
    before = shop.size(40, small=6)
    await shop.sell("A", before)
    await shop.expect_agreement()
    backup = shop.backup("A")
    await shop.sell("A", 2)
    await shop.expect_agreement()
    shop.cut(["A"], ["B", "C"])
    await shop.restore("A", backup)
    await shop.sell("A")
    await shop.sell("B")
    shop.heal()
    await shop.expect_agreement()
    await shop.expect_sold(before + 4, (before + 4) * PIZZA)
    await shop.expect_dispute("lineage_forked")
    await shop.settle("B", "lineage_forked", "restored_backup")
    await shop.expect_agreement()
    await shop.expect_no_dispute("lineage_forked")


@scenario(terminals=3)
async def dead_cmos_battery(shop: SimShop) -> None:
    """After a power cut a terminal believes that it is 2001: it sells on the same day as the
    others, and nobody's later edit loses to its stamps."""
    order = await shop.open("B")
    await shop.expect_agreement()
    shop.power_cut("A")
    shop.set_clock("A", YEAR_2001)
    await shop.boot("A")
    await shop.edit("B", order, garcom="Rui")
    await shop.expect_agreement()
    await shop.edit("A", order, garcom="Bia")
    sold = await shop.sell("A", 2)
    await shop.expect_agreement()
    await shop.expect_shown(order, garcom="Bia")
    await shop.expect_same_day(order, *sold)
    await shop.expect_only()


@scenario(terminals=3)
async def three_hours_off(shop: SimShop) -> None:
    """A terminal was installed with the wrong time zone: an edit made on top of another one sticks,
    whatever the clocks say."""
    shop.set_clock("A", shop.now_ms("A") + int(3 * HOUR * 1000))
    order = await shop.open("A")
    for at, waiter in (("A", "Ana"), ("B", "Bia"), ("C", "Caio"), ("A", "Ana"), ("B", "Rui")):
        await shop.edit(at, order, garcom=waiter)
        await shop.expect_agreement()
        await shop.expect_shown(order, garcom=waiter)
    await shop.pay("C", order, PIZZA)
    await shop.close("C", order)
    await shop.expect_agreement()
    await shop.expect_shown(order, status="pago")
    await shop.expect_only()


@scenario(terminals=20, small_terminals=6)
async def twenty_terminals_power_cut(shop: SimShop) -> None:
    """The street is dark in the middle of the rush, for all twenty at one moment: what was
    acknowledged is there when the light comes back."""
    async with trio.open_nursery() as rush:
        rush.start_soon(shop.rush, shop.size(40, small=8), 5)
        await shop.wait(120)
        shop.power_cut(*shop.world.hosts)
        await shop.wait(60)
        await shop.boot(*shop.world.hosts)
    await shop.expect_agreement()


@scenario(terminals=3)
async def disk_full_on_friday(shop: SimShop) -> None:
    """A terminal's disk fills up: it says so, still shows everything, and sells again when there is
    room; people sell at the others meanwhile."""
    order = await shop.open("A")
    shop.fill_disk("A")
    async with trio.open_nursery() as evening:
        evening.start_soon(shop.sell, "A")
        await shop.sell("B", 3)
        shop.expect_told("disk_full", at="A")
        shop.expect(await shop.look("A", order) is not None, "A does not show what it has")
        await shop.free_disk("A")
    await shop.pay("A", order, PIZZA)
    await shop.expect_agreement()
    await shop.expect_sold(5, 5 * PIZZA)
    await shop.expect_only()


@scenario(terminals=3)
async def newcomer_in_the_rush(shop: SimShop) -> None:
    """A terminal is bought on a Friday night: it sells at once, knows all within minutes, and
    whoever hears of the past only from it hears all of it."""
    await shop.sell("A", shop.size(60, small=8))
    async with trio.open_nursery() as rush:
        rush.start_soon(shop.rush, shop.size(30, small=6), 4)
        await shop.wait(30)
        newcomer = await shop.join()
        early = await shop.open(newcomer)
    await shop.expect_agreement()
    shop.cut(["A", "B", "C"], [newcomer, "E"])
    child = await shop.join()
    await shop.expect_holding_as(newcomer, child)
    shop.heal()
    await shop.pay("A", early, PIZZA)
    await shop.close("A", early)
    await shop.expect_agreement()


@scenario(terminals=3, relay=True, uplinks=3)
async def stored_next_door(shop: SimShop) -> None:
    """A payment is answered once a neighbour has stored it; the terminal burns the moment after,
    and the payment is there."""
    order = await shop.open("A")
    shop.expect_durability(await shop.pay("A", order, 1_000), "")
    shop.expect_durability(await shop.pay("A", order, 1_000, wait="cloud"), "cloud")
    shop.cut(["C"], ["A", "B", "relay"])
    shop.expect_durability(await shop.pay("A", order, 100, wait="peers:2"), "peers:1")
    shop.fill_disk("B")
    shop.expect_durability(await shop.pay("A", order, 100, wait="peers:1"), "local")
    await shop.free_disk("B")
    shop.cut(["A"], ["B", "relay"])
    shop.expect_durability(await shop.pay("A", order, 100, wait="cloud"), "local")
    shop.expect_durability(await shop.pay("A", order, 100, wait="peers:1"), "local")
    shop.heal()
    shop.expect_durability(await shop.pay("A", order, 100, wait="peers:1&timeout=3s"), "peers:1")
    shop.leave("A")
    await shop.expect_agreement()
    await shop.expect_shown(order, total_centavos=PIZZA, saldo_centavos=PIZZA - 2_500)
    await shop.expect_only()


@scenario(terminals=4)
async def last_terminal_standing(shop: SimShop) -> None:
    """Fire, flood and a thief: one terminal after the other is gone, the last one has everything,
    and a new shop grows from it."""
    orders = 0
    for victim in ("A", "B", "C"):
        await shop.sell(victim, 2)
        orders += 2
        await shop.expect_agreement()
        shop.leave(victim)
    await shop.sell("D")
    await shop.expect_sold(orders + 1, (orders + 1) * PIZZA)
    newcomer = await shop.join()
    await shop.expect_agreement()
    await shop.sell(newcomer)
    await shop.expect_agreement()
    await shop.expect_sold(orders + 2, (orders + 2) * PIZZA)
    await shop.expect_only()


@scenario(terminals=2)
async def no_room_for_what_comes(shop: SimShop) -> None:
    """A terminal's disk is full while the other one sells, which then goes quiet: there is nothing
    new to tell, and what could not be kept is asked for until it is there."""
    shop.fill_disk("B")
    await shop.sell("A", 2)
    await shop.wait(60)
    await shop.free_disk("B")
    await shop.expect_agreement(within=300)
    await shop.expect_sold(2, 2 * PIZZA)
    await shop.expect_only()


@scenario(terminals=3)
async def one_runs_the_version_before(shop: SimShop) -> None:
    """A terminal is not updated yet: it gets what it missed like everybody, gives what others
    missed, and nobody notices when it is updated at last."""
    await shop.install("C", before=True)
    await shop.expect_agreement()
    shop.cut(["A", "B"], ["C"])
    await shop.sell("A", shop.size(40, small=4))
    await shop.sell("C", shop.size(40, small=4))
    shop.heal()
    await shop.expect_agreement()
    shop.cut(["A", "B"], ["C"])
    order = await shop.open("B")
    await shop.install("C", before=False)
    shop.heal()
    await shop.expect_agreement()
    await shop.pay("C", order, PIZZA)
    await shop.expect_agreement()
    await shop.expect_only()


SCENARIOS: tuple[Scenario, ...] = (
    cloned_disk,
    restored_backup,
    restored_alone,
    dead_cmos_battery,
    three_hours_off,
    twenty_terminals_power_cut,
    disk_full_on_friday,
    newcomer_in_the_rush,
    stored_next_door,
    last_terminal_standing,
    no_room_for_what_comes,
    one_runs_the_version_before,
)
