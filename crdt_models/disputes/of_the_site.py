"""The disputes that no single document shows: numbers, lineages, authors and keys of the site."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from crdt_models.change import Change
from crdt_models.disputes.dispute import Dispute, dispute_of
from crdt_models.documents.view import View
from crdt_models.ids import (
    KEY_BYTES,
    SHIFT_KIND,
    TERMINALS,
    ChangeId,
    CommandId,
    DeviceId,
    DocumentId,
    Epoch,
    FactId,
    OrderId,
    fact_id,
    kind_of,
)


class NumberedOrder(NamedTuple):
    """An order as people call it. opened: stamp of the opening, packed clock. numbered: fact id."""

    order: OrderId
    business_day: int
    letters: str
    number: int
    opened: int
    numbered: FactId


def equal_numbers(orders: Iterable[NumberedOrder], terminals: View) -> tuple[Dispute, ...]:
    """Different orders under one number of one business day, as after a restored backup."""
    found: list[Dispute] = []
    for (day, letters, number), same in _by_number(orders).items():
        if len(same) > 1:
            subject = f"{day}:{letters}-{number}"
            facts = [each.numbered for each in same]
            found += dispute_of(terminals, "equal_numbers", subject, facts)
    return tuple(found)


def number_ranks(orders: Iterable[NumberedOrder]) -> dict[OrderId, int]:
    """1 for the order that shows `A-017`, 2 for the one that shows `A-017/2`, …: by opening, then
    id."""
    ranks: dict[OrderId, int] = {}
    for same in _by_number(orders).values():
        same.sort(key=lambda each: (each.opened, each.order))
        ranks |= {each.order: rank for rank, each in enumerate(same, start=1)}
    return ranks


def _by_number(
    orders: Iterable[NumberedOrder],
) -> dict[tuple[int, str, int], list[NumberedOrder]]:
    found: dict[tuple[int, str, int], list[NumberedOrder]] = {}
    for each in orders:
        found.setdefault((each.business_day, each.letters, each.number), []).append(each)
    return found


class Opening(NamedTuple):
    """The first change of an epoch: what its header says."""

    device: DeviceId
    epoch: Epoch
    previous: tuple[ChangeId, ...]
    change: ChangeId


def lineage_forked(openings: Iterable[Opening], terminals: View) -> tuple[Dispute, ...]:
    """Two epochs of one device that name one previous change, or two that name none.

    A clone or a restored backup writes so; both keep selling. Subject: device and shared change.
    """
    children: dict[tuple[DeviceId, bytes], dict[Epoch, ChangeId]] = {}
    for opening in openings:
        for previous in opening.previous or (b"",):
            heirs = children.setdefault((opening.device, bytes(previous)), {})
            heirs[opening.epoch] = min(opening.change, heirs.get(opening.epoch, opening.change))
    found: list[Dispute] = []
    for (device, previous), heirs in sorted(children.items()):
        if len(heirs) > 1:
            subject = f"{device[:16].hex()}:{previous[:16].hex()}"
            facts = [fact_id(change, 0) for change in heirs.values()]
            found += dispute_of(terminals, "lineage_forked", subject, facts)
    return tuple(found)


class Place(NamedTuple):
    """Where a change stands in its author's chain."""

    device: DeviceId
    epoch: Epoch
    sequence: int
    change: ChangeId


def author_forked(places: Iterable[Place], terminals: View) -> tuple[Dispute, ...]:
    """Two changes of one author under one sequence: one memory runs twice, or the device lies."""
    at: dict[tuple[DeviceId, Epoch, int], set[ChangeId]] = {}
    for place in places:
        at.setdefault((place.device, place.epoch, place.sequence), set()).add(place.change)
    found: list[Dispute] = []
    for (device, epoch, sequence), changes in sorted(at.items()):
        if len(changes) > 1:
            subject = f"{device[:16].hex()}:{epoch.hex()}:{sequence}"
            facts = [fact_id(change, 0) for change in changes]
            found += dispute_of(terminals, "author_forked", subject, facts)
    return tuple(found)


class KeyUse(NamedTuple):
    """What one command did under its idempotency key. fact: one that stands for all of it."""

    command: CommandId
    fact: FactId


def key_uses(changes: Iterable[Change], view: Callable[[DocumentId], View]) -> Iterator[KeyUse]:
    """Of the commands that wrote these changes. A command is known by the first fact in the first
    of its documents, of those that are the same wherever it is told: so it is the same one at every
    terminal that has all tellings."""
    told: dict[CommandId, set[DocumentId]] = {}
    for change in changes:
        told.setdefault(change.command_id, set()).update(
            document
            for document, _ in change.facts
            if document != TERMINALS and kind_of(document) != SHIFT_KIND
        )
    for command, documents in told.items():
        for entry in view(min(documents)).entries if documents else ():
            if entry.command_id == command:
                yield KeyUse(command, entry.id)
                break


def keys_used_twice(uses: Iterable[KeyUse], terminals: View) -> tuple[Dispute, ...]:
    """One idempotency key for different requests, which terminals that heard of each other refuse:
    whoever sent the second may believe that it was the first. Subject: the key's part of the
    commands' ids. (One request told as different facts is found in their document.)"""
    by_key: dict[bytes, dict[CommandId, FactId]] = {}
    for use in uses:
        by_key.setdefault(use.command[:KEY_BYTES], {})[use.command] = use.fact
    found: list[Dispute] = []
    for key, commands in sorted(by_key.items()):
        if len(commands) > 1:
            subject, facts = f"key:{key.hex()}", sorted(commands.values())[:_MOST_USES]
            found += dispute_of(terminals, "command_used_twice", subject, facts)
    return tuple(found)


_MOST_USES = 256  # more under one key are an attack; a resolution weighs at most 512 facts
