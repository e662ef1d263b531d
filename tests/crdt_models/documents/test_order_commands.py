import pytest

from crdt_models.documents.command import CommandTooLarge, InvalidField, NeedsUpgrade
from crdt_models.documents.fields import MAX_UNIT_CENTAVOS
from crdt_models.documents.orders.bill_commands import (
    AskBill,
    CloseBill,
    RefundPayment,
    ReopenBill,
    SettlePayment,
    TakePayment,
)
from crdt_models.documents.orders.commands import (
    MAX_LINES,
    AddLines,
    AdvanceLines,
    CancelLines,
    CancelOrder,
    EditOrder,
    LineCancellation,
    NewLine,
    OpenOrder,
    RestoreOrder,
    SendLines,
)
from crdt_models.documents.orders.errors import (
    BillIsClosed,
    BillIsOpen,
    MoreThanIsLeft,
    NoChangeFromThis,
    NoLines,
    OrderIsCancelled,
    OrderIsNotCancelled,
    OrderTooLarge,
    PaidOrder,
    PaymentAboveBalance,
    RefundAbovePaid,
    UnknownLine,
    UnknownOrder,
    UnknownPayment,
    UnpaidBill,
)
from crdt_models.documents.orders.facts import Acquirer, Modifier
from crdt_models.fact import Fact
from crdt_models.ids import CreatedId, LineId, OrderId, PaymentId, TableId, order_document
from tests.crdt_models.documents.shop import Till

PIZZA = NewLine(product="p1", name="Pizza", unit_centavos=1_250)
JUICE = NewLine(product="p2", name="Suco", unit_centavos=800)
NOWHERE = CreatedId(bytes(16))


@pytest.fixture
def till() -> Till:
    return Till()


@pytest.fixture
def order(till: Till) -> OrderId:
    """Two pizzas and a juice: 3300 centavos."""
    two = NewLine(product="p1", name="Pizza", unit_centavos=1_250, thousandths=2_000)
    return OrderId(till.give(OpenOrder(service_type="balcao", lines=(two, JUICE)))["order"])


def pay(till: Till, order: OrderId, centavos: int, **more: object) -> PaymentId:
    command = TakePayment(order=order, centavos=centavos, method="dinheiro", **more)  # type: ignore[arg-type]
    return PaymentId(till.give(command)["payment"])


def settle(till: Till, order: OrderId) -> None:
    pay(till, order, till.order(order).balance)
    till.give(CloseBill(order=order))


def test_open_gives_number_registers_and_lines(till: Till) -> None:
    ids = till.give(
        OpenOrder(
            service_type="mesa",
            table=TableId(NOWHERE),
            tab="7",
            waiter="Ana",
            people=3,
            lines=(PIZZA, JUICE),
        )
    )
    view = till.order(ids["order"])
    assert (view.numbers[0].fact.letters, view.numbers[0].fact.number) == ("A", 1)
    assert view.table == NOWHERE
    assert (view.text("tab"), view.text("waiter"), view.people) == ("7", "Ana", 3)
    assert [line.id for line in view.lines] == [ids["line.0"], ids["line.1"]]
    assert view.account == "open"
    assert view.total == view.balance == 2_050


def test_line_amount_counts_modifiers_per_unit_and_never_falls_below_zero(till: Till) -> None:
    extra = Modifier(name="queijo", thousandths=2_000, unit_centavos=150)
    less = Modifier(name="sem massa", unit_centavos=-5_000)
    lines = (
        NewLine(product="p", name="n", unit_centavos=1_000, thousandths=1_500, modifiers=(extra,)),
        NewLine(product="p", name="n", unit_centavos=1_000, modifiers=(less,)),
    )
    view = till.order(till.give(OpenOrder(service_type="viagem", lines=lines))["order"])
    assert [line.amount for line in view.lines] == [1_950, 0]


def test_unknown_order_is_refused_by_every_order_command(till: Till) -> None:
    order, line = OrderId(NOWHERE), LineId(NOWHERE)
    commands = [
        AddLines(order=order, lines=(PIZZA,)),
        CancelLines(order=order, cancel=(LineCancellation(line),)),
        SendLines(order=order),
        AdvanceLines(order=order, to="ready"),
        EditOrder(order=order, flags={"financeiro": True}),
        CancelOrder(order=order),
        RestoreOrder(order=order),
        TakePayment(order=order, centavos=1, method="pix"),
        SettlePayment(order=order, payment=PaymentId(NOWHERE), outcome="denied"),
        RefundPayment(order=order, centavos=1),
        AskBill(order=order),
        CloseBill(order=order),
        ReopenBill(order=order),
    ]
    for command in commands:
        with pytest.raises(UnknownOrder):
            till.give(command)


def test_cancelling_lines_takes_from_what_is_left(till: Till, order: OrderId) -> None:
    line = till.order(order).lines[0].id
    till.give(CancelLines(order=order, cancel=(LineCancellation(line, 500),), reason="erro"))
    assert till.order(order).lines[0].left == 1_500
    with pytest.raises(MoreThanIsLeft):
        till.give(CancelLines(order=order, cancel=(LineCancellation(line, 1_501),)))
    twice = (LineCancellation(line, 1_000), LineCancellation(line, 1_000))
    with pytest.raises(MoreThanIsLeft):
        till.give(CancelLines(order=order, cancel=twice))
    till.give(CancelLines(order=order, cancel=(LineCancellation(line),)))
    assert till.order(order).lines[0].left == 0
    assert till.order(order).total == 800
    with pytest.raises(MoreThanIsLeft):
        till.give(CancelLines(order=order, cancel=(LineCancellation(line),)))
    with pytest.raises(UnknownLine):
        till.give(CancelLines(order=order, cancel=(LineCancellation(LineId(NOWHERE)),)))
    with pytest.raises(NoLines):
        till.give(CancelLines(order=order, cancel=()))


def test_production_goes_forward_line_by_line(till: Till, order: OrderId) -> None:
    first, second = (line.id for line in till.order(order).lines)
    assert till.order(order).production == "new"
    till.give(SendLines(order=order, lines=(first,)))
    assert [line.stage for line in till.order(order).lines] == ["sent", "new"]
    till.give(SendLines(order=order))
    till.give(AdvanceLines(order=order, to="ready", lines=(first,)))
    assert till.order(order).production == "sent"
    till.give(AdvanceLines(order=order, to="preparing"))
    assert [line.stage for line in till.order(order).lines] == ["ready", "preparing"]
    till.give(AdvanceLines(order=order, to="delivered"))
    assert till.order(order).production == "delivered"
    with pytest.raises(NoLines):
        till.give(AdvanceLines(order=order, to="ready"))
    with pytest.raises(NoLines):
        till.give(SendLines(order=order))
    with pytest.raises(UnknownLine):
        till.give(SendLines(order=order, lines=(LineId(NOWHERE),)))
    assert second in till.order(order).lines_by_id


def test_a_cancellation_after_the_send_says_so_and_is_no_dispute(
    till: Till, order: OrderId
) -> None:
    till.give(SendLines(order=order))
    line = till.order(order).lines[0]
    till.give(CancelLines(order=order, cancel=(LineCancellation(line.id, 1_000),)))
    assert till.order(order).lines[0].is_cancelled_after_send
    assert till.order(order).lines[0].unseen_sends == ()


def test_a_send_after_a_partial_cancellation_is_no_dispute(till: Till, order: OrderId) -> None:
    line = till.order(order).lines[0]
    till.give(CancelLines(order=order, cancel=(LineCancellation(line.id, 1_000),)))
    till.give(SendLines(order=order))
    assert not till.order(order).lines[0].is_cancelled_after_send
    assert till.order(order).lines[0].unseen_sends == ()


def test_edit_sets_fields_flags_and_lines_in_one_change(till: Till, order: OrderId) -> None:
    line = till.order(order).lines[1].id
    before = len(till.changes)
    ids = till.give(
        EditOrder(
            order=order,
            fields={"note": "sem pressa", "table": NOWHERE.hex(), "people": 4, "tab": None},
            flags={"financeiro": True},
            add=(PIZZA,),
            cancel=(LineCancellation(line),),
        )
    )
    view = till.order(order)
    assert len(till.changes) == before + 1
    assert (view.text("note"), view.table, view.people) == ("sem pressa", NOWHERE, 4)
    assert view.flag("financeiro")
    assert not view.flag("producao")
    assert [each.left for each in view.lines] == [2_000, 0, 1_000]
    assert view.lines[2].id == ids["line.0"]


def test_what_is_so_already_is_not_written_again(till: Till, order: OrderId) -> None:
    edit = EditOrder(order=order, fields={"note": "x"}, flags={"financeiro": True, "x": False})
    till.give(edit)
    before = len(till.changes)
    till.give(edit)
    assert len(till.changes) == before


@pytest.mark.parametrize(
    "fields",
    [
        {"people": "four"},
        {"people": 0},
        {"table": "12"},
        {"table": "A" * 32},
        {"service_type": None},
        {"service_type": "drive"},
        {"tab": "x" * 41},
        {"note": "\ud800"},
        {"colour": "red"},
    ],
)
def test_a_field_that_no_terminal_could_read_is_refused(
    till: Till, order: OrderId, fields: dict[str, object]
) -> None:
    with pytest.raises(InvalidField):
        till.give(EditOrder(order=order, fields=fields))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "line",
    [
        NewLine(product="p", name="", unit_centavos=1),
        NewLine(product="p", name="n", unit_centavos=-1),
        NewLine(product="p", name="n", unit_centavos=2**60),
        NewLine(product="p", name="n", unit_centavos=1, thousandths=0),
        NewLine(product="p", name="n", unit_centavos=1, note="x" * 501),
        NewLine(product="p", name="n" * 121, unit_centavos=1),
    ],
)
def test_a_line_that_no_terminal_could_read_is_refused(
    till: Till, order: OrderId, line: NewLine
) -> None:
    with pytest.raises(InvalidField):
        till.give(AddLines(order=order, lines=(line,)))


def test_lines_are_bounded_so_that_a_closing_fits_a_change(till: Till) -> None:
    many = tuple(
        NewLine(product="p" * 64, name="ç" * 60, unit_centavos=10**9, thousandths=10**7)
        for _ in range(100)
    )
    order = OrderId(till.give(OpenOrder(service_type="mesa"))["order"])
    for _ in range(3):
        till.give(AddLines(order=order, lines=many))
    with pytest.raises(OrderTooLarge):
        till.give(AddLines(order=order, lines=(PIZZA,)))
    with pytest.raises(OrderTooLarge):
        till.give(EditOrder(order=order, add=(PIZZA,)))
    with pytest.raises(OrderTooLarge):
        till.give(OpenOrder(service_type="mesa", lines=many * 4))
    with pytest.raises(NoLines):
        till.give(AddLines(order=order, lines=()))


def test_the_largest_order_can_be_closed(till: Till) -> None:
    many = tuple(
        NewLine(product="p", name="n" * 120, unit_centavos=10**7, thousandths=10**6)
        for _ in range(MAX_LINES // 3)
    )
    order = OrderId(till.give(OpenOrder(service_type="mesa"))["order"])
    for _ in range(3):
        till.give(AddLines(order=order, lines=many))
    while till.order(order).balance:
        pay(till, order, min(till.order(order).balance, MAX_UNIT_CENTAVOS * 100))
    till.give(CloseBill(order=order))
    assert till.order(order).account == "settled"


def test_what_one_change_cannot_carry_is_refused(till: Till) -> None:
    large = tuple(
        NewLine(product="p", name="💸" * 120, unit_centavos=1, note="💸" * 100)
        for _ in range(MAX_LINES)
    )
    with pytest.raises(CommandTooLarge):
        till.give(OpenOrder(service_type="mesa", lines=large))
    order = OrderId(till.give(OpenOrder(service_type="mesa"))["order"])
    with pytest.raises(CommandTooLarge):
        till.give(EditOrder(order=order, flags={f"f{i}": True for i in range(513)}))


def test_payment_up_to_the_balance_and_change_from_cash(till: Till, order: OrderId) -> None:
    with pytest.raises(PaymentAboveBalance):
        pay(till, order, 3_301)
    with pytest.raises(InvalidField):
        pay(till, order, 0)
    with pytest.raises(NoChangeFromThis):
        pay(till, order, 1_000, tendered=999)
    with pytest.raises(NoChangeFromThis):
        till.give(TakePayment(order=order, centavos=1_000, method="pix", tendered=2_000))
    pay(till, order, 1_300)
    pay(till, order, 2_000, tendered=5_000)
    view = till.order(order)
    assert [each.received.fact.change_centavos for each in view.payments] == [0, 3_000]
    assert (view.paid, view.balance, view.is_paid) == (3_300, 0, True)
    with pytest.raises(PaymentAboveBalance):
        pay(till, order, 1)


def test_a_pending_payment_counts_when_it_is_confirmed(till: Till, order: OrderId) -> None:
    payment = pay(till, order, 3_300, is_pending=True)
    assert till.order(order).paid == 0
    till.give(SettlePayment(order=order, payment=payment, outcome="unknown"))
    assert till.order(order).payments[0].state == "unknown"
    till.give(SettlePayment(order=order, payment=payment, outcome="denied"))
    assert till.order(order).payments[0].state == "denied"
    till.give(SettlePayment(order=order, payment=payment, outcome="confirmed"))
    assert till.order(order).paid == 3_300
    before = len(till.changes)
    till.give(SettlePayment(order=order, payment=payment, outcome="confirmed"))
    assert len(till.changes) == before


def test_only_a_pending_payment_is_settled(till: Till, order: OrderId) -> None:
    payment = pay(till, order, 100)
    for unknown in (payment, PaymentId(NOWHERE)):
        with pytest.raises(UnknownPayment):
            till.give(SettlePayment(order=order, payment=unknown, outcome="denied"))


def test_one_acquirer_transaction_counts_once(till: Till, order: OrderId) -> None:
    card = Acquirer(name="stone", transaction="nsu-1")
    other = Till("B")
    other.sync(till)
    for each in (till, other):
        each.give(TakePayment(order=order, centavos=3_300, method="credito", acquirer=card))
    till.sync(other)
    assert till.order(order).paid == 3_300
    states = [each.state for each in till.order(order).payments]
    assert sorted(states) == ["confirmed", "duplicate"]


def test_refund_at_most_what_was_paid(till: Till, order: OrderId) -> None:
    with pytest.raises(RefundAbovePaid):
        till.give(RefundPayment(order=order, centavos=1))
    payment = pay(till, order, 1_000)
    pay(till, order, 500)
    till.give(RefundPayment(order=order, payment=payment, centavos=400, reason="erro"))
    with pytest.raises(RefundAbovePaid):
        till.give(RefundPayment(order=order, payment=payment, centavos=601))
    with pytest.raises(UnknownPayment):
        till.give(RefundPayment(order=order, payment=PaymentId(NOWHERE), centavos=1))
    till.give(RefundPayment(order=order, centavos=1_100))
    assert till.order(order).paid == 0
    assert till.order(order).balance == 3_300


def test_close_needs_the_money_and_carries_the_result(till: Till, order: OrderId) -> None:
    with pytest.raises(UnpaidBill):
        till.give(CloseBill(order=order))
    till.give(AskBill(order=order))
    assert till.order(order).account == "bill_asked"
    settle(till, order)
    view = till.order(order)
    assert view.account == "settled"
    assert not view.is_open
    assert view.closed is not None
    closing = view.closed.fact
    assert (closing.total, closing.paid, len(closing.lines)) == (3_300, 3_300, 2)
    assert [each.centavos for each in closing.payments] == [3_300]


def test_a_closed_bill_takes_no_lines_until_it_is_reopened(till: Till, order: OrderId) -> None:
    line = till.order(order).lines[0].id
    settle(till, order)
    refused = [
        AddLines(order=order, lines=(PIZZA,)),
        CancelLines(order=order, cancel=(LineCancellation(line),)),
        EditOrder(order=order, add=(PIZZA,)),
        CloseBill(order=order),
        AskBill(order=order),
    ]
    for command in refused:
        with pytest.raises(BillIsClosed):
            till.give(command)
    till.give(SendLines(order=order))  # a counter sale is paid first and made afterwards
    till.give(EditOrder(order=order, flags={"expedicao": True}, fields={"note": "ok"}))
    till.give(ReopenBill(order=order, reason="faltou um item"))
    assert till.order(order).account == "open"
    with pytest.raises(BillIsOpen):
        till.give(ReopenBill(order=order))
    till.give(AddLines(order=order, lines=(PIZZA,)))
    assert till.order(order).balance == 1_250


def test_reopening_also_forgets_that_the_bill_was_asked_for(till: Till, order: OrderId) -> None:
    till.give(AskBill(order=order))
    settle(till, order)
    till.give(ReopenBill(order=order))
    assert till.order(order).account == "open"
    till.give(AskBill(order=order))
    assert till.order(order).account == "bill_asked"


def test_a_refund_of_a_closed_bill_leaves_its_figures(till: Till, order: OrderId) -> None:
    settle(till, order)
    till.give(RefundPayment(order=order, centavos=300))
    view = till.order(order)
    assert (view.account, view.total, view.revenue, view.balance) == ("closed", 3_300, 3_300, 300)
    pay(till, order, 300)
    assert till.order(order).account == "settled"


def test_a_paid_order_is_not_cancelled_before_the_refund(till: Till, order: OrderId) -> None:
    pay(till, order, 100)
    with pytest.raises(PaidOrder):
        till.give(CancelOrder(order=order))
    till.give(RefundPayment(order=order, centavos=100))
    till.give(CancelOrder(order=order, reason="desistiu"))
    view = till.order(order)
    assert (view.account, view.balance, view.revenue, view.total) == ("cancelled", 0, 0, 3_300)


def test_a_closed_bill_without_money_is_reopened_before_it_is_cancelled(till: Till) -> None:
    order = OrderId(till.give(OpenOrder(service_type="balcao"))["order"])
    till.give(CloseBill(order=order))
    with pytest.raises(BillIsClosed):
        till.give(CancelOrder(order=order))


def test_a_cancelled_order_takes_nothing_until_it_is_restored(till: Till, order: OrderId) -> None:
    with pytest.raises(OrderIsNotCancelled):
        till.give(RestoreOrder(order=order))
    till.give(CancelOrder(order=order))
    refused = [
        AddLines(order=order, lines=(PIZZA,)),
        TakePayment(order=order, centavos=1, method="pix"),
        CloseBill(order=order),
        CancelOrder(order=order),
        SendLines(order=order),
        AdvanceLines(order=order, to="ready"),
        ReopenBill(order=order),
        AskBill(order=order),
    ]
    for command in refused:
        with pytest.raises(OrderIsCancelled):
            till.give(command)
    till.give(RestoreOrder(order=order))
    assert till.order(order).account == "open"
    assert till.order(order).balance == 3_300
    till.give(CancelOrder(order=order))
    assert till.order(order).account == "cancelled"


class FromTheFuture(Fact, frozen=True, tag="test_from_the_future"):
    MUST_UNDERSTAND = True


def test_closing_waits_for_a_program_that_understands(till: Till, order: OrderId) -> None:
    till.write([(order_document(order), FromTheFuture())])
    pay(till, order, 3_300)
    till.give(AddLines(order=order, lines=(NewLine(product="p", name="n", unit_centavos=0),)))
    with pytest.raises(NeedsUpgrade):
        till.give(CloseBill(order=order))


def test_one_command_at_two_terminals_is_one_order_with_two_numbers() -> None:
    a, b = Till("A"), Till("B", clock_ms=1_448_600_000_500)
    command = OpenOrder(service_type="balcao", lines=(PIZZA,))
    order = OrderId(a.give(command, "key")["order"])
    assert b.give(command, "key")["order"] == order
    pay_command = TakePayment(order=order, centavos=1_250, method="dinheiro", tendered=2_000)
    a.give(pay_command, "pay")
    b.give(pay_command, "pay")
    a.sync(b)
    view = a.order(order)
    assert (len(view.lines), view.total, view.paid) == (1, 1_250, 1_250)
    assert view.numbers[0].fact.letters == "A"
    assert view.aliases == (("B", 1),)
    assert view.reused_commands == ()


def test_a_fingerprint_tells_commands_apart() -> None:
    one, other = AskBill(order=OrderId(NOWHERE)), CloseBill(order=OrderId(NOWHERE))
    assert one.fingerprint() == AskBill(order=OrderId(NOWHERE)).fingerprint()
    assert one.fingerprint() != other.fingerprint()
    with pytest.raises(InvalidField):
        OpenOrder(service_type="mesa", note="\ud800").fingerprint()
