"""What this peer holds, as it tells others: the tips of every chain and the gaps below them.

Rules of this file:
1. A tip is a stored change with no stored child. The Have lists every tip with the ids missing
   below it, so it covers everything stored, and equal Haves mean equal sets (unless `more` is set).
2. Chains belong to one device: a `previous` of another device is no parent, so nobody can hide
   another's tip by naming it.
3. Kept in memory and moved by each commit; the log is read once, at the start, and afterwards only
   where a device has a fork and a gap at the same time.
4. The log may be ahead of what was told here, and what one commit stored may be told in any order.
   The end is the same as if the log had been read anew.
5. Above a limit the greatest (sequence, tip) are listed and `more` is set.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Protocol

from crdt_models.ids import ChangeId, DeviceId, Epoch
from crdt_models.replication.frames import encode_message
from crdt_models.replication.messages import (
    MAX_ENTRIES,
    MAX_ENTRIES_PER_DEVICE,
    MAX_MISSING,
    Have,
    HaveEntry,
)

# Of the 2,000 missing ids that a message holds: what one device invents leaves room for the others.
MISSING_LISTED_OF_A_DEVICE = 500
MISSING_IN_A_WANT = 64
MAX_PRESUMED = 1000  # fork points and parents told after their children; both are rare


class Tip(Protocol):
    """A stored change with no stored child."""

    @property
    def device(self) -> DeviceId: ...
    @property
    def epoch(self) -> Epoch: ...
    @property
    def sequence(self) -> int: ...
    @property
    def id(self) -> ChangeId: ...


class Header(Tip, Protocol):
    """A change without its facts. `crdt_models.change.Change` is one."""

    @property
    def previous(self) -> tuple[ChangeId, ...]: ...


class Gap(Protocol):
    """missing: an id that is not stored · below: the stored change that names it."""

    @property
    def missing(self) -> ChangeId: ...
    @property
    def below(self) -> ChangeId: ...


class LogReader(Protocol):
    """What replication asks of the log. Every answer speaks of committed changes only."""

    def holds(self, change: ChangeId, /) -> bool: ...
    def holds_many(self, changes: Iterable[ChangeId], /) -> frozenset[ChangeId]:
        """Those of `changes` that are stored."""

    def header(self, change: ChangeId, /) -> Header | None: ...
    def headers_of(
        self, device: DeviceId, /, *, below: int | None = None, limit: int | None = None
    ) -> Sequence[Header]:
        """A device's changes with sequence < below, descending by (sequence, id)."""

    def author_headers(self, device: DeviceId, epoch: Epoch, limit: int, /) -> Sequence[Header]:
        """The oldest changes of one author: the first is its `author_opened`."""

    def data(self, changes: Iterable[ChangeId], /) -> list[bytes]:
        """Original bytes in the given order. Raises KeyError for one that is not stored."""

    def children(self, change: ChangeId, /) -> frozenset[ChangeId]: ...
    def tips(self) -> Sequence[Tip]: ...
    def missing(self) -> Sequence[Gap]: ...


class _Chain:
    """One tip and what is missing below it."""

    __slots__ = ("missing", "tip")

    def __init__(self, tip: Tip, missing: set[ChangeId]) -> None:
        self.tip = tip
        self.missing = missing


class Holdings:
    """Tips and gaps of one log. `version` rises with every change of them."""

    def __init__(self, log: LogReader) -> None:
        self._log = log
        self._chains: dict[DeviceId, dict[ChangeId, _Chain]] = {}
        # device → missing id → the least sequence of a stored change that names it
        self._gaps: dict[DeviceId, dict[ChangeId, int]] = {}
        # Parents taken for stored long ago; if told later, one was stored just now (rule 4).
        self._presumed: OrderedDict[ChangeId, None] = OrderedDict()
        self.version = 0
        self._walked: tuple[ChangeId | None, int, Set[ChangeId]] = None, 0, frozenset()
        self.gap_version = 0  # rises when a gap opens or is filled
        self._frame: tuple[int, Have, bytes] | None = None
        self._load()

    def add(self, headers: Iterable[Header]) -> None:
        """Note newly stored changes, in any order. Each must be given exactly once."""
        oldest_first = sorted(headers, key=lambda header: header.sequence)
        waiting = {header.id for header in oldest_first}
        for header in oldest_first:
            waiting.remove(header.id)
            self._add(header, waiting)
            self.version += 1

    def have(self) -> tuple[Have, bytes]:
        """The Have of this moment and its frame."""
        if self._frame is None or self._frame[0] != self.version:
            have = self._make_have()
            self._frame = (self.version, have, encode_message(have))
        return self._frame[1], self._frame[2]

    def entries_of(self, device: DeviceId) -> tuple[HaveEntry, ...]:
        """What a Want says of one device: its entries with a few of the gaps, for it only spares
        bytes."""
        chains = sorted(self._chains.get(device, {}).values(), key=_rank, reverse=True)
        return _entries(chains[:MAX_ENTRIES_PER_DEVICE], MISSING_IN_A_WANT)[0]

    def is_tip(self, device: DeviceId, change: ChangeId) -> bool:
        return change in self._chains.get(device, {})

    def gaps(self, device: DeviceId) -> Mapping[ChangeId, int]:
        """Missing ids of a device → the least sequence of a stored change that names each."""
        return self._gaps.get(device, {})

    def missing_below(self, device: DeviceId, tip: ChangeId) -> set[ChangeId] | None:
        """What is missing below a tip of ours, not to be changed; None when `tip` is no tip."""
        chain = self._chains.get(device, {}).get(tip)
        return None if chain is None else chain.missing

    def heights(self) -> dict[DeviceId, int]:
        """Each device's greatest stored sequence."""
        return {
            device: max(chain.tip.sequence for chain in chains.values())
            for device, chains in self._chains.items()
        }

    # -- moving

    def _add(self, header: Header, waiting: Set[ChangeId]) -> None:
        chains = self._chains.setdefault(header.device, {})
        if header.id in chains:
            return  # it was in the log already when that was read
        missing = self._below(header, waiting)
        for parent in header.previous:
            chains.pop(parent, None)  # it has a child now; what it missed is in `missing`
        presumed = header.id in self._presumed
        if presumed:
            del self._presumed[header.id]
            for chain in self._chains_above(header, {}):
                chain.missing |= missing
        if not self._fill(header) and not presumed:
            chains[header.id] = _Chain(header, missing)
            return
        for chain in chains.values():
            if header.id in chain.missing:
                chain.missing.discard(header.id)
                chain.missing |= missing

    def _fill(self, header: Header) -> bool:
        """It is nobody's gap any more. True when a stored change of its own device names it."""
        named = False
        for device in [each for each, gaps in self._gaps.items() if header.id in gaps]:
            del self._gaps[device][header.id]
            self.gap_version += 1
            if not self._gaps[device]:
                del self._gaps[device]
            if device == header.device:
                named = True
                continue
            for chain in self._chains[device].values():  # a hostile device names another's change
                chain.missing.discard(header.id)
        return named

    def _below(self, header: Header, waiting: Set[ChangeId]) -> set[ChangeId]:
        """What is missing below `header`. Notes the ids it names that are not stored."""
        chains = self._chains[header.device]
        if len(header.previous) == 1 and header.previous[0] in chains:
            return chains[header.previous[0]].missing  # the usual case: the tip moves up by one
        found: set[ChangeId] = set()
        for parent in header.previous:
            if parent in chains:
                found |= chains[parent].missing
            elif self._is_gap(header.device, parent, waiting):
                gaps = self._gaps.setdefault(header.device, {})
                gaps[parent] = min(gaps.get(parent, header.sequence), header.sequence)
                found.add(parent)
                self.gap_version += 1
            else:
                self._presume(parent)
                if self._gaps.get(header.device):
                    found |= self._missing_under(header.device, parent, waiting)
        return found

    def _is_gap(self, device: DeviceId, change: ChangeId, waiting: Set[ChangeId]) -> bool:
        if change in waiting or change in self._gaps.get(device, {}):
            return True
        return not self._log.holds(change)

    def _presume(self, parent: ChangeId) -> None:
        self._presumed[parent] = None
        if len(self._presumed) > MAX_PRESUMED:
            self._presumed.popitem(last=False)

    def _missing_under(
        self, device: DeviceId, parent: ChangeId, waiting: Set[ChangeId]
    ) -> Set[ChangeId]:
        """`_walk_down`, once for all forks at one place."""
        if self._walked[:2] != (parent, self.gap_version):
            found = self._walk_down(device, parent, waiting)
            self._walked = parent, self.gap_version, found
        return self._walked[2]

    def _walk_down(
        self, device: DeviceId, start: ChangeId, waiting: Set[ChangeId]
    ) -> set[ChangeId]:
        """What is missing below a stored change that is no tip: a fork above a gap, so rare."""
        gaps = self._gaps[device]
        found: set[ChangeId] = set()
        seen = {start}
        stack = [start]
        while stack:
            change = stack.pop()
            header = None if change in waiting else self._log.header(change)
            if header is None:
                found |= {change} & gaps.keys()
            elif header.device == device:
                stack.extend(each for each in header.previous if each not in seen)
                seen.update(header.previous)
        return found

    # -- starting

    def _load(self) -> None:
        for tip in self._log.tips():
            self._chains.setdefault(tip.device, {})[tip.id] = _Chain(tip, set())
        known: dict[ChangeId, Set[ChangeId]] = {}
        for gap in self._log.missing():
            below = self._log.header(gap.below)
            assert below is not None, "a gap is named by a stored change"
            gaps = self._gaps.setdefault(below.device, {})
            gaps[gap.missing] = min(gaps.get(gap.missing, below.sequence), below.sequence)
            for chain in self._chains_above(below, known):
                chain.missing.add(gap.missing)

    def _chains_above(
        self, below: Header, known: dict[ChangeId, Set[ChangeId]]
    ) -> Iterator[_Chain]:
        """The chains whose tip reaches `below` through stored changes. known: the tips above a
        change, as far as earlier calls found out."""
        chains = self._chains.get(below.device, {})
        if len(chains) == 1:  # every stored change of the device stands below its only tip
            yield from chains.values()
            return
        stack = [below.id]
        while stack:
            change = stack[-1]
            if change in known:
                stack.pop()
                continue
            children = () if change in chains else self._log.children(change)
            unknown = [each for each in children if each not in known]
            if unknown:
                stack += unknown
                continue
            known[change] = (
                {change} if change in chains else set().union(*(known[each] for each in children))
            )
        yield from (chains[tip] for tip in known[below.id])

    # -- telling

    def _make_have(self) -> Have:
        more = False
        listed: list[_Chain] = []
        for device in sorted(self._chains):
            chains = sorted(self._chains[device].values(), key=_rank, reverse=True)
            more = more or len(chains) > MAX_ENTRIES_PER_DEVICE
            listed += chains[:MAX_ENTRIES_PER_DEVICE]
        entries, cut = _entries(listed[:MAX_ENTRIES])
        return Have(entries, more or cut or len(listed) > MAX_ENTRIES)


def _rank(chain: _Chain) -> tuple[int, ChangeId]:
    return chain.tip.sequence, chain.tip.id


def _entries(
    chains: Iterable[_Chain], of_a_device: int = MISSING_LISTED_OF_A_DEVICE
) -> tuple[tuple[HaveEntry, ...], bool]:
    """Entries in wire order, and whether missing ids had to be left out.

    of_a_device: how many missing ids are listed of each device.
    """
    room = MAX_MISSING
    room_of: dict[DeviceId, int] = {}
    entries: list[HaveEntry] = []
    cut = False
    for chain in sorted(chains, key=lambda each: (each.tip.device, each.tip.id)):
        tip = chain.tip
        left = min(room, room_of.setdefault(tip.device, of_a_device))
        missing = tuple(sorted(chain.missing)[:left]) if left and chain.missing else ()
        cut = cut or len(missing) < len(chain.missing)
        room -= len(missing)
        room_of[tip.device] -= len(missing)
        entries.append(HaveEntry(tip.device, tip.epoch, tip.sequence, tip.id, missing))
    return tuple(entries), cut
