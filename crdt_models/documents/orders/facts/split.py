"""How a bill is split among people. It moves no figure of the bill."""

from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from crdt_models.documents.fields import (
    CentavosOrZero,
    FactRefs,
    LineRef,
    NameOrNone,
    PeopleOrNone,
    ShareRef,
    Thousandths,
)
from crdt_models.fact import Fact


class ShareOfLine(msgspec.Struct, frozen=True, array_like=True):
    """How much of a line somebody takes: thousandths of a unit, 500 of a pizza for two."""

    line: LineRef
    thousandths: Thousandths


class Share(msgspec.Struct, frozen=True, omit_defaults=True):
    """What somebody pays: lines, an amount, and a part of what then is left for each of `people`;
    any of the three, or several. name: of whoever it is."""

    share: ShareRef
    name: NameOrNone = ""
    lines: Annotated[tuple[ShareOfLine, ...], Meta(max_length=512)] = ()
    centavos: CentavosOrZero = 0
    people: PeopleOrNone = 0


class BillSplit(Fact, frozen=True, tag="bill_split"):
    """Who pays what; no shares: nobody in particular. A register: of two splits made apart the one
    with the greatest stamp is shown, payments keep the share that they name."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"replaces"})

    shares: Annotated[tuple[Share, ...], Meta(max_length=200)]
    replaces: FactRefs = ()
