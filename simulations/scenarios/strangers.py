"""Stories of what comes from outside: the relay loses its memory, a portal lies, a thief writes."""

import trio

from simulations.faults.hostile import numbers_told_again, openings_back_dated
from simulations.scenarios.scenario import Scenario, scenario
from simulations.scenarios.shop import PIZZA, SimShop

_TRICKS = (
    "forged_signatures", "equivocation", "impossible_stamps", "tips_invented", "false_opening",
)  # fmt: skip


@scenario(terminals=3, relay=True)
async def relay_wiped(shop: SimShop) -> None:
    """The relay loses its disk: the terminals notice nothing, and fill it again from the first
    order on."""
    await shop.sell("A", shop.size(20, small=4))
    await shop.expect_agreement()
    shop.wipe_relay()
    shop.expect(not shop.relay_knows_all(), "a wiped relay knows everything")
    await shop.sell("B")
    await shop.expect_agreement(within=300)
    shop.expect(shop.relay_knows_all(), "the relay was not filled again")
    await shop.expect_only()


@scenario(terminals=3, relay=True, uplinks=3)
async def everybody_has_a_way(shop: SimShop) -> None:
    """All terminals reach the relay, and in a rush each hears from it what others brought before
    and after they told it themselves: nobody takes that for a relay that lost its memory."""
    async with trio.open_nursery() as rush:
        for host in shop.world.hosts:
            rush.start_soon(shop.sell, host, shop.size(200, small=40))
    shop.cut(["A"], ["B"], ["C"])
    await shop.sell("B", 4)
    shop.heal()
    await shop.expect_agreement()
    for host in shop.world.hosts:
        shop.expect(shop.losses(host) == 0, f"{host} says that the relay lost what it had")


@scenario(terminals=3, relay=True)
async def captive_portal(shop: SimShop) -> None:
    """The internet is a page that says welcome: nothing is called synced that is not, and all of it
    is after somebody has paid the Wi-Fi."""
    await shop.expect_agreement()
    shop.portal()
    sold = await shop.sell("A", 4)
    await shop.wait(120)
    await shop.expect_synced(sold, synced=False)
    shop.expect(not shop.relay_knows_all(), "the relay heard through a portal")
    shop.heal()
    await shop.expect_agreement(within=300)
    shop.expect(shop.relay_knows_all(), "the relay has not got everything")
    await shop.wait(120)
    await shop.expect_synced(sold, synced=True)
    await shop.expect_only()


@scenario(terminals=3, relay=True)
async def answers_of_another_relay(shop: SimShop) -> None:
    """First another relay answers, then something that says again what the relay said before:
    nothing is called synced on such words, and all of it is when the relay itself is heard."""
    await shop.sell("A")
    await shop.expect_agreement()
    for trouble in ("impostor", "told_before"):
        shop.trouble(trouble)
        sold = await shop.sell("A", 2)
        await shop.wait(60)
        await shop.expect_synced(sold, synced=False)
        shop.expect(not shop.relay_knows_all(), "the relay heard of what did not come to it")
        shop.heal()
        await shop.expect_agreement(within=300)
        await shop.wait(120)
        await shop.expect_synced(sold, synced=True)
    await shop.expect_only()


@scenario(terminals=3, relay=True, uplinks=3)
async def only_the_relay_knew(shop: SimShop) -> None:
    """A terminal that is cut off from the shop has brought its orders to the relay, and burns: the
    others get them from there."""
    await shop.expect_agreement()
    shop.cut(["A"], ["B", "C"])
    await shop.sell("A", 2)
    await shop.wait(60)
    shop.leave("A")
    await shop.expect_agreement()
    await shop.expect_sold(2, 2 * PIZZA)
    await shop.expect_only()


@scenario(terminals=3)
async def hostile_member(shop: SimShop) -> None:
    """A stolen terminal with good papers forges, lies about numbers and floods: people sell on, and
    everybody sees the same."""
    mine = await shop.open("A")
    for trick in _TRICKS:
        async with trio.open_nursery() as evening:
            evening.start_soon(shop.strike, trick, 20)
            await shop.sell("B", shop.size(5, small=1))
        shop.expect(shop.world.trace.fired[trick] > 0, f"nobody met {trick}")
    await shop.pay("C", mine, PIZZA)
    await shop.close("C", mine)
    await shop.expect_agreement()
    await shop.expect_shown(mine, total_centavos=PIZZA, saldo_centavos=0, status="pago")
    shop.expect(bool(await shop.disputes("A", "author_forked")), "nobody is told of a forked chain")
    await shop.expect_only("author_forked", "lineage_forked")


@scenario(terminals=3, waits="a copy of a number counts only beside a copy of its opening")
async def number_told_again(shop: SimShop) -> None:
    """A stolen terminal tells an order's number once more, stamped earlier and apart from the
    opening: the order keeps the number that its people were told."""
    order = await shop.open("A")
    await shop.expect_agreement()
    await numbers_told_again(shop.world, shop.dice("thief"), 20)
    await shop.expect_agreement()
    await shop.expect_shown(order, numero="A-001")


@scenario(
    terminals=3, waits="what an order's day is does not follow the earliest copy of its opening"
)
async def opening_back_dated(shop: SimShop) -> None:
    """A stolen terminal tells an order's opening once more, stamped earlier and under the day
    before: the order stays on the day on which it was opened."""
    orders = [await shop.open("A"), await shop.open("B")]
    await shop.expect_agreement()
    day = await shop.day("A", orders[0])
    await openings_back_dated(shop.world, shop.dice("thief"), 20)
    await shop.expect_agreement()
    for order in orders:
        await shop.expect_shown(order, data_operacao=day)


SCENARIOS: tuple[Scenario, ...] = (
    relay_wiped,
    everybody_has_a_way,
    captive_portal,
    answers_of_another_relay,
    only_the_relay_knew,
    hostile_member,
    number_told_again,
    opening_back_dated,
)
