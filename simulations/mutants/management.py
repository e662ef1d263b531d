"""Mutants of the shop's settings."""

from typing import Any

from msgspec import UNSET

from crdt_models.documents.settings import commands, view
from crdt_models.documents.settings.view import Place, SettingsView
from simulations.mutants.patching import Patcher, mutant


@mutant(scenes=("two_managers_one_shop",))
def printers_are_one_list(patch: Patcher) -> None:
    """All printers are one value: who adds one apart takes out the other's."""

    def written(values: Any) -> Any:
        given = ((Place(field), getattr(values, field)) for field in view.FIELDS)
        return [(place, value) for place, value in given if value is not UNSET]

    for module in (view, commands):
        patch.put(module, "KEYED", frozenset())
        patch.put(module, "written", written)


@mutant(scenes=("two_managers_one_shop",))
def first_setting_stays(patch: Patcher) -> None:
    """Of two writes of one setting the first counts, seen or not."""
    true = SettingsView.__dict__["registers"]

    def registers(self: SettingsView) -> Any:
        return {place: _First(each) for place, each in true._compute(self).items()}

    patch.put(SettingsView, "registers", property(registers))


@mutant(scenes=("two_managers_one_shop",))
def a_form_is_one_field(patch: Patcher) -> None:
    """Of what a manager changes at once only one field is written."""

    def around(before: Any) -> Any:
        return lambda settings, changed: before(settings, dict(list(changed.items())[:1]))

    patch.wrap(commands, "_facts", around)


class _First:
    """A register whose first write counts."""

    def __init__(self, true: Any) -> None:
        self._true = true

    def value(self, default: Any) -> Any:
        return self._true.writes[0].value

    def __getattr__(self, name: str) -> Any:
        return getattr(self._true, name)
