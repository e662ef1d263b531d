"""What happens to the shop while it sells: a cable is pulled, a machine dies, all is mended.

The plan is fractions of the day, counted in orders sold, so that it is the same on every machine.
A fault that leaves nobody able to sell is mended earlier, as people would: after a while.
"""

from collections.abc import Awaitable, Callable, Sequence

import msgspec
import trio

from crdt_models.errors import MalhaError
from simulations.demo.shop import Shop
from simulations.demo.till import Till

CUT, KILLED = "C", "B"
ENOUGH_ORDERS = 30  # in fewer a third of the day may pass without an order for the cut terminal
IDLE_SECONDS = 2.0  # nobody sold anything for so long: somebody looks after the machines


class CutDidNotHold(MalhaError):
    """An order sold on a cut terminal was seen outside before the cut was mended."""

    code = "cut_did_not_hold"
    sentence = "Terminal {letters} was cut off, yet {where} knows its order {order}."
    cure = "Some address let the terminals meet around their cables; look at the links they show."


class SoldNothingAlone(MalhaError):
    """The cut terminal sold nothing, so the demo would have shown nothing."""

    code = "sold_nothing_alone"
    sentence = "Terminal {letters} sold nothing while it was cut off."
    cure = "Every third order is opened there: look whether the cut came at all."


class Happening(msgspec.Struct, frozen=True):
    """after: orders sold · what: for people · act: what is done."""

    after: int
    what: str
    act: Callable[[], Awaitable[None]]


class Plan:
    """The day's faults, in order. `run` it beside the sales; tell it of each sale."""

    def __init__(
        self,
        shop: Shop,
        tills: dict[str, Till],
        relay: Till,
        *,
        orders: int,
        alone: Sequence[tuple[str, str]],
        tell: Callable[[str], None],
    ) -> None:
        """alone: (letters, order id) of what cut terminals sold, as it grows · tell: for people."""
        self._shop = shop
        self._tills = tills
        self._relay = relay
        self._alone = alone
        self._tell = tell
        self._orders = orders
        self._sold = 0
        self._sale = trio.Event()
        self._happenings = [
            Happening(orders // 3, f"{CUT} is cut off from the others and the relay", self._cut),
            Happening(orders // 2, f"{KILLED} is killed (SIGKILL)", self._kill),
            Happening(orders * 3 // 5, f"{KILLED} is started again", self._restart),
            Happening(orders * 2 // 3, f"{CUT} is connected again", self._mend),
        ]

    def sold(self) -> None:
        """One more order was sold."""
        self._sold += 1
        self._sale.set()

    async def run(self) -> None:
        """Returns when all of it has happened. Raises CutDidNotHold, SoldNothingAlone."""
        for happening in self._happenings:
            await self._wait_until(happening.after)
            self._tell(f"after {self._sold:,} orders: {happening.what}")
            await happening.act()

    async def _wait_until(self, orders: int) -> None:
        while self._sold < orders:
            self._sale = trio.Event()
            with trio.move_on_after(IDLE_SECONDS) as idle:
                await self._sale.wait()
            if idle.cancelled_caught and not self._all_well():
                return

    def _all_well(self) -> bool:
        return not self._shop.cut_off and all(map(self._shop.is_up, self._shop.terminals))

    async def _cut(self) -> None:
        await self._shop.cut(CUT)

    async def _kill(self) -> None:
        await self._shop.kill(KILLED)

    async def _restart(self) -> None:
        await self._shop.restart(KILLED)

    async def _mend(self) -> None:
        sold = [order for letters, order in self._alone if letters == CUT]
        if not sold and self._orders >= ENOUGH_ORDERS:
            raise SoldNothingAlone(letters=CUT)
        for letters in self._tills:
            if letters != CUT:
                await self._check_unknown(letters, sold)
        for order in sold:
            if await self._relay.holds_document(order):
                raise CutDidNotHold(letters=CUT, where="the relay", order=order)
        self._tell(f"{CUT} sold {len(sold):,} orders alone; nobody else knows them yet")
        await self._shop.mend(CUT)

    async def _check_unknown(self, letters: str, orders: Sequence[str]) -> None:
        for order in orders:
            if await self._tills[letters].find(order) is not None:
                raise CutDidNotHold(letters=CUT, where=letters, order=order)
