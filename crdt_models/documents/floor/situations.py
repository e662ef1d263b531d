"""What a person must decide about the floor of a day; `disputes` makes disputes of it."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from crdt_models.documents.floor.reservations import clashes
from crdt_models.documents.floor.view import FloorView
from crdt_models.ids import FactId


class Situation(NamedTuple):
    """What may need a person. facts: the evidence."""

    kind: Literal["reservation_clash"]
    subject: str
    facts: tuple[FactId, ...]


def situations_of_floor(floor: FloorView) -> Iterator[Situation]:
    """Two reservations of one table at one time: both stand, and where each was put is the
    evidence, so that it is asked again when one is moved and they still clash."""
    for one, other in clashes(floor.reservations.values()):
        subject = f"{one.id.hex()}:{other.id.hex()}"
        placed = (each.places.current for each in (one, other))
        yield Situation(
            "reservation_clash", subject, tuple(each.id for each in placed if each is not None)
        )
