"""What honest authors never write: the rules of chains, stamps and numbers, from the bytes.

Rules of this file:
1. Everything is read from stored bytes with plain CBOR; nothing of the product judges itself.
2. The hostile member may write anything: it is left out. A machine that lost a part of its disk, or
   was cloned, may fork its lineage and repeat numbers, and nothing else.
"""

from collections.abc import Iterable, Iterator, Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from simulations.checkers.evidence import Copy, Evidence
from simulations.reference.stored import Change, read_changes
from simulations.simulator.clocks import FRIDAY_MS

# Faults after which a machine does not know all that it wrote, or is there twice.
FORGETS = frozenset({
    "database_lost", "disk_bit_flipped", "disk_sync_failed", "disk_sync_lost", "image_cloned",
    "image_restored", "power_cut_in_write",
})  # fmt: skip
GIVEN_UP = "database_given_up"
AHEAD_MS = 10 * 60 * 1000  # a stamp from outside drags a terminal's own so far ahead, no farther
CLOCKS = "clock_"  # begins the name of every fault of clocks
SIGNED = b"malha-change-v1\0"
SIGNATURE_BYTES = 66  # with its CBOR head, at the end of a change
ARRAY_OF_12 = b"\x8c"


def chains(evidence: Evidence) -> Iterator[str]:
    """An author's changes have one successor each, and rise in sequence and stamp."""
    changes = all_changes(evidence.copies)
    placed: dict[tuple[bytes, bytes, int], bytes] = {}
    for change in honest(evidence, changes):
        who = f"{_letters(evidence, change)} {change.sequence}"
        if (
            placed.setdefault((change.device, change.epoch, change.sequence), change.id)
            != change.id
        ):
            yield f"{who} was written twice in one epoch"
        before = [changes[each] for each in change.previous if each in changes]
        if len(before) < len(set(change.previous) - evidence.world.lost.keys()):
            yield f"{who} follows what nobody has"
            continue
        if len(before) == len(change.previous):
            yield from _follows(who, change, before)


def _follows(who: str, change: Change, before: list[Change]) -> Iterator[str]:
    last = max((each.sequence for each in before), default=0)
    if change.sequence != last + 1:
        yield f"{who} follows {last}"
    if any(change.clock <= each.clock for each in before):
        yield f"{who} is stamped before what it follows"
    if not _opens(change) and [each.epoch for each in before] != [change.epoch]:
        yield f"{who} follows {len(before)} changes, and not the last of its epoch alone"


def lineages(evidence: Evidence) -> Iterator[str]:
    """A boot follows on all that the machine wrote before, unless a disk lost it."""
    if forgot(evidence):
        return
    roots: dict[bytes, int] = {}
    for change in honest(evidence, all_changes(evidence.copies)):
        roots[change.device] = roots.get(change.device, 0) + (not change.previous)
    for device, count in sorted(roots.items()):
        if count > 1:
            yield f"{_name(evidence, device)} began {count} times"


def numbers(evidence: Evidence) -> Iterator[str]:
    """A terminal numbers its orders of a business day 1, 2, 3 …, under its own letters."""
    greatest: dict[tuple[bytes, int], int] = {}
    written = honest(evidence, all_changes(evidence.copies))
    for change in sorted(written, key=lambda each: (each.device, each.sequence)):
        name = _letters(evidence, change)
        for fact in change.facts:
            if fact.tag != "order_numbered":
                continue
            number, key = fact.fields["number"], (change.device, fact.day)
            if fact.fields["letters"] != name:
                yield f"{name} gave the number {fact.fields['letters']}-{number:03d}"
            last = greatest.get(key, 0)
            if number != last + 1 and not forgot(evidence):
                yield f"{name}-{number:03d} came after {name}-{last:03d} on day {fact.day}"
            greatest[key] = max(last, number)


def stamps(evidence: Evidence) -> Iterator[str]:
    """No stamp is farther ahead than a neighbour may drag it, while all clocks are right."""
    if any(fault.startswith(CLOCKS) for fault in evidence.world.trace.fired):
        return
    most = FRIDAY_MS + int(evidence.world.now() * 1000) + AHEAD_MS + 1000
    for change in honest(evidence, all_changes(evidence.copies)):
        if change.clock >> 16 > most:
            ahead = ((change.clock >> 16) - most) / 1000
            yield f"{_letters(evidence, change)} {change.sequence} is stamped {ahead:.0f} s ahead"


def signatures(evidence: Evidence) -> Iterator[str]:
    """What stands in a terminal's name was signed by it."""
    keys: dict[bytes, Ed25519PublicKey] = {
        each.identity.device: each.identity.signing_key.public_key()
        for each in evidence.world.terminals.values()
    }
    hostile = evidence.world.hostile
    bytes_of = {name: data for copy in evidence.copies for name, data in copy.changes.items()}
    for change in read_changes(bytes_of.values()).values():
        if hostile is not None and change.device == hostile.device:
            continue
        key = keys.get(change.device)
        if key is None or not _fits(key, bytes_of[change.id]):
            yield f"{_letters(evidence, change)} {change.sequence} was not signed by its author"


def all_changes(copies: Iterable[Copy]) -> dict[bytes, Change]:
    """What any terminal holds."""
    return read_changes({data for copy in copies for data in copy.changes.values()})


def forgot(evidence: Evidence) -> bool:
    """Whether any machine lost a part of what it wrote, or was there twice."""
    trace = evidence.world.trace
    return not FORGETS.isdisjoint(trace.fired) or bool(trace.reached[GIVEN_UP])


def honest(evidence: Evidence, changes: Mapping[bytes, Change]) -> Iterator[Change]:
    """Those that machines of the shop wrote."""
    known = {each.identity.device for each in evidence.world.terminals.values()}
    return (each for each in changes.values() if each.device in known)


def _opens(change: Change) -> bool:
    return any(fact.tag == "author_opened" for fact in change.facts)


def _letters(evidence: Evidence, change: Change) -> str:
    return _name(evidence, change.device)


def _name(evidence: Evidence, device: bytes) -> str:
    names = (it.letters for it in evidence.world.terminals.values() if it.identity.device == device)
    return next(names, device.hex()[:8])


def _fits(key: Ed25519PublicKey, data: bytes) -> bool:
    try:
        key.verify(data[-64:], SIGNED + ARRAY_OF_12 + data[1:-SIGNATURE_BYTES])
    except InvalidSignature:
        return False
    return True
