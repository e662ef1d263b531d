"""What a manager asks of the settings.

Rules of this file:
1. What is so already is not written again, and a write names every head of the registers it writes.
2. A station or printer that is taken out may still be named by products: they go by the key.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import UNSET

from crdt_models.documents.command import Command, Context, Decision, Read
from crdt_models.documents.fields import MAX_MENTIONS
from crdt_models.documents.settings.facts import SettingsChanged, SettingsValues
from crdt_models.documents.settings.view import (
    KEYED,
    UNWRITTEN,
    Place,
    SettingsView,
    written,
)
from crdt_models.ids import SETTINGS, DocumentId, FactId


class ChangeSettings(Command, frozen=True, kw_only=True, tag="change_settings"):
    """Writes what `values` give. Raises InvalidField."""

    values: SettingsValues

    def reads(self) -> tuple[DocumentId, ...]:
        return (SETTINGS,)

    def plan(self, read: Read, context: Context) -> Decision:
        view = settings_view(read)
        changed = {
            place: value
            for place, value in written(self.values)
            if len(view.register(place).heads) > 1 or _now(view, place) != value
        }
        return Decision(tuple((SETTINGS, fact) for fact in _facts(view, changed)))


def settings_view(read: Read) -> SettingsView:
    """The settings."""
    view = read(SETTINGS)
    assert isinstance(view, SettingsView), "the kind of a document decides its view"
    return view


def _now(view: SettingsView, place: Place) -> Any:
    """What a register holds, written or not."""
    unwritten = None if place.field in KEYED else getattr(UNWRITTEN, place.field)
    return view.register(place).value(unwritten)


def _facts(view: SettingsView, changed: Mapping[Place, Any]) -> list[SettingsChanged]:
    """One fact; one for each register where more concurrent writes stand than a fact can name."""
    if not changed:
        return []
    heads = {place: view.register(place).replaced_next for place in changed}
    united = {head for each in heads.values() for head in each}
    if len(united) <= MAX_MENTIONS:
        return [_fact(changed, united)]
    return [_fact({place: value}, set(heads[place])) for place, value in changed.items()]


def _fact(changed: Mapping[Place, Any], replaces: set[FactId]) -> SettingsChanged:
    given: dict[str, Any] = {}
    for place, value in changed.items():
        if place.field in KEYED:
            given.setdefault(place.field, {})[place.key] = value
        else:
            given[place.field] = value
    assert UNSET not in given.values(), "only what is given is written"
    return SettingsChanged(values=SettingsValues(**given), replaces=tuple(sorted(replaces)))
