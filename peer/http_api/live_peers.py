"""The other terminals, live: who came, who went, who lags.

Rules of this file:
1. Links and lags are states of this moment and stand in no log: they are told to who follows now,
   and never told again to who resumes. `GET /api/sync/malha` has all of it.
2. What lasts less than LAG_SECONDS is no lag: claims arrive a moment before what they claim.
3. Without followers nothing is looked at.
"""

from crdt_models.hybrid_logical_clock import iso
from crdt_models.ids import DeviceId
from crdt_models.pedido import JsonObject
from peer.http_api.api import Api
from peer.http_api.lag_map import lag_map
from peer.http_api.members import known_members
from peer.http_api.shown import MILLISECOND_BITS
from peer.live_events import LiveEvents
from peer.live_sightings import EventType

LAG_SECONDS = 5.0


class LivePeers:
    """Compares what it sees with what was told. `look` whenever something may have changed."""

    def __init__(self, api: Api, events: LiveEvents) -> None:
        self._api = api
        self._events = events
        self._linked: set[str] | None = None
        self._behind: dict[DeviceId, float] = {}  # since when (monotonic)
        self._lagging: set[str] = set()

    def look(self) -> None:
        """Tell what is new. The first look, and the first after nobody followed, tells nothing."""
        if self._api.mesh is None or not any(self._events.connections().values()):
            self._linked = None
            return
        statistics = self._api.mesh.statistics()
        talking = {it.peer.hex() for it in statistics.links.values() if it.state == "talking"}
        lagging = self._lasting(
            {device for device, lag in statistics.lag.items() if lag.claimed > lag.known}
        )
        if self._linked is None:
            self._linked, self._lagging = talking, lagging
        if (talking, lagging) != (self._linked, self._lagging):
            self._tell(talking, lagging)
            self._linked, self._lagging = talking, lagging

    def _lasting(self, behind: set[DeviceId]) -> set[str]:
        now = self._api.environment.monotonic()
        self._behind = {device: self._behind.get(device, now) for device in behind}
        lasting = {it for it, since in self._behind.items() if now - since >= LAG_SECONDS}
        return {device.hex() for device in lasting}

    def _tell(self, talking: set[str], lagging: set[str]) -> None:
        assert self._linked is not None, "the first look only remembers"
        rows = lag_map(self._api, known_members(self._api, set()))
        changes: tuple[tuple[EventType, set[str]], ...] = (
            ("peer:online", talking - self._linked),
            ("peer:offline", self._linked - talking),
            ("peer:lagging", lagging ^ self._lagging),
        )
        now = iso(self._api.environment.wall_ms() << MILLISECOND_BITS)
        for kind, devices in changes:
            for row in rows:
                if row["dispositivo"] in devices:
                    self._events.tell_of_now(kind, _shown(row), now)


def _shown(row: dict[str, object]) -> JsonObject:
    return dict(row)
