"""A cash shift as all its facts make it.

Rules of this file:
1. The owner is the terminal whose id the shift's own id was made of: proved by the opening,
   whatever others write. Only the owner's facts count; `foreign` are the others'.
2. An end (the first closing, else the first writing-off) counts what its `after` reaches. Its
   figures are read from it for ever; what it does not reach is `late`.
3. While something that the end reaches has not come, nothing is called late: it may be on its way.
4. Cash expected = float + payments + tips + supplied − refunds − tips returned − withdrawn. Of
   other methods the same without what only a drawer has. What is sold on trust is in no drawer.
"""

from collections.abc import Callable, Iterable
from typing import Any, Literal, NamedTuple, TypeAlias, cast

from crdt_models.documents.cash.facts import (
    ByMethod,
    CashSupplied,
    CashWithdrawn,
    CountDeclared,
    CountRepeated,
    DrawerOpened,
    MoneyKind,
    ShiftClosed,
    ShiftFigures,
    ShiftMoney,
    ShiftOpened,
    ShiftWrittenOff,
)
from crdt_models.documents.fields import CASH, ON_ACCOUNT, PaymentMethod
from crdt_models.documents.resolution import Resolution
from crdt_models.documents.view import Derived, F, Once, View
from crdt_models.fact import Entry, Fact
from crdt_models.ids import DeviceId, FactId, ShiftId, shift_id, shift_of

ShiftState = Literal["unknown", "open", "declared", "closed", "written_off"]
Count: TypeAlias = Once[CountDeclared] | Once[CountRepeated]
End: TypeAlias = Once[ShiftClosed] | Once[ShiftWrittenOff]
_MOVING: tuple[type[Fact], ...] = (ShiftMoney, CashWithdrawn, CashSupplied)


class Cut(NamedTuple):
    """What a fact of the shift follows on. is_complete: all of it has come, back to the opening."""

    inside: frozenset[FactId]
    is_complete: bool


class ShiftView(View):
    """One shift. All amounts in centavos."""

    UNDERSTANDS = frozenset({
        ShiftOpened, ShiftMoney, CashWithdrawn, CashSupplied, DrawerOpened, CountDeclared,
        CountRepeated, ShiftClosed, ShiftWrittenOff,
    })  # fmt: skip

    @Derived
    def shift(self) -> ShiftId:
        """The shift's id, from its document's."""
        return shift_of(self.document)

    @Derived
    def opening(self) -> Entry | None:
        """None while it has not come: then nobody knows whose shift it is."""
        for entry in self.told(ShiftOpened):
            if shift_id(entry.site, entry.command_id, entry.device) == self.shift:
                return entry
        return None

    @property
    def owner(self) -> DeviceId | None:
        """The terminal that opened it."""
        return None if self.opening is None else self.opening.device

    @property
    def drawer(self) -> str:
        """Which drawer of the terminal; empty while the opening has not come."""
        return "" if self.opening is None else cast(ShiftOpened, self.opening.fact).drawer

    @Derived
    def own(self) -> View:
        """The owner's facts alone: a copy of one that another signs takes nothing away from it."""
        entries = [entry for entry in self.entries if type(entry.fact) is not Resolution]
        mine = ShiftView(self.document)
        for entry in entries:
            if entry.device == self.owner:
                mine.apply(entry)
        return mine

    @Derived
    def foreign(self) -> tuple[Entry, ...]:
        """What other terminals wrote into it, by stamp: shown, and without effect."""
        allowed = (Resolution, ShiftWrittenOff)
        return tuple(
            entry
            for entry in self.entries
            if entry.device != self.owner and type(entry.fact) not in allowed
        )

    def mine(self, kind: type[F]) -> tuple[Once[F], ...]:
        """The owner's facts of one kind, each once, by stamp."""
        return self.own.all(kind) if self.opening is not None else ()

    # --- how it goes

    @Derived
    def counts(self) -> tuple[Count, ...]:
        """Every count, by stamp."""
        found: list[Count] = [*self.mine(CountDeclared), *self.mine(CountRepeated)]
        return tuple(sorted(found, key=lambda each: each.stamp))

    @property
    def closings(self) -> tuple[Once[ShiftClosed], ...]:
        """By stamp; more than one is a dispute."""
        return self.mine(ShiftClosed)

    @Derived
    def write_offs(self) -> tuple[Once[ShiftWrittenOff], ...]:
        """Whoever wrote it off, by stamp."""
        return self.all(ShiftWrittenOff) if self.opening is not None else ()

    @property
    def end(self) -> End | None:
        """From what its figures are read; None while it goes on."""
        ends: tuple[End, ...] = (*self.closings, *self.write_offs)
        return ends[0] if ends else None

    @property
    def state(self) -> ShiftState:
        """Where it stands."""
        if self.opening is None:
            return "unknown"
        if self.end is not None:
            return "closed" if self.closings else "written_off"
        return "declared" if self.counts else "open"

    @property
    def is_open(self) -> bool:
        """Whether money still falls into it."""
        return self.state in ("open", "declared")

    # --- the chain inside the shift

    @Derived
    def heads(self) -> tuple[FactId, ...]:
        """The owner's facts that no other of them follows on, sorted: what the next one names."""
        if self.opening is None:
            return ()
        named = {each for entry in self.own.entries for each in _after(entry)}
        return tuple(sorted(entry.id for entry in self.own.entries if entry.id not in named))

    def cut_of(self, once: Once[Any]) -> Cut:
        """What a fact follows on, by the telling that represents it."""
        known = {entry.id: entry for entry in self.own.entries}
        waiting = [*_after(once.entry)]
        inside: set[FactId] = set()
        while waiting:
            each = waiting.pop()
            if each not in inside:
                inside.add(each)
                waiting.extend(_after(known[each]) if each in known else ())
        opened = {entry.id for entry in self.told(ShiftOpened)}
        is_complete = inside <= known.keys() and bool(inside & opened)
        return Cut(frozenset(inside), is_complete)

    @Derived
    def cut(self) -> Cut | None:
        """What the end counted; None while there is no end."""
        return None if self.end is None else self.cut_of(self.end)

    @Derived
    def late(self) -> tuple[Once[Any], ...]:
        """What came to the shift beyond its end's cut, by stamp: in no figure of it."""
        if self.cut is None or not self.cut.is_complete:
            return ()
        kinds: tuple[type[Fact], ...] = (*_MOVING, DrawerOpened, CountDeclared, CountRepeated)
        facts = [each for kind in kinds for each in self.mine(kind)]
        beyond = [each for each in facts if not self.cut.inside.intersection(each.ids)]
        return tuple(sorted(beyond, key=lambda each: each.stamp))

    @property
    def moved_since_count(self) -> bool:
        """Whether money moved that the last count does not follow on."""
        counted = self.cut_of(self.counts[-1]).inside if self.counts else frozenset()
        moved = (each for kind in _MOVING for each in self.mine(kind))
        return any(not counted.intersection(each.ids) for each in moved)

    # --- what it adds up to

    @Derived
    def figures(self) -> ShiftFigures:
        """As its end carries them for ever; while it goes on, of all that is known."""
        return self.figures_of(lambda _: True) if self.end is None else self.end.fact.figures

    @Derived
    def recounted(self) -> ShiftFigures | None:
        """The figures of what the end's cut holds, added up again; None while some is missing."""
        cut = self.cut
        if cut is None or not cut.is_complete:
            return None
        return self.figures_of(lambda each: bool(cut.inside.intersection(each.ids)))

    def figures_of(self, counts: Callable[[Once[Any]], bool]) -> ShiftFigures:
        """What the facts that count add up to."""
        opened = None if self.opening is None else cast(ShiftOpened, self.opening.fact)
        money = [each.fact for each in self.mine(ShiftMoney) if counts(each)]
        parts = {kind: _by_method(money, kind) for kind in _PARTS}
        withdrawn = [each.fact.centavos for each in self.mine(CashWithdrawn) if counts(each)]
        supplied = [each.fact.centavos for each in self.mine(CashSupplied) if counts(each)]
        float_centavos = 0 if opened is None else opened.float_centavos
        return ShiftFigures(
            float_centavos=float_centavos,
            payments=parts["payment"],
            refunds=parts["refund"],
            tips=parts["tip"],
            tip_returns=parts["tip_return"],
            withdrawn=sum(withdrawn),
            supplied=sum(supplied),
            change=sum(each.change_centavos for each in money),
            unpaid_openings=sum(1 for each in self.mine(DrawerOpened) if counts(each)),
            expected=_expected(parts, float_centavos + sum(supplied) - sum(withdrawn)),
        )

    @property
    def declared(self) -> dict[PaymentMethod, int]:
        """What the count says that its closing compares with, else the last."""
        if self.closings:
            return self.closings[0].fact.declared
        return self.counts[-1].fact.amounts if self.counts else {}

    @property
    def differences(self) -> dict[PaymentMethod, int]:
        """declared − expected of each method that was counted, once it is closed."""
        if not self.closings:
            return {}
        return differences(self.declared, self.figures)

    @property
    def is_off(self) -> bool:
        """Whether a difference is greater than what its closing tolerates."""
        found = self.differences.values()
        return any(abs(each) > self.closings[0].fact.tolerance_centavos for each in found)


def differences(
    declared: dict[PaymentMethod, int], figures: ShiftFigures
) -> dict[PaymentMethod, int]:
    """Below zero: something is missing. A method that nobody counted has none."""
    expected = figures.expected
    return {method: declared[method] - expected.get(method, 0) for method in sorted(declared)}


_PARTS: tuple[MoneyKind, ...] = ("payment", "refund", "tip", "tip_return")
_SIGNS: dict[MoneyKind, int] = {"payment": 1, "refund": -1, "tip": 1, "tip_return": -1}


def _by_method(money: Iterable[ShiftMoney], kind: MoneyKind) -> ByMethod:
    found: ByMethod = {}
    for each in money:
        if each.kind == kind:
            found[each.method] = found.get(each.method, 0) + each.centavos
    return found


def _expected(parts: dict[MoneyKind, ByMethod], cash: int) -> dict[PaymentMethod, int]:
    """cash: what the drawer holds beside sales."""
    found: dict[PaymentMethod, int] = {CASH: cash}
    for kind, by_method in parts.items():
        for method, centavos in by_method.items():
            if method != ON_ACCOUNT:
                found[method] = found.get(method, 0) + _SIGNS[kind] * centavos
    return found


def _after(entry: Entry) -> tuple[FactId, ...]:
    """What a fact of the shift follows on, also one that this version does not understand."""
    fields = cast(dict[str, Any], entry.body[2])
    named = fields.get("after", ())
    if not isinstance(named, list | tuple):
        return ()
    return tuple(FactId(each) for each in named if isinstance(each, str))
