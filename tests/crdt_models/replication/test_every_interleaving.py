"""A cloned device, two branches, four peers: every interleaving ends equal, and nothing is lost.

A state is what each of the four has received. From each state go all steps that gossip and
anti-entropy permit, and more: the next write of either branch; any single change pushed by whoever
stores it to whoever lacks it; any Want that a comparison gives, answered with all or with one
change. What is lost on the way is the step not taken. Changes, gate, holdings, comparison, wire
forms and answers are the real ones; only the log is the plain one of this folder.
MALHA_FORK=1 adds longer branches. By chance the same is tested, with Gossip and its timers, in
`test_convergence.py`; with nodes on disks in `tests/peer/node/test_every_arrival.py`.
"""

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import permutations
from typing import Any, NamedTuple

import pytest

from crdt_models.change import Change
from crdt_models.change_gate import ChangeGate, key_opened_by
from crdt_models.digests import EMPTY, add, content_digest
from crdt_models.disputes import Opening, lineage_forked
from crdt_models.documents.kinds import empty_view
from crdt_models.ids import TERMINALS, ChangeId, DocumentId, fact_id
from crdt_models.replication.anti_entropy import Wanted, answer, missing_from
from crdt_models.replication.frames import decode_message, encode_message
from crdt_models.replication.holdings import Holdings
from crdt_models.replication.messages import MAX_CHANGES, Changes, Have, Want

LONGER = int(os.environ.get("MALHA_FORK", "0"))
LIMITS = (1, MAX_CHANGES)  # changes in an answer: the fewest, which leaves holes, and the usual
PAST = 0b11  # the two changes from before the disk was copied
LINE = ((2, 0), (3, 2), (1, 3))  # the longest way between the original (0) and its clone (1)

Held = int  # a set of changes: bit n for change n
State = tuple[Held, Held, Held, Held]  # what each peer has received, waiting or stored


class Fork(NamedTuple):
    """The changes, oldest first: the past, then one branch and then the other."""

    changes: tuple[Change, ...]
    length: int

    def branch(self, which: int) -> list[int]:
        begin = 2 + which * self.length
        return list(range(begin, begin + self.length))

    @property
    def everything(self) -> Held:
        return (1 << len(self.changes)) - 1


def forked(writer: Any, branch: str) -> Fork:
    """branch: what each of the two writes, `o` for the opening of a boot, `w` for a sale."""
    changes = [writer.open_epoch("first boot"), writer.write()]
    place = writer.sequence, writer.previous
    for name in ("original", "clone"):
        writer.sequence, writer.previous = place
        for index, kind in enumerate(branch):
            made = writer.open_epoch(f"{name} {index}") if kind == "o" else writer.write()
            changes.append(made)
    return Fork(tuple(changes), len(branch))


def numbers(held: Held) -> Iterator[int]:
    return (number for number in range(held.bit_length()) if held >> number & 1)


class Known:
    """What the gate asks of a log."""

    def __init__(self) -> None:
        self.stored: list[Change] = []

    def signing_key(self, author):
        keys = (key_opened_by(each) for each in self.stored if each.author == author)
        return next((key for key in keys if key is not None), None)

    def vouched(self, change, author):
        return any(change in each.previous for each in self.stored if each.author == author)


class Exchange:
    """What a peer makes of what another tells it, by the real parts; each case worked out once."""

    def __init__(self, fork: Fork, make_log: Callable[[Iterable[Change]], Any]) -> None:
        self.fork = fork
        self._make_log = make_log
        self._number = {change.id: number for number, change in enumerate(fork.changes)}
        self.device = fork.changes[0].device
        self.log = cache(self._log)
        self.holdings = cache(lambda stored: Holdings(self.log(stored)))
        self.stored = cache(self._stored)
        self.wanted = cache(self._wanted)
        self.asked = cache(self._asked)
        self.heard = cache(self._heard)
        self.repaired = cache(self._repaired)

    def changes(self, held: Held) -> list[Change]:
        return [self.fork.changes[each] for each in numbers(held)]

    def held(self, changes: Iterable[ChangeId]) -> Held:
        return sum(1 << self._number[each] for each in changes)

    def _log(self, stored: Held) -> Any:
        return self._make_log(self.changes(stored))

    def _stored(self, received: Held) -> Held:
        """What of it the gate lets in; the rest waits for its opening."""
        gate = ChangeGate(self.fork.changes[0].site, Known())
        verdict = gate.judge([each.data for each in self.changes(received)])
        assert verdict.waiting + len(verdict.authentic) == received.bit_count()
        return self.held(each.id for each in verdict.authentic)

    def _wanted(self, mine: Held, theirs: Held) -> list[Wanted]:
        """What a comparison gives. mine, theirs: what each stores."""
        have = decode_message(self.holdings(theirs).have()[1])
        assert isinstance(have, Have)
        return missing_from(self.holdings(mine), have.entries, self.log(mine).holds)

    def _asked(self, mine: Held, theirs: Held, wanted: ChangeId, limit: int) -> Held:
        """What one Want brings."""
        want = Want(wanted, self.holdings(mine).entries_of(self.device), limit)
        heard = decode_message(encode_message(want))
        assert isinstance(heard, Want)
        told = Changes(tuple(answer(self.log(theirs), heard)), wanted)
        brought = decode_message(encode_message(told))
        assert isinstance(brought, Changes)
        return self.held(ChangeId(hashlib.sha256(each).digest()) for each in brought.changes)

    def _heard(self, mine: Held, theirs: Held) -> frozenset[Held]:
        """What `mine` may be after one thing more was heard of the other. Both: received."""
        ours, stored = self.stored(mine), self.stored(theirs)
        told = [1 << each for each in numbers(stored)]
        told += [
            self.asked(ours, stored, wanted.id, limit)
            for wanted in self.wanted(ours, stored)
            for limit in LIMITS
        ]
        return frozenset(mine | each for each in told) - {mine}

    def _repaired(self, mine: Held, theirs: Held, limit: int) -> Held:
        """`mine` when a comparison wants nothing any more."""
        stored = self.stored(theirs)
        while wants := self.wanted(self.stored(mine), stored):
            for each in wants:
                mine |= self.asked(self.stored(mine), stored, each.id, limit)
                assert self.stored(mine) >> self._number[each.id] & 1, "asked for in vain"
        return mine


def steps(exchange: Exchange, state: State) -> Iterator[State]:
    """Every state that may be the next."""
    for which in (0, 1):
        mine = state[which]
        for number in exchange.fork.branch(which):
            if not mine >> number & 1:
                yield _with(state, which, mine | 1 << number)
                break
    for peer, mine in enumerate(state):
        for other, theirs in enumerate(state):
            if other != peer:
                for now in exchange.heard(mine, theirs):
                    yield _with(state, peer, now)


def _with(state: State, peer: int, held: Held) -> State:
    changed = list(state)
    changed[peer] = held
    return tuple(changed)  # type: ignore[return-value]  # as long as it was


def explored(exchange: Exchange, begin: State) -> dict[State, int]:
    """Every state that can be reached → in how many ways. A step always adds something."""
    found: dict[State, int] = {}
    levels: dict[int, Counter[State]] = {_size(begin): Counter({begin: 1})}
    while levels:
        level = levels.pop(min(levels))
        found |= level
        for state, ways in level.items():
            for following in set(steps(exchange, state)):
                levels.setdefault(_size(following), Counter())[following] += ways
    return found


def _size(state: State) -> int:
    return sum(held.bit_count() for held in state)


def repaired(exchange: Exchange, state: State, limit: int) -> State:
    """By comparisons alone, along the line, to and fro."""
    peers = list(state)
    for one, other in (*LINE, *((b, a) for a, b in reversed(LINE))):
        peers[one] = exchange.repaired(peers[one], peers[other], limit)
    return tuple(peers)  # type: ignore[return-value]  # as long as it was


# Each of two branches · what the fourth peer knows of the past · how many states there are.
CASES = [("ow", 0, 21_316), ("oo", 0, 21_316)]
if LONGER:
    CASES.append(("owo", PAST, 342_225))


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("branch", "fourth", "states"), CASES)
def test_every_interleaving_ends_equal(member, memory_log, branch, fourth, states):
    fork = forked(member("writer"), branch)
    exchange = Exchange(fork, memory_log)
    found = explored(exchange, (PAST, PAST, PAST, fourth))
    everything = (fork.everything,) * 4
    for state in found:
        written = (state[0] | state[1],) * 4  # each author holds its own branch
        for limit in LIMITS:
            assert repaired(exchange, state, limit) == written, state
        assert state == everything or next(steps(exchange, state), None), "a dead end"
    assert len(found) == states
    ways = f"{found[everything]:.0e}"
    print(f"\n{branch}: {len(found)} states, {ways} interleavings")  # noqa: T201 - what was tried


def end_of(changes: Iterable[Change], holdings: Holdings) -> tuple[Any, ...]:
    """Frame of the Have, content digest and disputes of a peer that took these in this order."""
    digests: dict[DocumentId, int] = {}
    openings = []
    for change in changes:
        for document in change.documents:
            digests[document] = add(digests.get(document, EMPTY), document, change.id)
        if key_opened_by(change) is not None:
            heir = Opening(change.device, change.epoch, change.previous, change.id)
            openings.append(heir)
    disputes = lineage_forked(openings, empty_view(TERMINALS))
    return holdings.have()[1], content_digest(digests), disputes


@pytest.mark.timeout(600)
@pytest.mark.parametrize("branch", ["ow", "oo"])
def test_every_order_of_arrival_is_told_alike(member, memory_log, branch):
    """One peer, change by change: after each it says what a peer says that read its log anew."""
    fork = forked(member("writer"), branch)
    exchange = Exchange(fork, memory_log)
    ends, orders = set(), 0
    for order in permutations(range(len(fork.changes))):
        log, known, received = memory_log(), Known(), 0
        gate, holdings = ChangeGate(fork.changes[0].site, known), Holdings(log)
        for number in order:
            received |= 1 << number
            fresh = gate.judge([fork.changes[number].data]).authentic
            for change in fresh:
                log.add(change)
            known.stored += fresh
            holdings.add(fresh)
            assert exchange.held(log.changes) == exchange.stored(received)
            assert holdings.have() == exchange.holdings(exchange.stored(received)).have()
        ends.add(end_of(known.stored, holdings))
        orders += 1
    assert orders == 720
    ((have, _, disputes),) = ends
    assert len(decode_message(have).entries) == 2
    (dispute,) = disputes
    shared, heirs = fork.changes[1], [fork.changes[fork.branch(which)[0]] for which in (0, 1)]
    assert dispute.subject == f"{shared.device[:16].hex()}:{shared.id[:16].hex()}"
    assert dispute.facts == tuple(sorted(fact_id(each.id, 0) for each in heirs))
    print(f"\n{branch}: {orders} orders of arrival")  # noqa: T201 - what was tried
