"""What the uplink tells people: its state for the badge, its figures, and its last exchanges.

Nothing here decides anything; `uplink` writes, screens read.
"""

from collections import deque
from collections.abc import Callable
from enum import StrEnum

import msgspec

from peer.uplink.relay_client import RelayFailure

LOG_LENGTH = 500  # exchanges: about 40 minutes at the default interval


class State(StrEnum):
    """What the sync badge shows, and the code under which the API says it."""

    WAITING = "aguardando"
    SYNCING = "sincronizando"
    SYNCED = "sincronizado"
    DIVERGENT = "com_divergencia"
    OFFLINE = "offline"
    FAILED = "erro"


class UplinkStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What the relay has of this terminal's log.

    relay: its address · online: the last exchange succeeded · pending: changes that no receipt
    covers · through: everything up to this position of the log is with the relay · set_aside:
    changes that the relay did not keep · attempts: failures in a row · losses: how often the relay
    had lost what it had vouched for · times: ms since 1970, None for never.
    """

    state: str
    relay: str
    online: bool
    pending: int
    through: int
    set_aside: int
    attempts: int
    losses: int
    last_success_ms: int | None
    last_attempt_ms: int | None
    last_error: str | None


class SyncLogRow(msgspec.Struct, frozen=True, kw_only=True):
    """One exchange with the relay, as the log screen shows it.

    id: rises · kind: `alteracoes`, `comparacao` or `relay` · operation: `envio` or `recebimento` ·
    summary: how much · error: the failure's stable reason, None on success · at_ms: ms since 1970.
    """

    id: int
    kind: str
    operation: str
    summary: str
    success: bool
    error: str | None
    at_ms: int


class Journal:
    """How the exchanges went. Times come from `wall_ms`."""

    def __init__(self, wall_ms: Callable[[], int]) -> None:
        self._wall_ms = wall_ms
        self._rows: deque[SyncLogRow] = deque(maxlen=LOG_LENGTH)
        self._last_id = 0
        self.failures = 0
        """Failures in a row."""
        self.losses = 0
        self.failure: RelayFailure | None = None
        self.last_success: int | None = None
        self.last_attempt: int | None = None

    def succeeded(self) -> None:
        """A whole round went well."""
        self.failures, self.failure = 0, None
        self.last_success = self.last_attempt = self._wall_ms()

    def failed(self, failure: RelayFailure) -> None:
        """A round ended early."""
        self.failures += 1
        self.failure = failure
        self.last_attempt = self._wall_ms()

    def note(self, kind: str, operation: str, summary: str, error: str | None = None) -> None:
        """One exchange. error: why it failed."""
        self._last_id += 1
        self._rows.append(
            SyncLogRow(
                id=self._last_id,
                kind=kind,
                operation=operation,
                summary=summary,
                success=error is None,
                error=error,
                at_ms=self._wall_ms(),
            )
        )

    def rows(self, kind: str | None, success: bool | None, limit: int) -> list[SyncLogRow]:
        """The last ones that fit, newest first."""
        fitting = [
            each
            for each in reversed(self._rows)
            if kind in (None, each.kind) and success in (None, each.success)
        ]
        return fitting[: max(0, limit)]
