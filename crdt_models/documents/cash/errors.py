"""Why a command on a cash shift is refused. Each names the cure; nothing was written."""

from crdt_models.errors import DomainError


class UnknownShift(DomainError):
    """No opening of this shift is known here."""

    code = "unknown_shift"
    sentence = "The shift {shift} is not known at this terminal."
    cure = "Check the id; if another terminal opened it, wait for the link to return."


class ShiftIsOpen(DomainError):
    """The drawer has a shift already."""

    code = "shift_is_open"
    sentence = "The drawer {drawer} of this terminal has an open shift: {shift}."
    cure = "Close that one first, or open another drawer."


class ShiftOfAnotherTerminal(DomainError):
    """Only the terminal that opened a shift writes of it."""

    code = "shift_of_another_terminal"
    sentence = "The shift {shift} belongs to another terminal."
    cure = "Do this at its own terminal; if that one is lost, a manager writes the shift off."


class ShiftIsEnded(DomainError):
    """It is closed, or was written off."""

    code = "shift_is_ended"
    sentence = "The shift {shift} has ended."
    cure = "Open another shift."


class CountMissing(DomainError):
    """Nothing was counted yet, or cash was not."""

    code = "count_missing"
    sentence = "Of the shift {shift} nobody has declared the cash that is in the drawer."
    cure = "Count the drawer and declare the amounts first."


class CountIsThere(DomainError):
    """The first count stands; another is a recount."""

    code = "count_is_there"
    sentence = "Of the shift {shift} a count was declared already."
    cure = "Declare a recount: both stay visible."


class CountIsOld(DomainError):
    """Money moved since it was counted."""

    code = "count_is_old"
    sentence = "Money has moved in the shift {shift} since it was counted."
    cure = "Count the drawer again, declare the recount, then close."
