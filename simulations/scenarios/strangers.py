"""Stories of what comes from outside: the relay loses its memory, a portal lies, a thief writes."""

import trio

from simulations.scenarios.scenario import Scenario, scenario
from simulations.scenarios.shop import PIZZA, SimShop


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


@scenario(terminals=3)
async def hostile_member(shop: SimShop) -> None:
    """A stolen terminal with good papers forges, lies about numbers and floods: people sell on, and
    everybody sees the same."""
    mine = await shop.open("A")
    for trick in ("forged_signatures", "equivocation", "impossible_stamps", "tips_invented"):
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


SCENARIOS: tuple[Scenario, ...] = (relay_wiped, captive_portal, hostile_member)
