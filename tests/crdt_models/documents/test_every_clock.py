"""Each edit made on top of another sticks, whatever the clocks: all small cases, not some.

An edit writes every register there is. Which earlier edits its author had seen, what the author's
clock said and in which order a reader hears of them are gone through completely. The clock goes
into the stamp as it is: with honest stamps (`next_stamp`) fewer orders of stamps can occur, and
they have a test of their own. MALHA_EDITS=4 tries histories of 4 edits too, for half an hour.
`test_order_laws.py` has longer ones by chance, `test_register.py` any graph of writes.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations, permutations, product
from typing import Any, NamedTuple

import pytest

from crdt_models.change import Change
from crdt_models.disputes import SettleDispute, resolutions_of
from crdt_models.documents.command import Command
from crdt_models.documents.kinds import empty_view
from crdt_models.documents.orders.bill_commands import CloseBill, ReopenBill, TakePayment
from crdt_models.documents.orders.commands import (
    CancelOrder,
    EditOrder,
    NewLine,
    OpenOrder,
    RestoreOrder,
)
from crdt_models.documents.orders.registers import DEFAULT_FLAGS, FIELDS
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.register import Register
from crdt_models.documents.tables.commands import (
    AddArea,
    AddTable,
    ChangeTable,
    RenameArea,
    ReserveTable,
)
from crdt_models.documents.tables.view import TablesView
from crdt_models.documents.view import View
from crdt_models.ids import TABLES, CreatedId, DocumentId, OrderId, TableId, order_document
from tests.crdt_models.documents.shop import NOW_MS, Till

HOUR_MS = 3_600_000
YEAR_MS = 365 * 24 * HOUR_MS
CLOCKS_MS = tuple(
    max(1, NOW_MS + wrong_by) for wrong_by in (-50 * YEAR_MS, 0, 3 * HOUR_MS, 10 * YEAR_MS)
)
MOST_EDITS = int(os.environ.get("MALHA_EDITS", "3"))
SERVICE_TYPES = ("comanda", "balcao", "viagem", "entrega")  # the order begins as "mesa"
PIZZA = NewLine(product="hawaiian_m", name="Hawaiian M", unit_centavos=1325)

PATIENT = pytest.mark.timeout(600 if MOST_EDITS < 4 else 7200)
ORDER_KEY = "the order"
REGISTERS = len(FIELDS) + 4 + 7 + 4  # of an order: fields, marks; of a table: fields; and the rest
WAYS_OF_SEEING = {1: 1, 2: 2, 3: 7, 4: 40}  # see `sights`: OEIS A006455
TERMINALS_IN_A_ROW = {2: 2, 3: 5, 4: 14}  # see `chains`

Seen = frozenset[int]
Views = Mapping[DocumentId, View]


class Ids(NamedTuple):
    """What was there before the edits."""

    order: OrderId
    table: TableId
    areas: tuple[CreatedId, ...]


class Base(NamedTuple):
    """The beginning that everybody knows."""

    ids: Ids
    changes: tuple[Change, ...]


class Edit(NamedTuple):
    """What one command, or several at once, wrote. seen: the numbers of earlier edits."""

    changes: tuple[Change, ...]
    seen: Seen


@pytest.fixture(scope="module")
def base() -> Base:
    till = Till("A")
    areas = tuple(till.give(AddArea(name=f"Salão {index}"))["area"] for index in range(5))
    table = TableId(till.give(AddTable(label="1", area=areas[4]))["table"])
    order = OrderId(till.give(OpenOrder(service_type="mesa", lines=(PIZZA,)))["order"])
    return Base(Ids(order, table, areas), tuple(till.changes.values()))


def sights(count: int) -> Iterator[tuple[Seen, ...]]:
    """Every way in which `count` edits, one after the other, can have seen earlier ones."""
    if count == 0:
        yield ()
        return
    for before in sights(count - 1):
        for size in range(count):
            for chosen in combinations(range(count - 1), size):
                if all(before[each] <= set(chosen) for each in chosen):
                    yield (*before, frozenset(chosen))


def edit_everything(number: int, ids: Ids, till: Till) -> list[Command]:
    """Another value for every register."""
    order, room = till.order(ids.order), till.dining_room.tables[ids.table]
    flags = {flag: not order.flag(flag) for flag in (*DEFAULT_FLAGS, "embalado")}
    text = f"edit {number}"
    return [
        EditOrder(
            order=ids.order,
            fields={
                "table": bytes([number] * 16).hex(), "tab": text, "waiter": text, "note": text,
                "customer": text, "people": 1 + number, "external_id": text,
                "service_type": SERVICE_TYPES[number],
            },
            flags=flags,
        ),
        ChangeTable(
            table=ids.table,
            fields={
                "label": text, "number": f"n{number}", "area": ids.areas[number].hex(),
                "seats": 1 + number,
                "waiter": text, "cleaning": not room.is_cleaning, "active": not room.is_active,
            },
            position=(1 + number, number),
        ),
        ReserveTable(table=ids.table, name=text),
        RenameArea(area=ids.areas[4], name=text),
        SettleDispute(
            document=order_document(ids.order), kind="overpaid", subject=ids.order.hex(),
            choice="tip", weighs=(), note=text,
        ),
    ]  # fmt: skip


def registers(views: Views, ids: Ids) -> dict[str, Register[Any]]:
    """Every register of the order, of the dining table, of the area and of the dispute."""
    order, room = views[order_document(ids.order)], views[TABLES]
    assert isinstance(order, OrderView)
    assert isinstance(room, TablesView)
    table = room.tables[ids.table]
    return {
        **{f"order {name}": register for name, register in order.fields.items()},
        **{f"mark {name}": register for name, register in order.flags.items()},
        **{f"table {name}": register for name, register in table.fields.items()},
        "place": table.places,
        "sign": table.holds,
        "area": room.areas[ids.areas[4]].names,
        "resolution": resolutions_of(order, "overpaid", ids.order.hex()),
    }


def written(
    commands: Iterable[Command], number: int, till: Till, *, clock_ms: int
) -> tuple[Change, ...]:
    """The changes of an edit. Its stamps are what the clock says, whatever was heard before."""
    known = len(till.changes)
    for index, command in enumerate(commands):
        till._stamp, till.clock_ms = 0, clock_ms - 1  # which every write moves on by one
        till.give(command, key=f"edit {number}, command {index}")
    return tuple(till.changes.values())[known:]


def edited(base: Base, seen: Sequence[Seen], clocks_ms: Sequence[int]) -> list[Edit]:
    """The edits, each by a terminal that had seen what it had seen."""
    edits: list[Edit] = []
    for number, (sight, clock_ms) in enumerate(zip(seen, clocks_ms, strict=True)):
        till = Till("ABC"[number % 3])
        till.receive(base.changes)
        for each in sorted(sight):
            till.receive(edits[each].changes)
        commands = edit_everything(number, base.ids, till)
        edits.append(Edit(written(commands, number, till, clock_ms=clock_ms), sight))
    return edits


def heard(parts: Iterable[Sequence[Change]]) -> Views:
    """What a reader sees that hears these in this order."""
    views: dict[DocumentId, View] = {}
    for part in parts:
        for change in part:
            for document, entry in change.entries():
                if document not in views:
                    views[document] = empty_view(document)
                views[document].apply(entry)
    return views


def standing(edits: Sequence[Edit]) -> Seen:
    """The edits that no other had seen."""
    return frozenset(range(len(edits))).difference(*(edit.seen for edit in edits))


def check(found: Mapping[str, Register[Any]], edits: Sequence[Edit]) -> None:
    """Against a plain reading: what nobody saw stands; of that, the greatest stamp is current."""
    author = {change.id[:16]: number for number, it in enumerate(edits) for change in it.changes}
    stands = standing(edits)
    for name, register in found.items():
        writer = {each.id: author.get(each.stamp.change) for each in register.writes}
        heads = [each for each in register.writes if each.id in register.heads]
        assert set(writer.values()) >= set(range(len(edits))), name
        assert {writer[each.id] for each in heads} == stands, name
        assert register.current == max(heads, key=lambda write: write.stamp), name


@PATIENT
def test_an_edit_beats_all_that_it_saw_and_the_clock_the_others_only(base: Base) -> None:
    histories = readings = 0
    for count in range(1, MOST_EDITS + 1):
        for seen, clocks_ms in product(list(sights(count)), product(CLOCKS_MS, repeat=count)):
            edits = edited(base, seen, clocks_ms)
            results = set()
            for order in permutations([base.changes, *(edit.changes for edit in edits)]):
                found = registers(heard(order), base.ids)
                results.add(tuple((name, it.heads, it.current) for name, it in found.items()))
                readings += 1
            assert len(results) == 1, f"{clocks_ms} {seen}"
            check(found, edits)
            histories += 1
    assert len(found) == REGISTERS
    assert histories == sum(WAYS_OF_SEEING[n] * 4**n for n in range(1, MOST_EDITS + 1))
    print(f"\n{histories} histories, {readings} readings of {len(found)} registers")  # noqa: T201 - what was tried


def chains(count: int) -> Iterator[tuple[str, ...]]:
    """Who makes each of `count` edits, of three terminals that are told apart by nothing else."""
    for who in product("ABC", repeat=count):
        first_seen = "".join(dict.fromkeys(who))
        if "ABC".startswith(first_seen):
            yield who


@PATIENT
def test_edits_in_a_row_with_honest_stamps_and_wrong_clocks(base: Base) -> None:
    """A terminal's own stamps rise, and what it heard drags them by ten minutes at most."""
    tried = 0
    for who, clocks_ms in product(list(chains(MOST_EDITS)), product(CLOCKS_MS, repeat=MOST_EDITS)):
        tills = {letters: Till(letters) for letters in "ABC"}
        for till in tills.values():
            till.receive(base.changes)
        known = len(base.changes)
        for number, (letters, clock_ms) in enumerate(zip(who, clocks_ms, strict=True)):
            till = tills[letters]
            till.receive(tills[who[number - 1]].changes.values())
            till.clock_ms = clock_ms
            edit = EditOrder(
                order=base.ids.order,
                fields={"note": f"edit {number}"},
                flags={"financeiro": number % 2 == 0},
            )
            till.give(edit, key=f"edit {number}")
        last = tills[who[-1]]
        edits = list(last.changes.values())[known:]
        assert len(edits) == MOST_EDITS
        for order in permutations(edits):
            views = heard([base.changes, order])
            found = views[order_document(base.ids.order)]
            assert isinstance(found, OrderView)
            assert found.text("note") == f"edit {MOST_EDITS - 1}", (who, clocks_ms)
            assert found.flag("financeiro") == (MOST_EDITS % 2 == 1), (who, clocks_ms)
        tried += 1
    assert tried == TERMINALS_IN_A_ROW[MOST_EDITS] * 4**MOST_EDITS
    print(f"\n{tried} rows of {MOST_EDITS} edits")  # noqa: T201 - what was tried


def in_turns(first: Command, then: Command, is_so: Callable[[OrderView], bool]) -> int:
    """Done, taken back, done again …, each seeing the one before; how many were tried."""
    tried = 0
    for clocks_ms in product(CLOCKS_MS, repeat=MOST_EDITS):
        till = Till("A")
        till.give(OpenOrder(service_type="mesa", lines=(PIZZA,)), key=ORDER_KEY)
        if isinstance(first, CloseBill):
            till.give(TakePayment(order=first.order, centavos=1325, method="dinheiro"))
        begun = tuple(till.changes.values())
        edits = [
            written([then if number % 2 else first], number, till, clock_ms=clock_ms)
            for number, clock_ms in enumerate(clocks_ms)
        ]
        for order in permutations([begun, *edits]):
            (view,) = heard(order).values()
            assert isinstance(view, OrderView)
            assert is_so(view) == (MOST_EDITS % 2 == 1), clocks_ms
        tried += 1
    return tried


@PATIENT
def test_what_is_done_and_taken_back_in_turns_whatever_the_clocks() -> None:
    """No registers: a restoring names the cancellation, a reopening the closing."""
    order = OrderId(Till("A").give(OpenOrder(service_type="mesa"), key=ORDER_KEY)["order"])
    cancelled = in_turns(
        CancelOrder(order=order, reason="desistiu"),
        RestoreOrder(order=order),
        lambda view: view.is_cancelled,
    )
    closed = in_turns(
        CloseBill(order=order),
        ReopenBill(order=order, reason="faltou um"),
        lambda view: view.closed is not None,
    )
    assert cancelled == closed == 4**MOST_EDITS
