"""Business days at tills: sold, closed, looked at."""

from crdt_models.disputes import open_disputes
from crdt_models.documents.day.commands import CloseDay
from crdt_models.documents.day.money import Line, lines_of, sheet_of
from crdt_models.documents.day.view import Close
from tests.crdt_models.documents.shop import DAY, Till


def close_day(till: Till, *missing: Till, key: str = "", day: int = DAY) -> None:
    till.give(CloseDay(day=day, missing=tuple(each.device for each in missing)), key)


def only_close(till: Till) -> Close:
    """What stands of the day, which is one result."""
    (close,) = till.business_day(DAY).closes
    return close


def addenda(till: Till, close: Close) -> tuple[Line, ...]:
    """What a close had not seen."""
    told = till.day_money(DAY).told
    return lines_of(each for each in told if not each.is_within(close.seen))


def recounted(till: Till, close: Close) -> bool:
    """Whether what the close had seen still comes to what it carries."""
    told = till.day_money(DAY).told
    return sheet_of(each for each in told if each.is_within(close.seen)).figures == close.figures


def kinds(till: Till) -> set[str]:
    return {each.kind for each in open_disputes(till.business_day(DAY))}
