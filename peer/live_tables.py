"""What followers were last told of each dining table, so that only a visible change is an event.

Rules of this file:
1. A table looks as its JSON does, without version and time: an edit of an order may change nothing
   that anybody sees of its table.
2. Nothing is remembered while nobody follows, and everything is looked at when the first one
   comes. What is not remembered is told.
"""

from collections.abc import Callable, Mapping

from crdt_models.ids import TableId
from crdt_models.pedido import JsonObject
from peer.live_sightings import EventType

Room = Callable[[], Mapping[TableId, JsonObject]]
_OF_THE_VERSION = ("version", "updatedAt")


class ToldTables:
    """See the head of this file."""

    def __init__(self) -> None:
        self._told: dict[TableId, tuple[JsonObject, object]] = {}
        self._is_looking = False

    def look(self, room: Room) -> None:
        """Somebody begins to follow."""
        if not self._is_looking:
            self._is_looking = True
            self._told = {table: _look(shown) for table, shown in room().items()}

    def forget(self) -> None:
        """Nobody follows any more."""
        self._is_looking = False
        self._told.clear()

    def is_news(self, kind: EventType, table: TableId, shown: JsonObject) -> bool:
        """Whether an event of this kind tells something that was not told yet. kind:
        `table:assigned` tells who serves, `table:status:changed` all the rest."""
        known = self._told.get(table)
        if known is None:
            return True
        part = 1 if kind == "table:assigned" else 0
        return known[part] != _look(shown)[part]

    def note(self, table: TableId, shown: JsonObject) -> None:
        """This was told."""
        self._told[table] = _look(shown)


def _look(shown: JsonObject) -> tuple[JsonObject, object]:
    skipped = (*_OF_THE_VERSION, "garcom")
    return {name: value for name, value in shown.items() if name not in skipped}, shown.get(
        "garcom"
    )
