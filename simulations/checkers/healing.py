"""How long a shop took to be equal again after its last fault.

Rules of this file:
1. Measured from the end of the last fault, not from the beginning of the quiet after it: by then
   most of the healing is done, while people go on selling.
2. Looking changes nothing and costs little: nobody looks while a fault lasts, nor after the first
   moment at which all were equal.
"""

import trio

from simulations.simulator.world import World

LOOK_SECONDS = 1.0


class Healing:
    """Use `watch`, and ask in the end."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._since: float | None = None
        self._took: float | None = None

    async def watch(self) -> None:
        """Until cancelled."""
        while True:
            await trio.sleep(LOOK_SECONDS)
            self._look()

    def took(self) -> float | None:
        """Virtual seconds from the end of the last fault until all were equal, 0 when nothing was
        to be healed; None: they were not equal since."""
        if self._world.struck_until is None:
            return 0.0 if self._world.same() else None
        self._look()
        return self._took

    def _look(self) -> None:
        world, ended = self._world, self._world.struck_until
        if self._since != ended:
            self._since, self._took = ended, None
        if ended is not None and self._took is None and not world.striking and world.same():
            self._took = trio.current_time() - ended
