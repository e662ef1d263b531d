"""Mutants of comanda cards: who is told, what blocks, what goes along."""

from typing import Any

from crdt_models.documents.tables import card_commands
from crdt_models.documents.tables.cards import Cards
from peer.node import shared_places
from simulations.mutants.patching import CUTS, Patcher, mutant


@mutant(*CUTS, scenes=("cards_across_a_cut",))
def shared_cards_kept_quiet(patch: Patcher) -> None:
    """Nobody is told what was sold on one card at two terminals."""
    patch.put(shared_places, "card_disputes", lambda orders, tables: ())


@mutant(*CUTS, scenes=("cards_across_a_cut",))
def a_card_is_its_text(patch: Patcher) -> None:
    """The card 7 and the card 07 are two."""

    def named(self: Any, label: str | None) -> int | None:
        number = int(label) if label is not None and label.isdigit() else 0
        return number if number in self and str(number) == label else None

    patch.put(Cards, "named", named)


@mutant(scenes=("cards_across_a_cut",))
def a_lost_card_is_left_behind(patch: Patcher) -> None:
    """Who gets another card finds nothing on it: the orders stay on the lost one."""
    patch.put(card_commands, "orders_on", lambda read, context, card: ())


@mutant(*CUTS, scenes=("cards_across_a_cut",))
def blocked_at_one_terminal_only(patch: Patcher) -> None:
    """Whoever blocked a card is taken to have known of everything that was on it."""
    patch.put(Cards, "was_seen", lambda self, number, order: True)
