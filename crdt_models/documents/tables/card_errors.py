"""Why something about a comanda card is refused. Each names the cure; nothing was written."""

from crdt_models.errors import DomainError


class UnknownCard(DomainError):
    """No such card, in a shop that uses cards."""

    code = "unknown_card"
    sentence = "There is no comanda card {card}."
    cure = "Correct the number, or register the card."


class CardIsBlocked(DomainError):
    """It was lost, or is not to be used."""

    code = "card_is_blocked"
    sentence = "Comanda card {card} is blocked: {reason}."
    cure = "Take another card, or unblock this one if it was found."


class CardIsInUse(DomainError):
    """Another open order is on it."""

    code = "card_is_in_use"
    sentence = "Comanda card {card} has an open order."
    cure = "Take another card, or merge the orders."


class CodeIsTaken(DomainError):
    """Another card has this code."""

    code = "code_is_taken"
    sentence = "Card {card} has this code."
    cure = "Take it away from that card first, or choose another code."
