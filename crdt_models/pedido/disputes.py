"""The JSON of a dispute."""

from crdt_models import dispute_texts
from crdt_models.disputes import Dispute
from crdt_models.pedido.figures import JsonObject


def dispute_json(dispute: Dispute, number: str | None = None) -> JsonObject:
    """A dispute for front ends: codes stay English, their texts stand beside them. number: of the
    order in whose document it stands, if it is one."""
    return {
        "id": dispute.id,
        "tipo": dispute.kind,
        "titulo": dispute_texts.title(dispute.kind),
        "assunto": dispute.subject,
        "documento": dispute.document,
        "numero": number,
        "gravidade": dispute.severity,
        "gravidade_texto": dispute_texts.SEVERITIES[dispute.severity],
        "quem": dispute.actor,
        "quem_texto": dispute_texts.ACTORS[dispute.actor],
        "opcoes": list(dispute.choices),
        "opcoes_textos": dispute_texts.labels(dispute.choices),
        "fatos": list(dispute.facts),
        "aberto": dispute.is_open,
    }
