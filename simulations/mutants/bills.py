"""Mutants of the bill: what is asked, what is taken off, who pays what."""

from typing import Any

from crdt_models.disputes import of_documents
from crdt_models.documents.orders import charges, findings, line_discounts, split
from crdt_models.documents.orders import view as order_view
from crdt_models.documents.orders.charges import Terms
from crdt_models.documents.orders.facts import DiscountWithdrawn
from crdt_models.documents.orders.line_discounts import Carried
from crdt_models.documents.orders.shared_lines import SharedLines
from crdt_models.documents.orders.view import OrderView
from simulations.mutants.patching import CUTS, Patcher, mutant


@mutant(scenes=("nine_split_the_bill",))
def service_before_discounts(patch: Patcher) -> None:
    """Service is asked on what discounts took off."""

    def around(before: Any) -> Any:
        return lambda document, terms, people, gross, asked: before(
            document, terms, people, gross, gross
        )

    patch.wrap(charges, "_charges", around)


@mutant(scenes=("nine_split_the_bill",))
def odd_centavos_are_nobodys(patch: Patcher) -> None:
    """Equal parts are rounded down, and what is left over is lost."""
    patch.put(
        split, "_of_people", lambda centavos, people: [centavos // sum(people) * n for n in people]
    )


@mutant(scenes=("nine_split_the_bill",))
def tips_pay_the_bill(patch: Patcher) -> None:
    """What is for the staff counts towards the bill."""

    def received(self: Any) -> int:
        paid = sum(each.centavos for each in self.payments if each.state == "confirmed")
        return int(paid + self.tipped)

    patch.derive(OrderView, "received", received)


@mutant(*CUTS, scenes=("two_generous_waiters",))
def generous_twice_told_to_nobody(patch: Patcher) -> None:
    """Discounts that contradict each other are settled by the clock, without a word."""
    patch.put(Terms, "set_apart", property(lambda self: ()))


@mutant(*CUTS, scenes=("two_generous_waiters",))
def discounts_add_up(patch: Patcher) -> None:
    """Two discounts that were given apart both count."""

    def discount(self: Any, kind: Any, line: Any = None) -> int | None:
        standing = self.discounts.get((kind, line))
        return sum(each.fact.amount for each in standing) if standing else None

    patch.put(Terms, "discount", discount)


@mutant(*CUTS, scenes=("nine_split_the_bill",))
def late_discounts_unseen(patch: Patcher) -> None:
    """What a closed bill did not count of its discounts is shown to nobody."""

    def around(before: Any) -> Any:
        return lambda *given: before(*given)._replace(terms=())

    patch.wrap(order_view, "late_of", around)


@mutant(seed=5)
def withdrawn_discounts_stand(patch: Patcher) -> None:
    """A discount that was taken back still counts."""

    def around(before: Any) -> Any:
        def terms(view: Any) -> Any:
            other = view.copy()
            other._slots.pop(DiscountWithdrawn, None)
            other._forget()
            return before(other)

        return terms

    patch.wrap(order_view, "terms_of", around)


@mutant(*CUTS, scenes=("one_part_paid_at_two_tills",))
def parts_paid_twice_told_to_nobody(patch: Patcher) -> None:
    """A part of a bill that two tills received is looked at by nobody."""
    patch.put(of_documents, "paid_twice", lambda *_: ())


@mutant(*CUTS, scenes=("generous_while_it_was_carried_off",))
def discounts_stay_behind(patch: Patcher) -> None:
    """A line that goes to another order leaves its discounts where it was."""
    patch.put(SharedLines, "has_line_discounts", property(lambda self: not self.beside))


@mutant(*CUTS, scenes=("two_tables_become_one",))
def carried_discounts_are_lost(patch: Patcher) -> None:
    """The discounts of an order are gone when it is joined with another."""
    patch.put(line_discounts, "carried_by", lambda view: ())


@mutant(*CUTS, scenes=("two_tables_become_one",))
def carried_discounts_add_up(patch: Patcher) -> None:
    """Two who join one order with another at once carry its discounts twice."""

    def each(view: Any) -> Any:
        told = line_discounts.spoken_carried(view)
        return tuple(Carried(view.document, (one,), frozenset(meant)) for one, meant in told)

    patch.put(line_discounts, "carried_by", each)


@mutant(*CUTS, scenes=("joined_with_two_tables",))
def joined_twice_told_to_nobody(patch: Patcher) -> None:
    """Two bills ask for the couvert of one order, and nobody is told."""
    patch.put(findings, "_of_mergings", lambda _: iter(()))


@mutant(*CUTS, scenes=("generous_while_it_was_carried_off",))
def unheard_discounts_told_to_nobody(patch: Patcher) -> None:
    """A discount of an order that lines left meanwhile is looked at by nobody."""
    patch.put(findings, "_of_discounts", lambda _: iter(()))
