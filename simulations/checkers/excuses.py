"""What disks and a hostile member excuse: as little as is true, write by write.

Rules of this file:
1. A write is excused when every machine that had committed it lost it to a fault, and nobody holds
   it in the end. What a till answered meanwhile, and what showed it, is no promise either.
2. A write is known by the beginning of its command id, which its Idempotency-Key decides; who wrote
   nothing because all was as it should be relies on what his terminal showed.
3. Of orders that a hostile member signed something about, nothing is promised.
"""

from collections.abc import Collection, Iterator

from crdt_models.ids import KEY_BYTES, ChangeId, command_id_of_key
from simulations.checkers.evidence import Evidence
from simulations.simulator.terminal import SimTerminal
from simulations.simulator.world import ORDER, World
from simulations.workload.ledger import Attempt, Deed
from simulations.workload.promises import Excused, Excuses


class WorldExcuses(Excuses):
    """Of one run that is over."""

    def __init__(self, evidence: Evidence) -> None:
        world = evidence.world
        held = {change for copy in evidence.copies for change in copy.changes}
        lost = {each for each in world.lost if each not in held}
        self._world = world
        self._lost_keys = _keys(world, lost)
        self._kept_keys = _keys(world, held) if lost else frozenset()
        self._shown = _shown(world, lost)
        self._twins = dict(_twins(world))

    def knows(self, order: str) -> bool:
        return order not in self._world.meddled

    def of(self, deed: Deed, attempt: Attempt) -> Excused:
        key = command_id_of_key(self._world.site, deed.key, b"")[:KEY_BYTES]
        wrote = deed.key and key in self._kept_keys
        if deed.key and not wrote and key in self._lost_keys:
            return Excused.WHOLLY
        since = self._shown.get((attempt.letters, deed.order))
        if since is None or attempt.until < since:
            return Excused.NOT
        return Excused.ITS_SIGHT if wrote or not deed.key else Excused.WHOLLY

    def forgot(self, letters: str, shown: float, asked: float) -> bool:
        if letters in self._twins and asked >= self._twins[letters]:
            return True
        return any(
            each.letters == letters and each.since <= shown and shown <= each.at <= asked
            for each in self._world.forgotten
        )


def _keys(world: World, changes: Collection[bytes]) -> frozenset[bytes]:
    """What the keys are known by under which these were written."""
    return frozenset(
        stored.command[:KEY_BYTES]
        for terminal in world.terminals.values()
        for change, stored in terminal.history.items()
        if change in changes
    )


def _shown(world: World, lost: Collection[ChangeId]) -> dict[tuple[str, str], float]:
    """(letters, order) → since when the terminal showed something of it that is lost."""
    found: dict[tuple[str, str], float] = {}
    for terminal in world.terminals.values():
        for change, stored in terminal.history.items():
            for document in stored.documents if change in lost else ():
                place = terminal.letters, document.removeprefix(ORDER)
                found[place] = min(stored.at, found.get(place, stored.at))
    return found


def _twins(world: World) -> Iterator[tuple[str, float]]:
    """Letters under which two machines answer, and since when."""
    for terminal in world.terminals.values():
        if terminal.host != terminal.letters:
            yield terminal.letters, _first_seen(terminal)


def _first_seen(terminal: SimTerminal) -> float:
    return min((each.at for each in terminal.history.values()), default=0.0)
