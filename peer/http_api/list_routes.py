"""The routes of disputes and reports: one part of the table in `routes`."""

from peer.http_api import answers, lists
from peer.http_api.api import Api
from peer.http_api.route_parts import DAY, KEYED, OPENING_ERRORS, PAGE, route
from peer.service.routes import QueryField, Route


def list_routes(api: Api | None) -> list[Route]:
    """Disputes and figures."""
    return [
        route(
            api,
            "GET",
            "/api/conflitos",
            lists.list_disputes,
            "Lista o que uma pessoa precisa decidir",
            query=(QueryField("aberto", "false: também os resolvidos", bool), *PAGE),
            answer=answers.Conflitos,
            errors=("bad_cursor",),
        ),
        route(
            api,
            "POST",
            "/api/conflitos/{id}/resolver",
            lists.settle_dispute,
            "Registra a decisão de uma pessoa",
            body=lists.ResolutionBody,
            answer=answers.ConflitoListado,
            takes=KEYED,
            errors=("unknown_dispute", *OPENING_ERRORS),
        ),
        route(
            api,
            "GET",
            "/api/estatisticas",
            lists.statistics,
            "Soma pedidos, itens e receita, de um dia ou de todos",
            answer=answers.Estatisticas,
            query=(DAY,),
        ),
    ]
