"""How much one link may have on its way: as many bytes as it lately carried in a few seconds.

Rules of this file:
1. A Pong tells that everything before its Ping has arrived: nothing else is needed to know what a
   link carries, and the system below is not asked.
2. Bytes sent without a pause and arrived within a time are a rate that the link has at least. It
   only raises the window: on a fast link it never stands in the way.
3. A Ping that itself needed longer than that time found too much before it: less from then on.
4. A new link is unknown. What it is sent at first passes at 1 kB/s within the time, too.

Why: a frame counts only when it is whole. One that needs longer than the silence that the receiver
grants would end the link, and be sent again, and end it again.
"""

from typing import Final

FIRST_BYTES: Final = 2048  # until the first Pong: two seconds of 1 kB/s
LEAST_BYTES: Final = 512  # about one change, which passes whole or not at all
MOST_BYTES: Final = 1024 * 1024  # five full answers: more brings no link more
_PAUSE: Final = 0.1  # of the time; who sent nothing for so long began anew
_SHORTEST: Final = 0.001  # seconds; clocks that stand still are not infinitely fast links


class Pace:
    """One direction of one link.

    seconds: what is on its way shall arrive within.
    """

    def __init__(self, seconds: float) -> None:
        self.window = float(FIRST_BYTES)
        self._seconds = seconds
        self._sent = 0  # bytes so far
        self._arrived = 0  # of them, as the last Pong told
        self._last = float("-inf")
        self._began = 0, 0.0  # what was sent without a pause: from which byte, since when
        self._asked: tuple[int, int, float, tuple[int, float]] | None = None
        self._waits_since = 0.0  # for the Pong

    @property
    def room(self) -> float:
        """Bytes that may follow now; more than one frame of any size never overdraws it."""
        return self.window - (self._sent - self._arrived)

    @property
    def half_full(self) -> bool:
        """So much is on its way that it is time to ask whether it arrived."""
        return self.room <= self.window / 2

    def seconds_for(self, size: float) -> float:
        """How long the link needs for `size` bytes, as far as is known."""
        return size * self._seconds / self.window if self._arrived else 0.0

    def sent(self, size: int, now: float) -> None:
        """A frame of `size` bytes goes out."""
        if now - self._last > self._seconds * _PAUSE:
            self._began = self._sent, now
        self._sent += size
        self._last = now

    def asked(self, now: float) -> None:
        """The last frame was a Ping."""
        self._asked = self._sent, self._sent - self._arrived, now, self._began
        self._waits_since = now

    def presume(self, now: float) -> None:
        """A Pong that is late may be lost: go on, by one window in the time."""
        if self._asked is not None and now - self._waits_since > self._seconds:
            self._arrived, self._waits_since = self._sent, now

    def answered(self, now: float) -> None:
        """Its Pong came."""
        if self._asked is None:
            return
        sent, on_way, asked, (first, began) = self._asked
        self._asked, self._arrived = None, max(self._arrived, sent)
        if now - asked > self._seconds:
            carried = on_way * self._seconds / (now - asked)
            self.window = max(LEAST_BYTES, min(self.window, carried))
        else:
            carried = (sent - first) * self._seconds / max(now - began, _SHORTEST)
            self.window = max(self.window, min(MOST_BYTES, carried))
