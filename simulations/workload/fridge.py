"""The physical fridge: what is really there, by what people did, whatever any terminal shows.

Rules of this file:
1. Goods move when people were told that it is written down: what is entered comes and goes, and a
   sold dish takes what its recipe says out of the main place. Without an answer nobody knows, and
   people leave the goods where they are.
2. Who strikes a dish out puts its goods back, unless somebody had sent that order to the kitchen.
3. Only products without a code are followed whose recipe stays as it was added, and which are sold
   as they are: a code or a half may be another product at another terminal.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from simulations.workload.ledger import ORDERS, Deed
from simulations.workload.till import JSON

PRODUCTS = "/api/produtos"
STOCK = "/api/estoque"
OPENING, COUNTING = f"{STOCK}/saldo-inicial", f"{STOCK}/contagem"
MAIN = ""
WHOLE = 1000  # thousandths of one dish
_READ = "lido aos "  # begins the note of a count: when the counter looked
Spot = tuple[str, str]  # product, place


class Hand(NamedTuple):
    """much: thousandths that a hand put there, below zero: took. line: the mark of a sold one."""

    at: Spot
    much: int
    deed: Deed
    line: str = ""

    @property
    def since(self) -> float:
        """When it cannot have happened yet."""
        return self.deed.attempts[0].at

    @property
    def until(self) -> float:
        """When it is over."""
        return self.deed.attempts[-1].until


class Fridge:
    """deeds: of the whole service, or as far as it has come."""

    def __init__(self, deeds: Iterable[Deed]) -> None:
        self.deeds: Sequence[Deed] = [each for each in deeds if each.key]
        self.recipes = _recipes(self.deeds)

    @property
    def hands(self) -> Iterator[Hand]:
        """What every deed moves, if it happens; what is struck out is not taken back here."""
        for deed in self.deeds:
            if deed.path.startswith(STOCK):
                yield from _entered(deed)
            elif deed.path.startswith(ORDERS):
                yield from self._sold(deed)

    def _sold(self, deed: Deed) -> Iterator[Hand]:
        items = deed.body.get("itens", ()) if isinstance(deed.body, dict) else ()
        for item in items:
            product = item.get("produto_id", "") if isinstance(item, dict) else ""
            for supply, much in self.recipes.get(product, {}).items():
                taken = much * _much(item) // WHOLE
                yield Hand((supply, MAIN), -taken, deed, item.get("id_externo", ""))

    def opened_with(self, at: Spot) -> int:
        """What was there before anybody did anything: what the opening balance tells."""
        product, place = at
        for deed in self.deeds:
            if deed.path == OPENING and deed.body.get("local", MAIN) == place:
                for item in deed.body["itens"]:
                    if item["produto_id"] == product:
                        return _much(item)
        return 0

    def holds(self, at: Spot) -> int:
        """What somebody finds who opens it now; below zero: more was sold than there was."""
        done = [hand for hand in self.hands if hand.at == at and hand.deed.answer is not None]
        return self.opened_with(at) + sum(hand.much for hand in done) + self._put_back(done)

    def _put_back(self, done: Sequence[Hand]) -> int:
        sold = {hand.line: hand for hand in done if hand.line}
        lines = {
            line.id: line
            for deed in self.deeds
            for attempt in deed.attempts
            for line in (attempt.sight.lines if attempt.sight else ())
            if line.mark in sold
        }
        back = 0
        for deed in self.deeds:
            is_strike = "/itens/" in deed.path and deed.path.endswith("/cancelar")
            name = deed.path.split("/")[5] if is_strike else ""
            if name not in lines or deed.answer is None or self._is_sent(deed):
                continue
            line = lines[name]
            whole = line.left + line.cancelled
            struck = deed.body.get("quantidade_milesimos", whole)
            back -= sold[line.mark].much * struck // whole
        return back

    def _is_sent(self, deed: Deed) -> bool:
        sent = f"{ORDERS}/{deed.order}/enviar"
        earlier = (each for each in self.deeds if each.path == sent and each.attempts)
        return any(each.attempts[0].at < deed.attempts[0].at for each in earlier)


def reading(now: float) -> str:
    """The note of a count that was made of what `holds` said at this moment."""
    return f"{_READ}{now:.6f} s"


def read_at(counting: Deed) -> float | None:
    """When the counter looked into this fridge; None: the count is of something else."""
    note = counting.body.get("observacao", "")
    return float(note.removeprefix(_READ).removesuffix(" s")) if note.startswith(_READ) else None


def _recipes(deeds: Sequence[Deed]) -> Mapping[str, Mapping[str, int]]:
    """Product → supply → thousandths of one dish. Rule 3."""
    if any(each.path == f"{PRODUCTS}/importar" for each in deeds):
        return {}
    found = {
        each.told["id"]: _recipe(each)
        for each in deeds
        if each.path == PRODUCTS and each.told is not None and not each.body.get("codigo")
    }
    changed = {each.path.removeprefix(f"{PRODUCTS}/") for each in deeds if _changes_recipe(each)}
    return {product: recipe for product, recipe in found.items() if product not in changed}


def _recipe(adding: Deed) -> Mapping[str, int]:
    if adding.body.get("controla_estoque"):
        return {adding.told["id"]: WHOLE}
    return {each["insumo_id"]: _much(each) for each in adding.body.get("receita") or ()}


def _changes_recipe(deed: Deed) -> bool:
    body: JSON = deed.body or {}
    written = {"controla_estoque", "receita", "codigo"} & body.keys()
    return deed.path.startswith(f"{PRODUCTS}/") and bool(written)


def _entered(deed: Deed) -> Iterator[Hand]:
    """What comes, goes and is lost; a count moves nothing."""
    body, action = deed.body, deed.path.removeprefix(STOCK)
    place = body.get("local", MAIN)
    ways: dict[str, Sequence[tuple[str | None, int]]] = {
        "/entrada": ((place, 1),),
        "/perda": ((place, -1),),
        "/transferencia": ((body.get("origem"), -1), (body.get("destino"), 1)),
    }
    for where, sign in ways.get(action, ()):
        if where is None:
            continue
        for item in body["itens"]:
            yield Hand((item["produto_id"], where), sign * _much(item), deed)


def _much(item: JSON) -> int:
    """Thousandths."""
    if "quantidade_milesimos" in item:
        return int(item["quantidade_milesimos"])
    return round(float(item.get("quantidade", 1)) * WHOLE)
