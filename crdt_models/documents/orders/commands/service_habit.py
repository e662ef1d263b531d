"""The service charge that is a shop's habit, written into an order when it begins to count."""

from crdt_models.documents.command import Read
from crdt_models.documents.fields import ServiceType
from crdt_models.documents.orders.facts import ServiceSet
from crdt_models.documents.settings.commands import settings_view
from crdt_models.documents.terminals import all_understand


def service_begins(
    read: Read, basis_points: int | None, service_type: ServiceType
) -> list[ServiceSet]:
    """basis_points: what the front end says; None: what the settings say of this type. A zero that
    was said is written only where the settings say otherwise. Nothing while a terminal of the site
    would not understand it: selling goes on, and people see that there is no charge."""
    habit = settings_view(read).service_of(service_type)
    rate = habit if basis_points is None else basis_points
    if not (rate or habit) or not all_understand(read, ServiceSet):
        return []
    return [ServiceSet(basis_points=rate)]
