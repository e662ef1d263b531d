"""This device's own chain: its boot's epoch, the next sequence, the clock and the business day.

Rules of this file:
1. An epoch is one boot, opened lazily by the first write, with a change of its own that holds
   `author_opened`. A restored or cloned disk therefore never continues an old chain.
2. `Authorship` is a value. A batch works on its own copy; only a durable commit puts the new value
   in place, so what was not committed never had a sequence.
3. The business day is what most clocks say now: our own and the linked neighbours', a voice each;
   between two halves our own decides. Only clocks are asked, never the days in use, or terminals
   that were wrong together would confirm each other for ever. So a wrong day ends with the wrong
   clocks, and order numbers must not need that days only rise.
"""

from collections.abc import Callable, Sequence
from statistics import median_high, median_low

import msgspec

from crdt_models.certificates import AuthorOpened
from crdt_models.change import Change, Signer, Unsigned, sign_change
from crdt_models.documents.command import Moment
from crdt_models.fact import Fact, known_tags
from crdt_models.hybrid_logical_clock import next_stamp
from crdt_models.ids import (
    EPOCH_BYTES,
    SHORT_BYTES,
    TERMINALS,
    ChangeId,
    CommandId,
    DeviceId,
    DocumentId,
    Epoch,
    OperatorId,
    SiteId,
)
from peer.environment import Dice
from peer.identity.membership import BUILD_SECONDS

BUILD_DAY = BUILD_SECONDS // 86_400  # a clock that says less is certainly wrong
SLACK_MS = 60 * 60 * 1000  # between clocks that are right: a year's drift, or summer time forgotten


class Credentials(msgspec.Struct, frozen=True):
    """Who writes here. chain: encoded certificate chain. letters: for order numbers."""

    site: SiteId
    device: DeviceId
    letters: str
    chain: bytes
    signer: Signer
    program: str


class Authorship(msgspec.Struct, frozen=True, kw_only=True):
    """Where the own chain stands.

    epoch: None until this boot's first write. previous: what the next change names. sequence, hlc:
    greatest used. day: last used. remote: greatest stamp seen from others.
    """

    epoch: Epoch | None = None
    previous: tuple[ChangeId, ...] = ()
    sequence: int = 0
    hlc: int = 0
    day: int = 0
    remote: int | None = None

    def heard(self, hlc: int) -> "Authorship":
        """With a stamp from another device taken into account."""
        if self.remote is not None and self.remote >= hlc:
            return self
        return msgspec.structs.replace(self, remote=hlc)


class Author:
    """Writes changes in the name of this device. Holds no state between writes."""

    def __init__(
        self,
        credentials: Credentials,
        dice: Dice,
        wall_ms: Callable[[], int],
        day_of: Callable[[int], int],
    ) -> None:
        self._credentials = credentials
        self._dice = dice
        self._wall_ms = wall_ms
        self._day_of = day_of

    def clock_day(self) -> int:
        """The business day by our own clock, for neighbours to hear; 0: it is certainly wrong."""
        own = self._day_of(self._wall_ms())
        return own if own >= BUILD_DAY else 0

    def business_day(self, state: Authorship, neighbours: Sequence[int]) -> int:
        """The day that a change written now belongs to (days since 1970-01-01).

        neighbours: the `clock_day` of each.
        """
        now = self._wall_ms()
        own = self._day_of(now)
        clocks = [day for day in (own, *neighbours) if day >= BUILD_DAY]
        if not clocks:
            return max(state.day, own)
        day = min(max(own, median_low(clocks)), median_high(clocks))
        # A day that was begun is not left for the minutes by which clocks differ about its hour.
        begun = self._day_of(now - SLACK_MS) <= day < state.day <= self._day_of(now + SLACK_MS)
        return state.day if begun else day

    def write(
        self,
        state: Authorship,
        facts: Sequence[tuple[DocumentId, Fact]],
        *,
        command: CommandId,
        operator: OperatorId | None,
        day: int,
    ) -> tuple[Authorship, list[Change]]:
        """Sign one command's facts, opening the epoch first when this boot has not written yet."""
        written: list[Change] = []
        if state.epoch is None:
            opened = AuthorOpened(
                self._credentials.chain, self._credentials.program, tuple(known_tags())
            )
            epoch = Epoch(self._dice.random_bytes(EPOCH_BYTES))
            state = msgspec.structs.replace(state, epoch=epoch)
            opening = CommandId(self._dice.random_bytes(SHORT_BYTES))
            state, change = self._sign(state, [(TERMINALS, opened)], opening, None, day)
            written.append(change)
        state, change = self._sign(state, facts, command, operator, day)
        return state, [*written, change]

    def _sign(
        self,
        state: Authorship,
        facts: Sequence[tuple[DocumentId, Fact]],
        command: CommandId,
        operator: OperatorId | None,
        day: int,
    ) -> tuple[Authorship, Change]:
        assert state.epoch is not None
        stamp = next_stamp(state.hlc, self._wall_ms(), state.remote)
        unsigned = Unsigned(
            site=self._credentials.site,
            device=self._credentials.device,
            epoch=state.epoch,
            sequence=state.sequence + 1,
            previous=state.previous,
            hlc=stamp,
            business_day=day,
            operator=operator,
            command_id=command,
            seen=0,  # rosters come with the staff document; until then every author has seen none
            facts=tuple(facts),
        )
        change = sign_change(unsigned, self._credentials.signer)
        following = msgspec.structs.replace(
            state, previous=(change.id,), sequence=change.sequence, hlc=stamp, day=day
        )
        return following, change


def utc_moment(wall_ms: int) -> Moment:
    """Weekday and minute of a time in ms, in Greenwich."""
    days, ms = divmod(wall_ms, 86_400_000)
    return Moment((days + 3) % 7, ms // 60_000)  # 1970-01-01 was a Thursday
