"""Lines move between orders: what people see, alone and when terminals were cut off."""

import pytest

from crdt_models.disputes import open_disputes
from crdt_models.documents.command import NotEveryoneUpdated
from crdt_models.documents.orders.bill_commands import CloseBill, ReopenBill, TakePayment
from crdt_models.documents.orders.commands import (
    AddLines,
    AdvanceLines,
    CancelLines,
    CancelOrder,
    LineCancellation,
    LineMove,
    MergeOrders,
    MoveLines,
    NewLine,
    OpenOrder,
    RestoreOrder,
    SendLines,
)
from crdt_models.documents.orders.errors import (
    BillIsClosed,
    MoreThanIsLeft,
    NoLines,
    OrderIsCancelled,
    OrderIsMerged,
    OrderTooLarge,
    PaidOrderStays,
    SameOrder,
    UnknownLine,
)
from crdt_models.documents.orders.facts import LinesArrived, LinesMoved, LineSplit
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.terminals import TerminalsView
from crdt_models.errors import DomainError
from crdt_models.fact import Fact
from crdt_models.ids import LineId, OrderId
from tests.crdt_models.documents.shop import Till
from tests.crdt_models.documents.three_orders import PIE, ThreeOrders

BEER = NewLine(product="c", name="Chope", unit_centavos=900, thousandths=3_000)


class Room(ThreeOrders):
    """The first order with three beers and a pie: 4200 centavos."""

    def __init__(self) -> None:
        super().__init__(BEER)

    def totals(self, till: Till) -> list[int]:
        return [till.order(each).total for each in (self.first, self.second, self.third)]

    def disputes(self) -> set[str]:
        """Of all orders, by both terminals alike."""
        orders = (self.first, self.second, self.third)
        mine, theirs = (
            {each.kind for order in orders for each in open_disputes(till.order(order))}
            for till in (self.one, self.other)
        )
        assert mine == theirs
        return set(mine)


@pytest.fixture
def room() -> Room:
    return Room()


def move(source: OrderId, to: OrderId, *lines: LineId | tuple[LineId, int]) -> MoveLines:
    moves = [LineMove(*each) if isinstance(each, tuple) else LineMove(each) for each in lines]
    return MoveLines(order=source, to=to, moves=tuple(moves))


def pay_and_close(till: Till, order: OrderId) -> None:
    view = till.order(order)
    till.give(TakePayment(order=order, centavos=view.balance, method="pix"))
    till.give(CloseBill(order=order))


def test_a_moved_line_is_on_the_other_order_with_all_that_happened_to_it(room: Room) -> None:
    room.one.give(SendLines(order=room.first))
    room.one.give(move(room.first, room.second, room.beer))
    room.meet()
    assert room.totals(room.other) == [1_500, 2_700, 0]
    (line,) = room.other.order(room.second).lines
    assert (line.id, line.home, line.stage, line.fact.name) == (
        room.beer, room.first, "sent", "Chope"
    )  # fmt: skip
    assert room.disputes() == set()


def test_what_is_said_of_a_moved_line_stands_in_its_home(room: Room) -> None:
    room.one.give(move(room.first, room.second, room.beer))
    room.one.give(SendLines(order=room.second))
    room.one.give(AdvanceLines(order=room.second, to="ready", lines=(room.beer,)))
    room.one.give(CancelLines(order=room.second, cancel=(LineCancellation(room.beer, 1_000),)))
    room.meet()
    (line,) = room.other.order(room.second).lines
    assert (line.left, line.stage, line.is_cancelled_after_send) == (2_000, "ready", True)
    with pytest.raises(UnknownLine):
        room.one.give(CancelLines(order=room.first, cancel=(LineCancellation(room.beer),)))


def test_a_part_is_split_off_and_moves_alone(room: Room) -> None:
    room.one.give(SendLines(order=room.first))
    ids = room.one.give(move(room.first, room.second, (room.beer, 2_000)))
    room.meet()
    (part,) = room.other.order(room.second).lines
    assert (part.id, part.left, part.stage) == (ids["part.0"], 2_000, "sent")
    assert room.totals(room.other) == [900 + 1_500, 1_800, 0]
    room.other.give(move(room.second, room.third, (LineId(part.id), 500)))
    assert room.totals(room.other) == [2_400, 1_350, 450]


def test_the_kitchen_has_a_part_unless_the_sender_knew_the_split(room: Room) -> None:
    room.one.give(move(room.first, room.second, (room.beer, 2_000)))
    room.one.give(SendLines(order=room.first))
    assert room.one.order(room.second).lines[0].stage == "new"
    room.other.give(SendLines(order=room.first))  # knows of no split: three beers are on the way
    room.meet()
    assert room.one.order(room.second).lines[0].stage == "sent"


def test_what_moves_on_and_back_has_one_home(room: Room) -> None:
    room.one.give(move(room.first, room.second, room.beer))
    room.one.give(move(room.second, room.third, room.beer))
    assert room.totals(room.one) == [1_500, 0, 2_700]
    room.one.give(move(room.third, room.first, room.beer))
    assert room.totals(room.one) == [4_200, 0, 0]
    room.meet()
    assert room.totals(room.other) == [4_200, 0, 0]


@pytest.mark.parametrize(
    ("refused", "because"),
    [
        (lambda r: move(r.first, r.first, r.beer), SameOrder),
        (lambda r: move(r.first, r.second), NoLines),
        (lambda r: move(r.second, r.first, r.beer), UnknownLine),
        (lambda r: move(r.first, r.second, (r.beer, 3_001)), MoreThanIsLeft),
        (lambda r: move(r.first, r.second, (r.beer, 2_000), (r.beer, 1_001)), MoreThanIsLeft),
        (lambda r: move(r.first, r.third, r.beer), OrderIsCancelled),
        (lambda r: MergeOrders(order=r.first, to=r.third), OrderIsCancelled),
    ],
)
def test_refused(room: Room, refused: object, because: type[DomainError]) -> None:
    room.one.give(CancelOrder(order=room.third))
    with pytest.raises(because):
        room.one.give(refused(room))  # type: ignore[operator]  # a function of the room


def test_closed_bills_neither_give_nor_take(room: Room) -> None:
    pay_and_close(room.one, room.first)
    for command in (move(room.first, room.second, room.beer), move(room.second, room.first)):
        with pytest.raises(BillIsClosed):
            room.one.give(command)


def test_an_order_does_not_take_more_than_a_closing_holds(room: Room) -> None:
    room.one.give(AddLines(order=room.second, lines=(PIE,) * 299))
    with pytest.raises(OrderTooLarge):
        room.one.give(MergeOrders(order=room.first, to=room.second))


def test_merging_moves_all_that_is_left_and_frees_the_table(room: Room) -> None:
    room.one.give(CancelLines(order=room.first, cancel=(LineCancellation(room.pie),)))
    room.one.give(MergeOrders(order=room.first, to=room.second))
    room.meet()
    merged = room.other.order(room.first)
    assert (merged.account, merged.is_open, merged.total) == ("merged", False, 0)
    assert room.totals(room.other) == [0, 2_700, 0]
    for command in (
        AddLines(order=room.first, lines=(PIE,)),
        CancelOrder(order=room.first),
        move(room.second, room.first, room.beer),
    ):
        with pytest.raises(OrderIsMerged):
            room.other.give(command)
    room.other.give(RestoreOrder(order=room.first))
    room.other.give(move(room.second, room.first, room.beer))
    assert room.totals(room.other) == [2_700, 0, 0]


def test_merged_orders_merge(room: Room) -> None:
    room.one.give(MergeOrders(order=room.first, to=room.second))
    room.one.give(MergeOrders(order=room.second, to=room.third))
    assert room.totals(room.one) == [0, 0, 4_200]
    assert [room.one.order(each).account for each in (room.first, room.second)] == ["merged"] * 2


def test_an_order_with_money_stays(room: Room) -> None:
    room.one.give(TakePayment(order=room.first, centavos=100, method="pix", is_pending=True))
    with pytest.raises(PaidOrderStays):
        room.one.give(MergeOrders(order=room.first, to=room.second))


# --- cut off from one another


def test_two_waiters_move_one_line_to_different_orders(room: Room) -> None:
    room.one.give(move(room.first, room.second, room.beer))
    room.other.give(move(room.first, room.third, room.beer))
    room.meet()
    assert room.totals(room.one) == room.totals(room.other)
    assert sorted(room.totals(room.one)) == [0, 1_500, 2_700]
    assert room.disputes() == {"double_move"}
    at, to = (room.second, room.third) if room.totals(room.one)[1] else (room.third, room.second)
    room.one.give(move(at, to, room.beer))
    room.meet()
    assert room.disputes() == set()


def test_two_waiters_move_one_line_to_the_same_order(room: Room) -> None:
    room.one.give(move(room.first, room.second, room.beer))
    room.other.give(move(room.first, room.second, room.beer))
    room.meet()
    assert room.totals(room.one) == [1_500, 2_700, 0]
    assert room.disputes() == set()


def test_two_waiters_take_more_than_there_is(room: Room) -> None:
    room.one.give(move(room.first, room.second, (room.beer, 2_000)))
    room.other.give(move(room.first, room.third, (room.beer, 2_000)))
    room.meet()
    assert room.totals(room.one) == room.totals(room.other)
    assert sorted(room.totals(room.one)) == [900, 1_500, 1_800]
    assert room.disputes() == {"over_split"}


def test_a_line_that_a_closed_bill_lists_stays_there_until_it_is_reopened(room: Room) -> None:
    pay_and_close(room.one, room.first)
    room.other.give(move(room.first, room.second, room.beer))
    room.meet()
    assert room.totals(room.one) == [4_200, 0, 0]
    assert room.disputes() == {"late_change_to_closed_bill"}
    room.one.give(ReopenBill(order=room.first))
    assert room.totals(room.one) == [1_500, 2_700, 0]
    assert room.one.order(room.first).balance == 1_500 - 4_200


def test_a_part_that_was_split_off_a_billed_line_stays_in_the_bill(room: Room) -> None:
    pay_and_close(room.one, room.first)
    room.other.give(move(room.first, room.second, (room.beer, 2_000)))
    room.meet()
    assert room.totals(room.one) == [4_200, 0, 0]
    assert room.one.order(room.first).residual == 0
    assert room.disputes() == {"late_change_to_closed_bill"}
    room.one.give(ReopenBill(order=room.first))
    assert room.totals(room.one) == [2_400, 1_800, 0]


def test_a_line_on_two_closed_bills_is_shown_to_a_person(room: Room) -> None:
    pay_and_close(room.one, room.first)
    room.other.give(move(room.first, room.second, room.beer))
    pay_and_close(room.other, room.second)
    room.meet()
    assert room.totals(room.one) == [4_200, 2_700, 0]
    assert "line_billed_twice" in room.disputes()
    room.one.give(ReopenBill(order=room.first))
    room.meet()
    assert room.totals(room.one) == [1_500, 2_700, 0]
    assert "line_billed_twice" not in room.disputes()


def test_what_is_moved_onto_a_closed_bill_comes_late(room: Room) -> None:
    room.one.give(AddLines(order=room.second, lines=(PIE,)))
    room.meet()
    pay_and_close(room.one, room.second)
    room.other.give(move(room.first, room.second, room.beer))
    room.meet()
    closed = room.one.order(room.second)
    assert (closed.total, closed.residual) == (1_500, 2_700)
    assert [each.is_residual for each in closed.shown_lines] == [False, True]
    assert room.disputes() == {"paid_with_residual"}


def test_what_comes_back_to_a_closed_bill_comes_late(room: Room) -> None:
    room.one.give(move(room.first, room.second, room.beer))
    room.meet()
    pay_and_close(room.one, room.first)
    room.other.give(move(room.second, room.first, room.beer))
    room.meet()
    assert (room.one.order(room.first).residual, room.totals(room.one)[1]) == (2_700, 0)


def test_what_is_moved_onto_a_cancelled_order_is_seen(room: Room) -> None:
    room.one.give(CancelOrder(order=room.second))
    room.other.give(move(room.first, room.second, room.beer))
    room.meet()
    assert room.one.order(room.second).lines[0].left == 3_000
    assert room.disputes() == {"moved_to_cancelled_order"}
    room.one.give(RestoreOrder(order=room.second))
    room.one.give(CancelOrder(order=room.second))  # who knows what is on it may cancel it
    room.meet()
    assert room.disputes() == set()


def test_what_is_added_to_a_merged_order_stays_and_opens_it_again(room: Room) -> None:
    room.one.give(MergeOrders(order=room.first, to=room.second))
    room.other.give(AddLines(order=room.first, lines=(PIE,)))
    room.meet()
    assert (room.totals(room.one), room.one.order(room.first).account) == (
        [1_500, 4_200, 0],
        "open",
    )
    assert room.disputes() == {"line_on_merged_order"}
    room.one.give(MergeOrders(order=room.first, to=room.second))
    room.meet()
    assert (room.totals(room.one), room.disputes()) == ([0, 5_700, 0], set())


def test_two_orders_are_merged_into_one_another(room: Room) -> None:
    room.one.give(AddLines(order=room.second, lines=(PIE,)))
    room.meet()
    room.one.give(MergeOrders(order=room.first, to=room.second))
    room.other.give(MergeOrders(order=room.second, to=room.first))
    room.meet()
    assert room.totals(room.one) == room.totals(room.other) == [1_500, 4_200, 0]
    assert room.disputes() == {"line_on_merged_order"}
    room.one.give(MergeOrders(order=room.first, to=room.second))
    room.one.give(RestoreOrder(order=room.second))
    room.meet()
    assert (room.totals(room.one), room.disputes()) == ([0, 5_700, 0], set())


def test_a_bill_counts_what_came_and_not_what_went(room: Room) -> None:
    room.one.give(move(room.first, room.second, room.beer))
    pay_and_close(room.one, room.second)
    pay_and_close(room.one, room.first)
    room.meet()
    for order, names in ((room.first, ["Torta"]), (room.second, ["Chope"])):
        view: OrderView = room.other.order(order)
        assert [each.name for each in view.bill] == names
        assert (view.account, view.late.lines, view.late.changes) == ("settled", (), ())


def test_a_bill_that_knows_a_split_has_only_the_rest(room: Room) -> None:
    part = room.one.give(move(room.first, room.second, (room.beer, 2_000)))["part.0"]
    room.meet()
    pay_and_close(room.one, room.first)
    assert room.totals(room.one) == [2_400, 1_800, 0]
    assert room.disputes() == set()
    room.other.give(move(room.second, room.first, LineId(part)))  # which closed meanwhile
    room.meet()
    assert (room.one.order(room.first).residual, room.totals(room.one)[1]) == (1_800, 0)


def test_a_line_stays_where_it_was_until_the_other_order_is_known(room: Room) -> None:
    late = Till("C")
    fourth = OrderId(room.one.give(OpenOrder(service_type="mesa"))["order"])
    opening = list(room.one.changes.values())[-1]
    room.one.give(move(room.first, fourth, room.beer))
    late.receive(each for each in room.one.changes.values() if each.id != opening.id)
    assert (late.order(room.first).total, late.order(fourth).lines) == (4_200, ())
    late.receive([opening])
    assert (late.order(room.first).total, late.order(fourth).total) == (1_500, 2_700)


@pytest.mark.parametrize("kind", [LinesMoved, LinesArrived, LineSplit])
def test_nothing_moves_before_everyone_knows_how(
    room: Room, kind: type[Fact], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TerminalsView, "all_understand", lambda _, tag: tag != kind.tag())
    with pytest.raises(NotEveryoneUpdated):
        room.one.give(move(room.first, room.second, (room.beer, 1_000)))
    with pytest.raises(NotEveryoneUpdated):
        room.one.give(MergeOrders(order=room.first, to=room.second))
