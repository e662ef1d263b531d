"""The one knob of replication, and what follows from it."""

import msgspec


class GossipSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One knob and one bound; everything else follows from them.

    interval: T, seconds between two Haves on a link (± a quarter). Shorter finds losses sooner and
    costs one small frame per link more often · queue_bytes: pushes kept for a slow link.
    """

    interval: float = 2.0
    queue_bytes: int = 1024 * 1024  # about 3,000 changes

    @property
    def want_deadline(self) -> float:
        """Seconds an answer may take: two intervals, so that a busy peer is not called a liar."""
        return 2 * self.interval

    @property
    def silence(self) -> float:
        """Seconds without a frame: five Haves missed in a row are no accident."""
        return 5 * self.interval

    @property
    def on_way(self) -> float:
        """Seconds that anything sent may need: with as much before its Pong far from silence."""
        return 1.5 * self.interval
