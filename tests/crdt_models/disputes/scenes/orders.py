"""Lines that are cancelled, sent and moved at several tills."""

from crdt_models.documents.orders.charge_commands import SetCouvert
from crdt_models.documents.orders.commands import (
    AddLines,
    CancelLines,
    CancelOrder,
    LineCancellation,
    MergeOrders,
    SendLines,
)
from tests.crdt_models.disputes.play import Play, scene


@scene("over_cancelled")
def _cancelled_at_two_tills(play: Play) -> None:
    for till in play.two():
        till.give(CancelLines(order=play.first, cancel=(LineCancellation(play.beer),)))


@scene("cancelled_after_send")
def _sent_while_it_was_cancelled(play: Play) -> None:
    one, other = play.two()
    one.give(CancelLines(order=play.first, cancel=(LineCancellation(play.beer),)))
    other.give(SendLines(order=play.first))


@scene("double_move")
def _taken_to_two_orders(play: Play) -> None:
    for till, to in zip(play.two(), (play.second, play.third), strict=True):
        play.move(till, to)


@scene("merged_twice")
def _joined_with_two_orders(play: Play) -> None:
    play.tills[0].give(SetCouvert(order=play.first, unit_centavos=play.dice.randint(1, 900)))
    play.meet()
    for till, to in zip(play.two(), (play.second, play.third), strict=True):
        till.give(MergeOrders(order=play.first, to=to))


@scene("over_split")
def _more_taken_off_than_there_is(play: Play) -> None:
    for till, to in zip(play.two(), (play.second, play.third), strict=True):
        play.move(till, to, (play.beers - 1) * 1_000 + 500)


@scene("line_on_merged_order")
def _added_while_it_was_merged(play: Play) -> None:
    one, other = play.two()
    one.give(MergeOrders(order=play.first, to=play.second))
    other.give(AddLines(order=play.first, lines=(play.line("Café"),)))


@scene("moved_to_cancelled_order")
def _moved_while_it_was_cancelled(play: Play) -> None:
    one, other = play.two()
    one.give(CancelOrder(order=play.second))
    play.move(other, play.second)
