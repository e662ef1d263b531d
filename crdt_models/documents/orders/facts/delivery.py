"""Where an order goes, and to whom: the only fact of an order that tells of a customer as a person.

Rules of this file:
1. Everything personal stands in one field, which `PERSONAL` names, and is shown on the order alone:
   no row of a read model, no kitchen ticket, no dispute, no log line repeats it.
2. A change is signed and never rewritten. So what is to be forgotten one day has to be sealed when
   it is written: a vault will put a fact of its own in this one's place, with the same field under
   a key that can be thrown away, and this one stays for what was written before.
3. One register for all of it. Two that correct it at terminals that do not hear each other never
   make an address of two halves: the later stamp is shown whole, the same everywhere, and the next
   correction replaces both.
"""

from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from crdt_models.documents.fields import FactRefs, NameOrNone, Note
from crdt_models.fact import Fact

Phone = Annotated[str, Meta(max_length=40)]
Brief = Annotated[str, Meta(max_length=20)]


class Delivery(msgspec.Struct, frozen=True, omit_defaults=True):
    """name: who receives it. number: of the house. complement: flat, block. reference: what it is
    near to. All empty: nothing is known."""

    name: NameOrNone = ""
    phone: Phone = ""
    street: NameOrNone = ""
    number: Brief = ""
    complement: NameOrNone = ""
    district: NameOrNone = ""
    city: NameOrNone = ""
    postal_code: Brief = ""
    reference: Note = ""


class DeliverySet(Fact, frozen=True, tag="delivery_set"):
    """Where it goes, from now on. A register of the order."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"replaces"})
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"delivery"})

    delivery: Delivery
    replaces: FactRefs = ()
