"""People who sell: one order from its opening to its paid bill, each step at another terminal.

Rules of this file:
1. A step is done only where everything before it can be seen; people do not act on half an order.
2. A step without an answer is repeated under its own key, there or at another terminal.
3. Nobody is told of a cut or a crash: they find out as people do, and walk to another terminal.
"""

from collections.abc import Sequence
from itertools import count
from typing import Any

import msgspec
import trio

from crdt_models.errors import MalhaError
from simulations.demo.menu import Menu
from simulations.demo.orders_csv import ShopOrder
from simulations.demo.shop import Shop, new_key
from simulations.demo.till import STAGES, Away, Seen, Till, seen_in

PATIENCE_SECONDS = 0.5  # then one walks to the next terminal
STEP_SECONDS = 90.0  # an order may be known only to a terminal that is off: it is waited for
BETWEEN_ROUNDS_SECONDS = 0.05


class StuckOrder(MalhaError):
    """No terminal would take the next step of an order."""

    code = "stuck_order"
    sentence = "Order {order}: no terminal took {step} within {seconds} s (last: {last})."
    cure = "Read the terminals' logs in the demo's folder (--keep)."


class Tally(msgspec.Struct):
    """requests: answered writes · walks: steps done elsewhere than wanted · retries: writes
    repeated after no answer · alone: ids of orders sold on a cut terminal, by its letters."""

    orders: int = 0
    requests: int = 0
    walks: int = 0
    retries: int = 0
    alone: list[tuple[str, str]] = msgspec.field(default_factory=list)


class Cashiers:
    """Everybody who sells. `sell` may run in several tasks."""

    def __init__(self, shop: Shop, tills: dict[str, Till], menu: Menu) -> None:
        self.tally = Tally()
        self._menu = menu
        self._shop = shop
        self._tills = tills
        self._letters = list(tills)

    async def sell(self, number: int, order: ShopOrder) -> None:
        """number: of the order in the day; it decides who does what. Raises StuckOrder, Refused."""
        opener = self._letters[number % len(self._letters)]
        was_cut = opener in self._shop.cut_off
        sale = _Sale(self, self._shop.together(opener), opener, order.reference)
        await sale.open()
        for line in order.lines:
            await sale.step("itens", {"itens": [self._menu.item(line)]}, lines=1)
        await sale.step("enviar", stage="enviado")
        await sale.step("preparando", stage="preparando")
        await sale.step("pronto", stage="pronto")
        await sale.step("entregue", stage="entregue")
        total = sum(line.centavos for line in order.lines)
        payment = {"forma": "dinheiro", "valor_centavos": total}
        if total:
            await sale.step("pagamentos", payment, paid=total)
        await sale.step("fechar", closed=True)
        self.tally.orders += 1
        if was_cut and opener in self._shop.cut_off:
            self.tally.alone.append((opener, sale.id))

    def till(self, letters: str) -> Till:
        return self._tills[letters]


class _Sale:
    """One order on its way through the shop."""

    def __init__(
        self, cashiers: Cashiers, around: Sequence[str], opener: str, reference: str
    ) -> None:
        """around: the terminals its people stand at, `opener` the first of them."""
        first = around.index(opener)
        self._everybody = self._around = [*around[first:], *around[:first]]
        self._cashiers = cashiers
        self._steps = 0
        self._seen = Seen()
        self._version = ""
        self._reference = reference
        self.id = ""

    async def open(self) -> None:
        body = {"tipo": "balcao", "observacao": f"pedido {self._reference}"}
        pedido = await self._everywhere("", body)
        self.id = str(pedido["id"])

    async def step(
        self,
        action: str,
        body: object = None,
        *,
        lines: int = 0,
        stage: str | None = None,
        paid: int = 0,
        closed: bool = False,
    ) -> None:
        """The next terminal's turn. The keywords say what it adds to what can be seen."""
        pedido = await self._everywhere(f"/{self.id}/{action}", body)
        self._seen = Seen(
            lines=self._seen.lines + lines,
            stage=self._seen.stage if stage is None else STAGES.index(stage),
            paid=self._seen.paid + paid,
            closed=closed,
        )
        shown = seen_in(pedido)
        assert shown.reaches(self._seen), f"{action} of {self.id}: {shown}, not {self._seen}"

    async def _everywhere(self, path: str, body: object) -> dict[str, Any]:
        key, last = new_key(), ""
        with trio.move_on_after(STEP_SECONDS):
            for attempt in count():
                letters = self._around[self._steps % len(self._around)]
                try:
                    pedido = await self._at(letters, path, key, body)
                except Away as error:
                    pedido, last = None, str(error)
                if pedido is not None:
                    self._steps += 1
                    self._version = str(pedido["version"])
                    self._cashiers.tally.walks += attempt > 0
                    return pedido
                last = last or f"{letters} does not show it"
                await self._walk_away_from(letters)
        raise StuckOrder(
            order=self._reference, step=path or "its opening", seconds=int(STEP_SECONDS), last=last
        )

    async def _walk_away_from(self, letters: str) -> None:
        """This order is not taken there again, until nobody else is left."""
        self._around = [each for each in self._around if each != letters]
        if not self._around:
            self._around = self._everybody
            await trio.sleep(BETWEEN_ROUNDS_SECONDS)

    async def _at(self, letters: str, path: str, key: str, body: object) -> dict[str, Any] | None:
        """The answer of this terminal; None when it does not know the order that far."""
        till, tally = self._cashiers.till(letters), self._cashiers.tally
        place = f"/api/pedidos{path}"
        try:
            # Usually it is there already, as it was answered elsewhere a moment ago.
            pedido = await till.post_if(self._version, place, key, body) if self.id else None
            if pedido is None:
                if self.id and not await till.shows(
                    self.id, self._seen, PATIENCE_SECONDS, version=self._version
                ):
                    return None
                pedido = await till.post(place, key, body)
        except Away:
            tally.retries += 1
            raise
        tally.requests += 1
        return pedido
