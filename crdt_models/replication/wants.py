"""Who is asked for what, until when, and how often in vain.

Rules of this file:
1. One Want per wanted id at a time, with a deadline; when it passes, another link may be asked.
   Whatever new comes from the link meanwhile puts the deadline off: it answers one after the other.
2. A Want that brought nothing is a miss. From the second miss a (link, id) pair waits 1, 2, 4 … 16
   intervals. Anything new from a link resets its misses: nobody is discounted for good.
3. From the third miss the claim leaves the lag figures.
4. One tip of a device is asked for at a time, for two tips of one device would bring the same
   changes twice; but a link with misses holds up nobody.
5. What a lying peer can cost is bounded: few Wants at a time, few misses an interval.
"""

from collections.abc import Iterable, Mapping

import msgspec

from crdt_models.ids import ChangeId
from crdt_models.replication.anti_entropy import Wanted

MAX_IN_FLIGHT = 16  # Wants of one link; each brings up to 500 changes
MAX_MISSES = 64  # of one link in one interval; beyond it the link is not asked until the next
LONGEST_WAIT = 16  # intervals
LONGEST_ANSWERING = 16  # intervals: all that are in flight, answered one an interval
LAG_MISSES = 3  # a claim with so many misses is not counted as lag


class _Asked(msgspec.Struct):
    link: int
    wanted: Wanted
    until: float
    latest: float  # whatever else comes from the link: it may be withholding just this


class _Miss(msgspec.Struct, frozen=True):
    count: int
    until: float  # not asked again before


class _Record:
    """What one link did with our Wants."""

    __slots__ = ("in_flight", "missed_now", "misses", "next_window", "tainted")

    def __init__(self) -> None:
        self.in_flight = 0
        self.misses: dict[ChangeId, _Miss] = {}
        self.missed_now = 0  # in the window that ends at `next_window`
        self.next_window = 0.0
        self.tainted = False  # it missed and has brought nothing new since


class WantBook:
    """All Wants of one peer. interval: T, seconds · deadline: seconds that an answer may take."""

    def __init__(self, interval: float, deadline: float) -> None:
        self._interval = interval
        self._deadline = deadline
        self._asked: dict[ChangeId, _Asked] = {}
        self._records: dict[int, _Record] = {}

    # -- asking

    def choose(
        self, claims: Mapping[int, Iterable[Wanted]], now: float
    ) -> tuple[list[tuple[int, Wanted]], float | None]:
        """Which link to ask for what, noted as asked; and when a waiting pair is due again.

        claims: link → what its peer has and we want. The link with the fewest misses for an id is
        asked, then the least busy one, then the lowest number.
        """
        offers: dict[ChangeId, list[tuple[int, int, int, Wanted]]] = {}
        due: float | None = None
        for link, wanted in claims.items():
            record = self._record(link)
            if record.in_flight >= MAX_IN_FLIGHT:
                continue  # whatever ends one of its Wants asks again
            for each in wanted:
                if each.id in self._asked:
                    continue
                wait = self._waits_until(record, each.id, now)
                if wait > now:
                    due = wait if due is None else min(due, wait)
                    continue
                offers.setdefault(each.id, []).append(
                    (self.misses(link, each.id), record.in_flight, link, each)
                )
        chosen: list[tuple[int, Wanted]] = []
        for offer in sorted(offers.values(), key=lambda offer: min(offer)[0]):
            found = self._ask_first(offer, now)
            if found is not None:
                chosen.append(found)
        return chosen, due

    def _ask_first(
        self, offers: list[tuple[int, int, int, Wanted]], now: float
    ) -> tuple[int, Wanted] | None:
        for _, _, link, wanted in sorted(offers, key=lambda offer: offer[:3]):
            record = self._record(link)
            if record.in_flight < MAX_IN_FLIGHT and not self._held_up(wanted):
                latest = now + self._interval * LONGEST_ANSWERING
                self._asked[wanted.id] = _Asked(link, wanted, now + self._deadline, latest)
                record.in_flight += 1
                return link, wanted
        return None

    def _held_up(self, wanted: Wanted) -> bool:
        """Rule 4."""
        return wanted.is_tip and any(
            asked.wanted.is_tip
            and asked.wanted.device == wanted.device
            and not self._record(asked.link).tainted
            for asked in self._asked.values()
        )

    def _waits_until(self, record: _Record, change: ChangeId, now: float) -> float:
        if record.missed_now >= MAX_MISSES and now < record.next_window:
            return record.next_window
        miss = record.misses.get(change)
        return now if miss is None else miss.until

    # -- what came of it

    def arrived(self, changes: Iterable[ChangeId]) -> bool:
        """They are stored. True when a Want ended by it."""
        ended = [self._asked.pop(change) for change in changes if change in self._asked]
        for asked in ended:
            self._record(asked.link).in_flight -= 1
        return bool(ended)

    def progress(self, link: int, now: float) -> bool:
        """Something new came from `link` (rules 1 and 2). True when it had misses to forgive."""
        record = self._record(link)
        if record.in_flight:
            until = now + self._deadline
            for asked in self._asked.values():
                if asked.link == link:
                    asked.until = min(until, asked.latest)
        if not record.tainted:
            return False
        record.misses.clear()
        record.missed_now = 0
        record.tainted = False
        return True

    def answered_in_vain(self, link: int, change: ChangeId, now: float) -> bool:
        """An answer brought nothing new. False when this was not asked of this link."""
        asked = self._asked.get(change)
        if asked is None or asked.link != link:
            return False
        self._miss(asked, now)
        return True

    def expire(self, now: float) -> list[int]:
        """Count what passed its deadline as misses; the link of each."""
        late = [asked for asked in self._asked.values() if asked.until <= now]
        for asked in late:
            self._miss(asked, now)
        return [asked.link for asked in late]

    def forget(self, link: int) -> None:
        """The link is gone; what it was asked for may be asked of others at once."""
        self._asked = {key: asked for key, asked in self._asked.items() if asked.link != link}
        self._records.pop(link, None)

    def keep_only(self, link: int, wanted: Iterable[Wanted]) -> None:
        """Drop the misses of ids that `link` claims no longer, so that liars fill no memory."""
        misses = self._record(link).misses
        if misses:
            claimed = {each.id for each in wanted}
            for change in misses.keys() - claimed:
                del misses[change]

    def _miss(self, asked: _Asked, now: float) -> None:
        del self._asked[asked.wanted.id]
        record = self._record(asked.link)
        record.in_flight -= 1
        if now >= record.next_window:
            record.next_window = now + self._interval
            record.missed_now = 0
        record.missed_now += 1
        record.tainted = True
        count = self.misses(asked.link, asked.wanted.id) + 1
        wait = 0.0 if count == 1 else self._interval * min(2 ** (count - 2), LONGEST_WAIT)
        record.misses[asked.wanted.id] = _Miss(min(count, 100), now + wait)

    # -- asking about it

    def misses(self, link: int, change: ChangeId) -> int:
        miss = self._record(link).misses.get(change)
        return 0 if miss is None else miss.count

    def next_deadline(self) -> float | None:
        return min((asked.until for asked in self._asked.values()), default=None)

    @property
    def in_flight(self) -> int:
        return len(self._asked)

    def _record(self, link: int) -> _Record:
        record = self._records.get(link)
        if record is None:
            record = self._records[link] = _Record()
        return record
