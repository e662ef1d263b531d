"""The routes of reports and the kitchen's queue: one part of the table in `routes`."""

from peer.http_api import answers, day_reports, kitchen_queue, lists
from peer.http_api.api import Api
from peer.http_api.route_parts import DAY, PAGE, READ, route
from peer.service.routes import QueryField, Route


def list_routes(api: Api | None) -> list[Route]:
    """Figures and the kitchen's queue."""
    return [
        route(
            api,
            "GET",
            "/api/cozinha",
            kitchen_queue.show_queue,
            "Mostra o que cada estação tem a fazer",
            answer=answers.Cozinha,
            query=(QueryField("estacao", "só a desta estação"), DAY, *PAGE),
            errors=("bad_cursor",),
            **READ,
        ),
        route(
            api,
            "GET",
            "/api/estatisticas",
            lists.statistics,
            "Soma pedidos, itens e receita, de um dia ou de todos",
            answer=answers.Estatisticas,
            query=(DAY,),
            **READ,
        ),
        route(
            api,
            "GET",
            "/api/relatorios/vendas",
            day_reports.sales,
            "As vendas de um dia por hora, produto, garçom, terminal; o dinheiro por forma",
            answer=answers.RelatorioVendas,
            query=(QueryField("dia", "AAAA-MM-DD ou `hoje`"),),
            **READ,
        ),
    ]
