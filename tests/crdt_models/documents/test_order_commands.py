import pytest

from crdt_models.documents.command import CommandTooLarge, InvalidField
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
    MoreThanIsLeft,
    NoLines,
    OrderIsCancelled,
    OrderIsNotCancelled,
    OrderTooLarge,
    UnknownLine,
    UnknownOrder,
)
from crdt_models.documents.orders.facts import Modifier
from crdt_models.ids import CreatedId, LineId, OrderId, PaymentId, TableId
from tests.crdt_models.documents.shop import Till

PIZZA = NewLine(product="p1", name="Pizza", unit_centavos=1_250)
JUICE = NewLine(product="p2", name="Suco", unit_centavos=800)
NOWHERE = CreatedId(bytes(16))


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
