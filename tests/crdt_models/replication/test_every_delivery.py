"""Three real Gossips: every order of deliveries, with losses, up to a depth, ends equal.

What is written, delivered or lost next is chosen; frames of one direction of a link stay in order.
Choices that only change places with independent ones (another receiver, another wire) lead to the
same state and are made once: sleep sets, Godefroid, "Partial-Order Methods" (1996), chapter 5.
After the depth everything arrives, and time passes by itself. MALHA_DELIVERIES adds to the depth.
"""

import os
from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from tests.crdt_models.replication.conftest import Peer, Shop

DEEPER = int(os.environ.get("MALHA_DELIVERIES", "0"))
INTERVAL = 2.0
LOSSES = 2


class Move(NamedTuple):
    """write: `one` writes · deliver, lose: the next frame from `one` to `other`."""

    kind: str
    one: str
    other: str = ""


class Case(NamedTuple):
    """links: who · clones: whether a and c are one device · writers · repair: whether all that is
    pushed is lost before the choices begin, which are then about Haves, Wants and answers ·
    depth: choices · schedules: how many there are."""

    links: str
    clones: bool
    writers: str
    repair: bool
    depth: int
    schedules: int


class HandMade(Shop):
    """A shop whose frames lie on the wires until somebody moves them."""

    def __init__(self, case: Case) -> None:
        super().__init__(interval=INTERVAL)
        self.wires: dict[tuple[str, str], deque[tuple[int, bytes]]] | None = None
        for name in "abc":
            self.peer(name, device=b"x" * 32 if case.clones and name in "ac" else None)
        for link in case.links.split():
            self.join(*(self.peers[name] for name in link))
        self.run(0.2)
        self.wires = {}
        self.to_write = case.writers
        self.losses = LOSSES
        if case.repair:
            for name in case.writers:
                self.make(Move("write", name))
            self.wires.clear()
            self._pass_time()

    def _send(self, peer: Peer, number: int, frame: bytes) -> None:
        there = peer.links.get(number)
        if self.wires is None or there is None:
            super()._send(peer, number, frame)
        else:
            self.wires.setdefault((peer.name, there.name), deque()).append((number, frame))

    def moves(self) -> list[Move]:
        assert self.wires is not None
        busy = sorted(wire for wire, frames in self.wires.items() if frames)
        found = [Move("write", name) for name in sorted(set(self.to_write))]
        found += [Move("deliver", *wire) for wire in busy]
        if self.losses:
            found += [Move("lose", *wire) for wire in busy]
        return found

    def make(self, move: Move) -> None:
        assert self.wires is not None
        if move.kind == "write":
            self.to_write = self.to_write.replace(move.one, "", 1)
            self.peers[move.one].write()
        else:
            number, frame = self.wires[move.one, move.other].popleft()
            if move.kind == "deliver":
                self._arrive(self.peers[move.other], number, frame)
            else:
                self.losses -= 1
        self.flush()

    def _arrive(self, there: Peer, number: int, frame: bytes) -> None:
        batch = there.gossip.receive(number, frame, self.now)
        if batch:
            there.node_receives(batch, number)
            there.gossip.taken(batch, self.now)

    def _pass_time(self) -> None:
        """Until everybody has a Have to send."""
        self.now += 1.3 * INTERVAL
        for peer in self.peers.values():
            peer.gossip.tick(self.now)
        self.flush()

    def finish(self) -> None:
        """No choice any more: all arrives, and time passes by itself."""
        while moves := [move for move in self.moves() if move.kind != "lose"]:
            self.make(moves[0])
        self.wires = None
        self.settle(limit=6 * INTERVAL)


def is_independent(one: Move, other: Move) -> bool:
    """Whether the two lead to the same, whichever is first."""
    if one.kind == other.kind == "lose":
        return False  # they share the number of losses
    if one.kind != "write" and other.kind != "write" and one[1:] == other[1:]:
        return False  # one and the same frame
    return not _touched(one) or _touched(one) != _touched(other)


def _touched(move: Move) -> str:
    """Whose state changes."""
    return {"write": move.one, "deliver": move.other, "lose": ""}[move.kind]


def schedules(begin: Callable[[], HandMade], depth: int) -> Iterator[HandMade]:
    """The shop at the end of every schedule of `depth` moves, or of all moves that there are."""

    def from_here(
        shop: HandMade, path: tuple[Move, ...], asleep: frozenset[Move]
    ) -> Iterator[HandMade]:
        moves = [move for move in shop.moves() if move not in asleep]
        if len(path) == depth or not shop.moves():
            yield shop
            return
        for index, move in enumerate(moves):
            here = shop
            if index < len(moves) - 1:  # the last one may go on with this very shop
                here = begin()
                for made in path:
                    here.make(made)
            here.make(move)
            awake = frozenset(each for each in asleep if is_independent(each, move))
            yield from from_here(here, (*path, move), awake)
            asleep |= {move}

    yield from from_here(begin(), (), frozenset())


ALL = 20  # moves: more than there are before time passes
CASES = {
    "mesh": Case("ab bc ac", False, "ab", False, ALL, 46),
    "line": Case("ab bc", False, "ac", False, ALL, 24),
    "clones": Case("ab bc", True, "ac", False, ALL, 6),
    "linked clones": Case("ab bc ac", True, "ac", False, ALL, 46),
    "mesh, repaired": Case("ab bc ac", False, "ab", True, 4, 541),
    "clones, repaired": Case("ab bc", True, "ac", True, ALL, 114),
}


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", CASES)
def test_every_order_of_deliveries_ends_equal(name):
    case, tried = CASES[name], 0
    depth = case.depth + DEEPER
    for shop in schedules(lambda: HandMade(case), depth):
        shop.finish()
        assert all(len(peer.ids) == 4 for peer in shop.peers.values())
        assert len({peer.gossip._holdings.have()[1] for peer in shop.peers.values()}) == 1
        tried += 1
    if case.depth == ALL or not DEEPER:
        assert tried == case.schedules
    print(f"\n{name}: {tried} schedules of at most {depth} choices")  # noqa: T201 - what was tried
