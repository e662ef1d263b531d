"""Whether somebody may write what a command decided: asked once, for all commands, of the facts.

It is asked at the terminal where the command is given, of the staff as that terminal knows it.
"""

from collections.abc import Iterable

from crdt_models.documents.command import Read
from crdt_models.documents.staff.acts import act_of
from crdt_models.documents.staff.commands import staff_view
from crdt_models.documents.staff.errors import NotAuthorised
from crdt_models.fact import Fact
from crdt_models.ids import DocumentId, OperatorId


def check_may_write(
    read: Read, who: OperatorId | None, facts: Iterable[tuple[DocumentId, Fact]]
) -> None:
    """who: None when nobody said who it is. Raises NotAuthorised."""
    staff = staff_view(read)
    for _, fact in facts:
        act = act_of(fact)
        if act is not None and not staff.may(who, act):
            raise NotAuthorised(act=act, least=staff.least(act))
