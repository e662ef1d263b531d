"""The routes of disputes: one part of the table in `peer.http_api.routes`."""

from typing import get_args

from crdt_models.disputes import KINDS, Actor, Severity
from peer.http_api import answers
from peer.http_api.api import Api
from peer.http_api.disputes import evidence, listing, settling
from peer.http_api.route_parts import KEYED, OPENING_ERRORS, PAGE, READ, route
from peer.http_api.unchanged import unless_unchanged
from peer.service.routes import QueryField, Route

_FILTERS = (
    QueryField("aberto", "false: também os resolvidos", bool),
    QueryField("gravidade", "só os desta", values=get_args(Severity)),
    QueryField("quem", "só os que este deve resolver", values=get_args(Actor)),
    QueryField("tipo", "só os deste", values=tuple(KINDS)),
    QueryField("pedido", "id: os que tocam neste pedido"),
)


def dispute_routes(api: Api | None) -> list[Route]:
    """Everything under `/api/conflitos`."""
    return [
        route(
            api,
            "GET",
            "/api/conflitos",
            unless_unchanged(listing.list_disputes),
            "Lista o que uma pessoa precisa decidir",
            query=(*_FILTERS, *PAGE),
            answer=answers.Conflitos,
            errors=("bad_cursor", "unknown_order"),
            **READ,
        ),
        route(
            api,
            "GET",
            "/api/conflitos/{id}",
            evidence.show_dispute,
            "Mostra um conflito com as provas de todos os lados e o que cada decisão significa",
            answer=answers.ConflitoComProvas,
            errors=("unknown_dispute",),
            **READ,
        ),
        route(
            api,
            "POST",
            "/api/conflitos/{id}/resolver",
            settling.settle_dispute,
            "Registra a decisão de uma pessoa",
            body=settling.ResolutionBody,
            answer=answers.Conflito,
            takes=KEYED,
            gives=("idempotency-replayed",),
            errors=("unknown_dispute", "evidence_grew", *OPENING_ERRORS),
            beside={"evidence_grew": ("atual", answers.ConflitoComProvas)},
        ),
    ]
