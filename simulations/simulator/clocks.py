"""The wall clock of one simulated machine: it drifts, jumps, and may be wrong by decades.

Nobody's decision may depend on it being right; that is what these clocks are for. Timers
(`monotonic`) follow virtual time: no machine's monotonic clock jumps.
"""

import trio

FRIDAY_MS = 1_796_385_600_000  # 2026-12-04T12:00:00Z, nine in the morning in São Paulo


class WallClock:
    """drift_ppm: millionths by which it runs fast."""

    def __init__(self, start_ms: int = FRIDAY_MS, *, drift_ppm: float = 0.0) -> None:
        self._base_ms = float(start_ms)
        self._since = 0.0
        self._drift_ppm = drift_ppm

    def now_ms(self) -> int:
        """Milliseconds since 1970, as this machine believes."""
        passed = (trio.current_time() - self._since) * 1000
        return max(0, int(self._base_ms + passed * (1 + self._drift_ppm / 1e6)))

    def set(self, ms: int) -> None:
        """The battery died, someone set it, a time server was reached."""
        self._base_ms, self._since = float(ms), trio.current_time()

    def jump(self, ms: int) -> None:
        """Forward, or back when negative."""
        self.set(self.now_ms() + ms)

    def drift(self, ppm: float) -> None:
        """From now on it runs fast by so many millionths."""
        self.set(self.now_ms())
        self._drift_ppm = ppm
