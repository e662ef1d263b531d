"""What every command asks before it puts an order on a comanda card."""

from crdt_models.documents.command import Context, Read
from crdt_models.documents.tables.card_errors import CardIsBlocked, CardIsInUse, UnknownCard
from crdt_models.documents.tables.commands import tables_view
from crdt_models.ids import OrderId


def usable_card(read: Read, label: str | None) -> int | None:
    """The card that a comanda names; None for a mere label, where there are no cards. Raises
    UnknownCard, CardIsBlocked."""
    cards = tables_view(read).cards
    if label is None or not cards:
        return None
    card = cards.named(label)
    if card is None:
        raise UnknownCard(card=label)
    block = cards.block(card)
    if block is not None:
        raise CardIsBlocked(card=card, reason=str(block.reason))
    return card


def orders_on(read: Read, context: Context, card: int | None) -> tuple[OrderId, ...]:
    """The open orders known on a card, sorted."""
    if card is None:
        return ()
    cards = tables_view(read).cards
    labels = context.open_labels()
    return tuple(sorted(order for order, label in labels.items() if cards.named(label) == card))


def check_free_card(read: Read, context: Context, label: str | None, order: OrderId) -> None:
    """Before an order is moved to a card. Raises UnknownCard, CardIsBlocked, CardIsInUse."""
    card = usable_card(read, label)
    if card is not None and set(orders_on(read, context, card)) - {order}:
        raise CardIsInUse(card=card)
