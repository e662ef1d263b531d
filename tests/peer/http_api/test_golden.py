"""What front ends that shops already have were promised, answer by answer: see `golden`."""

from typing import Any

import pytest

from peer.uplink.journal import SyncLogRow, UplinkStatus
from tests.peer.http_api.golden import FILES, Golden, conversation
from tests.peer.http_api.served import Served

NAMES = sorted(path.stem for path in FILES.glob("*.json"))
NOON_MS = 1_792_065_600_000  # 2026-10-15T12:00:00Z


class Cloud:
    """A relay that has everything once it was asked to exchange."""

    def __init__(self) -> None:
        self.has_all = False

    def status(self) -> UplinkStatus:
        return UplinkStatus(
            state="sincronizado" if self.has_all else "offline",
            relay="https://relay.example:3001",
            online=self.has_all,
            pending=0 if self.has_all else 2,
            through=2 if self.has_all else 0,
            set_aside=0,
            attempts=0 if self.has_all else 3,
            losses=0,
            last_success_ms=NOON_MS if self.has_all else None,
            last_attempt_ms=NOON_MS,
            last_error=None if self.has_all else "unreachable",
        )

    def log(self, *, kind: str | None, success: bool | None, limit: int) -> list[SyncLogRow]:
        rows = [
            SyncLogRow(
                id=number,
                kind="alteracoes",
                operation="envio",
                summary="2 alterações",
                success=number == 2,
                error=None if number == 2 else "unreachable",
                at_ms=NOON_MS,
            )
            for number in (2, 1)
        ]
        return [each for each in rows if success is None or each.success is success][:limit]

    def request_now(self) -> bool:
        self.has_all = True
        return True

    def is_synced(self, document: object) -> bool:
        return self.has_all


@pytest.mark.parametrize("name", NAMES)
async def test_a_golden_conversation_goes_as_it_is_written(at_a_socket: Any, name: str) -> None:
    options = {"uplink": Cloud()} if name == "cloud" else {}
    async with at_a_socket(**options) as served:
        served.shop.environment.now_ms, served.shop.environment.step_ms = NOON_MS, 0
        await Golden(served).play(conversation(name))


async def test_a_conversation_that_goes_otherwise_is_told_where(served: Served) -> None:
    steps = [{"asks": "GET /api/sync/pendentes", "status": 200, "answer": {"pendentes": 1}}]
    with pytest.raises(AssertionError, match=r"answer.total is new.*0 instead of 1"):
        await Golden(served).play(steps)
