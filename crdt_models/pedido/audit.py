"""The JSON of what facts tell: the trail of an order, the evidence of a dispute."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from crdt_models import dispute_texts
from crdt_models.dispute_advice import advice
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.resolution import Resolution
from crdt_models.documents.view import Once
from crdt_models.hybrid_logical_clock import iso
from crdt_models.ids import DocumentId, FactId
from crdt_models.pedido.figures import JsonObject, decimal, iso_day
from crdt_models.pedido.names import STATUS
from crdt_models.telling import Names, Told, mentions, sentence

STANDINGS: Final = {
    "stands": ("vale", "Vale"),
    "lost": ("perdeu", "Escrito ao mesmo tempo que outro, que é o que vale"),
    "replaced": ("substituido", "Alguém o mudou depois"),
    "undone": ("desfeito", "Alguém o desfez depois"),
    "repeated": ("repetido", "O mesmo, contado outra vez"),
    "not_understood": ("nao_entendido", "Este terminal ainda não entende"),
}
"""What became of a fact: code and text."""


class Writer(NamedTuple):
    """The terminal that wrote: its letters and name, empty while its certificate is not known."""

    letters: str
    name: str


def told_json(told: Told, document: DocumentId, names: Names, writer: Writer) -> JsonObject:
    """One fact: who, where, when, what, knowing what, and what became of it."""
    entry = told.entry
    code, text = STANDINGS[told.standing]
    return {
        "id": entry.id,
        "tipo": entry.body[0],
        "documento": document,
        "frase": sentence(entry, names),
        "em": iso(entry.stamp.hlc),
        "data_operacao": iso_day(entry.business_day),
        "terminal": writer.letters or None,
        "terminal_nome": writer.name or None,
        "terminal_id": entry.device.hex(),
        "operador_id": None if entry.operator is None else entry.operator.hex(),
        "situacao": code,
        "situacao_texto": text,
        "o_mesmo_que": told.same_as,
        "conhecia": list(mentions(entry.fact)),
    }


def order_in_dispute_json(order: OrderView, number: str | None) -> JsonObject:
    """The figures of an order as they are now."""
    return {
        "id": order.order.hex(),
        "numero": number,
        "status": STATUS[order.account],
        "total": decimal(order.total),
        "total_centavos": order.total,
        "pago": decimal(order.paid),
        "pago_centavos": order.paid,
        "saldo": decimal(order.balance),
        "saldo_centavos": order.balance,
        "residual_centavos": order.residual,
    }


def choices_json(kind: str, choices: Iterable[str]) -> list[JsonObject]:
    """What may be chosen: what it means, and what is to be done first."""
    found = []
    for choice in choices:
        given = advice(kind, choice)
        found.append(
            {
                "escolha": choice,
                "texto": dispute_texts.label(choice),
                "significa": given.means,
                "antes": given.before or None,
                "rota": given.route or None,
            }
        )
    return found


def resolution_json(
    each: Once[Resolution], missed: Iterable[FactId], *, stands: bool, writer: Writer
) -> JsonObject:
    """One decision. missed: evidence of now that it did not weigh."""
    return {
        "id": each.id,
        "escolha": each.fact.choice,
        "texto": dispute_texts.label(each.fact.choice),
        "observacao": each.fact.note,
        "em": iso(each.stamp.hlc),
        "terminal": writer.letters or None,
        "vale": stands,
        "nao_pesou": list(missed),
    }
