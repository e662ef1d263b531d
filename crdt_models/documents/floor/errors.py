"""Why something on the floor is refused. Each names the cure; nothing was written."""

from crdt_models.errors import DomainError


class UnknownReservation(DomainError):
    """No such reservation."""

    code = "unknown_reservation"
    sentence = "There is no reservation {reservation}."
    cure = "Load the reservations again."


class TableIsBooked(DomainError):
    """Somebody else is expected there then, as far as this terminal knows."""

    code = "table_is_booked"
    sentence = "The table is booked for {name} at that time."
    cure = "Choose another table or another time."


class ReservationIsOver(DomainError):
    """What became of it already leaves no room for this."""

    code = "reservation_is_over"
    sentence = "The reservation is {state} already."
    cure = "Load the reservations again."


class WindowLeavesDay(DomainError):
    """A window that no single floor holds."""

    code = "window_leaves_day"
    sentence = "A reservation begins and ends within one service day, and stays in it."
    cure = "Choose a window between 04:00 and 04:00 of Brasília; for another day book it anew."
