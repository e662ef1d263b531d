"""Mutants of anti-entropy: what is told of holdings, what is asked for, and what is answered.

Where a bug needs more changes than a small service has, its mutant also lets answers carry few
changes at a time (`_few`), which alone does no harm.
"""

from typing import Any

from msgspec.structs import replace

from crdt_models.replication import anti_entropy, compose, gossip
from crdt_models.replication.arrivals import Arrivals
from crdt_models.replication.frames import encode_message
from crdt_models.replication.gossip import Gossip
from crdt_models.replication.holdings import Holdings
from crdt_models.replication.messages import Holds
from crdt_models.replication.wants import WantBook, _Miss
from simulations.mutants.patching import Patcher, mutant

FEW = 12  # changes in an answer
LATE = 10.0**9  # seconds: never, in any run


def _few(patch: Patcher) -> None:
    def around(before: Any) -> Any:
        return lambda log, want, room: before(log, replace(want, limit=min(FEW, want.limit)), room)

    patch.wrap(compose, "answer", around)


@mutant("partition_halves", "partition_one", relay=False, scenes=("seventy_two_hours_offline",))
def nobody_compares(patch: Patcher) -> None:
    """There is gossip and no Have: what a cut swallowed stays lost."""

    def around(before: Any) -> Any:
        def of_repair(link: Any, outlook: Any, now: float) -> Any:
            link.have_due = False
            yield from before(link, outlook, now)

        return of_repair

    patch.wrap(compose, "_of_repair", around)


@mutant("disk_full", relay=False, scenes=("stored_next_door",))
def holds_what_it_only_heard(patch: Patcher) -> None:
    """Asked what it has stored, it names all it was asked for: the disk is not looked at."""

    def around(before: Any) -> Any:
        def of_peers(link: Any, outlook: Any, now: float) -> Any:
            if link.inquired:
                yield encode_message(Holds(link.inquired))
                link.inquired = ()
            yield from before(link, outlook, now)

        return of_peers

    patch.wrap(compose, "_of_peers", around)


@mutant("left_for_ever", "database_lost", relay=False, scenes=("newcomer_in_the_rush",))
def tells_of_its_own_only(patch: Patcher) -> None:
    """A Have lists the sender's own chain: what it learned from others it gives to nobody."""

    def begin(before: Any) -> Any:
        def init(self: Any, me: Any, *rest: Any, **named: Any) -> None:
            before(self, me, *rest, **named)
            self._holdings._own = me.device

        return init

    def make(before: Any) -> Any:
        def make_have(self: Any) -> Any:
            have = before(self)
            own = tuple(each for each in have.entries if each.device == self._own)
            return replace(have, entries=own)

        return make_have

    patch.wrap(Gossip, "__init__", begin)
    patch.wrap(Holdings, "_make_have", make)


@mutant("image_restored", "partition_one", relay=False)
def equal_heights_believed(patch: Patcher) -> None:
    """Who is as far as we are has nothing for us: sequences are compared, not tips."""

    def around(before: Any) -> Any:
        def missing_from(mine: Any, theirs: Any, held: Any, **named: Any) -> Any:
            heights = mine.heights()
            higher = [each for each in theirs if each.sequence > heights.get(each.device, 0)]
            return before(mine, higher, held, **named)

        return missing_from

    patch.wrap(gossip, "missing_from", around)


@mutant("frames_dropped", relay=False)
def gap_below_a_push_not_seen(patch: Patcher) -> None:
    """A change whose predecessor is missing counts as complete."""
    patch.put(Holdings, "_below", lambda self, header, waiting: set())


@mutant("joined", "database_lost", relay=False, scenes=("newcomer_in_the_rush",))
def only_tips_asked_for(patch: Patcher) -> None:
    """Gaps are not asked for: a newcomer has the end of each chain and never its middle."""

    def around(before: Any) -> Any:
        def missing_from(*given: Any, **named: Any) -> Any:
            return [wanted for wanted in before(*given, **named) if wanted.is_tip]

        return missing_from

    _few(patch)
    patch.wrap(gossip, "missing_from", around)


@mutant("joined", "image_restored", relay=False, scenes=("restored_alone",))
def answered_oldest_first(patch: Patcher) -> None:
    """An answer brings the oldest of what is asked: below an old fork the same ones, for ever."""

    def around(before: Any) -> Any:
        def run(self: Any) -> Any:
            limit, self._want = self._want.limit, replace(self._want, limit=500)
            return before(self)[-limit:]

        return run

    _few(patch)
    patch.wrap(anti_entropy._Walk, "run", around)


@mutant("joined", "database_lost", relay=False, scenes=("newcomer_in_the_rush",))
def answers_without_openings(patch: Patcher) -> None:
    """An answer does not bring the author_opened of what it holds: it waits for ever."""

    def around(before: Any) -> Any:
        def fitting(log: Any, newest_first: Any, named: Any, room: Any) -> Any:
            return before(log, newest_first, {header.epoch for header in newest_first}, room)

        return fitting

    _few(patch)
    patch.wrap(anti_entropy, "_fitting", around)


@mutant("disk_full", "disk_read_only", relay=False, scenes=("no_room_for_what_comes",))
def arriving_for_ever(patch: Patcher) -> None:
    """What was handed to the writer is never asked for again, even if the disk refused it."""
    patch.put(Arrivals, "give_up", lambda self, now: False)


@mutant("disk_full", "disk_read_only", relay=False, scenes=("no_room_for_what_comes",))
def one_miss_is_for_ever(patch: Patcher) -> None:
    """Who did not answer once is never asked for that again."""

    def around(before: Any) -> Any:
        def miss(self: Any, asked: Any, *rest: Any) -> None:
            before(self, asked, *rest)
            record = self._record(asked.link)
            record.misses[asked.wanted.id] = _Miss(1, LATE)

        return miss

    patch.wrap(WantBook, "_miss", around)


@mutant("image_restored", "image_cloned", relay=False, scenes=("cloned_disk",))
def tips_stay_when_a_fork_comes(patch: Patcher) -> None:
    """Holdings keep one chain a device: a second branch takes the first one's place."""

    def around(before: Any) -> Any:
        def add(self: Any, header: Any, waiting: Any) -> None:
            before(self, header, waiting)
            chains = self._chains[header.device]
            if header.id in chains:
                self._chains[header.device] = {header.id: chains[header.id]}

        return add

    patch.wrap(Holdings, "_add", around)
