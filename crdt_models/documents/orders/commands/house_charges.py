"""What a shop charges by habit, written into an order: so no later change of the settings moves it.

Rules of this file:
1. Service comes with the opening or, for an order from before, with the bill. Couvert and least
   consumption come with the opening alone: who sat down under other terms keeps them.
2. All of them are of the service types that the settings name.
3. Nothing while a terminal of the site would not understand it: selling goes on, and people see
   that there is no charge.
Two terminals that execute one opening apart, with other settings: the order has both writes, as of
any register, and the bill is of the greatest stamp; that one action said two things is a dispute.
"""

from crdt_models.documents.command import Read
from crdt_models.documents.fields import ServiceType
from crdt_models.documents.orders.facts import CouvertSet, MinimumSet, ServiceSet
from crdt_models.documents.settings.commands import settings_view
from crdt_models.documents.terminals import all_understand


def service_begins(
    read: Read, basis_points: int | None, service_type: ServiceType
) -> list[ServiceSet]:
    """basis_points: what the front end says; None: what the settings say of this type. A zero that
    was said is written only where the settings say otherwise."""
    habit = settings_view(read).service_of(service_type)
    rate = habit if basis_points is None else basis_points
    if not (rate or habit) or not all_understand(read, ServiceSet):
        return []
    return [ServiceSet(basis_points=rate)]


def seat_charges(read: Read, service_type: ServiceType) -> list[CouvertSet | MinimumSet]:
    """Couvert of each person, and the least that the order comes to."""
    settings = settings_view(read)
    couvert, minimum = settings.couvert_of(service_type), settings.minimum_of(service_type)
    found: list[CouvertSet | MinimumSet] = []
    if couvert and all_understand(read, CouvertSet):
        found.append(CouvertSet(unit_centavos=couvert))
    if minimum and all_understand(read, MinimumSet):
        found.append(MinimumSet(centavos=minimum))
    return found
