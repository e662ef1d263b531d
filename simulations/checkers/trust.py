"""What is sold on trust is owed, to the centavo.

Rules of this file:
1. Judged in the bytes that anybody holds, by the reference's own rules: what terminals show of them
   is judged by `meaning`.
2. One change tells both sides, so it holds whatever disks lost. A hostile member may sign one side
   alone: its changes are left out.
"""

from collections.abc import Iterator

from simulations.checkers.authors import all_changes, honest
from simulations.checkers.evidence import Evidence
from simulations.reference.account import trust_is_conserved
from simulations.reference.shop import ReferenceShop


def trust(evidence: Evidence) -> Iterator[str]:
    """A payment on trust is a charge of the customer, and its refund takes that back."""
    written = honest(evidence, all_changes(evidence.copies))
    shop = ReferenceShop({change.id: change for change in written})
    yield from trust_is_conserved(shop.orders.values(), shop.accounts.values())
