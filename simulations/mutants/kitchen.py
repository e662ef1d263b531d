"""Mutants of the kitchen and the courier: what may be made, what was taken back, where it goes."""

from typing import Any

from crdt_models.documents.orders import kitchen, tickets
from crdt_models.documents.orders.delivery import NOWHERE, delivery_register
from crdt_models.documents.orders.facts import CourseFired
from crdt_models.documents.orders.kitchen import Reported
from crdt_models.documents.orders.view import OrderView
from simulations.mutants.patching import CUTS, Patcher, mutant


@mutant(scenes=("courses_across_a_cut",))
def courses_do_not_wait(patch: Patcher) -> None:
    """What was sent may be made, whatever its course waits for."""
    patch.put(Reported, "is_fired", lambda self, line, course: True)


@mutant(*CUTS, scenes=("wrong_touch_at_both_sides",))
def recall_takes_back_the_unheard(patch: Patcher) -> None:
    """A recall takes back every report on its line, also those that its author had not heard of."""

    def around(before: Any) -> Any:
        def standing(view: Any, parts: Any, report: Any, recalls: Any) -> tuple[Any, ...]:
            return tuple(line for line in before(view, parts, report, {}) if line not in recalls)

        return standing

    patch.wrap(kitchen, "_standing", around)


@mutant(scenes=("courses_across_a_cut",))
def firing_never_taken_back(patch: Patcher) -> None:
    """A course that was fired once may be made for ever."""
    patch.put(kitchen, "standing_firings", lambda view: view.all(CourseFired))


@mutant(scenes=("wrong_touch_at_both_sides",))
def cooked_by_the_product(patch: Patcher) -> None:
    """Dishes stay on the queue of the station that their product names."""
    patch.put(kitchen, "_routes", lambda view, parts: {})


@mutant(scenes=("address_of_two_halves",))
def first_address_kept(patch: Patcher) -> None:
    """Corrections of an address are kept and not shown."""

    def delivery(self: OrderView) -> Any:
        writes = delivery_register(self).writes
        return writes[0].value if writes else NOWHERE

    patch.put(OrderView, "delivery", property(delivery))


@mutant()
def delivered_stays_in_the_queue(patch: Patcher) -> None:
    """The kitchen is told to make what was eaten."""

    patch.put(tickets, "_IN_THE_KITCHEN", tickets._IN_THE_KITCHEN | {"delivered"})
