"""Orders that grew apart: every terminal kept to the limit, and together they are above it."""

import pytest

from crdt_models.change import MAX_CHANGE_BYTES
from crdt_models.documents.fields import MAX_MENTIONS
from crdt_models.documents.orders.bill_commands import (
    AskBill,
    CloseBill,
    RefundPayment,
    ReopenBill,
    TakePayment,
)
from crdt_models.documents.orders.commands import (
    MAX_LINES,
    AddLines,
    AdvanceLines,
    CancelOrder,
    NewLine,
    OpenOrder,
    SendLines,
)
from crdt_models.documents.orders.errors import BillTooLarge, OrderTooLarge
from crdt_models.ids import CreatedId, OrderId, TableId
from tests.crdt_models.documents.shop import Till

LONGEST_NAME = "ç" * 120  # two bytes each


def grown_apart(till: Till, tills: int) -> OrderId:
    """One order to which each of so many terminals added all that it may, at once."""
    order = OrderId(till.give(OpenOrder(service_type="mesa"))["order"])
    others = [till, *map(Till, "BCDEFGHIJ"[: tills - 1])]
    for other in others[1:]:
        other.sync(till)
    for other in others:
        for start in range(0, MAX_LINES, 100):
            lines = [
                NewLine(product="p", name=LONGEST_NAME, unit_centavos=100 + start + each)
                for each in range(100)
            ]
            other.give(AddLines(order=order, lines=tuple(lines)))
    for other in others[1:]:
        other.sync(till)
    assert len(till.order(order).lines) == tills * MAX_LINES
    return order


@pytest.mark.parametrize("tills", [2, 3])
def test_what_grew_apart_is_sent_paid_closed_and_reopened(till: Till, tills: int) -> None:
    order = grown_apart(till, tills)
    with pytest.raises(OrderTooLarge):
        till.give(AddLines(order=order, lines=(NewLine(product="p", name="x", unit_centavos=1),)))
    till.give(SendLines(order=order))
    for stage in ("preparing", "ready", "delivered"):
        till.give(AdvanceLines(order=order, to=stage))
    till.give(AskBill(order=order))
    total = till.order(order).total
    till.give(TakePayment(order=order, centavos=total, method="pix"))
    till.give(CloseBill(order=order))
    view = till.order(order)
    assert view.account == "settled"
    assert (view.closed.fact.total, view.total) == (total, total)
    till.give(ReopenBill(order=order))
    till.give(CloseBill(order=order))
    assert till.order(order).account == "settled"
    assert max(len(change.data) for change in till.changes.values()) <= MAX_CHANGE_BYTES


def test_a_bill_too_long_for_its_names_shows_them_all_the_same(till: Till) -> None:
    order = grown_apart(till, 2)
    before = till.order(order).bill
    till.give(TakePayment(order=order, centavos=till.order(order).total, method="pix"))
    till.give(CloseBill(order=order))
    view = till.order(order)
    assert {line.name for line in view.closed.fact.lines} == {""}
    assert view.bill == before
    assert {line.name for line in view.bill} == {LONGEST_NAME}


def test_a_bill_of_the_usual_size_carries_its_names(till: Till) -> None:
    lines = tuple(
        NewLine(product="p", name=f"Prato {each}", unit_centavos=100) for each in range(MAX_LINES)
    )
    order = OrderId(till.give(OpenOrder(service_type="mesa", lines=lines))["order"])
    till.give(TakePayment(order=order, centavos=100 * MAX_LINES, method="pix"))
    till.give(CloseBill(order=order))
    assert {line.name for line in till.order(order).closed.fact.lines} == {
        f"Prato {each}" for each in range(MAX_LINES)
    }


def test_beyond_all_bounds_the_refusal_says_what_to_do_and_that_can_be_done(till: Till) -> None:
    order = grown_apart(till, 5)
    total = till.order(order).total
    till.give(TakePayment(order=order, centavos=total, method="pix"))
    with pytest.raises(BillTooLarge) as refused:
        till.give(CloseBill(order=order))
    assert refused.value.cure.startswith("Refund what was paid, cancel this order")
    till.give(RefundPayment(order=order, centavos=total))
    till.give(CancelOrder(order=order))
    assert till.order(order).account == "cancelled"


def test_a_table_with_more_tabs_than_a_fact_can_name_takes_one_more(till: Till) -> None:
    table = TableId(CreatedId(b"t" * 16))
    till.tabs[table] = tuple(OrderId(CreatedId(b"%016d" % number)) for number in range(600))
    order = OrderId(till.give(OpenOrder(service_type="mesa", table=table))["order"])
    opening = till.order(order).opening
    assert opening is not None
    assert opening.fact.tabs_seen == till.tabs[table][-MAX_MENTIONS:]
