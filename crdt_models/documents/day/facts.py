"""What can happen to a business day: it is closed, and closed again while somebody was missing.

Rules of this file:
1. A day's money is what was told under that business day, wherever: a shift that goes on past the
   cut-off has its part in both days.
2. A closing carries its figures for ever and names how far its author knew each terminal (`seen`):
   what that does not reach is no part of it, whenever and in whatever order it arrives.
3. Nobody's bill changes by it: a version that knows no such day may skip it.
"""

from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from crdt_models.documents.cash.facts import ByMethod
from crdt_models.documents.fields import AnyId, FactRefs, Note
from crdt_models.documents.stock.facts import SEEN_BYTES
from crdt_models.fact import Fact
from crdt_models.ids import DEVICE_BYTES, DeviceId

MAX_SHIFTS = 150  # of one day: with all their figures they still fit into one change

Device = Annotated[DeviceId, Meta(min_length=DEVICE_BYTES, max_length=DEVICE_BYTES)]
Devices = Annotated[tuple[Device, ...], Meta(max_length=512)]
Shifts = Annotated[tuple[AnyId, ...], Meta(max_length=MAX_SHIFTS)]
DIGEST_BYTES = 32
Digest = Annotated[bytes, Meta(min_length=DIGEST_BYTES, max_length=DIGEST_BYTES)]
Seen = Annotated[bytes, Meta(min_length=SEEN_BYTES, max_length=SEEN_BYTES)]


class DayMoney(msgspec.Struct, frozen=True, omit_defaults=True):
    """Centavos by method."""

    payments: ByMethod = msgspec.field(default_factory=dict)
    refunds: ByMethod = msgspec.field(default_factory=dict)
    tips: ByMethod = msgspec.field(default_factory=dict)
    tip_returns: ByMethod = msgspec.field(default_factory=dict)


class ShiftOfDay(msgspec.Struct, frozen=True, omit_defaults=True):
    """What fell into one shift under this business day."""

    shift: AnyId
    money: DayMoney = DayMoney()


class DayFigures(msgspec.Struct, frozen=True, omit_defaults=True):
    """total: what orders and accounts say. shifts: by id. no_shift: of the total what fell into no
    drawer. beyond: what drawers were told of beside the total, one payment in two of them, say. For
    each method: shifts + no_shift − beyond = total. counted: SHA-256 of every deed, see `money`:
    two closings that counted other money are never alike, whatever it comes to."""

    total: DayMoney = DayMoney()
    shifts: Annotated[tuple[ShiftOfDay, ...], Meta(max_length=MAX_SHIFTS)] = ()
    no_shift: DayMoney = DayMoney()
    beyond: DayMoney = DayMoney()
    counted: Digest = bytes(DIGEST_BYTES)


class DayClosed(Fact, frozen=True, tag="day_closed"):
    """The day with its result; its date is the document's. seen: how far the author knew each
    terminal, as of `StockCounted`. missing: members of whom nobody could say whether all had come.
    open_shifts: of those, as far as known. replaces: closings of this day that the author knew."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"seen", "missing", "open_shifts", "replaces"})

    figures: DayFigures
    note: Note = ""
    seen: Annotated[tuple[Seen, ...], Meta(max_length=512)] = ()
    missing: Devices = ()
    open_shifts: Shifts = ()
    replaces: FactRefs = ()
