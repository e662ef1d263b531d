"""Byte-equal documents on every replica, whatever the order, repetition or collision."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from pycrdt import Doc, Map

from crdt_models import digests
from crdt_models.canonical_cbor import decode
from crdt_models.change import Change
from crdt_models.document import Document, derive_client
from crdt_models.ids import ChangeId, DocumentId, fact_id

ORDER = DocumentId("order:" + "0" * 32)
OTHER = DocumentId("order:" + "1" * 32)


@pytest.fixture
def changes(member: Callable[..., Any], noted: Any) -> list[Change]:
    written = []
    for name in ("a", "b", "c"):
        author = member(name)
        for index in range(12):
            facts = [(ORDER, noted(f"{name}{index}")), (OTHER, noted("elsewhere"))]
            if index % 3 == 0:
                facts.append((ORDER, noted("second", index)))
            written.append(author.write(*facts))
    return written


def colliding(change: ChangeId, document: DocumentId, attempt: int) -> int:
    """Five client ids for all first attempts, so that nearly every change collides."""
    return (change[0] % 5) * 1000 + attempt + 1


@pytest.mark.parametrize("derive", [derive_client, colliding])
def test_shuffled_and_repeated_delivery_gives_equal_bytes(
    changes: list[Change], derive: Any
) -> None:
    updates = set()
    for seed in range(25):
        rng = random.Random(seed)
        delivered = rng.sample(changes, len(changes)) + rng.choices(changes, k=10)
        rng.shuffle(delivered)
        updates.add(Document(ORDER, delivered, derive=derive).update())
    assert len(updates) == 1


@pytest.mark.parametrize("derive", [derive_client, colliding])
def test_every_fact_is_there_and_exact(changes: list[Change], derive: Any) -> None:
    facts = Document(ORDER, changes, derive=derive).facts()
    expected = {
        fact_id(change.id, index): body
        for change in changes
        for index, (document, body) in enumerate(change.facts)
        if document == ORDER
    }
    assert facts.keys() == expected.keys()
    for key, data in facts.items():
        value: Any = decode(data, max_bytes=1 << 16)
        assert value[5] == expected[key]


def test_any_yjs_program_can_open_it(changes: list[Change]) -> None:
    doc: Doc[Any] = Doc()
    doc.apply_update(Document(ORDER, changes).update())
    root = doc.get("facts", type=Map)
    assert len(list(root.keys())) == 48


def test_a_withheld_change_leaves_no_hole(changes: list[Change]) -> None:
    without = [change for change in changes if change is not changes[5]]
    document = Document(ORDER, without)
    assert len(document.facts()) == 48 - sum(d == ORDER for d, _ in changes[5].facts)
    document.apply(changes[5])
    assert document.update() == Document(ORDER, changes).update()


def test_digests_tell_equal_sets_from_unequal_ones(changes: list[Change]) -> None:
    rng = random.Random(1)
    sums = set()
    for _ in range(5):
        total = digests.EMPTY
        for change in rng.sample(changes, len(changes)):
            total = digests.add(total, ORDER, change.id)
        sums.add(total)
    assert len(sums) == 1
    shorter = digests.EMPTY
    for change in changes[1:]:
        shorter = digests.add(shorter, ORDER, change.id)
    assert shorter not in sums
    content = digests.content_digest({ORDER: sums.pop(), OTHER: shorter})
    assert len(content) == 32
    assert content != digests.content_digest({ORDER: shorter, OTHER: shorter})
    assert len(digests.version(shorter)) == 32
