"""What is told of comanda cards."""

from crdt_models.documents.tables.card_facts import (
    BlockReason,
    CardBlocked,
    CardCoded,
    CardsRegistered,
    CardsWithdrawn,
)
from crdt_models.telling.names import Names, because
from crdt_models.telling.of_orders import Sentences

_REASONS: dict[BlockReason, str] = {
    "lost": "perdida",
    "stolen": "roubada",
    "damaged": "danificada",
    "other": "por outro motivo",
}


def _cards(first: int, last: int) -> str:
    return f"a comanda {first}" if first == last else f"as comandas {first} a {last}"


def _coded(fact: CardCoded, _names: Names) -> str:
    if fact.code is None:
        return f"Tirou o código da comanda {fact.card}"
    return f"Deu à comanda {fact.card} o código {fact.code}"


def _blocked(fact: CardBlocked, _names: Names) -> str:
    if fact.reason is None:
        return f"Desbloqueou a comanda {fact.card}"
    return f"Bloqueou a comanda {fact.card}, {_REASONS[fact.reason]}" + because(fact.note)


SENTENCES: Sentences = {
    CardsRegistered: lambda fact, _: f"Registrou {_cards(fact.first, fact.last)}",
    CardsWithdrawn: lambda fact, _: f"Retirou {_cards(fact.first, fact.last)}",
    CardCoded: _coded,
    CardBlocked: _blocked,
}
