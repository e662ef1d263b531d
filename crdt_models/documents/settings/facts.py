"""What can be written about the shop as a whole. Money in centavos, rates in basis points.

Rules of this file:
1. Every field of `SettingsValues` is a register, and so is every name in `stations`, `printers` and
   `flags`: two managers cut off from each other who add a printer each have both afterwards. A
   fact writes what it gives and touches nothing else.
2. `replaces` names the writes that the author saw of what is given; one list serves all of it.
3. Where two of them wrote one register apart the greatest stamp counts; nobody is asked, and the
   audit has the other. No bill and no past day moves by it: what counts is copied into facts.
4. A field may be added (an older version passes over it), never reused.
"""

from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from crdt_models.documents.fields import (
    CentavosOrZero,
    FactRefs,
    FlagName,
    Name,
    NameOrNone,
    ServiceType,
)
from crdt_models.fact import Fact

MAX_NAMED = 100  # stations, printers or flags that one fact writes
LATEST_CUTOFF = 12 * 60 - 1  # a later one would be the next day's noon

Rate = Annotated[int, Meta(ge=0, le=10_000)]
Cutoff = Annotated[int, Meta(ge=0, le=LATEST_CUTOFF)]
Key = Annotated[str, Meta(min_length=1, max_length=40)]
Address = Annotated[str, Meta(max_length=200)]
Columns = Annotated[int, Meta(ge=16, le=64)]
PrinterKind = Literal["network", "usb", "file"]


class Station(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where things are made; products and lines name it by its key."""

    name: Name


class Printer(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where something is printed. address: `host:port`, a device or a file, by its kind. stations:
    keys of those whose tickets come here. prints_bills: bills and receipts come here too."""

    name: Name
    kind: PrinterKind
    address: Address
    columns: Columns = 48
    stations: Annotated[tuple[Key, ...], Meta(max_length=MAX_NAMED)] = ()
    prints_bills: bool = False


class SettingsValues(msgspec.Struct, frozen=True, omit_defaults=True):
    """Settings. What is left out was not written.

    name, tax_number (CNPJ), address, phone: of the shop, as on a receipt · service_basis_points:
    its habit, written into orders of `service_types` for which nobody says otherwise · day_cutoff:
    minute of the day at which the business day ends; None: each terminal's own · couvert_centavos:
    of one person, minimum_centavos: least consumption of an order; both are written into orders of
    `service_types` as they are opened · cash_tolerance_centavos: difference of a drawer that needs
    no explanation, written into a shift as it is closed · stations, printers, flags: by key; None
    takes one out.
    """

    name: NameOrNone | UnsetType = UNSET
    tax_number: NameOrNone | UnsetType = UNSET
    address: Address | UnsetType = UNSET
    phone: NameOrNone | UnsetType = UNSET
    service_basis_points: Rate | UnsetType = UNSET
    service_types: Annotated[tuple[ServiceType, ...], Meta(max_length=8)] | UnsetType = UNSET
    day_cutoff: Cutoff | UnsetType | None = UNSET
    couvert_centavos: CentavosOrZero | UnsetType = UNSET
    minimum_centavos: CentavosOrZero | UnsetType = UNSET
    cash_tolerance_centavos: CentavosOrZero | UnsetType = UNSET
    stations: Annotated[dict[Key, Station | None], Meta(max_length=MAX_NAMED)] | UnsetType = UNSET
    printers: Annotated[dict[Key, Printer | None], Meta(max_length=MAX_NAMED)] | UnsetType = UNSET
    flags: Annotated[dict[FlagName, bool | None], Meta(max_length=MAX_NAMED)] | UnsetType = UNSET


class SettingsChanged(Fact, frozen=True, tag="settings_changed"):
    """Registers of the shop were written: those that `values` give."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"replaces"})

    values: SettingsValues
    replaces: FactRefs = ()
