"""Doors of the pure floors that bytes meet first: encodings, changes, chains, the gate.

Rules of this file:
1. A refusal is an error of the class that the door promises, and nothing else.
2. What is taken is looked at: it must encode to the same bytes, and be signed by who it names.
"""

import hashlib
from random import Random
from typing import Any

import cbor2

from crdt_models.canonical_cbor import decode, encode
from crdt_models.certificates import decode_chain, verify_chain
from crdt_models.change import MAX_CHANGE_BYTES, decode_change
from crdt_models.change_gate import ChangeGate
from crdt_models.errors import NotCanonical, RefusedBytes, UntrustedCertificate
from crdt_models.ids import (
    device_id,
)
from simulations.fuzz.door import Door, require
from simulations.fuzz.members import Author, Site, key_of
from simulations.fuzz.mutation import bytes_changed, few, tree_changed
from simulations.fuzz.nonsense import Pools, any_body, packed, unpacked
from simulations.fuzz.seeds import KeysOfAccepted, changed_cbor, good_changes, opened, site


def _make_cbor(dice: Random) -> bytes:
    return changed_cbor(dice, good_changes())


def _use_cbor(data: bytes) -> bool:
    try:
        value = decode(data, max_bytes=MAX_CHANGE_BYTES)
    except NotCanonical:
        return False
    require(encode(value) == data, "what was decoded encodes to other bytes")
    return True


# --- changes and chains


def _resigned(dice: Random, author: Author) -> bytes:
    """A change whose first twelve fields were changed before it was signed."""
    head = cbor2.loads(dice.choice(good_changes()))[:12]
    head[2], head[3] = author.device, author.epoch
    changed = tree_changed(dice, head)
    try:
        return author.sign(changed if isinstance(changed, list) else [changed])
    except NotCanonical:
        return b""


def _make_change(dice: Random) -> bytes:
    if dice.random() < 0.4:
        return _resigned(dice, site().author("one"))
    return changed_cbor(dice, good_changes())


def _use_change(data: bytes) -> bool:
    try:
        change = decode_change(data)
    except RefusedBytes:
        return False
    require(change.data == data and len(change.facts) > 0, "a change without facts")
    for document, entry in change.entries():
        require(bool(document) and isinstance(entry.intent(), bytes), "an entry")
    return True


def _make_chain(dice: Random) -> bytes:
    keys = [key_of("fuzz leaf"), key_of("fuzz admin")]
    chain = decode_chain(site().author("one").chain)
    good = [site().author("one").chain, encode([chain.root, *_certificates(chain)])]
    if dice.random() < 0.3:  # one that a real key signed over other fields
        tree = cbor2.loads(good[0])
        at = dice.randrange(1, len(tree))
        fields = tree_changed(dice, tree[at][:11])
        try:
            signature = dice.choice(keys).sign(b"malha-certificate-v1\0" + encode(fields))
            tree[at] = [*fields, signature]
            return encode(tree)
        except (NotCanonical, TypeError):
            return good[0]
    return changed_cbor(dice, good)


def _certificates(chain: Any) -> list[Any]:
    return [[*each.fields(), each.signature] for each in chain.certificates]


def _use_chain(data: bytes) -> bool:
    try:
        leaf = verify_chain(decode_chain(data), site().id)
    except UntrustedCertificate:
        return False
    good = leaf.site == site().id and leaf.device == device_id(leaf.signing_key)
    require(good, "a leaf that does not speak of its own key")
    return True


# --- the gate


def _make_gate(dice: Random) -> bytes:
    """Batches of changes: those of members, resigned nonsense, and bytes that nobody signed."""
    authors = [site().author(name) for name in ("one", "two")]
    pools = Pools(dice)
    told: list[bytes] = []
    for author in authors:
        told.append(author.opening())
        for number in range(few(dice, 8)):
            facts = [list(any_body(pools)) for _ in range(few(dice, 3))]
            try:
                told.append(author.write(facts, hlc=number << 16))
            except NotCanonical:
                continue
    signed = list(told)
    signed += [_resigned(dice, dice.choice(authors)) for _ in range(few(dice, 3))]
    forged = [bytes_changed(dice, dice.choice(told)) for _ in range(few(dice, 4))]
    forged += [Site("another").author("one").opening()]
    told = [*signed, *dice.sample(forged, few(dice, len(forged)))]
    if dice.random() < 0.7:
        dice.shuffle(told)
    cut = dice.randrange(len(told) + 1)
    return packed([[told[:cut], told[cut:], told[: cut // 2]], signed])


def _use_gate(data: bytes) -> bool:
    batches, signed = unpacked(data)
    genuine = {hashlib.sha256(each).digest() for each in signed}
    known = KeysOfAccepted()
    gate = ChangeGate(site().id, known)
    for batch in batches:
        verdict = gate.judge(batch)
        for change in verdict.authentic:
            require(change.id in genuine, "the gate took what no member signed")
            known.learn(change)
    return bool(known.changes)


def model_doors() -> list[Door]:
    """Encodings, changes, chains and the gate."""
    return [
        Door(name="cbor", what="canonical CBOR", make=_make_cbor, open=opened(_use_cbor)),
        Door(
            name="change", what="the bytes of a change", make=_make_change, open=opened(_use_change)
        ),
        Door(name="chain", what="a certificate chain", make=_make_chain, open=opened(_use_chain)),
        Door(
            name="gate",
            what="batches of changes at the gate",
            make=_make_gate,
            open=opened(_use_gate),
        ),
    ]
