"""The gate's verdict depends on bytes and on what they name, never on order or batching."""

import random
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from crdt_models import change_gate
from crdt_models.canonical_cbor import decode, encode
from crdt_models.certificates import AuthorOpened, encode_chain
from crdt_models.change import Change, decode_change
from crdt_models.change_gate import Author, ChangeGate, opening_of
from crdt_models.errors import RefusedBytes, UntrustedCertificate
from crdt_models.ids import TERMINALS, ChangeId


class Log:
    """What a peer has stored, as the gate asks for it."""

    def __init__(self) -> None:
        self.changes: dict[ChangeId, Change] = {}

    def store(self, changes: list[Change]) -> None:
        self.changes.update((change.id, change) for change in changes)

    def signing_key(self, author: Author) -> bytes | None:
        for change in self.changes.values():
            leaf = opening_of(change, change.site)
            if change.author == author and leaf:
                return leaf.signing_key
        return None

    def vouched(self, change: ChangeId, author: Author) -> bool:
        return any(
            change in each.previous for each in self.changes.values() if each.author == author
        )


def forged(change: Change) -> Change:
    """The same change with a signature that does not fit: only its author could chain onto it."""
    fields: Any = decode(change.data, max_bytes=1 << 16)
    fields[12] = b"\0" * 64
    return decode_change(encode(fields))


def test_a_chain_is_taken_in_any_order_one_by_one(member: Callable[..., Any]) -> None:
    author = member()
    chain = [author.open_epoch()] + [author.write() for _ in range(20)]
    for seed in range(30):
        log, rng = Log(), random.Random(seed)
        gate = ChangeGate(author.site, log)
        shuffled = rng.sample(chain, len(chain))
        while shuffled:
            size = rng.randint(1, 4)
            batch, shuffled = shuffled[:size], shuffled[size:]
            verdict = gate.judge([change.data for change in batch])
            assert not verdict.refused
            log.store(verdict.authentic)
        assert set(log.changes) == {change.id for change in chain}
        assert gate.waiting == 0


def test_a_run_costs_one_signature(
    member: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    author = member()
    chain = [author.open_epoch()] + [author.write() for _ in range(100)]
    calls: list[Change] = []
    real = change_gate.verify_signature
    monkeypatch.setattr(
        change_gate, "verify_signature", lambda c, k: (calls.append(c), real(c, k))[1]
    )
    verdict = ChangeGate(author.site, Log()).judge([change.data for change in chain])
    assert len(verdict.authentic) == 101
    assert len(calls) == 2  # the opening, which brings the key, and the last


def test_what_an_author_vouched_for_is_taken_in_a_batch_and_alone(
    member: Callable[..., Any],
) -> None:
    """A member signs garbage and chains onto it. All peers must end with the same set."""
    author = member()
    opening = author.open_epoch()
    odd = forged(author.write())
    author.previous = (odd.id,)
    last = author.write()
    in_one = ChangeGate(author.site, Log()).judge([opening.data, odd.data, last.data])
    assert {c.id for c in in_one.authentic} == {opening.id, odd.id, last.id}

    log = Log()
    gate = ChangeGate(author.site, log)
    log.store(gate.judge([opening.data]).authentic)
    alone = gate.judge([odd.data])
    assert not alone.authentic and len(alone.refused) == 1
    log.store(gate.judge([last.data]).authentic)
    log.store(gate.judge([odd.data]).authentic)
    assert set(log.changes) == {opening.id, odd.id, last.id}


def test_a_forged_head_is_refused_and_what_it_names_is_judged_by_itself(
    member: Callable[..., Any],
) -> None:
    author = member()
    opening, good = author.open_epoch(), author.write()
    bad = forged(author.write())
    verdict = ChangeGate(author.site, Log()).judge([opening.data, good.data, bad.data])
    assert [c.id for c in verdict.authentic] == [opening.id, good.id]
    assert len(verdict.refused) == 1


def test_nobody_writes_under_anothers_name(member: Callable[..., Any]) -> None:
    victim, thief = member("counter"), member("kitchen")
    opening = victim.open_epoch()
    thief.device, thief.epoch = victim.device, victim.epoch
    verdict = ChangeGate(victim.site, Log()).judge([opening.data, thief.write().data])
    assert [c.id for c in verdict.authentic] == [opening.id] and len(verdict.refused) == 1


def test_an_opening_with_anothers_chain_is_refused(member: Callable[..., Any]) -> None:
    victim, thief = member("counter"), member("kitchen")
    stolen = AuthorOpened(encode_chain(victim.chain))
    verdict = ChangeGate(thief.site, Log()).judge([thief.write((TERMINALS, stolen)).data])
    assert not verdict.authentic and verdict.refused


def test_another_site_never_mixes(member: Callable[..., Any]) -> None:
    ours, theirs = member("counter", "shop"), member("counter", "rival")
    verdict = ChangeGate(ours.site, Log()).judge([theirs.open_epoch().data])
    assert not verdict.authentic and verdict.refused
    theirs.site = ours.site  # claims our site with their own root's chain
    verdict = ChangeGate(ours.site, Log()).judge([theirs.open_epoch().data])
    assert not verdict.authentic
    assert any(isinstance(error, UntrustedCertificate) for error in verdict.refused)


def test_waiting_is_bounded_and_what_was_dropped_can_come_again(
    member: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change_gate, "MAX_WAITING_PER_DEVICE", 5)
    author, log = member(), Log()
    opening, *rest = [author.open_epoch()] + [author.write() for _ in range(9)]
    gate = ChangeGate(author.site, log)
    assert gate.judge([c.data for c in rest]).waiting == 5
    verdict = gate.judge([opening.data])
    assert len(verdict.authentic) == 6 and gate.waiting == 0
    log.store(verdict.authentic)
    log.store(gate.judge([c.data for c in rest]).authentic)
    assert len(log.changes) == 10


def test_garbage_never_raises(member: Callable[..., Any]) -> None:
    verdict = ChangeGate(member().site, Log()).judge([b"", b"\xff", b"\x8d" + b"\0" * 40])
    assert len(verdict.refused) == 3
    assert all(isinstance(error, RefusedBytes) for error in verdict.refused)


def test_an_opening_that_is_no_opening(member: Callable[..., Any], noted: Any) -> None:
    author = member()
    unread = author.write((TERMINALS, msgspec.structs.replace(AuthorOpened(b"x"), chain=b"junk")))
    verdict = ChangeGate(author.site, Log()).judge([unread.data])
    assert not verdict.authentic and verdict.refused
