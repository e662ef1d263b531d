"""A person's decision on a dispute.

Rules of this file:
1. Who decides says what he saw (`fatos`). When more is known by now he is shown it and decides
   again; what comes after that, in the same moment or years later, reopens the dispute by itself.
2. A retry under its Idempotency-Key is answered, whatever came meanwhile.
"""

import msgspec

from crdt_models.disputes import Dispute, SettleDispute
from crdt_models.errors import MalhaError
from crdt_models.ids import FactId
from peer.http_api.api import Api, execute, json_answer, refusal, replay_header, replayed
from peer.http_api.disputes.evidence import with_evidence
from peer.http_api.disputes.listing import UnknownDispute, known_dispute, shown_dispute
from peer.http_api.values import clean_text
from peer.service.http_errors import InvalidField
from peer.service.routes import Answer, Call


class EvidenceGrew(MalhaError):
    """The decision did not see all of the evidence that is known here."""

    code = "evidence_grew"
    sentence = "This decision did not see {unseen} of the facts that are evidence."
    cure = "Look at the evidence as it is now, and decide again."


class ResolutionBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A decisão de uma pessoa. `fatos`: o que ela viu; sem eles, o que se sabe agora."""

    escolha: str
    fatos: tuple[str, ...] = ()
    observacao: str = ""


async def settle_dispute(api: Api, call: Call) -> Answer:
    """POST /api/conflitos/{id}/resolver."""
    body, dispute = call.body_as(ResolutionBody), known_dispute(api.node, call.path["id"])
    outcome = await replayed(api, call)
    if outcome is None:
        _check_choice(dispute, body.escolha)
        unseen = set(dispute.facts).difference(body.fatos) if body.fatos else ()
        if unseen:
            error = EvidenceGrew(unseen=len(unseen))
            return refusal(error, beside={"atual": with_evidence(api.node, dispute)})
        outcome = await execute(api, call, _command(dispute, body))
    try:
        shown = shown_dispute(api.node, known_dispute(api.node, dispute.id))
    except UnknownDispute:  # its situation ended in the same moment
        shown = {**shown_dispute(api.node, dispute), "aberto": False}
    return json_answer(shown, headers=replay_header(outcome))


def _check_choice(dispute: Dispute, choice: str) -> None:
    choices = dispute.choices
    if choice not in choices:
        reason = f"use um de {', '.join(choices)}" if choices else "só termina por si"
        raise InvalidField(field="escolha", reason=reason)


def _command(dispute: Dispute, body: ResolutionBody) -> SettleDispute:
    return SettleDispute(
        document=dispute.document,
        kind=dispute.kind,
        subject=dispute.subject,
        choice=body.escolha,
        weighs=tuple(FactId(each) for each in body.fatos or dispute.facts),
        note=clean_text(body.observacao),
    )
