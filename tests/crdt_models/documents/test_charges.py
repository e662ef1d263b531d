"""The figures of a bill: what each term comes to, in which order, and who may have meant what."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt_models.disputes import open_disputes
from crdt_models.documents.command import InvalidField, NotEveryoneUpdated
from crdt_models.documents.orders.bill_commands import (
    AskBill,
    CloseBill,
    ReopenBill,
    TakePayment,
)
from crdt_models.documents.orders.charge_commands import (
    GiveDiscount,
    ReceiveTip,
    ReturnTips,
    SetCouvert,
    SetDeliveryFee,
    SetMinimum,
    SetService,
    WithdrawDiscounts,
)
from crdt_models.documents.orders.charges import CHARGE_NAMES, TERMS
from crdt_models.documents.orders.commands import AddLines, EditOrder, NewLine, OpenOrder
from crdt_models.documents.orders.errors import (
    BillIsClosed,
    NoChangeFromThis,
    UnknownDiscount,
    UnknownLine,
    UnknownTip,
)
from crdt_models.documents.orders.facts import BillClosed, ServiceSet
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.terminals import TerminalsView
from crdt_models.fact import Unknown
from crdt_models.ids import CreatedId, FactId, LineId, OperatorId, OrderId
from tests.crdt_models.documents.shop import Till

PIZZA = NewLine(product="p1", name="Pizza", unit_centavos=4_000)
JUICE = NewLine(product="p2", name="Suco", unit_centavos=1_000)
NOBODY = FactId("A" * 22 + ".0")


@pytest.fixture
def order(till: Till) -> OrderId:
    """A pizza and a juice for three: 5000 centavos."""
    opened = OpenOrder(service_type="mesa", people=3, lines=(PIZZA, JUICE))
    return OrderId(till.give(opened)["order"])


def line(till: Till, order: OrderId, place: int) -> LineId:
    return till.order(order).lines[place].id


def discount(till: Till, order: OrderId, kind: str, amount: int = 0, **more: object) -> FactId:
    command = GiveDiscount(order=order, kind=kind, amount=amount, reason="cortesia", **more)  # type: ignore[arg-type]
    till.give(command)
    standing = till.order(order).terms.discounts[kind, more.get("line")]  # type: ignore[index]
    return standing[-1].id


def pay_and_close(till: Till, order: OrderId) -> None:
    balance = till.order(order).balance
    if balance:
        till.give(TakePayment(order=order, centavos=balance, method="pix"))
    till.give(CloseBill(order=order))


def kinds(view: OrderView) -> set[str]:
    return {each.kind for each in open_disputes(view)}


def amounts(view: OrderView) -> list[int]:
    return [each.amount_centavos for each in view.bill]


def test_everything_at_once_in_the_written_order(till: Till, order: OrderId) -> None:
    discount(till, order, "percent", 2_500, line=line(till, order, 0))  # 1000 off the pizza
    discount(till, order, "value", 500, line=line(till, order, 0))  # and 500: 2500 left
    discount(till, order, "percent", 1_000)  # 10 % of 3500
    discount(till, order, "value", 150)
    till.give(SetMinimum(order=order, centavos=2_000, is_per_person=True))
    till.give(SetService(order=order, basis_points=1_000))
    till.give(SetCouvert(order=order, unit_centavos=700))
    till.give(SetDeliveryFee(order=order, centavos=250))
    view = till.order(order)
    assert view.figures.consumption == 3_500 - 350 - 150
    assert amounts(view) == [2_500 - 357, 1_000 - 143]  # 500 shared out by 2500 : 1000
    assert [(each.of_line, each.of_order) for each in view.figures.discounts] == [
        (1_500, 357), (0, 143),
    ]  # fmt: skip
    charges = {each.kind: (each.centavos, each.people) for each in view.figures.charges}
    assert charges == {
        "minimum": (3 * 2_000 - 5_000, 3),
        "service": (300, 1),
        "couvert": (2_100, 3),
        "delivery_fee": (250, 1),
    }
    assert view.total == view.balance == 3_000 + 1_000 + 300 + 2_100 + 250
    assert view.revenue == view.total - 300


def test_a_rate_is_rounded_half_up_once(till: Till) -> None:
    odd = NewLine(product="p", name="n", unit_centavos=1_005)
    order = OrderId(till.give(OpenOrder(service_type="mesa", lines=(odd,)))["order"])
    till.give(SetService(order=order, basis_points=1_000))
    assert till.order(order).figures.charge("service") == 101


def test_discounts_take_at_most_what_there_is(till: Till, order: OrderId) -> None:
    discount(till, order, "value", 9_999, line=line(till, order, 1))
    discount(till, order, "value", 99_999)
    view = till.order(order)
    assert amounts(view) == [0, 0]
    assert view.total == 0
    assert view.figures.discount == 5_000


def test_a_line_on_the_house_costs_nothing_and_an_order_owes_nothing(
    till: Till, order: OrderId
) -> None:
    till.give(SetService(order=order, basis_points=1_000))
    till.give(SetCouvert(order=order, unit_centavos=700, people=2))
    free = discount(till, order, "courtesy", line=line(till, order, 0))
    assert till.order(order).total == 1_000 + 100 + 1_400
    discount(till, order, "courtesy")
    view = till.order(order)
    assert (view.total, view.figures.charges) == (0, ())
    till.give(WithdrawDiscounts(order=order, discounts=(free,)))
    assert till.order(order).total == 0
    till.give(CloseBill(order=order))
    assert till.order(order).account == "settled"


def test_the_minimum_is_asked_of_what_was_ordered_before_discounts(
    till: Till, order: OrderId
) -> None:
    till.give(SetMinimum(order=order, centavos=5_000))
    discount(till, order, "percent", 5_000)
    assert till.order(order).total == 2_500
    till.give(SetMinimum(order=order, centavos=6_000))
    assert till.order(order).total == 2_500 + 1_000


def test_couvert_follows_the_people_at_the_table(till: Till, order: OrderId) -> None:
    till.give(SetCouvert(order=order, unit_centavos=700))
    till.give(EditOrder(order=order, fields={"people": 5}))
    assert till.order(order).figures.charge("couvert") == 3_500
    till.give(EditOrder(order=order, fields={"people": None}))
    assert till.order(order).figures.charge("couvert") == 700


def test_a_value_that_is_there_is_not_written_again(till: Till, order: OrderId) -> None:
    till.give(SetService(order=order, basis_points=1_000))
    given_ = discount(till, order, "percent", 1_000)
    count = till.order(order).fact_count
    till.give(SetService(order=order, basis_points=1_000))
    assert discount(till, order, "percent", 1_000) == given_
    till.give(WithdrawDiscounts(order=order, discounts=(given_,)))
    till.give(WithdrawDiscounts(order=order, discounts=(given_,)))
    assert till.order(order).fact_count == count + 1


def test_service_can_begin_with_the_order_or_with_its_first_bill(till: Till) -> None:
    opened = OpenOrder(service_type="mesa", lines=(PIZZA,), service_basis_points=1_000)
    order = OrderId(till.give(opened)["order"])
    assert till.order(order).total == 4_400
    till.give(SetService(order=order, basis_points=0, reason="não quis"))
    till.give(AskBill(order=order, service_basis_points=1_300))
    assert till.order(order).total == 4_000
    other = OrderId(till.give(OpenOrder(service_type="mesa", lines=(PIZZA,)))["order"])
    till.give(AskBill(order=other, service_basis_points=1_300))
    assert till.order(other).total == 4_520


def test_what_cannot_be_given_is_refused(till: Till, order: OrderId) -> None:
    nowhere = LineId(CreatedId(bytes(16)))
    with pytest.raises(UnknownLine):
        till.give(GiveDiscount(order=order, kind="courtesy", reason="x", line=nowhere))
    for kind, amount in (("percent", 0), ("percent", 10_001), ("value", 0), ("courtesy", 5)):
        with pytest.raises(InvalidField):
            till.give(GiveDiscount(order=order, kind=kind, amount=amount, reason="x"))  # type: ignore[arg-type]
    with pytest.raises(InvalidField):
        till.give(GiveDiscount(order=order, kind="value", amount=5, reason=""))
    with pytest.raises(InvalidField):
        till.give(SetService(order=order, basis_points=10_001))
    with pytest.raises(UnknownDiscount):
        till.give(WithdrawDiscounts(order=order, discounts=(NOBODY,)))
    with pytest.raises(UnknownTip):
        till.give(ReturnTips(order=order, tips=(NOBODY,)))


def test_no_total_is_moved_before_everyone_knows_how(
    till: Till, order: OrderId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TerminalsView, "all_understand", lambda _, tag: tag != ServiceSet.tag())
    with pytest.raises(NotEveryoneUpdated):
        till.give(SetService(order=order, basis_points=1_000))
    opened = OpenOrder(service_type="mesa", lines=(PIZZA,), service_basis_points=1_000)
    other = till.order(till.give(opened)["order"])
    assert other.total == 4_000
    till.give(AskBill(order=order, service_basis_points=1_000))
    assert till.order(order).total == 5_000
    discount(till, order, "percent", 1_000)
    assert till.order(order).total == 4_500


def test_a_version_without_charges_shows_a_closed_bill_that_adds_up(
    till: Till, order: OrderId
) -> None:
    """It skips the facts that it must understand and says so; of the closing it reads lines, total
    and payments."""
    discount(till, order, "percent", 1_000)
    till.give(SetService(order=order, basis_points=1_000))
    before = _without_charges(till, order)
    assert before.needs_upgrade
    pay_and_close(till, order)
    view = _without_charges(till, order)
    assert (view.total, view.balance, view.account) == (4_950, 0, "settled")
    assert sum(each.amount_centavos for each in view.bill) == view.total
    assert kinds(view) == {"needs_upgrade"}


def _without_charges(till: Till, order: OrderId) -> OrderView:
    """The order as a version reads it that knows none of these facts, nor fields of a closing."""
    view = OrderView(till.order(order).document)
    for entry in till.order(order).entries:
        fact = entry.fact
        if type(fact) in TERMS:
            fact = Unknown(fact.tag(), type(fact).MUST_UNDERSTAND, "newer")
        elif isinstance(fact, BillClosed):
            fact = msgspec.structs.replace(fact, charges=(), discounts=(), tips=0)
        view.apply(msgspec.structs.replace(entry, fact=fact))
    return view


def test_a_closed_bill_says_all_of_it_for_ever(till: Till, order: OrderId) -> None:
    discount(till, order, "percent", 1_000, authorised_by=OperatorId(b"g" * 16))
    till.give(SetService(order=order, basis_points=1_000))
    till.give(SetCouvert(order=order, unit_centavos=700))
    till.give(SetMinimum(order=order, centavos=9_000))
    till.give(SetDeliveryFee(order=order, centavos=250))
    before = till.order(order).figures
    pay_and_close(till, order)
    view = till.order(order)
    assert view.figures == before
    closing = view.closed
    assert closing is not None
    listed = closing.fact.lines
    assert sum(each.amount_centavos for each in listed) == closing.fact.total == before.total
    assert [each.name for each in listed] == ["Pizza", "Suco", *CHARGE_NAMES.values()]
    assert kinds(view) == set()
    for command in (
        SetService(order=order, basis_points=0),
        GiveDiscount(order=order, kind="value", amount=5, reason="x"),
        WithdrawDiscounts(order=order, discounts=(NOBODY,)),
    ):
        with pytest.raises(BillIsClosed):
            till.give(command)
    till.give(ReopenBill(order=order))
    assert till.order(order).figures == before


def test_a_bill_without_charges_is_closed_as_ever(till: Till, order: OrderId) -> None:
    pay_and_close(till, order)
    closing = till.order(order).closed
    assert closing is not None
    body = closing.entry.body[2]
    assert isinstance(body, dict)
    assert set(body) == {"lines", "total", "payments", "paid", "counted"}


def test_service_removed_here_while_the_bill_is_closed_there(till: Till, order: OrderId) -> None:
    till.give(SetService(order=order, basis_points=1_000))
    other = Till("B")
    till.sync(other)
    pay_and_close(till, order)
    other.give(SetService(order=order, basis_points=0, reason="não quis"))
    assert other.order(order).total == 5_000
    till.sync(other)
    for each in (till, other):
        view = each.order(order)
        assert (view.total, view.balance, view.account) == (5_500, 0, "settled")
        assert kinds(view) == {"late_change_to_closed_bill"}
        assert view.late.terms
    till.give(ReopenBill(order=order))
    view = till.order(order)
    assert (view.total, view.balance) == (5_000, -500)
    assert kinds(view) == {"overpaid"}


def test_two_discounts_given_apart_are_one_and_a_person_is_asked(
    till: Till, order: OrderId
) -> None:
    other = Till("B")
    till.sync(other)
    discount(till, order, "percent", 1_000)
    discount(other, order, "percent", 1_500)
    discount(till, order, "value", 100)  # of another kind: no contradiction
    till.sync(other)
    view = till.order(order)
    assert view.total in (5_000 - 500 - 100, 5_000 - 750 - 100)
    assert [each.subject for each in open_disputes(view)] == [f"{order.hex()}:percent"]
    discount(till, order, "percent", 1_200)
    till.sync(other)
    for each in (till, other):
        assert each.order(order).total == 5_000 - 600 - 100
        assert kinds(each.order(order)) == set()


def test_the_same_discount_given_apart_is_no_contradiction(till: Till, order: OrderId) -> None:
    other = Till("B")
    till.sync(other)
    for each in (till, other):
        discount(each, order, "percent", 1_000)
    till.sync(other)
    assert till.order(order).total == 4_500
    assert kinds(till.order(order)) == set()


def test_a_withdrawal_takes_away_only_what_it_knew(till: Till, order: OrderId) -> None:
    first = discount(till, order, "percent", 1_000)
    other = Till("B")
    till.sync(other)
    till.give(WithdrawDiscounts(order=order, discounts=(first,)))
    discount(other, order, "percent", 2_000)
    assert till.order(order).total == 5_000
    till.sync(other)
    assert till.order(order).total == other.order(order).total == 4_000
    assert kinds(till.order(order)) == set()


def test_a_tip_is_beside_the_bill(till: Till, order: OrderId) -> None:
    payment = TakePayment(
        order=order, centavos=5_000, method="dinheiro", tip_centavos=600, tendered=6_000
    )
    till.give(payment)
    till.give(CloseBill(order=order))
    till.give(ReceiveTip(order=order, centavos=50, method="pix", note="para a cozinha"))
    view = till.order(order)
    assert (view.total, view.paid, view.balance, view.tipped) == (5_000, 5_000, 0, 650)
    assert view.payments[0].received.fact.change_centavos == 400
    assert view.closed is not None and view.closed.fact.tips == 600
    assert kinds(view) == set()
    till.give(ReturnTips(order=order, tips=(view.tips[0].received.id,)))
    till.give(ReturnTips(order=order, tips=(view.tips[0].received.id,)))
    assert till.order(order).tipped == 50
    assert [each.state for each in till.order(order).tips] == ["returned", "counted"]


def test_a_tip_counts_while_its_payment_does(till: Till, order: OrderId) -> None:
    payment = TakePayment(
        order=order, centavos=100, method="credito", tip_centavos=10, is_pending=True
    )
    till.give(payment)
    assert [each.state for each in till.order(order).tips] == ["uncounted"]


def test_change_is_of_bill_and_tip_together(till: Till, order: OrderId) -> None:
    with pytest.raises(NoChangeFromThis):
        till.give(
            TakePayment(
                order=order, centavos=5_000, method="dinheiro", tip_centavos=600, tendered=5_500
            )
        )


def test_lines_that_come_later_take_part_in_the_discount(till: Till, order: OrderId) -> None:
    discount(till, order, "percent", 1_000)
    till.give(AddLines(order=order, lines=(JUICE,)))
    assert till.order(order).total == 5_400


prices = st.lists(st.integers(0, 3_000), min_size=1, max_size=5)


@given(prices, st.integers(0, 10_000), st.integers(0, 9_000), st.integers(0, 2_000))
def test_what_lines_ask_and_what_is_taken_off_is_what_they_cost(
    costs: list[int], percent: int, value: int, service: int
) -> None:
    till = Till()
    lines = tuple(NewLine(product="p", name="n", unit_centavos=each) for each in costs)
    order = OrderId(till.give(OpenOrder(service_type="mesa", lines=lines))["order"])
    if percent:
        discount(till, order, "percent", percent)
    if value:
        discount(till, order, "value", value)
    till.give(SetService(order=order, basis_points=service))
    view = till.order(order)
    assert [each.amount for each in view.shown_lines] == costs
    assert view.figures.consumption + view.figures.discount == sum(costs)
    assert all(each >= 0 for each in amounts(view))
    expected = max(0, sum(costs) - (sum(costs) * percent + 5_000) // 10_000 - value)
    assert view.figures.consumption == expected
    assert view.total == expected + (expected * service + 5_000) // 10_000
