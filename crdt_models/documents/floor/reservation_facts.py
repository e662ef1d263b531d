"""What happens to a reservation: booked, moved, changed, reached by phone, arrived, seated, over.

Rules of this file:
1. It stands in the floor of the service day in which its window begins, and its window does not
   leave that day (`service_day`): so whatever could clash with it stands in the same document.
2. When and where is one register, never half of two; who comes is another; the phone a third, in a
   fact of its own. Of concurrent writes the later stamp is shown. `PERSONAL` names the fields that
   tell of a person.
3. Two terminals may book one table for overlapping times: both stand and are a dispute, see
   `disputes`.
"""

from typing import Annotated, ClassVar, Literal, TypeAlias

from msgspec import Meta

from crdt_models.documents.fields import (
    FactRefs,
    Minute,
    Name,
    Note,
    OrderRef,
    People,
    Phone,
    Reason,
    ReservationRef,
    TableRef,
)
from crdt_models.fact import Fact

Tables: TypeAlias = Annotated[tuple[TableRef, ...], Meta(max_length=16)]
State = Literal["booked", "arrived", "seated", "no_show", "cancelled"]

DAY_MINUTES = 24 * 60
# A service day begins at 07:00 UTC: 04:00 in Brasília, between 02:00 and 05:00 anywhere in Brazil.
# A constant and no setting, so that every terminal puts a reservation into the same document.
DAY_BEGINS_MINUTES = 7 * 60


class ReservationBooked(Fact, frozen=True, tag="reservation_booked"):
    """Somebody is expected. name: as they said. tables: none while nobody chose one. The window is
    in minutes since 1970-01-01 UTC, its end not included."""

    PERSONAL: ClassVar[frozenset[str]] = frozenset({"name", "note"})

    reservation: ReservationRef
    name: Name
    people: People
    from_minute: Minute
    until_minute: Minute
    tables: Tables = ()
    note: Note = ""

    def __post_init__(self) -> None:
        _check_window(self.from_minute, self.until_minute)


class ReservationMoved(Fact, frozen=True, tag="reservation_moved"):
    """The register of when and where was written, all of it at once."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"replaces"})

    reservation: ReservationRef
    from_minute: Minute
    until_minute: Minute
    tables: Tables = ()
    replaces: FactRefs = ()

    def __post_init__(self) -> None:
        _check_window(self.from_minute, self.until_minute)


class ReservationChanged(Fact, frozen=True, tag="reservation_changed"):
    """The register of who comes was written, all of it at once."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"replaces"})
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"name", "note"})

    reservation: ReservationRef
    name: Name
    people: People
    note: Note = ""
    replaces: FactRefs = ()


class ReservationContact(Fact, frozen=True, tag="reservation_contact"):
    """The register of how to reach them was written."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"replaces"})
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"phone"})

    reservation: ReservationRef
    phone: Phone | None = None
    replaces: FactRefs = ()


class ReservationMarked(Fact, frozen=True, tag="reservation_marked"):
    """What became of it. order: what they were seated with, when it was known. `booked` takes an
    earlier mark back.

    Of concurrent marks the one that somebody saw with his eyes is shown, not the one that somebody
    guessed: seated before arrived before cancelled before no_show.
    """

    RELIES: ClassVar[frozenset[str]] = frozenset({"replaces"})

    reservation: ReservationRef
    state: State
    order: OrderRef | None = None
    reason: Reason = ""
    replaces: FactRefs = ()


def service_day(minute: int) -> int:
    """The day of a minute since 1970-01-01 UTC, as days since then."""
    return (minute - DAY_BEGINS_MINUTES) // DAY_MINUTES


def _check_window(begin: int, end: int) -> None:
    if end <= begin:
        raise ValueError("a reservation ends after it begins")
