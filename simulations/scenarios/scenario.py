"""What a scenario is, and how one is played.

Rules of this file:
1. A scenario is one function `async (shop)` and its docstring is its sentence; its name is the
   function's. `scenario` says what shop it needs.
2. It has a full form, the one its name promises, and a small form for tests: fewer terminals, fewer
   orders, the same story.
3. One that waits for something fails until then, and a test holds that it does: when it holds, the
   mark goes.
4. It begins when every terminal is on. When it returns, whoever plays it ends every fault and holds
   the shop against the checks, as after any other run.
"""

from collections.abc import Awaitable, Callable

from msgspec import Struct

from simulations.scenarios.expectations import Unplayable
from simulations.scenarios.shop import SimShop
from simulations.simulator.world import Shape, World
from simulations.workload.ledger import Ledger

Story = Callable[[SimShop], Awaitable[None]]

INTERVAL_SECONDS = 8.0  # of gossip; a slow setting of the shop makes long stories cheap
SYNC_SECONDS = 20.0  # between comparisons with the relay


class Scenario(Struct, frozen=True, kw_only=True):
    """sentence: what it is about · story: what happens · terminals, small_terminals: in its full
    and in its small form · relay: whether there is one · uplinks: how many terminals reach it ·
    waits: for what, while it fails."""

    name: str
    sentence: str
    story: Story
    terminals: int
    small_terminals: int
    relay: bool
    uplinks: int = 1
    waits: str = ""


def scenario(
    *,
    terminals: int = 3,
    small_terminals: int | None = None,
    relay: bool = False,
    uplinks: int = 1,
    waits: str = "",
) -> Callable[[Story], Scenario]:
    """The scenario of a function."""

    def made(story: Story) -> Scenario:
        told = " ".join((story.__doc__ or "").split())
        return Scenario(
            name=getattr(story, "__name__", ""),
            sentence=f"{told} Fails until {waits}." if waits else told,
            story=story,
            terminals=terminals,
            small_terminals=small_terminals or terminals,
            relay=relay,
            uplinks=uplinks,
            waits=waits,
        )

    return made


async def play(told: Scenario, world: World, ledger: Ledger, *, small: bool) -> None:
    """Found its shop in an empty world, switch everything on, and tell the story."""
    world.found(
        Shape(
            terminals=told.small_terminals if small else told.terminals,
            relay=told.relay,
            uplinks=told.uplinks,
            interval=INTERVAL_SECONDS,
            sync=SYNC_SECONDS,
        )
    )
    await world.boot_all()
    try:
        await told.story(SimShop(world, ledger, small=small))
    except* Unplayable as broken:
        world.findings += [f"scenario: {each}" for each in broken.exceptions]
