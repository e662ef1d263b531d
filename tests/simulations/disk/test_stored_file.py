"""One file of a simulated disk, against a model that tries everything."""

import itertools
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from simulations.disk.stored_file import (
    SECTOR_BYTES,
    Remove,
    Resize,
    StoredFile,
    Write,
    surviving,
)

SMALL = st.integers(0, 3 * SECTOR_BYTES)
WRITES = st.builds(
    lambda offset, length, byte: Write(offset, bytes([byte]) * length),
    SMALL,
    st.integers(1, 2 * SECTOR_BYTES),
    st.integers(1, 255),
)
OPERATIONS = st.one_of(WRITES, WRITES, WRITES, st.builds(Resize, SMALL), st.just(Remove()))
SYNC, FAILED_SYNC = "sync", "failed sync"


def folded(operations):
    """What a file holds after `operations`, byte by byte."""
    content = None
    for operation in operations:
        if isinstance(operation, Remove):
            content = None
        elif isinstance(operation, Resize):
            held = content or {}
            content = {at: held.get(at, 0) for at in range(operation.size)}
        else:
            content = dict(content or {})
            for at in range(len(content), operation.offset):
                content[at] = 0
            for at, byte in enumerate(operation.data, operation.offset):
                content[at] = byte
    return None if content is None else bytes(content[at] for at in range(len(content)))


def model(steps):
    """(what reads show, what is durable, what is pending), from the whole history each time."""
    history: list[list] = []  # of [operation, "pending" | "durable" | "dropped"]
    for step in steps:
        if step in (SYNC, FAILED_SYNC):
            for entry in history:
                if entry[1] == "pending":
                    entry[1] = "durable" if step == SYNC else "dropped"
        else:
            history.append([step, "pending"])
    shown = folded(operation for operation, _ in history)
    durable = folded(operation for operation, state in history if state == "durable")
    return shown, durable, [operation for operation, state in history if state == "pending"]


def as_bytes(content):
    return None if content is None else bytes(content)


def play(steps):
    file = StoredFile()
    for step in steps:
        if step == SYNC:
            file.sync()
        elif step == FAILED_SYNC:
            file.fail_sync()
        else:
            file.do(step)
    return file


@given(st.lists(st.one_of(OPERATIONS, st.sampled_from([SYNC, SYNC, FAILED_SYNC])), max_size=12))
def test_reads_show_everything_and_only_honest_syncs_last(steps):
    file = play(steps)
    shown, durable, pending = model(steps)
    assert as_bytes(file.content) == shown
    assert as_bytes(file.durable) == durable
    assert file.pending == pending


def torn(operations):
    """`operations`, and every way in which the last of them can be cut at a sector's end."""
    yield operations
    if operations and isinstance(operations[-1], Write):
        last = operations[-1]
        for at in range(last.offset + 1, last.offset + len(last.data)):
            if at % SECTOR_BYTES == 0:
                yield (*operations[:-1], Write(last.offset, last.data[: at - last.offset]))


def orders(operations):
    """Every order in which writes, but nothing else, change places with writes beside them."""
    places = [at for at, it in enumerate(operations) if not isinstance(it, Write)]
    bounds = [-1, *places, len(operations)]
    runs = [operations[a + 1 : b] for a, b in itertools.pairwise(bounds)]
    for shuffled in itertools.product(*(itertools.permutations(run) for run in runs)):
        whole = list(shuffled[0])
        for place, run in zip(places, shuffled[1:], strict=True):
            whole += [operations[place], *run]
        yield tuple(whole)


def outcomes(durable_steps, pending):
    """Everything that can be left after a power cut."""
    found = set()
    for kept in itertools.product((False, True), repeat=len(pending)):
        chosen = tuple(it for it, keep in zip(pending, kept, strict=True) if keep)
        for order in orders(chosen):
            found |= {folded((*durable_steps, *it)) for it in torn(order)}
    return found


@given(st.lists(OPERATIONS, max_size=2), st.lists(OPERATIONS, max_size=3), st.integers(0, 2**32))
def test_a_power_cut_leaves_what_the_model_can_leave(first, then, seed):
    file = play([*first, SYNC, *then])
    file.lose_power(Random(seed))
    assert as_bytes(file.content) in outcomes(first, then)
    assert file.content == file.durable
    assert file.pending == []


def test_everything_that_a_power_cut_can_leave_is_left_by_some_dice():
    first = [Write(0, b"a" * 1100)]
    then = [Write(100, b"b" * 900), Write(400, b"c" * 800)]
    left = set()
    for seed in range(400):
        file = play([*first, SYNC, *then])
        file.lose_power(Random(seed))
        left.add(bytes(file.content))
    assert left == outcomes(first, then)


def test_a_tear_is_told_of_and_falls_on_a_sector():
    write = Write(100, bytes(2000))
    seen = set()
    for seed in range(200):
        kept, tore = surviving([write], Random(seed))
        if kept:
            end = 100 + len(kept[0].data)
            assert tore == (end != 2100)
            assert not tore or end % SECTOR_BYTES == 0
            seen.add(end)
    assert seen == {512, 1024, 1536, 2048, 2100}


def test_a_removal_lasts_from_the_next_sync_of_any_file():
    file = play([Write(0, b"old"), SYNC, Remove(), Write(0, b"new")])
    file.settle_removal()
    assert file.durable is None
    assert file.pending == [Write(0, b"new")]


def test_a_flipped_bit_is_read_and_lasts():
    file = play([Write(0, b"\x00\x00"), SYNC])
    file.flip(9)
    assert bytes(file.content) == bytes(file.durable) == b"\x00\x02"
