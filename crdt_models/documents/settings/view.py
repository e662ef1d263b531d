"""What the shop's settings are.

Rules of this file:
1. Each plain field is a register, and each key of `stations`, `printers` and `flags` another:
   `register` gives either, by field and key (empty for a plain one).
2. What nobody wrote is as `UNWRITTEN` says. A day cut-off of None is each terminal's own.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from msgspec import UNSET, UnsetType

from crdt_models.documents.register import Register, Write
from crdt_models.documents.settings.facts import (
    Printer,
    SettingsChanged,
    SettingsValues,
    Station,
)
from crdt_models.documents.view import Derived, View

FIELDS: tuple[str, ...] = SettingsValues.__struct_fields__
KEYED = frozenset({"stations", "printers", "flags"})
UNWRITTEN = SettingsValues(
    name="", tax_number="", address="", phone="", service_basis_points=0,
    service_types=("mesa", "comanda"), day_cutoff=None, couvert_centavos=0, minimum_centavos=0,
    cash_tolerance_centavos=0, stations={}, printers={}, flags={},
)  # fmt: skip
"""What each field says before anybody wrote it."""


class Place(NamedTuple):
    """A register: of a field, or of one key of it."""

    field: str
    key: str = ""


class SettingsView(View):
    """The settings of the site."""

    UNDERSTANDS = frozenset({SettingsChanged})

    @Derived
    def registers(self) -> dict[Place, Register[Any]]:
        """Every register that was written."""
        writes: dict[Place, list[Write[Any]]] = {}
        for changed in self.all(SettingsChanged):
            replaces = self.same_all(changed.fact.replaces)
            for place, value in written(changed.fact.values):
                write = Write(changed.id, changed.stamp, value, replaces)
                writes.setdefault(place, []).append(write)
        return {place: Register(found) for place, found in writes.items()}

    def register(self, place: Place) -> Register[Any]:
        """The writes of one place; empty when nobody wrote it."""
        return self.registers.get(place) or Register(())

    @Derived
    def values(self) -> SettingsValues:
        """What holds now, every field of it."""
        found: dict[str, Any] = {field: getattr(UNWRITTEN, field) for field in FIELDS}
        found |= {field: {} for field in KEYED}
        for place in sorted(self.registers):
            value = self.registers[place].value(None)
            if place.field not in KEYED:
                found[place.field] = value
            elif value is not None:
                found[place.field][place.key] = value
        return SettingsValues(**found)

    @property
    def stations(self) -> dict[str, Station]:
        """By key, sorted."""
        return dict(self.values.stations)  # type: ignore[arg-type]  # `values` leaves nothing out

    @property
    def printers(self) -> dict[str, Printer]:
        """By key, sorted."""
        return dict(self.values.printers)  # type: ignore[arg-type]  # the same

    @property
    def flags(self) -> dict[str, bool]:
        """By name, sorted."""
        return dict(self.values.flags)  # type: ignore[arg-type]  # the same

    @property
    def day_cutoff(self) -> int | None:
        """Minute of the day at which the business day ends; None: as each terminal is set up."""
        value = self.values.day_cutoff
        return value if isinstance(value, int) else None

    @property
    def cash_tolerance(self) -> int:
        """Centavos by which a drawer may differ without a question."""
        return _whole(self.values.cash_tolerance_centavos)

    def service_of(self, service_type: str) -> int:
        """Basis points that are the shop's habit for a type of service; 0: none."""
        return self._of_type(service_type, self.values.service_basis_points)

    def couvert_of(self, service_type: str) -> int:
        """Centavos of one person who is served so; 0: none."""
        return self._of_type(service_type, self.values.couvert_centavos)

    def minimum_of(self, service_type: str) -> int:
        """Centavos of the least consumption of an order that is served so; 0: none."""
        return self._of_type(service_type, self.values.minimum_centavos)

    def _of_type(self, service_type: str, value: int | UnsetType) -> int:
        types = self.values.service_types
        assert isinstance(types, tuple), "`values` leaves nothing out"
        return _whole(value) if service_type in types else 0


def _whole(value: int | UnsetType) -> int:
    assert isinstance(value, int), "`values` leaves nothing out"
    return value


def written(values: SettingsValues) -> Iterator[tuple[Place, Any]]:
    """Each register that these values write, and what they write there."""
    for field in FIELDS:
        value = getattr(values, field)
        if value is UNSET:
            continue
        if field in KEYED:
            yield from ((Place(field, key), each) for key, each in value.items())
        else:
            yield Place(field), value
