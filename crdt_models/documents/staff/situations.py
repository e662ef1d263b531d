"""What a person must look at in the staff; `disputes` makes disputes of it.

Rule of this file: a subject is the act's own command and place, so that it stays the same whichever
telling of it came first.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from crdt_models.documents.staff.view import StaffView
from crdt_models.documents.view import Once
from crdt_models.ids import FactId


class Situation(NamedTuple):
    """What may need a person. facts: the evidence."""

    kind: Literal[
        "unauthorised_act", "act_of_dismissed_operator", "authorisation_used_twice", "founded_twice"
    ]
    subject: str
    facts: tuple[FactId, ...]


def situations_of_staff(staff: StaffView) -> Iterator[Situation]:
    """Every situation of the staff."""
    for each in staff.unauthorised:
        yield Situation("unauthorised_act", _subject(each), (each.id,))
    for each, against in staff.overtaken:
        yield Situation("act_of_dismissed_operator", _subject(each), (each.id, *against))
    for grant, acts in staff.grants_used_twice.items():
        yield Situation("authorisation_used_twice", grant, acts)
    if len(staff.foundings) > 1:
        yield Situation("founded_twice", staff.document, staff.foundings)


def _subject(act: Once) -> str:  # type: ignore[type-arg]  # of any kind
    command, index = act.entry.command_key
    return f"{command.hex()}:{index}"
