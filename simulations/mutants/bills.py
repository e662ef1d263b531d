"""Mutants of the bill: what is asked, what is taken off, who pays what."""

from typing import Any

from crdt_models.disputes import of_documents
from crdt_models.documents.orders import charges, split
from crdt_models.documents.orders import view as order_view
from crdt_models.documents.orders.charges import Terms
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
            other = OrderView(view.document)
            for entry in view.entries:
                if entry.fact.tag() != "discount_withdrawn":
                    other.apply(entry)
            return before(other)

        return terms

    patch.wrap(order_view, "terms_of", around)


@mutant(*CUTS, scenes=("one_part_paid_at_two_tills",))
def parts_paid_twice_told_to_nobody(patch: Patcher) -> None:
    """A part of a bill that two tills received is looked at by nobody."""
    patch.put(of_documents, "paid_twice", lambda *_: ())
