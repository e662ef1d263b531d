"""What the doors begin with: a site, a small good history, CBOR changed as trees and as bytes."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from random import Random
from typing import Any

import cbor2

from crdt_models.change import Change, decode_change
from crdt_models.change_gate import opening_of
from crdt_models.errors import NotCanonical, RefusedBytes
from crdt_models.ids import (
    ChangeId,
)
from simulations.fuzz.door import Use, dice_of
from simulations.fuzz.members import Site
from simulations.fuzz.mutation import any_bytes, bytes_changed, few, tree_changed
from simulations.fuzz.nonsense import Pools, any_body


@cache
def site() -> Site:
    """The site that all model doors belong to."""
    return Site("fuzz")


@cache
def good_changes() -> tuple[bytes, ...]:
    """A small history of two terminals, as they should write it."""
    dice = dice_of("good changes")
    pools = Pools(dice)
    found = []
    for name in ("one", "two"):
        author = site().author(name)
        found.append(author.opening())
        for number in range(12):
            facts = [list(any_body(pools)) for _ in range(few(dice, 4))]
            try:
                found.append(author.write(facts, hlc=(number + 2) << 16))
            except NotCanonical:
                continue
    return tuple(each for each in found if decodes(each))


def decodes(data: bytes) -> bool:
    """Whether it is a change at all."""
    try:
        decode_change(data)
    except RefusedBytes:
        return False
    return True


def opened(use: Use) -> Callable[[], AbstractContextManager[Use]]:
    """A door that needs no preparation."""

    @contextmanager
    def open_door() -> Iterator[Use]:
        yield use

    return open_door


def loose(value: object, dice: Random) -> bytes:
    """CBOR of any value: mostly canonical, sometimes another encoding of the same."""
    try:
        return cbor2.dumps(value, canonical=dice.random() < 0.9)
    except (cbor2.CBORError, ValueError, RecursionError, OverflowError, TypeError):
        return b"\xf6"


def changed_cbor(dice: Random, seeds: Sequence[bytes]) -> bytes:
    """One of `seeds`, changed as a tree of values or as bytes."""
    seed = dice.choice(seeds)
    throw = dice.random()
    if throw < 0.6:
        trees = [cbor2.loads(each) for each in (seed, dice.choice(seeds))]
        return loose(tree_changed(dice, trees[0], trees), dice)
    return bytes_changed(dice, seed, seeds) if throw < 0.97 else any_bytes(dice)


class KeysOfAccepted:
    """What the gate asks of a log, kept from what it accepted."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.keys: dict[Any, bytes] = {}

    def signing_key(self, author: Any) -> bytes | None:
        return self.keys.get(author)

    def vouched(self, change: ChangeId, author: Any) -> bool:
        return any(change in each.previous for each in self.changes if each.author == author)

    def learn(self, change: Change) -> None:
        """It was accepted; its author's key too, if it opens an epoch."""
        self.changes.append(change)
        try:
            leaf = opening_of(change, site().id)
        except RefusedBytes:
            return
        if leaf is not None:
            self.keys[change.author] = leaf.signing_key
