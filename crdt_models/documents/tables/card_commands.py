"""What people ask of comanda cards.

Rules of this file:
1. A write names every head of the register that it replaces.
2. What is so already is not written again.
"""

from crdt_models.documents.command import Command, Context, Decision, InvalidField, Read
from crdt_models.documents.fields import MAX_MENTIONS
from crdt_models.documents.orders.commands.order_command import order_view
from crdt_models.documents.orders.facts import FieldSet
from crdt_models.documents.tables.card_checks import check_free_card, orders_on
from crdt_models.documents.tables.card_errors import CardIsInUse, CodeIsTaken, UnknownCard
from crdt_models.documents.tables.card_facts import (
    BlockReason,
    CardBlocked,
    CardCoded,
    CardsRegistered,
    CardsWithdrawn,
    card_number,
)
from crdt_models.documents.tables.cards import NEVER_BLOCKED, NO_CODE
from crdt_models.documents.tables.commands import tables_view
from crdt_models.fact import Fact
from crdt_models.ids import TABLES, DocumentId, OrderId, order_document


class _CardsCommand(Command, frozen=True, kw_only=True):
    """Base of the commands on cards."""

    def reads(self) -> tuple[DocumentId, ...]:
        return (TABLES,)


class RegisterCards(_CardsCommand, frozen=True, kw_only=True, tag="register_cards"):
    """There are cards of these numbers. code: of a single one, what a reader reads from it.

    Raises CodeIsTaken, InvalidField.
    """

    first: int
    last: int
    code: str | None = None

    def plan(self, read: Read, context: Context) -> Decision:
        fact = _ranged(CardsRegistered, self.first, self.last)
        cards = tables_view(read).cards
        is_so = all(number in cards for number in range(self.first, self.last + 1))
        coded = () if self.code is None else _coded(read, self.first, self.code)
        return Decision((*(() if is_so else ((TABLES, fact),)), *coded))


class WithdrawCards(_CardsCommand, frozen=True, kw_only=True, tag="withdraw_cards"):
    """There are no cards of these numbers any more. Raises CardIsInUse, InvalidField."""

    first: int
    last: int

    def plan(self, read: Read, context: Context) -> Decision:
        _ranged(CardsWithdrawn, self.first, self.last)
        room = tables_view(read)
        for label in context.open_labels().values():
            card = room.cards.named(label)
            if card is not None and self.first <= card <= self.last:
                raise CardIsInUse(card=card)
        if not any(number in room.cards for number in range(self.first, self.last + 1)):
            return Decision(())
        made = [
            each.id
            for each in room.all(CardsRegistered)
            if each.fact.first <= self.last and self.first <= each.fact.last
        ]
        known = tuple(sorted(made)[:MAX_MENTIONS])
        fact = CardsWithdrawn(first=self.first, last=self.last, registered=known)
        return Decision(((TABLES, fact),))


class CodeCard(_CardsCommand, frozen=True, kw_only=True, tag="code_card"):
    """What a reader reads from it; None: nothing. Raises UnknownCard, CodeIsTaken, InvalidField."""

    card: int
    code: str | None

    def plan(self, read: Read, context: Context) -> Decision:
        _check_known(read, self.card)
        return Decision(_coded(read, self.card, self.code))


class BlockCard(_CardsCommand, frozen=True, kw_only=True, tag="block_card"):
    """A card is lost, stolen …; what is on it stays. Raises UnknownCard."""

    card: int
    reason: BlockReason
    note: str = ""

    def plan(self, read: Read, context: Context) -> Decision:
        return Decision(_blocked(read, context, self.card, self.reason, self.note))


class UnblockCard(_CardsCommand, frozen=True, kw_only=True, tag="unblock_card"):
    """It was found, and may be used again. Raises UnknownCard."""

    card: int

    def plan(self, read: Read, context: Context) -> Decision:
        cards = tables_view(read).cards
        _check_known(read, self.card)
        if cards.block(self.card) is None:
            return Decision(())
        heads = cards.blocks[self.card].replaced_next
        return Decision(((TABLES, CardBlocked(card=self.card, replaces=heads)),))


class ReplaceCard(_CardsCommand, frozen=True, kw_only=True, tag="replace_card"):
    """A guest without his card gets another one: the card is blocked, and every open order known on
    it is on the other one from now on.

    Two terminals may replace one card by two others: its orders are on the one of the later stamp,
    and the audit shows both. Raises UnknownCard, CardIsBlocked, CardIsInUse, InvalidField.
    """

    card: int
    to: int
    reason: BlockReason = "lost"
    note: str = ""

    def plan(self, read: Read, context: Context) -> Decision:
        if self.card == self.to:
            raise InvalidField(reason="to cannot hold this value")
        _check_known(read, self.to)
        blocked = _blocked(read, context, self.card, self.reason, self.note)
        on_it = orders_on(read, context, self.card)
        check_free_card(read, context, str(self.to), OrderId(context.new_id(0)))
        moved = [_moved(read, order, str(self.to)) for order in on_it]
        return Decision((*blocked, *moved))


def _moved(read: Read, order: OrderId, label: str) -> tuple[DocumentId, Fact]:
    heads = order_view(read, order).fields["tab"].replaced_next
    return order_document(order), FieldSet(field="tab", value=label, replaces=heads)


def _blocked(
    read: Read, context: Context, card: int, reason: BlockReason, note: str
) -> tuple[tuple[DocumentId, Fact], ...]:
    _check_known(read, card)
    cards, seen = tables_view(read).cards, orders_on(read, context, card)
    register, standing = cards.blocks.get(card, NEVER_BLOCKED), cards.block(card)
    is_known = len(register.heads) == 1 and all(cards.was_seen(card, order) for order in seen)
    if standing and is_known and (standing.reason, standing.note) == (reason, note):
        return ()
    fact = CardBlocked(
        card=card,
        reason=reason,
        note=note,
        orders_seen=seen[:MAX_MENTIONS],
        replaces=register.replaced_next,
    )
    return ((TABLES, fact),)


def _coded(read: Read, card: int, code: str | None) -> tuple[tuple[DocumentId, Fact], ...]:
    cards = tables_view(read).cards
    if code is not None and card_number(code) is not None:
        raise InvalidField(reason="code cannot hold this value")
    for other in cards.codes if code is not None else ():
        if other != card and other in cards and cards.code(other) == code:
            raise CodeIsTaken(card=other)
    register = cards.codes.get(card, NO_CODE)
    if len(register.heads) < 2 and register.value(None) == code:
        return ()
    return ((TABLES, CardCoded(card=card, code=code, replaces=register.replaced_next)),)


def _check_known(read: Read, card: int) -> None:
    if card not in tables_view(read).cards:
        raise UnknownCard(card=card)


def _ranged(
    kind: type[CardsRegistered] | type[CardsWithdrawn], first: int, last: int
) -> CardsRegistered | CardsWithdrawn:
    """Raises InvalidField."""
    try:
        return kind(first=first, last=last)
    except ValueError as error:
        raise InvalidField(reason="last cannot hold this value") from error
