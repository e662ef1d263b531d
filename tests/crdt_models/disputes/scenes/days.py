"""A business day: closed while somebody was missing, closed twice, closed with invented figures."""

from crdt_models.documents.day.commands import CloseDay
from crdt_models.documents.day.facts import DayClosed, DayFigures, DayMoney
from crdt_models.ids import day_document
from tests.crdt_models.disputes.play import Play, scene
from tests.crdt_models.documents.shop import DAY


@scene("terminal_missing_at_day_close")
def _nobody_heard_of_it(play: Play) -> None:
    till, missing = play.two()
    play.pay(till)
    till.give(CloseDay(day=DAY, missing=(missing.device,)))


@scene("two_day_closings")
def _each_its_own_day(play: Play) -> None:
    one, other = play.two()
    play.pay(one)
    play.pay(other)  # as much money, and other money
    one.give(CloseDay(day=DAY, missing=(other.device,)))
    other.give(CloseDay(day=DAY, missing=(one.device,)))


@scene("day_does_not_add_up")
def _invented(play: Play) -> None:
    till, _ = play.two()
    much = play.dice.randint(1, 900)
    figures = DayFigures(total=DayMoney(payments={"pix": much}))
    till.write([(day_document(DAY), DayClosed(figures=figures))])
