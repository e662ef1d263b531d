"""Who wrote in which order: the chain of each device, and where it forked.

Rules of this file:
1. An author is one epoch of one device. Two changes of one author under one sequence: `author
   forked`, one memory runs twice.
2. Two epochs of one device that name one previous change, or two whose opening names none:
   `lineage forked`, a disk was restored or copied. An epoch names what any of its changes names:
   the epoch that ran on after the backup was made does so too.
"""

from collections.abc import Iterable

from msgspec import Struct

from simulations.reference.stored import Change, read_changes

NOTHING = b""  # stands for "names no previous change"


class Chain(Struct, frozen=True, kw_only=True):
    """What one device wrote. sequence: its greatest. tips: ids that none of its changes names.
    author_forks: changes by (epoch, sequence) where there are several. lineage_forks: by the
    shared previous id (NOTHING when there is none), the epochs with the change of each that names
    it."""

    device: str
    ids: frozenset[bytes]
    sequence: int
    tips: frozenset[bytes]
    author_forks: dict[tuple[bytes, int], frozenset[bytes]]
    lineage_forks: dict[bytes, dict[bytes, bytes]]


def chains(deliveries: Iterable[bytes]) -> dict[str, Chain]:
    """By device, as hexadecimal digits."""
    return chains_of(read_changes(deliveries).values())


def chains_of(changes: Iterable[Change]) -> dict[str, Chain]:
    """The same of changes that were read already."""
    by_device: dict[bytes, list[Change]] = {}
    for change in changes:
        by_device.setdefault(change.device, []).append(change)
    return {device.hex(): _chain(device, own) for device, own in by_device.items()}


def _chain(device: bytes, own: list[Change]) -> Chain:
    ids = frozenset(change.id for change in own)
    named = {previous for change in own for previous in change.previous}
    return Chain(
        device=device.hex(),
        ids=ids,
        sequence=max(change.sequence for change in own),
        tips=ids - named,
        author_forks=_author_forks(own),
        lineage_forks=_lineage_forks(own),
    )


def _author_forks(own: list[Change]) -> dict[tuple[bytes, int], frozenset[bytes]]:
    at: dict[tuple[bytes, int], set[bytes]] = {}
    for change in own:
        at.setdefault((change.epoch, change.sequence), set()).add(change.id)
    return {place: frozenset(ids) for place, ids in at.items() if len(ids) > 1}


def _lineage_forks(own: list[Change]) -> dict[bytes, dict[bytes, bytes]]:
    """Of several changes of an epoch that name one previous (it is forked too), the least id is
    told: the product's choice."""
    heirs: dict[bytes, dict[bytes, bytes]] = {}
    for change in own:
        for previous in change.previous or ((NOTHING,) if opens_epoch(change) else ()):
            epochs = heirs.setdefault(previous, {})
            epochs[change.epoch] = min(change.id, epochs.get(change.epoch, change.id))
    return {previous: epochs for previous, epochs in heirs.items() if len(epochs) > 1}


def opens_epoch(change: Change) -> bool:
    """Whether the author says who it is."""
    return any(fact.tag == "author_opened" for fact in change.facts)
