"""Disputes: business situations that a person must settle, never a coin.

Rules of this room:
1. A dispute is a property of facts: it is computed, never stored, and it is gone when its situation
   is.
2. Its id is the hash of (kind, subject), so every terminal names it alike. Subjects are fixed per
   kind.
3. A `Resolution` closes it while it weighs every fact involved; new evidence reopens it. Two
   resolutions that do not replace each other are one more dispute, closed by a resolution that
   replaces both.
4. Nothing here decides: figures are what the views say they are, disputed or not.
"""

from crdt_models.disputes.dispute import Dispute, dispute_id
from crdt_models.disputes.kinds import KINDS, Actor, Kind, KindOf, Severity
from crdt_models.disputes.of_documents import disputes_of, open_disputes
from crdt_models.disputes.of_places import card_disputes, two_tabs
from crdt_models.disputes.of_the_site import (
    NumberedOrder,
    Opening,
    Place,
    author_forked,
    equal_numbers,
    key_uses,
    keys_used_twice,
    lineage_forked,
    number_ranks,
)
from crdt_models.disputes.of_the_stock import stock_disputes
from crdt_models.disputes.settling import SettleDispute
from crdt_models.documents.resolution import resolutions_of

__all__ = [
    "Actor",
    "Dispute",
    "KINDS",
    "Kind",
    "KindOf",
    "NumberedOrder",
    "Opening",
    "Place",
    "SettleDispute",
    "Severity",
    "author_forked",
    "card_disputes",
    "dispute_id",
    "disputes_of",
    "equal_numbers",
    "key_uses",
    "keys_used_twice",
    "lineage_forked",
    "number_ranks",
    "open_disputes",
    "resolutions_of",
    "stock_disputes",
    "two_tabs",
]
