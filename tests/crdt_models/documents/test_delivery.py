"""Where an order goes: one register, and personal data that stands nowhere else."""

import msgspec

from crdt_models.canonical_cbor import encode
from crdt_models.disputes import disputes_of
from crdt_models.documents.orders.commands import EditOrder, NewLine, OpenOrder, SendLines
from crdt_models.documents.orders.facts import Delivery, DeliverySet
from crdt_models.ids import OrderId, order_document
from crdt_models.pedido import JSON, order_json, ticket_json
from crdt_models.read_models import rows_of
from tests.crdt_models.documents.shop import NOW_MS, Till

ANA = Delivery(name="Ana", phone="11 98888-7777", street="Rua Ímpar", number="7")


def delivery_order(till: Till, delivery: Delivery | None = ANA) -> OrderId:
    line = NewLine(product="p", name="Pizza", unit_centavos=100)
    opening = OpenOrder(service_type="entrega", lines=(line,), delivery=delivery)
    return OrderId(till.give(opening)["order"])


def test_an_order_is_opened_with_where_it_goes_and_corrected() -> None:
    till = Till()
    order = delivery_order(till)
    assert till.order(order).delivery == ANA
    before = till.order(order).fact_count
    till.give(EditOrder(order=order, delivery=ANA))
    assert till.order(order).fact_count == before
    moved = msgspec.structs.replace(ANA, street="Rua Par")
    till.give(EditOrder(order=order, delivery=moved))
    assert till.order(order).delivery == moved
    till.give(EditOrder(order=order, delivery=Delivery()))
    assert till.order(order).delivery == Delivery()
    assert delivery_order(till, None) and till.order(delivery_order(till, None)).fact_count == 3


def test_two_corrections_never_make_an_address_of_two_halves() -> None:
    a, b = Till("A"), Till("B", clock_ms=NOW_MS - 3_600_000)
    order = delivery_order(a)
    a.sync(b)
    here, there = (msgspec.structs.replace(ANA, **{name: "x"}) for name in ("street", "number"))
    a.give(EditOrder(order=order, delivery=here))
    b.give(EditOrder(order=order, delivery=there))
    a.sync(b)
    assert a.order(order).delivery == b.order(order).delivery == here
    b.give(EditOrder(order=order, delivery=there))
    a.sync(b)
    assert a.order(order).delivery == there


def test_personal_data_is_shown_on_the_order_and_nowhere_else() -> None:
    till = Till()
    order = delivery_order(till)
    till.give(SendLines(order=order))
    view = till.order(order)
    assert {"delivery"} == DeliverySet.PERSONAL
    secrets = [text.encode() for text in msgspec.structs.astuple(ANA) if text]
    elsewhere = [
        encode(
            [list(row) for rows in rows_of(order_document(order), view).values() for row in rows]
        ),
        *(JSON.encode(ticket_json(view, ticket)) for ticket in view.tickets),
        repr(disputes_of(view)).encode(),
    ]
    assert view.tickets
    for secret in secrets:
        assert secret in JSON.encode(order_json(view, "v"))
        assert not any(secret in said for said in elsewhere if len(secret) > 1)
