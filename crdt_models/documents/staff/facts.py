"""What can be written about those who work here.

Rules of this file:
1. Name, role and whether somebody works here are registers, and so is the least role of each act.
   Nobody is deleted: dismissed is not active.
2. `authority` names what the author's right to write this rests on: the writes of his own role and
   of his being here, of the act's least role, and of the role of whom it is about, as he knew them.
   Others judge by exactly these (`judging`), never by what had reached them.
3. The first of all rests on nothing and is written by nobody: an owner, on the first day. Two
   terminals that have not met may both have a first one; both count, and a person is told.
4. Whatever else takes a role is named here by `ActAllowed`, in the change of the act itself: who
   allowed it and what that rests on. A manager who allows one act of somebody else gives it under
   an id of its own (`grant`): used twice, at terminals that were cut off, a person is told.
5. No PIN, nor anything made of one, is ever in a fact.
"""

from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from crdt_models.documents.fields import AnyId, FactRefs, Name, OperatorRef
from crdt_models.fact import Fact

Role = Literal["waiter", "cashier", "manager", "owner"]
DocumentName = Annotated[str, Meta(min_length=1, max_length=60)]
ActName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}\Z")]


class OperatorValues(msgspec.Struct, frozen=True, omit_defaults=True):
    """Fields of an operator. What is left out was not written. active: works here."""

    name: Name | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    active: bool | UnsetType = UNSET


class OperatorAdded(Fact, frozen=True, tag="operator_added"):
    """Somebody begins to work here."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"authority"})

    who: OperatorRef
    name: Name
    role: Role
    authority: FactRefs = ()


class OperatorChanged(Fact, frozen=True, tag="operator_changed"):
    """Registers of somebody were written: those that `values` give."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"replaces", "authority"})

    who: OperatorRef
    values: OperatorValues
    replaces: FactRefs = ()
    authority: FactRefs = ()


class PermissionSet(Fact, frozen=True, tag="permission_set"):
    """The least role of an act was written. An act that this version does not know has no effect
    in it."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"replaces", "authority"})

    act: ActName
    least: Role
    replaces: FactRefs = ()
    authority: FactRefs = ()


class ActAllowed(Fact, frozen=True, tag="act_allowed"):
    """What this very change writes into a document, and takes a role, was allowed.

    by: who allowed it: whoever wrote it, or under a `grant` somebody else. One command that was
    given at two terminals may have been allowed by two.
    """

    RELIES: ClassVar[frozenset[str]] = frozenset({"by", "grant", "authority"})

    document: DocumentName
    act: ActName
    by: OperatorRef
    grant: AnyId | None = None
    authority: FactRefs = ()
