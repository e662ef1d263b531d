"""Whether somebody may write what a command decided: asked once, for all commands, of the facts.

Rules of this file:
1. It is asked at the terminal where the command is given, of the staff as that terminal knows it.
2. What takes a role is named in the staff's document, in the same change, with what the right to it
   rests on; writings about the staff name that themselves.
3. A grant is good for one act in one document, and for one command.
4. A shop is never locked by a writing from elsewhere: where nobody has a PIN yet, nobody is asked
   for a role. Otherwise one hostile terminal that writes a first owner would stop all others.
"""

from collections.abc import Sequence

import msgspec

from crdt_models.documents.command import Read
from crdt_models.documents.staff.acts import Act, act_of
from crdt_models.documents.staff.commands import staff_view
from crdt_models.documents.staff.errors import AuthorisationUsed, NotAuthorised
from crdt_models.documents.staff.facts import ActAllowed
from crdt_models.documents.staff.view import StaffView
from crdt_models.fact import Fact
from crdt_models.ids import STAFF, CreatedId, DocumentId, OperatorId


class Grant(msgspec.Struct, frozen=True):
    """What a manager allowed somebody else, once. id: 16 random bytes."""

    id: CreatedId
    by: OperatorId
    act: Act
    document: DocumentId


def allowed(
    read: Read,
    who: OperatorId | None,
    facts: Sequence[tuple[DocumentId, Fact]],
    grant: Grant | None = None,
    *,
    asks: bool = True,
) -> list[tuple[DocumentId, Fact]]:
    """What is to be written beside `facts`. who: None when nobody said who it is. asks: whether
    anybody can say so at this terminal; where nobody can, only the staff itself is guarded. Raises
    NotAuthorised, AuthorisationUsed."""
    staff = staff_view(read)
    if not staff.knows_roles:
        return []
    guards_all = asks or who is not None or grant is not None
    asked = {
        (document, act): None
        for document, fact in facts
        if (guards_all or document == STAFF) and (act := act_of(fact))
    }
    found = [_allowed(staff, who, document, act, grant) for document, act in asked]
    return [(STAFF, each) for each in found if each.document != STAFF]


def _allowed(
    staff: StaffView, who: OperatorId | None, document: DocumentId, act: Act, grant: Grant | None
) -> ActAllowed:
    if who is not None and staff.may(who, act):
        return ActAllowed(document=document, act=act, by=who, authority=staff.authority(who, act))
    if grant is None or (grant.document, grant.act) != (document, act):
        raise NotAuthorised(act=act, least=staff.least(act))
    if not staff.may(grant.by, act):
        raise NotAuthorised(act=act, least=staff.least(act))
    if any(each.fact.grant == grant.id for each in staff.all(ActAllowed)):
        raise AuthorisationUsed
    authority = staff.authority(grant.by, act)
    return ActAllowed(document=document, act=act, by=grant.by, grant=grant.id, authority=authority)
