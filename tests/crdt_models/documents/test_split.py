"""Who pays what: the shares add up to the bill, to the centavo, whatever becomes of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt_models.disputes import Dispute, open_disputes
from crdt_models.documents.command import InvalidField
from crdt_models.documents.orders.bill_commands import CloseBill, RefundPayment, TakePayment
from crdt_models.documents.orders.charge_commands import (
    GiveDiscount,
    NewShare,
    SetCouvert,
    SetService,
    SplitBill,
)
from crdt_models.documents.orders.charges import Figures
from crdt_models.documents.orders.commands import (
    AddLines,
    CancelLines,
    LineCancellation,
    NewLine,
    OpenOrder,
)
from crdt_models.documents.orders.errors import (
    BillIsClosed,
    MoreThanTheLine,
    PaidPartStays,
    PartAlreadyPaid,
    UnknownLine,
    UnknownShare,
)
from crdt_models.documents.orders.facts import (
    ClosedLine,
    Share,
    ShareOfLine,
)
from crdt_models.documents.orders.split import owed_by
from crdt_models.ids import CreatedId, LineId, OrderId, PaymentId, ShareId
from tests.crdt_models.documents.shop import Till

NOWHERE = CreatedId(bytes(16))
BEERS = NewLine(product="p1", name="Cerveja", unit_centavos=1_000, thousandths=3_000)
PIZZA = NewLine(product="p2", name="Pizza", unit_centavos=4_001)


@pytest.fixture
def order(till: Till) -> OrderId:
    """Three beers and a pizza: 7001 centavos."""
    return OrderId(till.give(OpenOrder(service_type="mesa", lines=(BEERS, PIZZA)))["order"])


def line(till: Till, order: OrderId, place: int) -> LineId:
    return till.order(order).lines[place].id


def part(till: Till, order: OrderId, place: int, thousandths: int) -> ShareOfLine:
    return ShareOfLine(line(till, order, place), thousandths)


def split(till: Till, order: OrderId, *shares: NewShare) -> list[ShareId]:
    ids = till.give(SplitBill(order=order, shares=shares))
    return [ShareId(ids[f"share.{at}"]) for at in range(len(shares)) if f"share.{at}" in ids]


def owed(till: Till, order: OrderId) -> list[int]:
    view = till.order(order)
    assert sum(each.owed for each in view.shares) == view.total
    assert sum(each.paid for each in view.shares) == view.received - view.refunded
    assert sum(each.left for each in view.shares) == view.total - view.received + view.refunded
    return [each.owed for each in view.shares]


def test_an_order_that_nobody_split_is_nobodys(till: Till, order: OrderId) -> None:
    assert owed(till, order) == [7_001]


def test_by_people_the_first_carry_the_remainder(till: Till, order: OrderId) -> None:
    split(till, order, *[NewShare(name=name, people=1) for name in ("Ana", "Bia", "Caio")])
    assert owed(till, order) == [2_334, 2_334, 2_333, 0]
    split(till, order, NewShare(name="Ana e Bia", people=2), NewShare(name="Caio", people=1))
    assert owed(till, order) == [4_668, 2_333, 0]


def test_by_line_each_takes_what_he_had(till: Till, order: OrderId) -> None:
    split(
        till,
        order,
        NewShare(lines=(part(till, order, 0, 1_000), part(till, order, 1, 500))),
        NewShare(lines=(part(till, order, 0, 2_000), part(till, order, 1, 500))),
    )
    assert owed(till, order) == [1_000 + 2_001, 2_000 + 2_000, 0]


def test_charges_follow_the_lines(till: Till, order: OrderId) -> None:
    till.give(SetService(order=order, basis_points=1_000))
    till.give(SetCouvert(order=order, unit_centavos=700))
    split(till, order, NewShare(lines=(part(till, order, 0, 3_000),)))
    assert owed(till, order) == [3_000 + 600, 4_001 + 800]


def test_all_three_at_once(till: Till, order: OrderId) -> None:
    split(
        till,
        order,
        NewShare(name="Ana", lines=(part(till, order, 0, 1_000),)),
        NewShare(name="vale", centavos=2_500),
        NewShare(name="resto", people=1),
        NewShare(name="resto e cerveja", people=1, lines=(part(till, order, 0, 1_000),)),
    )
    assert owed(till, order) == [1_000, 2_500, 1_251, 2_250, 0]


def test_an_amount_is_at_most_what_is_left(till: Till, order: OrderId) -> None:
    split(till, order, NewShare(centavos=7_000), NewShare(centavos=7_000))
    assert owed(till, order) == [7_000, 1, 0]


def test_shares_follow_the_bill(till: Till, order: OrderId) -> None:
    split(
        till,
        order,
        NewShare(lines=(part(till, order, 0, 1_000),)),
        NewShare(lines=(part(till, order, 0, 2_000),)),
    )
    cancel = (LineCancellation(line(till, order, 0), 1_500),)
    till.give(CancelLines(order=order, cancel=cancel))
    assert owed(till, order) == [500, 1_000, 4_001]
    till.give(AddLines(order=order, lines=(BEERS,)))
    till.give(GiveDiscount(order=order, kind="percent", amount=5_000, reason="x"))
    assert owed(till, order) == [250, 500, 3_500]


def test_payments_keep_the_share_they_name(till: Till, order: OrderId) -> None:
    ana, bia = split(till, order, NewShare(name="Ana", people=1), NewShare(name="Bia", people=1))
    paid = till.give(TakePayment(order=order, centavos=3_501, method="pix", share=ana))
    till.give(TakePayment(order=order, centavos=100, method="pix"))
    assert owed(till, order) == [3_501, 3_500, 0]
    assert [each.left for each in till.order(order).shares] == [0, 3_500, -100]
    till.give(RefundPayment(order=order, centavos=1, payment=paid["payment"]))  # type: ignore[arg-type]
    assert [each.paid for each in till.order(order).shares] == [3_500, 0, 100]
    split(till, order, NewShare(share=ana, people=1), NewShare(centavos=1_000))
    assert owed(till, order) == [6_001, 1_000, 0]
    assert [each.paid for each in till.order(order).shares] == [3_500, 0, 100]
    with pytest.raises(UnknownShare):
        till.give(TakePayment(order=order, centavos=1, method="pix", share=bia))


def test_a_closed_bill_keeps_its_shares(till: Till, order: OrderId) -> None:
    till.give(SetService(order=order, basis_points=1_000))
    split(till, order, NewShare(people=2), NewShare(people=1))
    before = owed(till, order)
    till.give(TakePayment(order=order, centavos=7_701, method="pix"))
    till.give(CloseBill(order=order))
    assert owed(till, order) == before == [5_134, 2_567, 0]
    with pytest.raises(BillIsClosed):
        split(till, order, NewShare(people=1))


def test_what_cannot_be_split_is_refused(till: Till, order: OrderId) -> None:
    with pytest.raises(UnknownLine):
        split(till, order, NewShare(lines=(ShareOfLine(LineId(NOWHERE), 1),)))
    half = NewShare(lines=(part(till, order, 1, 501),))
    with pytest.raises(MoreThanTheLine):
        split(till, order, half, half)
    with pytest.raises(UnknownShare):
        split(till, order, NewShare(share=ShareId(NOWHERE)))
    (ana,) = split(till, order, NewShare(people=1))
    with pytest.raises(InvalidField):
        split(till, order, NewShare(share=ana), NewShare(share=ana))


def test_a_bill_that_is_split_so_already_is_not_split_again(till: Till, order: OrderId) -> None:
    shares = NewShare(name="Ana", people=1), NewShare(people=2)
    first = split(till, order, *shares)
    known = len(till.changes)
    assert split(till, order, *shares) == []
    assert split(till, order, NewShare(share=first[0], name="Ana", people=1), shares[1]) == []
    assert len(till.changes) == known
    split(till, order, shares[1], shares[0])
    assert len(till.changes) == known + 1
    other = Till("B")
    till.sync(other)
    split(till, order, shares[0])
    split(other, order, shares[1])
    till.sync(other)
    current = till.order(order).split.current
    assert current is not None
    told = current.value.fact.shares[0]
    split(till, order, NewShare(name=told.name, people=told.people))
    assert len(till.order(order).split.heads) == 1, "who says so again decides between two"


def test_a_part_that_is_paid_is_not_paid_again(till: Till, order: OrderId) -> None:
    ana, bia = split(till, order, NewShare(name="Ana", people=1), NewShare(name="Bia", people=1))
    till.give(TakePayment(order=order, centavos=1_000, method="pix", share=ana))
    till.give(TakePayment(order=order, centavos=3_000, method="pix", share=ana))  # for Bia too
    assert not disputed(till, order)
    with pytest.raises(PartAlreadyPaid):
        till.give(TakePayment(order=order, centavos=1, method="pix", share=ana))
    till.give(TakePayment(order=order, centavos=1, method="pix", share=bia))
    till.give(TakePayment(order=order, centavos=3_000, method="pix"))


def test_a_part_that_two_tills_received_is_shown(till: Till, order: OrderId) -> None:
    ana, _ = split(till, order, NewShare(name="Ana", people=1), NewShare(name="Bia", people=1))
    other = Till("B")
    till.sync(other)
    paid = [
        each.give(TakePayment(order=order, centavos=much, method="pix", share=ana))["payment"]
        for each, much in ((till, 2_000), (other, 3_000))
    ]
    till.sync(other)
    (dispute,) = disputed(till, order)
    assert (dispute.kind, dispute.subject) == ("part_paid_twice", f"{order.hex()}:{ana.hex()}")
    assert len(dispute.facts) == 2
    till.give(RefundPayment(order=order, centavos=2_000, payment=PaymentId(paid[0])))
    assert not disputed(till, order)


def test_halves_of_a_part_are_no_dispute(till: Till, order: OrderId) -> None:
    ana, _ = split(till, order, NewShare(name="Ana", people=1), NewShare(name="Bia", people=1))
    other = Till("B")
    till.sync(other)
    for each in (till, other):
        each.give(TakePayment(order=order, centavos=1_700, method="pix", share=ana))
    till.sync(other)
    assert not disputed(till, order)


def test_a_part_that_was_paid_stays_in_a_new_split(till: Till, order: OrderId) -> None:
    ana, bia = split(till, order, NewShare(name="Ana", people=1), NewShare(name="Bia", people=1))
    paid = till.give(TakePayment(order=order, centavos=500, method="pix", share=ana))["payment"]
    with pytest.raises(PaidPartStays):
        split(till, order)
    with pytest.raises(PaidPartStays):
        split(till, order, NewShare(share=bia, people=3))
    split(till, order, NewShare(share=ana, people=1), NewShare(people=2))
    till.give(RefundPayment(order=order, centavos=500, payment=PaymentId(paid)))
    split(till, order)


def disputed(till: Till, order: OrderId) -> tuple[Dispute, ...]:
    return open_disputes(till.order(order))


def test_two_splits_made_apart_are_one_everywhere(till: Till, order: OrderId) -> None:
    other = Till("B")
    till.sync(other)
    (ana,) = split(till, order, NewShare(name="Ana", people=1))
    till.give(TakePayment(order=order, centavos=1_000, method="pix", share=ana))
    split(other, order, NewShare(name="Bia", centavos=5), NewShare(people=3))
    till.sync(other)
    assert till.order(order).shares == other.order(order).shares
    owed(till, order)


closed_lines = st.lists(
    st.tuples(st.integers(0, 2), st.integers(1, 3_000), st.integers(0, 9_999)), max_size=3
)
some_shares = st.lists(
    st.tuples(
        st.lists(st.tuples(st.integers(0, 2), st.integers(1, 2_000)), max_size=3),
        st.integers(0, 5_000),
        st.integers(0, 3),
    ),
    max_size=4,
)


@given(closed_lines, some_shares, st.integers(-3_000, 9_999))
def test_whatever_is_split_adds_up(
    told: list[tuple[int, int, int]],
    wanted: list[tuple[list[tuple[int, int]], int, int]],
    more: int,
) -> None:
    def named(number: int) -> LineId:
        return LineId(CreatedId(bytes([number]) * 16))

    lines = tuple(ClosedLine(named(at), "n", much, 1, amount) for at, much, amount in told)
    total = max(0, sum(each.amount_centavos for each in lines) + more)
    shares = [
        Share(
            ShareId(CreatedId(bytes([9, at]) * 8)),
            lines=tuple(ShareOfLine(named(line), much) for line, much in taken),
            centavos=amount,
            people=people,
        )
        for at, (taken, amount, people) in enumerate(wanted)
    ]
    parts = owed_by(shares, Figures(lines, (), (), total))
    assert len(parts) == len(shares) + 1
    assert sum(parts) == total
    assert all(each >= 0 for each in parts)
    if any(each.people for each in shares):
        assert parts[-1] == 0
