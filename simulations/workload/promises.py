"""What a shop has promised about each order, read from the ledger alone.

Rules of this file:
1. Everything that an answer below 300 showed is a promise, whoever had written it.
2. What an act means is read from its route and body, so a new scene that uses the same routes is
   held to the same rules.
3. A checker may excuse acknowledgements (a disk that was put back to yesterday before its
   neighbours had heard): see `Excuses`. Nothing is excused that it does not name.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from functools import cached_property

import msgspec
from msgspec import Struct, field

from simulations.workload.ledger import DOWN, ORDERS, SETTINGS, Attempt, Deed, Ledger
from simulations.workload.sights import (
    ON_TRUST,
    Figures,
    SeenLine,
    SeenPayment,
    SeenRefund,
    Sight,
    payment_mark,
)
from simulations.workload.till import JSON


class Excused(Enum):
    """Of one attempt: nothing; what it showed is no promise; it counts as unanswered."""

    NOT = "not"
    ITS_SIGHT = "its sight"
    WHOLLY = "wholly"


class Excuses:
    """What need not hold: nothing, here. A world where machines lose things says more."""

    def knows(self, order: str) -> bool:
        """Whether anything at all is promised about an order."""
        return True

    def of(self, deed: Deed, attempt: Attempt) -> Excused:
        """How far one attempt is excused."""
        return Excused.NOT

    def forgot(self, letters: str, shown: float, asked: float) -> bool:
        """Whether a terminal may have lost between two moments what it showed at the first."""
        return False


NOTHING_EXCUSED = Excuses()

# (method, what follows the order's id, ids as *) → what the act means for the order
MEANINGS = {
    ("POST", ""): "open",
    ("PUT", ""): "edit",
    ("PATCH", ""): "edit",
    ("DELETE", ""): "cancel",
    ("POST", "itens"): "add",
    ("POST", "itens/*/cancelar"): "strike",
    ("POST", "itens/*"): "move",
    ("POST", "juntar"): "merge",
    ("POST", "transferir"): "edit",
    ("POST", "voltar"): "recall",
    ("POST", "disparar"): "fire",
    ("POST", "segurar"): "hold",
    ("POST", "rotear"): "route",
    ("POST", "pagamentos"): "pay",
    ("POST", "pagamentos/*/estornar"): "refund",
    ("POST", "pagamentos/*/confirmar"): "confirm",
    ("POST", "pagamentos/*/negar"): "deny",
    ("POST", "descontos"): "discount",
    ("POST", "cortesia"): "discount",
    ("POST", "descontos/*/cancelar"): "withdraw",
    ("POST", "taxa-servico"): "service",
    ("POST", "divisao"): "split",
    ("POST", "gorjetas"): "tip",
    ("POST", "fechar"): "close",
    ("POST", "reabrir"): "reopen",
    ("POST", "cancelar"): "cancel",
    ("POST", "restaurar"): "restore",
}


class Mark(Struct, frozen=True):
    """One thing that one key makes. kind: order, line, payment, refund or tip · order: only where
    the mark alone could be another order's."""

    kind: str
    text: str
    order: str = ""


class Promise(Struct):
    """What the answers showed of one order: id → as first shown. sights: with who showed each, by
    time."""

    lines: dict[str, SeenLine] = field(default_factory=dict)
    payments: dict[str, SeenPayment] = field(default_factory=dict)
    refunds: dict[str, SeenRefund] = field(default_factory=dict)
    bills: list[Figures] = field(default_factory=list)
    sights: list[tuple[Attempt, Sight]] = field(default_factory=list)


class Case:
    """One order: what was asked of it, and what was shown. pieces: lines by mark, on whichever
    order they are in the end. struck: thousandths that may be struck out, by mark. generous:
    discounts of lines that may have been given on any order, by mark; left_behind: of orders that
    were joined with another. house_rates: service in basis
    points that somebody made the shop's habit."""

    def __init__(self, order: str, deeds: list[Deed]) -> None:
        self.order = order
        self.deeds = deeds
        self.pieces: Mapping[str, Sequence[SeenLine]] = {}
        self.struck: Mapping[str, int] = {}
        self.generous: Mapping[str, Deed] = {}
        self.left_behind: Mapping[str, Deed] = {}
        self.house_rates: Sequence[int] = ()

    @property
    def gives_lines_away(self) -> bool:
        """Whether lines of it may be on other orders: then they are looked for everywhere."""
        return bool(self.may("move") or self.may("merge"))

    def did(self, meaning: str) -> list[Deed]:
        """Acknowledged acts of a meaning."""
        return [
            each for each in self._by_meaning.get(meaning, ()) if each.outcome == "acknowledged"
        ]

    def may(self, meaning: str) -> list[Deed]:
        """Acts of a meaning that may have happened."""
        return [each for each in self._by_meaning.get(meaning, ()) if each.outcome != "refused"]

    @cached_property
    def _by_meaning(self) -> dict[str, list[Deed]]:
        found: dict[str, list[Deed]] = {}
        for deed in self.deeds:
            found.setdefault(meaning_of(deed), []).append(deed)
        return found

    @cached_property
    def promise(self) -> Promise:
        """Everything that was shown of it."""
        promise = Promise()
        attempts = [each for deed in self.deeds for each in deed.attempts]
        for attempt in sorted(attempts, key=lambda each: each.until):
            sight = attempt.sight
            if sight is None:
                continue
            promise.sights.append((attempt, sight))
            for line in sight.lines:
                promise.lines.setdefault(line.id, line)
            for payment in sight.payments:
                promise.payments.setdefault(payment.id, payment)
            for refund in sight.refunds:
                promise.refunds.setdefault(refund.id, refund)
            if sight.figures is not None and sight.figures not in promise.bills:
                promise.bills.append(sight.figures)
        return promise


def audited(ledger: Ledger, excuses: Excuses) -> list[Deed]:
    """Every deed, as far as it is not excused."""
    return [_without(deed, excuses) for deed in ledger.deeds if excuses.knows(deed.order)]


def cases(deeds: Sequence[Deed]) -> dict[str, Case]:
    """Order id → its case, for every order that a promise was made about."""
    found: dict[str, list[Deed]] = {}
    for deed in deeds:
        if deed.order:
            found.setdefault(deed.order, []).append(deed)
    known = {order: Case(order, about) for order, about in found.items()}
    rates = [rate_in(each.body, "taxa_servico") for each in deeds if each.path == SETTINGS]
    for case in known.values():
        case.house_rates = rates
    return {order: case for order, case in known.items() if case.promise.sights}


def meaning_of(deed: Deed) -> str:
    """One of MEANINGS, "" for a look and for acts that leave no trace to follow."""
    path = deed.path.partition("?")[0]
    if not deed.key or not path.startswith(ORDERS):
        return ""
    parts = path.removeprefix(ORDERS).strip("/").split("/")[1:]
    if len(parts) > 1:
        parts[1] = "*"
    return MEANINGS.get((deed.method, "/".join(parts)), "")


def discount_of(deed: Deed) -> tuple[str, str, int]:
    """(kind, line, amount) that a discount was to have; see `SeenDiscount`."""
    line = str(deed.body.get("item_id", ""))
    if "percentual" in deed.body:
        return "percentual", line, round(float(deed.body["percentual"]) * 100)
    if "valor_centavos" in deed.body:
        return "valor", line, int(deed.body["valor_centavos"])
    return "cortesia", line, 0


def rate_in(body: JSON, name: str) -> int:
    """Basis points of a percentage in a body; 0: it says none."""
    return round(float((body or {}).get(name, 0)) * 100)


def target(deed: Deed) -> str:
    """The id of the line or payment that an act is about."""
    return deed.path.split("/")[5]


def marks_of(deed: Deed) -> Iterator[Mark]:
    """What this deed makes, if it happens, exactly once."""
    body = deed.body or {}
    meaning = meaning_of(deed)
    if meaning == "open":
        yield Mark("order", body["id_externo"])
    if meaning in ("open", "add", "edit"):
        for item in body.get("itens", ()):
            if "id" not in item:
                yield Mark("line", item["id_externo"])
    if meaning == "pay":
        yield _payment_mark(body, deed.order)
    if meaning == "refund":
        yield Mark("refund", body["motivo"])
    if meaning == "tip":
        yield Mark("tip", body["observacao"])


def marks_in(sight: Sight) -> Counter[Mark]:
    """What an order shows, by mark."""
    found = Counter([Mark("order", sight.mark)])
    found.update(Mark("line", line.mark) for line in sight.lines)
    found.update(Mark("refund", refund.mark) for refund in sight.refunds)
    found.update(shown_mark(each, sight.id) for each in sight.payments)
    found.update(Mark("tip", each.mark) for each in sight.bill.tips if each.mark)
    return found


def _payment_mark(body: JSON, order: str) -> Mark:
    if body["forma"] == ON_TRUST:
        return Mark("payment", body["observacao"])
    asked = body["valor_centavos"] + body.get("gorjeta_centavos", 0)
    change = body.get("valor_recebido_centavos", asked) - asked
    text = payment_mark(body.get("adquirente"), change)
    return Mark("payment", text, "" if "adquirente" in body else order)


def shown_mark(payment: SeenPayment, order: str) -> Mark:
    """Of a payment as an answer shows it. Only what cash leaves could be another order's."""
    is_alone = payment.transaction or payment.method == ON_TRUST
    return Mark("payment", payment.mark, "" if is_alone else order)


def _without(deed: Deed, excuses: Excuses) -> Deed:
    attempts = [_excused(each, excuses.of(deed, each)) for each in deed.attempts]
    return msgspec.structs.replace(deed, attempts=attempts)


def _excused(attempt: Attempt, how: Excused) -> Attempt:
    match how:
        case Excused.NOT:
            return attempt
        case Excused.ITS_SIGHT:
            return msgspec.structs.replace(attempt, sight=None)
        case Excused.WHOLLY:
            return msgspec.structs.replace(attempt, status=DOWN, sight=None)
