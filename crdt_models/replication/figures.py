"""Named numbers of replication: what passed, who lags, by how much. They decide nothing."""

import msgspec

from crdt_models.ids import DeviceId


class LinkFigures(msgspec.Struct):
    """What passed over one link, counted by this end.

    frames and bytes in both directions · haves_out: Haves sent · pushed, answered: changes sent as
    gossip and in answers · dropped: pushes for which the queue was full · received: changes ·
    refused: changes that the node refused · ignored: messages of a newer minor · wants, misses:
    asked, and asked in vain.
    """

    frames_in: int = 0
    bytes_in: int = 0
    frames_out: int = 0
    bytes_out: int = 0
    haves_out: int = 0
    pushed: int = 0
    answered: int = 0
    dropped: int = 0
    received: int = 0
    refused: int = 0
    ignored: int = 0
    wants: int = 0
    misses: int = 0

    def add(self, more: "LinkFigures") -> None:
        """Add each number of `more` to this one's."""
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(more, name))


class Lag(msgspec.Struct, frozen=True):
    """Sequences of one device. known: greatest stored here · claimed: greatest known or claimed."""

    known: int
    claimed: int


class LinkStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """One link.

    state: greeting, talking or closed · letters, program: what the peer says it is · wanted: ids it
    claims and we lack · in_step: its last Have equals ours · claims: the greatest sequence of each
    device in that Have · neighbours: whom it says it is linked to · round_trip: seconds ·
    clock_difference_ms: its clock minus ours, for show.
    """

    peer: DeviceId
    state: str
    letters: str
    program: str
    wanted: int
    in_step: bool
    claims: dict[DeviceId, int]
    neighbours: frozenset[DeviceId]
    round_trip: float | None
    clock_difference_ms: int | None
    figures: LinkFigures


class Statistics(msgspec.Struct, frozen=True, kw_only=True):
    """One peer's replication. total: over all links, closed ones included."""

    links: dict[int, LinkStatistics]
    total: LinkFigures
    lag: dict[DeviceId, Lag]
    wants_in_flight: int
