"""Mutants of the views: what the facts mean."""

from typing import Any

from msgspec.structs import replace

from crdt_models.documents import register
from crdt_models.documents.orders import charges, kitchen, lines, payments
from crdt_models.documents.orders.bill_commands import CloseBill, TakePayment
from crdt_models.documents.orders.facts import OrderCancelled
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.register import Register
from crdt_models.documents.view import View
from crdt_models.read_models import disputes as dispute_rows
from peer.node.site_disputes import SiteDisputes
from simulations.mutants.patching import CUTS, Patcher, mutant


@mutant(
    "clock_hours_off",
    "clock_minutes_off",
    "clock_day_off",
    "clock_1970",
    scenes=("three_hours_off",),
)
def last_write_by_clock(patch: Patcher) -> None:
    """Of two writes the later stamp wins, though the earlier one was made on top of it."""
    patch.put(register, "_unreplaced", set)


@mutant("partition_every_pair", "partition_halves")
def last_write_by_id(patch: Patcher) -> None:
    """Of two concurrent writes the greater id wins, whatever the time."""

    def around(before: Any) -> Any:
        def init(self: Any, writes: Any) -> None:
            before(self, writes)
            standing = [each for each in self.writes if each.id in self.heads]
            self.current = max(standing, key=lambda each: each.id, default=None)

        return init

    patch.wrap(Register, "__init__", around)


@mutant("paused", "partition_every_pair", scenes=("struck_out_twice",))
def quantity_below_zero(patch: Patcher) -> None:
    """What two waiters struck out is subtracted twice."""

    def around(before: Any) -> Any:
        def line(*given: Any) -> Any:
            found = before(*given)
            return replace(found, left=found.left - found.excess)

        return line

    patch.wrap(lines, "_line", around)


@mutant()
def payments_alike_are_one(patch: Patcher) -> None:
    """Two payments of one amount are taken for one that was sent twice."""
    patch.put(payments, "_transaction", lambda fact, confirmed: ("", "", fact.centavos))


@mutant(*CUTS)
def acquirer_copies_count(patch: Patcher) -> None:
    """One Pix recorded at two terminals counts twice."""
    patch.put(payments, "_transaction", lambda fact, confirmed: None)


@mutant()
def pending_payment_counts(patch: Patcher) -> None:
    """A card payment counts before the acquirer has said so."""
    patch.put(payments, "_state", lambda fact, is_confirmed, *rest: "confirmed")


@mutant()
def refunds_ignored_in_the_balance(patch: Patcher) -> None:
    """Money that was handed back still counts as paid."""
    patch.put(OrderView, "balance", property(lambda self: self.owed - self.received))


@mutant(*CUTS)
def closed_bill_folded_anew(patch: Patcher) -> None:
    """A closed bill is computed from its lines each time: what comes late moves it."""
    patch.derive(
        OrderView,
        "figures",
        lambda self: charges.figures_of(self.document, self.lines, self.terms, self.people),
    )


@mutant()
def kitchen_goes_back(patch: Patcher) -> None:
    """A line's stage is the last report that is looked at, not the furthest."""
    patch.put(kitchen, "REPORTS", tuple(reversed(kitchen.REPORTS)))


@mutant()
def half_centavos_cut_off(patch: Patcher) -> None:
    """Weights times prices are rounded down."""
    patch.put(lines, "line_amount", lambda thousandths, unit: thousandths * unit // 1000)


@mutant("partition_every_pair", "partition_halves")
def meaning_by_arrival(patch: Patcher) -> None:
    """Facts are taken in the order in which they came, not by stamp."""
    patch.put(View, "told", lambda self, kind: tuple(self._slots.get(kind, {}).values()))


@mutant("paused", "partition_every_pair")
def copies_do_not_stand_for_each_other(patch: Patcher) -> None:
    """A reopening that names the second telling of a closing leaves the first one standing."""
    patch.put(View, "same_all", lambda self, facts: frozenset(facts))


@mutant()
def cancelled_for_ever(patch: Patcher) -> None:
    """Taking back a cancellation changes nothing."""
    patch.derive(OrderView, "cancellations", lambda self: self.all(OrderCancelled))


@mutant(*CUTS, scenes=("paid_twice",))
def disputes_kept_quiet(patch: Patcher) -> None:
    """Nobody is shown what a person must decide."""
    patch.put(dispute_rows, "disputes_of", lambda *given: ())


@mutant("image_restored", "image_cloned", "restarted")
def disputes_forgotten_at_a_boot(patch: Patcher) -> None:
    """Disputes between documents are not looked for in what was stored before the start."""

    async def recall(self: Any, environment: Any, tables: Any) -> None:
        self._is_reading = False
        self.knows_the_past = True

    patch.put(SiteDisputes, "recall", recall)


@mutant(scenes=("asked_too_much",))
def paid_more_than_is_owed(patch: Patcher) -> None:
    """A payment above the balance is taken."""
    _decide_as_if_owed(patch, TakePayment, 10**12)


@mutant(scenes=("split_brain_at_the_rush",))
def unpaid_bill_closed(patch: Patcher) -> None:
    """A bill is closed while something is owed."""
    _decide_as_if_owed(patch, CloseBill, 0)


def _decide_as_if_owed(patch: Patcher, command: Any, centavos: int) -> None:
    def around(before: Any) -> Any:
        def plan(self: Any, read: Any, context: Any) -> Any:
            inside = Patcher()
            inside.put(OrderView, "balance", property(lambda view: centavos))
            try:
                return before(self, read, context)
            finally:
                inside.undo()

        return plan

    patch.wrap(command, "plan", around)
