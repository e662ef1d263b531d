"""What a manager asks of the staff.

Rules of this file:
1. The first operator is an owner, whatever was asked for: somebody must be able to add the others.
2. What is so already is not written again; a write names every head that it replaces.
3. The last owner stays an owner and stays here, as far as this terminal knows.
"""

from typing import Any

from msgspec import UNSET

from crdt_models.documents.command import Command, Context, Decision, InvalidField, Read
from crdt_models.documents.staff.acts import ACTS, Act, rank
from crdt_models.documents.staff.errors import LastOwner, NotAuthorised, UnknownOperator
from crdt_models.documents.staff.facts import (
    OperatorAdded,
    OperatorChanged,
    OperatorValues,
    PermissionSet,
    Role,
)
from crdt_models.documents.staff.view import Operator, StaffView
from crdt_models.ids import STAFF, DocumentId, OperatorId


class _StaffCommand(Command, frozen=True, kw_only=True):
    """Base of the commands on the staff."""

    def reads(self) -> tuple[DocumentId, ...]:
        return (STAFF,)


class AddOperator(_StaffCommand, frozen=True, kw_only=True, tag="add_operator"):
    """Creates `operator`. Raises NotAuthorised for a role above one's own."""

    name: str
    role: Role = "waiter"

    def plan(self, read: Read, context: Context) -> Decision:
        staff = staff_view(read)
        who = OperatorId(context.new_id(0))
        if not staff.knows_roles:
            first = OperatorAdded(who=who, name=self.name, role="owner")
            return Decision(((STAFF, first),), {"operator": context.new_id(0)})
        _check_rank(staff, context.operator, self.role)
        authority = staff.authority(context.operator, "edit_staff")
        added = OperatorAdded(who=who, name=self.name, role=self.role, authority=authority)
        return Decision(((STAFF, added),), {"operator": context.new_id(0)})


class ChangeOperator(_StaffCommand, frozen=True, kw_only=True, tag="change_operator"):
    """Writes the fields that `values` give; `active` false dismisses. Raises UnknownOperator,
    LastOwner, and NotAuthorised for a role above one's own."""

    who: OperatorId
    values: OperatorValues

    def plan(self, read: Read, context: Context) -> Decision:
        staff = staff_view(read)
        operator = known_operator(staff, self.who)
        given, heads = _differing(operator, self.values)
        if not given:
            return Decision(())
        _check_rank(staff, context.operator, operator.role, given.get("role", operator.role))
        _check_owner_left(staff, operator, given)
        changed = OperatorChanged(
            who=self.who,
            values=OperatorValues(**given),
            replaces=tuple(sorted(heads)),
            authority=staff.authority(context.operator, "edit_staff", self.who),
        )
        return Decision(((STAFF, changed),))


class SetPermission(_StaffCommand, frozen=True, kw_only=True, tag="set_permission"):
    """Sets the least role of an act. Raises InvalidField for an act that there is not."""

    act: Act
    least: Role

    def plan(self, read: Read, context: Context) -> Decision:
        staff = staff_view(read)
        if self.act not in ACTS:
            raise InvalidField(reason=f"there is no act {self.act}")
        register = staff.permissions.get(self.act)
        heads = () if register is None else register.replaced_next
        if len(heads) < 2 and staff.least(self.act) == self.least:
            return Decision(())
        authority = staff.authority(context.operator, "edit_permissions")
        written = PermissionSet(act=self.act, least=self.least, replaces=heads, authority=authority)
        return Decision(((STAFF, written),))


def staff_view(read: Read) -> StaffView:
    """The staff."""
    view = read(STAFF)
    assert isinstance(view, StaffView), "the kind of a document decides its view"
    return view


def known_operator(staff: StaffView, who: OperatorId) -> Operator:
    """Raises UnknownOperator."""
    found = staff.operators.get(who)
    if found is None:
        raise UnknownOperator(operator=who.hex())
    return found


def _differing(operator: Operator, values: OperatorValues) -> tuple[dict[str, Any], set[Any]]:
    """(fields that would say something else, heads of their registers)."""
    given: dict[str, Any] = {}
    heads: set[Any] = set()
    for field, register in operator.registers.items():
        value = getattr(values, field)
        if value is not UNSET and (len(register.heads) > 1 or register.value(None) != value):
            given[field] = value
            heads |= set(register.replaced_next)
    return given, heads


def _check_rank(staff: StaffView, who: OperatorId | None, *roles: Role) -> None:
    """Nobody makes, or changes, somebody above himself."""
    operator = None if who is None else staff.operators.get(who)
    for role in roles if staff.knows_roles else ():
        if operator is None or rank(operator.role) < rank(role):
            raise NotAuthorised(act="edit_staff", least=role)


def _check_owner_left(staff: StaffView, operator: Operator, given: dict[str, Any]) -> None:
    stays = given.get("active", operator.is_active) and (
        given.get("role", operator.role) == "owner"
    )
    if not stays and [each.id for each in staff.owners] == [operator.id]:
        raise LastOwner(name=operator.name)
