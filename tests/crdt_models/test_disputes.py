from collections.abc import Callable

import pytest

from crdt_models.disputes import (
    KINDS,
    Kind,
    NumberedOrder,
    Opening,
    Place,
    SettleDispute,
    author_forked,
    disputes_of,
    equal_numbers,
    lineage_forked,
    number_ranks,
    open_disputes,
    two_tabs,
)
from crdt_models.documents.command import Command, InvalidField
from crdt_models.documents.kinds import empty_view
from crdt_models.documents.orders.bill_commands import (
    CloseBill,
    RefundPayment,
    ReopenBill,
    SettlePayment,
    TakePayment,
)
from crdt_models.documents.orders.commands import (
    AddLines,
    CancelLines,
    CancelOrder,
    EditOrder,
    LineCancellation,
    NewLine,
    OpenOrder,
    RestoreOrder,
    SendLines,
)
from crdt_models.documents.orders.facts import BillClosed, ClosedLine
from crdt_models.documents.orders.view import OrderView
from crdt_models.ids import (
    TABLES,
    TERMINALS,
    ChangeId,
    CreatedId,
    DeviceId,
    Epoch,
    FactId,
    OrderId,
    PaymentId,
    TableId,
    order_document,
)
from tests.crdt_models.documents.shop import DAY, NOW_MS, Till, settling

PIZZA = NewLine(product="p", name="Pizza", unit_centavos=1_000, thousandths=2_000)
TABLE = TableId(CreatedId(b"t" * 16))


class Apart:
    """Two tills that hold one order of 2000 centavos and then cannot see each other."""

    def __init__(self) -> None:
        self.a, self.b = Till("A"), Till("B", clock_ms=NOW_MS + 5_000)
        opened = self.a.give(OpenOrder(service_type="mesa", lines=(PIZZA,)))
        self.order = OrderId(opened["order"])
        self.b.sync(self.a)

    @property
    def line(self) -> LineCancellation:
        return LineCancellation(self.a.order(self.order).lines[0].id)

    def pay(self, till: Till, centavos: int = 2_000) -> None:
        till.give(TakePayment(order=self.order, centavos=centavos, method="dinheiro"))

    def kinds(self) -> set[Kind]:
        """Open disputes after both met; both see the same."""
        self.a.sync(self.b)
        here, there = (open_disputes(till.order(self.order)) for till in (self.a, self.b))
        assert here == there
        return {each.kind for each in here}


@pytest.fixture
def apart() -> Apart:
    return Apart()


def test_an_ordinary_order_has_no_dispute(apart: Apart) -> None:
    apart.b.give(SendLines(order=apart.order))
    apart.a.sync(apart.b)
    apart.a.give(CancelLines(order=apart.order, cancel=(apart.line,)))
    apart.a.give(AddLines(order=apart.order, lines=(PIZZA,)))
    apart.pay(apart.a)
    apart.a.give(CloseBill(order=apart.order))
    assert apart.kinds() == set()


def test_paid_twice(apart: Apart) -> None:
    apart.pay(apart.a)
    apart.pay(apart.b)
    assert apart.kinds() == {"overpaid"}
    apart.a.give(RefundPayment(order=apart.order, centavos=2_000))
    assert apart.kinds() == set()


def test_paid_and_cancelled(apart: Apart) -> None:
    apart.pay(apart.a)
    apart.b.give(CancelOrder(order=apart.order))
    assert apart.kinds() == {"paid_and_cancelled"}
    apart.a.give(RestoreOrder(order=apart.order))
    assert apart.kinds() == set()


def test_paid_with_residual_until_the_bill_is_reopened(apart: Apart) -> None:
    apart.pay(apart.a)
    apart.a.give(CloseBill(order=apart.order))
    apart.b.give(AddLines(order=apart.order, lines=(PIZZA,)))
    assert apart.kinds() == {"paid_with_residual"}
    view = apart.a.order(apart.order)
    assert (view.total, view.balance, view.residual) == (2_000, 0, 2_000)
    apart.a.give(ReopenBill(order=apart.order))
    assert apart.kinds() == set()
    assert apart.a.order(apart.order).balance == 2_000


def test_a_late_cancellation_of_a_billed_line(apart: Apart) -> None:
    apart.pay(apart.a)
    apart.a.give(CloseBill(order=apart.order))
    apart.b.give(CancelLines(order=apart.order, cancel=(apart.line,)))
    assert apart.kinds() == {"late_change_to_closed_bill"}
    assert apart.a.order(apart.order).total == 2_000


def test_two_closings(apart: Apart) -> None:
    apart.pay(apart.a)
    apart.b.sync(apart.a)
    apart.a.give(CloseBill(order=apart.order))
    apart.b.give(CloseBill(order=apart.order))
    assert apart.kinds() == {"two_closings"}


def test_a_closing_whose_figures_do_not_add_up(apart: Apart) -> None:
    line = ClosedLine(apart.line.line, "Pizza", 2_000, 1_000, 2_000)
    forged = BillClosed(lines=(line,), total=1, payments=(), paid=0)
    apart.a.write([(order_document(apart.order), forged)])
    assert "closing_does_not_add_up" in apart.kinds()


def test_cancelled_more_than_added(apart: Apart) -> None:
    for till in (apart.a, apart.b):
        till.give(CancelLines(order=apart.order, cancel=(apart.line,)))
    assert apart.kinds() == {"over_cancelled"}
    assert apart.a.order(apart.order).total == 0


def test_cancelled_while_it_was_being_sent(apart: Apart) -> None:
    apart.a.give(CancelLines(order=apart.order, cancel=(apart.line,)))
    apart.b.give(SendLines(order=apart.order))
    assert apart.kinds() == {"cancelled_after_send"}


def test_refunded_twice(apart: Apart) -> None:
    apart.pay(apart.a)
    apart.b.sync(apart.a)
    for till in (apart.a, apart.b):
        till.give(RefundPayment(order=apart.order, centavos=1_500))
    assert apart.kinds() == {"over_refunded"}
    view = apart.a.order(apart.order)
    assert (view.paid, view.balance) == (0, 3_000)


def test_an_outcome_that_nobody_knows_or_that_is_contradicted(apart: Apart) -> None:
    pending = TakePayment(order=apart.order, centavos=2_000, method="pix", is_pending=True)
    payment = PaymentId(apart.a.give(pending)["payment"])
    apart.b.sync(apart.a)
    apart.a.give(SettlePayment(order=apart.order, payment=payment, outcome="unknown"))
    assert apart.kinds() == {"payment_outcome_unknown"}
    apart.a.give(SettlePayment(order=apart.order, payment=payment, outcome="denied"))
    assert apart.kinds() == set()
    apart.b.give(SettlePayment(order=apart.order, payment=payment, outcome="confirmed"))
    assert apart.kinds() == {"payment_outcome_unknown"}
    assert apart.a.order(apart.order).paid == 2_000


@pytest.mark.parametrize(
    "command",
    [
        lambda order, n: AddLines(
            order=order, lines=(NewLine(product="p", name=f"n{n}", unit_centavos=1),)
        ),
        lambda order, n: TakePayment(order=order, centavos=100 + n, method="pix"),
        lambda order, n: EditOrder(order=order, fields={"note": f"n{n}"}),
    ],
)
def test_one_command_id_for_two_different_things(
    apart: Apart, command: Callable[[OrderId, int], Command]
) -> None:
    apart.a.give(command(apart.order, 1), "key")
    apart.b.give(command(apart.order, 2), "key")
    assert apart.kinds() == {"command_used_twice"}


def test_both_lines_under_one_id_count(apart: Apart) -> None:
    for till, price in ((apart.a, 100), (apart.b, 10)):
        line = NewLine(product="p", name="n", unit_centavos=price)
        till.give(AddLines(order=apart.order, lines=(line,)), "key")
    apart.kinds()
    view = apart.a.order(apart.order)
    assert view.total == 2_110
    assert len(view.lines_by_id) == 3


def test_what_must_be_understood_is_not(apart: Apart) -> None:
    newer = apart.a.order(apart.order).opening
    assert newer is not None
    # A fact of the dining room in an order's document is not understood there.
    from crdt_models.documents.trust import MemberAdmitted

    class MustBeUnderstood(MemberAdmitted, frozen=True, tag="test_must_be_understood"):
        MUST_UNDERSTAND = True

    apart.a.write([(order_document(apart.order), MustBeUnderstood(chain=b""))])
    assert apart.kinds() == {"needs_upgrade"}


def settle(apart: Apart, till: Till, choice: str) -> None:
    dispute = open_disputes(till.order(apart.order))[0]
    till.give(settling(dispute, choice))


def test_a_resolution_closes_until_new_evidence_comes(apart: Apart) -> None:
    third = Till("C")
    third.sync(apart.a)
    apart.pay(apart.a)
    apart.pay(apart.b)
    apart.pay(third)
    assert apart.kinds() == {"overpaid"}
    settle(apart, apart.a, "tip")
    assert apart.kinds() == set()
    settled = [each for each in disputes_of(apart.a.order(apart.order)) if not each.is_open]
    assert [each.kind for each in settled] == ["overpaid"]
    apart.a.sync(third)
    assert apart.kinds() == {"overpaid"}
    settle(apart, apart.a, "refunded")
    assert apart.kinds() == set()


def test_two_resolutions_are_one_more_dispute_until_one_replaces_both(apart: Apart) -> None:
    apart.pay(apart.a)
    apart.pay(apart.b)
    apart.kinds()
    settle(apart, apart.a, "tip")
    settle(apart, apart.b, "credit")
    assert apart.kinds() == {"overpaid", "two_resolutions"}
    overpaid = next(e for e in open_disputes(apart.a.order(apart.order)) if e.kind == "overpaid")
    apart.a.give(settling(overpaid, "tip"))
    assert apart.kinds() == set()


def test_one_resolution_told_at_two_tills_is_one(apart: Apart) -> None:
    apart.pay(apart.a)
    apart.pay(apart.b)
    apart.kinds()
    dispute = open_disputes(apart.a.order(apart.order))[0]
    for till in (apart.a, apart.b):
        till.give(settling(dispute, "tip"), "key")
    assert apart.kinds() == set()


def test_a_choice_that_is_not_offered_is_refused(apart: Apart) -> None:
    for kind, choice in (("overpaid", "forget"), ("needs_upgrade", "seen"), ("no_such", "seen")):
        command = SettleDispute(
            document=order_document(apart.order), kind=kind, subject="x", choice=choice, weighs=()
        )  # type: ignore[arg-type]
        with pytest.raises(InvalidField):
            apart.a.give(command)


def tabs(*, sees: bool) -> list[OrderView]:
    a, b = Till("A"), Till("B")
    one = OrderId(a.give(OpenOrder(service_type="mesa", table=TABLE))["order"])
    if sees:
        b.tabs = {TABLE: (one,)}
    other = b.give(OpenOrder(service_type="mesa", table=TABLE))["order"]
    a.sync(b)
    return [a.order(one), a.order(other)]


def test_two_tabs_opened_at_once_and_not_one_after_the_other() -> None:
    room = empty_view(TABLES)
    unseen = tabs(sees=False)
    (dispute,) = two_tabs(unseen, room)
    assert dispute.kind == "two_tabs_at_once"
    assert dispute.document == TABLES
    assert two_tabs(reversed(unseen), room) == (dispute,)
    assert two_tabs(tabs(sees=True), room) == ()


def test_two_tabs_end_when_one_is_closed_or_moved() -> None:
    a = Till("A")
    one, other = (
        OrderId(a.give(OpenOrder(service_type="mesa", table=TABLE))["order"]) for _ in range(2)
    )
    room = empty_view(TABLES)
    assert len(two_tabs([a.order(one), a.order(other)], room)) == 1
    a.give(EditOrder(order=other, fields={"table": None}))
    assert two_tabs([a.order(one), a.order(other)], room) == ()
    a.give(EditOrder(order=other, fields={"table": TABLE.hex()}))
    a.give(CloseBill(order=other))
    assert two_tabs([a.order(one), a.order(other)], room) == ()


def numbered(name: str, opened: int, number: int = 17) -> NumberedOrder:
    order = OrderId(CreatedId(name.encode() * 16))
    return NumberedOrder(order, DAY, "A", number, opened, FactId(name))


def test_equal_numbers_are_ranked_by_opening() -> None:
    orders = [numbered("b", 2), numbered("a", 1), numbered("c", 3, number=18)]
    ranks = number_ranks(orders)
    assert [ranks[each.order] for each in orders] == [2, 1, 1]
    (dispute,) = equal_numbers(orders, empty_view(TERMINALS))
    assert (dispute.kind, dispute.subject) == ("equal_numbers", f"{DAY}:A-17")
    assert dispute.facts == ("a", "b")


def opening(epoch: int, *previous: int, device: int = 0) -> Opening:
    change = ChangeId(bytes([epoch]) * 32)
    before = tuple(ChangeId(bytes([each]) * 32) for each in previous)
    return Opening(DeviceId(bytes([device]) * 32), Epoch(bytes([epoch]) * 8), before, change)


FORKED_TOO = opening(2, 1)._replace(change=ChangeId(b"x" * 32))


@pytest.mark.parametrize(
    ("openings", "disputes"),
    [
        ([opening(1), opening(2, 1), opening(3, 2)], 0),  # ordinary boots
        ([opening(1), opening(2, 1), opening(3, 1)], 1),  # a restored backup
        ([opening(1), opening(2)], 1),  # two that never wrote before
        ([opening(1), opening(2, device=1)], 0),  # two devices
        ([opening(1), opening(2, 1), opening(3, 1), opening(4, 2, 3)], 1),  # adopted later
        ([opening(1), opening(2, 1), opening(2, 1)], 0),  # the same epoch twice
        ([opening(1), opening(2, 1), FORKED_TOO, opening(3, 1)], 1),  # and forked inside
    ],
)
def test_lineage_forked(openings: list[Opening], disputes: int) -> None:
    found = lineage_forked(openings, empty_view(TERMINALS))
    assert len(found) == disputes
    assert found == lineage_forked(openings[::-1], empty_view(TERMINALS))


def test_author_forked() -> None:
    device, epoch = DeviceId(bytes(32)), Epoch(bytes(8))
    places = [Place(device, epoch, n, ChangeId(bytes([n]) * 32)) for n in (1, 2, 3)]
    assert author_forked([*places, places[0]], empty_view(TERMINALS)) == ()
    other = Place(device, epoch, 2, ChangeId(b"x" * 32))
    (dispute,) = author_forked([*places, other], empty_view(TERMINALS))
    assert dispute.subject.endswith(":2")
    assert len(dispute.facts) == 2


def test_every_kind_says_who_acts_and_fits_a_resolution() -> None:
    for kind, fixed in KINDS.items():
        assert len(kind) <= 64
        assert fixed.actor
        assert fixed.choices or kind in {"needs_upgrade", "two_resolutions"}
