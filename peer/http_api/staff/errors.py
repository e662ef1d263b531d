"""Why somebody does not get in at this terminal."""

from crdt_models.errors import MalhaError


class NoPin(MalhaError):
    """Nobody set a PIN for this operator at this terminal."""

    code = "no_pin"
    sentence = "This operator has no PIN at this terminal."
    cure = "A manager who entered here, or the terminal's own token, sets one."


class WrongPin(MalhaError):
    """It is another PIN."""

    code = "wrong_pin"
    sentence = "The PIN is wrong; {left} more may be tried at once."
    cure = "Try again."


class PinLocked(MalhaError):
    """Too many wrong ones."""

    code = "pin_locked"
    sentence = "Too many wrong PINs: wait {seconds} seconds."
    cure = "Wait, or let a manager set another PIN."


class PinTooShort(MalhaError):
    """Digits only, and enough of them for the role."""

    code = "pin_too_short"
    sentence = "A PIN is {least} to {most} digits."
    cure = "Choose a longer one, of digits alone."


class OperatorGone(MalhaError):
    """Does not work here."""

    code = "operator_gone"
    sentence = "This operator does not work here any more."
    cure = "A manager may take the operator on again."


class AuthorisationUnknown(MalhaError):
    """The token of an authorisation was never given here, or too long ago."""

    code = "authorisation_unknown"
    sentence = "This authorisation is not known here, or too old."
    cure = "Ask a manager for another one."


class NotEntered(MalhaError):
    """The token of an operator is unknown: it ended, or was never given."""

    code = "not_entered"
    sentence = "This operator has not entered at this terminal, or not for a long time."
    cure = "Enter again with the PIN."
