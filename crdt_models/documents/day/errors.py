"""Why a business day is not closed. Each names the cure; nothing was written."""

from crdt_models.errors import DomainError


class DayIsFinal(DomainError):
    """It is closed, and nobody was missing."""

    code = "day_is_final"
    sentence = "The day {day} is closed for good."
    cure = "What came afterwards is listed as addenda of that day; its figures stand."


class DayHasNotCome(DomainError):
    """A later day than the one that goes on."""

    code = "day_has_not_come"
    sentence = "The day {day} has not begun."
    cure = "Check the date."


class DayHasOpenShifts(DomainError):
    """Drawers of terminals that are here are still open."""

    code = "day_has_open_shifts"
    sentence = "Shifts of the day {day} are still open: {shifts}."
    cure = "Count and close them at their terminals, or write them off; then close the day."
