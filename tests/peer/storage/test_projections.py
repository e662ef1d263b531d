from pathlib import Path

import msgspec
import pytest

from peer.service.sqlite_errors import NotDurable
from peer.storage.change_log import ChangeLog
from peer.storage.projections import MAX_PAGE, BadCursor, Condition, Is, Query
from peer.storage.records import Batch, DocumentState, TableRows
from tests.contracts.samples import KEY, order, sample


class Table(msgspec.Struct, frozen=True):
    name: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]


ORDERS = Table(
    "orders",
    (("document_id", "TEXT"), ("number", "TEXT"), ("total", "INTEGER"), ("table_id", "TEXT")),
    ("document_id",),
)
LINES = Table(
    "lines",
    (("line", "TEXT"), ("document_id", "TEXT"), ("amount", "INTEGER")),
    ("line",),
)


@pytest.fixture
def log(tmp_path: Path):
    log = ChangeLog.open(tmp_path / "m.db", KEY, tables=(ORDERS, LINES), create=True)
    yield log
    log.close()


def stored(name: str, rows: TableRows, **more) -> Batch:
    """The rows of an order, and a change without which there would be no such document."""
    document = order(name)
    state = DocumentState(document, 0, open=True)
    return Batch(changes=[sample(name)], documents=[state], rows={document: rows}, **more)


def put(log: ChangeLog, name: str, total: int, lines: int = 0, table: str | None = None) -> None:
    document = order(name)
    rows = {
        "orders": [(document, name, total, table)],
        "lines": [(f"{name}/{index}", document, index) for index in range(lines)],
    }
    log.append(stored(name, rows))


def numbers(log: ChangeLog, **query) -> list[str]:
    page = log.projections.page(Query(table="orders", **query))
    return [row["number"] for row in page.rows]


def test_rows_of_a_document_are_replaced_in_every_table(log):
    put(log, "A-001", 10, lines=3)
    put(log, "A-002", 20, lines=1)
    put(log, "A-001", 15, lines=1)
    assert sorted(numbers(log)) == ["A-001", "A-002"]
    assert log.projections.count(Query(table="lines")) == 2
    log.append(Batch(rows={order("A-001"): {"orders": [(order("A-001"), "A-001", 0, None)]}}))
    assert log.projections.count(Query(table="lines")) == 1


def test_the_rows_of_every_page_follow_one_another(log):
    put(log, "a", 1, lines=2 * MAX_PAGE + 1)
    found = log.projections.rows(Query(table="lines", order=("amount",), limit=1))
    assert [row["amount"] for row in found] == list(range(2 * MAX_PAGE + 1))


def test_conditions_compare_and_none_asks_for_absence(log):
    for name, total, table in [("a", 1, None), ("b", 2, "m1"), ("c", 3, "m1")]:
        put(log, name, total, table=table)
    where = (Condition("total", 2, Is.AT_LEAST), Condition("table_id", "m1"))
    assert sorted(numbers(log, where=where)) == ["b", "c"]
    assert numbers(log, where=(Condition("table_id", None),)) == ["a"]
    assert (
        log.projections.count(Query(table="orders", where=(Condition("total", 3, Is.LESS),))) == 2
    )


@pytest.mark.parametrize("descending", [False, True])
def test_pages_cover_every_row_once_also_with_equal_and_absent_values(log, descending):
    for index in range(23):
        put(log, f"{index:02}", index % 3, table=None if index % 4 == 0 else str(index % 2))
    seen: list[str] = []
    cursor = None
    while True:
        query = Query(
            table="orders",
            order=("table_id", "total"),
            descending=descending,
            limit=5,
            cursor=cursor,
        )
        page = log.projections.page(query)
        seen += [row["number"] for row in page.rows]
        cursor = page.next
        if cursor is None:
            break
    assert len(seen) == 23
    assert sorted(seen) == [f"{index:02}" for index in range(23)]
    whole = Query(table="orders", order=("table_id", "total"), descending=descending, limit=100)
    assert seen == [row["number"] for row in log.projections.page(whole).rows]


@pytest.mark.parametrize(
    "cursor", ["x", "!", "é", "AAAA", "gqNhYmOjYWJjo2FiYw", "'; DROP TABLE orders"]
)
def test_a_forged_cursor_is_refused(log, cursor):
    with pytest.raises(BadCursor):
        log.projections.page(Query(table="orders", cursor=cursor))


@pytest.mark.parametrize("name", ["total; DROP TABLE orders", "rowid", "1", "", "total DESC"])
def test_only_defined_columns_reach_sql(log, name):
    with pytest.raises(KeyError):
        log.projections.page(Query(table="orders", order=(name,)))
    with pytest.raises(KeyError):
        log.projections.page(Query(table="orders", where=(Condition(name, 1),)))
    with pytest.raises(KeyError):
        log.projections.page(Query(table=name))


def test_values_are_bound_never_pasted(log):
    put(log, "'; DROP TABLE orders --", 1)
    where = (Condition("number", "'; DROP TABLE orders --"),)
    assert log.projections.count(Query(table="orders", where=where)) == 1


def test_a_row_that_does_not_fit_undoes_its_batch(log):
    put(log, "a", 1)
    bad = {"orders": [(order("a"), "a", "not a number", None)]}
    with pytest.raises(NotDurable):
        log.append(stored("a", bad, settings={"seen": "1"}))
    assert log.setting("seen") is None
    assert numbers(log) == ["a"]


def test_rows_without_a_value_come_last_in_both_directions(log):
    for name, table in [("a", "m1"), ("b", None), ("c", "m2")]:
        put(log, name, 0, table=table)
    assert numbers(log, order=("table_id",)) == ["a", "c", "b"]
    assert numbers(log, order=("table_id",), descending=True) == ["c", "a", "b"]


def test_changed_definitions_make_the_tables_anew_and_say_so(tmp_path):
    log = ChangeLog.open(tmp_path / "m.db", KEY, tables=(ORDERS, LINES), create=True)
    assert log.rows_are_stale
    put(log, "a", 1, lines=2)
    log.close()
    log = ChangeLog.open(tmp_path / "m.db", KEY, tables=(ORDERS, LINES))
    assert log.rows_are_stale, "nobody said that the filling came to its end"
    assert numbers(log) == ["a"]
    log.rows_filled()
    log.close()
    log = ChangeLog.open(tmp_path / "m.db", KEY, tables=(ORDERS, LINES))
    assert not log.rows_are_stale
    log.close()
    wider = Table("orders", (*ORDERS.columns, ("waiter", "TEXT")), ORDERS.key)
    log = ChangeLog.open(tmp_path / "m.db", KEY, tables=(wider,))
    assert log.rows_are_stale
    assert log.projections.count(Query(table="orders")) == 0
    log.append(Batch(rows={order("a"): {"orders": [(order("a"), "a", 1, None, "Rui")]}}))
    assert log.projections.page(Query(table="orders")).rows[0]["waiter"] == "Rui"
    log.close()


def test_today_s_rows_are_found_by_index(tmp_path):
    table = Table(
        "orders",
        (("document_id", "TEXT"), ("business_day", "INTEGER"), ("is_open", "INTEGER")),
        ("document_id",),
    )
    log = ChangeLog.open(tmp_path / "m.db", KEY, tables=(table,), create=True)
    for column in ("business_day", "is_open"):
        plan = log._reader.rows(f"EXPLAIN QUERY PLAN SELECT * FROM orders WHERE {column} = ?", (1,))
        assert f"USING INDEX orders_by_{column}" in plan[0][3]
    log.close()


def test_the_digest_of_rows_does_not_depend_on_their_order(tmp_path):
    digests = []
    for number, names in enumerate([("a", "b", "c"), ("c", "a", "b"), ("a", "b")]):
        log = ChangeLog.open(tmp_path / f"{number}.db", KEY, tables=(ORDERS, LINES), create=True)
        for name in names:
            put(log, name, 1)
        digests.append(log.projections.digest("orders"))
        log.close()
    assert digests[0] == digests[1] != digests[2]


IDS = Table(
    "ids",
    (("document_id", "TEXT"), ("line_id", "TEXT"), ("business_day", "INTEGER"), ("device", "TEXT")),
    ("document_id", "line_id"),
)
ODD = ["00ff" * 8, "ABCD", "abc", "", "m1", "é", "cafe", "0", None]


@pytest.fixture
def ids(tmp_path: Path):
    log = ChangeLog.open(tmp_path / "i.db", KEY, tables=(IDS,), create=True)
    rows = {
        name: [(order(name), f"{index:032x}", index, odd) for index, odd in enumerate(ODD)]
        for name in "ab"
    }
    for name, given in rows.items():
        log.append(stored(name, {"ids": given}))
    yield log, [row for name in "ab" for row in rows[name]]
    log.close()


def told(log: ChangeLog, **query) -> list[tuple]:
    page = log.projections.page(Query(table="ids", limit=100, **query))
    return [tuple(row.values()) for row in page.rows]


def test_identifiers_come_out_as_they_went_in_whatever_they_are(ids):
    log, rows = ids
    assert told(log) == rows
    types = log._reader.rows("SELECT DISTINCT typeof(document_id), typeof(line_id) FROM ids")
    assert types == [("integer", "blob")], "they were meant to lie there shorter"


@pytest.mark.parametrize("odd", ODD)
def test_identifiers_are_compared_as_they_went_in(ids, odd):
    log, rows = ids
    assert told(log, where=(Condition("device", odd),)) == [row for row in rows if row[3] == odd]
    assert told(log, where=(Condition("document_id", order("b")),)) == rows[len(ODD) :]
    assert told(log, where=(Condition("document_id", order("none")),)) == []
    if odd is not None:
        assert (odd,) in log.projections.repeated("ids", ("device",))


@pytest.mark.parametrize("descending", [False, True])
def test_pages_by_identifier_cover_every_row_and_those_without_one_come_last(ids, descending):
    log, rows = ids
    seen, cursor = [], None
    while not seen or cursor is not None:
        page = log.projections.page(
            Query(table="ids", order=("device",), descending=descending, limit=4, cursor=cursor)
        )
        seen += [tuple(row.values()) for row in page.rows]
        cursor = page.next
    assert sorted(map(str, seen)) == sorted(map(str, rows))
    assert [row[3] for row in seen[-2:]] == [None, None]


def test_rows_of_a_document_that_is_not_stored_are_a_bug(log):
    with pytest.raises(AssertionError):
        log.append(Batch(rows={order("a"): {"orders": [(order("a"), "a", 1, None)]}}))
