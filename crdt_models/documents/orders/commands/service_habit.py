"""The service charge that is a shop's habit, written into an order when it begins to count."""

from crdt_models.documents.command import Read
from crdt_models.documents.orders.facts import ServiceSet
from crdt_models.documents.terminals import all_understand


def service_begins(read: Read, basis_points: int | None) -> list[ServiceSet]:
    """Nothing while a terminal of the site would not understand it: selling goes on, and people see
    that there is no charge."""
    if not basis_points or not all_understand(read, ServiceSet):
        return []
    return [ServiceSet(basis_points=basis_points)]
