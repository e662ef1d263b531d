"""What one peer may cost us on a link: frames, bytes that bring nothing, refused changes.

Token buckets: each refills at its rate up to what may come at once.
"""

from typing import Final

FRAMES_PER_SECOND: Final = 2000  # sustained; one push a frame at twice the fastest author we know
FRAMES_AT_ONCE: Final = 10_000  # after a pause
# What is told or repeated costs us work and brings nothing to store. The largest Have of the
# largest shop (248 kB, one a second) needs a quarter of this; beyond it the link is read slower.
BYTES_PER_SECOND: Final = 1024 * 1024
BYTES_AT_ONCE: Final = 8 * 1024 * 1024  # after a pause
REFUSED_LIMIT: Final = 200  # refused changes, forgiven at one a second; beyond it: close the link


class Patience:
    """Times are monotonic seconds."""

    def __init__(self, now: float) -> None:
        self._frames = float(FRAMES_AT_ONCE)
        self._frames_at = now
        self._bytes = float(BYTES_AT_ONCE)
        self._bytes_at = now
        self._refused = 0.0
        self._refused_at = now

    def admits_frame(self, now: float) -> bool:
        """One more frame came. False: it is a flood."""
        gained = (now - self._frames_at) * FRAMES_PER_SECOND
        self._frames = min(FRAMES_AT_ONCE, self._frames + gained) - 1
        self._frames_at = now
        return self._frames >= 0

    def charge(self, size: int, now: float) -> None:
        """`size` bytes were looked at that hold no new change."""
        gained = (now - self._bytes_at) * BYTES_PER_SECOND
        self._bytes = min(BYTES_AT_ONCE, self._bytes + gained) - size
        self._bytes_at = now

    def pause(self, now: float) -> float:
        """Seconds for which nothing more is to be read: a peer that talks too much waits."""
        owed = -self._bytes / BYTES_PER_SECOND
        return max(0.0, owed - (now - self._bytes_at))

    def admits_refused(self, count: int, now: float) -> bool:
        """`count` changes more were refused. False: that is no accident any more."""
        self._refused = max(0.0, self._refused - (now - self._refused_at)) + count
        self._refused_at = now
        return self._refused <= REFUSED_LIMIT
