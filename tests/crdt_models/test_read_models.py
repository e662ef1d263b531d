import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from typing import Any

from hypothesis import given, settings

from crdt_models.change import Change
from crdt_models.dining_room import DiningRoom, Tab
from crdt_models.disputes import open_disputes
from crdt_models.documents.kinds import empty_view
from crdt_models.documents.orders.bill_commands import CloseBill, RefundPayment, TakePayment
from crdt_models.documents.orders.commands import (
    AddLines,
    CancelLines,
    EditOrder,
    LineCancellation,
    NewLine,
    OpenOrder,
    SendLines,
)
from crdt_models.documents.orders.facts import Acquirer, Modifier
from crdt_models.documents.tables.commands import AddArea, AddTable, ChangeTable, ReserveTable
from crdt_models.documents.view import View
from crdt_models.ids import TABLES as TABLES_DOCUMENT
from crdt_models.ids import CreatedId, DocumentId, OrderId, TableId, order_document
from crdt_models.pedido import (
    ITEM_NAMES,
    JSON,
    ORDER_NAMES,
    PAYMENT_NAMES,
    TABLE_NAMES,
    dispute_json,
    order_json,
    table_json,
)
from crdt_models.read_models import LARGEST, TABLES, rows_of, view_digest
from tests.crdt_models.documents.histories import DOCUMENT, changes, raw_change
from tests.crdt_models.documents.shop import DAY, NOW_MS, Till


@contextmanager
def database() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as connection:
        create_tables(connection)
        yield connection


def create_tables(connection: sqlite3.Connection) -> None:
    for table in TABLES:
        columns = ", ".join(f"{name} {kind}" for name, kind in table.columns)
        key = ", ".join(table.key)
        connection.execute(f"CREATE TABLE {table.name} ({columns}, PRIMARY KEY ({key})) STRICT")


def replace(connection: sqlite3.Connection, document: DocumentId, view: View) -> None:
    """What storage does with the rows of a document."""
    rows = rows_of(document, view)
    for table in TABLES:
        connection.execute(f"DELETE FROM {table.name} WHERE document_id = ?", (document,))
        marks = ", ".join("?" for _ in table.columns)
        connection.executemany(
            f"INSERT INTO {table.name} VALUES ({marks})", rows.get(table.name, [])
        )


def a_day() -> tuple[Till, OrderId]:
    """An order with everything in it: closed, with a refund, a late line and a cancelled one."""
    a, b = Till("A"), Till("B")
    table = TableId(CreatedId(b"t" * 16))
    cheese = Modifier(name="queijo", unit_centavos=250)
    pizza = NewLine(
        product="p1", name="Pizza", unit_centavos=1_000, thousandths=1_500, modifiers=(cheese,)
    )
    juice = NewLine(product="p2", name="Suco", unit_centavos=800, note="sem gelo")
    opened = OpenOrder(
        service_type="mesa", table=table, tab="9", waiter="Ana", lines=(pizza, juice)
    )
    order = OrderId(a.give(opened)["order"])
    a.give(SendLines(order=order))
    second = a.order(order).lines[1].id
    a.give(CancelLines(order=order, cancel=(LineCancellation(second),)))
    b.sync(a)
    card = Acquirer(name="stone", transaction="1", brand="visa")
    a.give(TakePayment(order=order, centavos=1_875, method="credito", acquirer=card))
    a.give(CloseBill(order=order))
    a.give(RefundPayment(order=order, centavos=75, reason="cortesia"))
    b.give(AddLines(order=order, lines=(juice,)))
    a.sync(b)
    return a, order


def test_rows_of_an_order() -> None:
    till, order = a_day()
    with database() as connection:
        connection.row_factory = sqlite3.Row
        replace(connection, order_document(order), till.order(order))
        row = dict(connection.execute("SELECT * FROM order_row").fetchone())
        expected = {
            "order_id": order.hex(), "business_day": DAY, "letters": "A", "number": 1, "tab": "9",
            "state": "closed", "is_open": 0, "total_centavos": 1_875, "paid_centavos": 1_800,
            "balance_centavos": 75, "revenue_centavos": 1_875, "line_count": 1, "waiter": "Ana",
            "closed_day": DAY, "device": till.device.hex(), "service_type": "mesa",
        }  # fmt: skip
        assert expected.items() <= row.items()
        lines = connection.execute(
            "SELECT name, thousandths, unit_centavos, amount_centavos, stage, is_residual"
            " FROM order_line ORDER BY position"
        )
        assert [tuple(each) for each in lines] == [
            ("Pizza", 1_500, 1_250, 1_875, "sent", 0),
            ("Suco", 1_000, 800, 800, "new", 1),
        ]
        money = connection.execute("SELECT kind, state, method, centavos FROM payment")
        assert {tuple(each) for each in money} == {
            ("payment", "confirmed", "credito", 1_875),
            ("refund", "confirmed", "dinheiro", 75),
        }
        kinds = connection.execute("SELECT kind FROM dispute WHERE is_open = 1")
        assert [each[0] for each in kinds] == ["paid_with_residual"]


def test_the_pedido_of_front_ends_has_exactly_the_documented_names() -> None:
    till, order = a_day()
    till.give(EditOrder(order=order, flags={"delivery": True}))
    pedido = json.loads(JSON.encode(order_json(till.order(order), "v1")), parse_float=Decimal)
    flags = {"financeiro": False, "producao": False, "expedicao": False, "delivery": True}
    assert set(pedido) == set(ORDER_NAMES) | set(flags)
    assert {name: pedido[name] for name in flags} == flags == pedido["flags"]
    assert set(pedido["itens"][0]) == set(ITEM_NAMES)
    assert set(pedido["pagamentos"][0]) == set(PAYMENT_NAMES)
    shown = {
        "id": order.hex(), "numero": "A-001", "tipo": "mesa", "status": "fechado",
        "total": Decimal("18.75"), "total_centavos": 1_875, "saldo_centavos": 75,
        "pago": Decimal("18.00"), "comanda": "9", "comanda_id": order.hex(), "garcom": "Ana",
        "version": "v1", "versao": till.order(order).fact_count, "residual_centavos": 800,
        "status_producao": "novo",
    }  # fmt: skip
    assert shown.items() <= pedido.items()
    assert pedido["updatedAt"] == pedido["atualizado_em"] > pedido["criado_em"]
    item = pedido["itens"][0]
    assert (item["quantidade"], item["preco_unitario"]) == (Decimal("1.500"), Decimal("10.00"))
    assert item["preco_unitario_com_modificadores"] == Decimal("12.50")
    assert [each["nome"] for each in pedido["itens_residuais"]] == ["Suco"]
    assert [each["tipo"] for each in pedido["conflitos"]] == ["paid_with_residual"]


def test_money_is_written_as_decimals_with_their_places() -> None:
    till = Till()
    line = NewLine(product="p", name="n", unit_centavos=1_230)
    order = till.give(OpenOrder(service_type="balcao", lines=(line,)))["order"]
    text = JSON.encode(order_json(till.order(order), "v", rank=2)).decode()
    assert '"preco_unitario":12.30,' in text
    assert '"quantidade":1.000,' in text
    assert '"numero":"A-001/2"' in text
    assert '"pago":0.00,' in text


def test_a_flag_cannot_take_the_place_of_a_field() -> None:
    till = Till()
    order = OrderId(till.give(OpenOrder(service_type="balcao"))["order"])
    till.give(EditOrder(order=order, flags={"total_centavos": True}))
    assert order_json(till.order(order), "v")["total_centavos"] == 0


def test_a_mesa_has_exactly_the_documented_names_and_one_status() -> None:
    till = Till()
    area = till.give(AddArea(name="Salão"))["area"]
    table = TableId(till.give(AddTable(label="12", area=area, seats=4, x=1, y=2))["table"])

    def mesa(*orders: OrderId) -> dict[str, Any]:
        room = DiningRoom(
            till.dining_room,
            till.floor,
            till.floor,
            now_ms=NOW_MS,
            tabs=lambda _: [Tab(order, 0) for order in orders],
            left=lambda _: (),
        )
        return table_json(room.furniture.tables[table], room)

    assert set(mesa()) == set(TABLE_NAMES)
    assert (mesa()["status"], mesa()["area"], mesa()["numero"]) == ("livre", "Salão", "12")
    till.give(ReserveTable(table=table, name="Silva"))
    assert (mesa()["status"], mesa()["reserva"]["nome"]) == ("reservada", "Silva")
    till.give(ChangeTable(table=table, fields={"cleaning": True}))
    assert mesa()["status"] == "limpeza"
    assert mesa(OrderId(CreatedId(bytes(16))))["status"] == "ocupada"
    till.give(ChangeTable(table=table, fields={"active": False}))
    assert mesa()["status"] == "inativa"
    with database() as connection:
        replace(connection, TABLES_DOCUMENT, till.dining_room)
    rows = rows_of(TABLES_DOCUMENT, till.dining_room)
    assert rows["dining_table"][0][2:9] == ("12", area.hex(), "Salão", 4, 1, 2, None)


@settings(max_examples=100, deadline=None)
@given(changes())
def test_rows_and_json_of_anything_can_be_stored_and_sent(written: list[Change]) -> None:
    view = empty_view(DOCUMENT)
    with database() as connection:
        for change in written:
            for _, entry in change.entries():
                view.apply(entry)
            replace(connection, DOCUMENT, view)
    pedido = json.loads(JSON.encode(order_json(view, "v")))  # type: ignore[arg-type]
    assert set(pedido) >= set(ORDER_NAMES)
    for dispute in open_disputes(view):
        JSON.encode(dispute_json(dispute))


def test_a_clock_beyond_sqlite_is_stored_as_the_largest() -> None:
    change = raw_change(
        [["order_opened", False, {"service_type": "mesa"}]], device=0, hlc=2**64 - 1, command=0
    )
    view = empty_view(DOCUMENT)
    for _, entry in change.entries():
        view.apply(entry)
    with database() as connection:
        replace(connection, DOCUMENT, view)
    assert LARGEST in rows_of(DOCUMENT, view)["order_row"][0]


def test_a_document_of_an_unknown_kind_has_no_rows() -> None:
    assert rows_of(DocumentId("shift:00"), empty_view(DocumentId("shift:00"))) == {}


def test_the_digest_of_a_view_tells_rows_apart() -> None:
    till, order = a_day()
    document = order_document(order)
    before = view_digest(rows_of(document, till.order(order)))
    assert before == view_digest(rows_of(document, till.order(order).copy()))
    till.give(EditOrder(order=order, fields={"waiter": "Bia"}))
    assert before != view_digest(rows_of(document, till.order(order)))
