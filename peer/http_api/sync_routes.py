"""The routes of the cloud and the other terminals: one part of the table in `routes`."""

from peer.http_api import answers, members, observing, system
from peer.http_api.api import Api
from peer.http_api.route_parts import ADMIN, PAGE, route
from peer.http_api.values import ReasonBody
from peer.service.log_lines import LEVELS
from peer.service.routes import QueryField, Route


def sync_routes(api: Api | None) -> list[Route]:
    """Everything under `/api/sync`, and what stands beside it."""
    return [
        route(
            api,
            "GET",
            "/api/sync/status",
            system.sync_status,
            "Situação com a nuvem",
            answer=answers.SituacaoNuvem,
        ),
        route(
            api,
            "GET",
            "/api/sync/pendentes",
            system.sync_pending,
            "Quantas alterações faltam",
            answer=answers.Pendentes,
        ),
        route(
            api,
            "POST",
            "/api/sync/iniciar",
            system.sync_now,
            "Pede uma sincronização agora",
            body=ReasonBody,
            answer=answers.SincronizacaoPedida,
            also={202: "Pedida"},
        ),
        route(
            api,
            "GET",
            "/api/sync/log",
            system.sync_log,
            "As últimas trocas com a nuvem",
            answer=answers.Trocas,
            query=(
                QueryField("tipo", "alteracoes, comparacao ou relay"),
                QueryField("sucesso", "false: só as que falharam", bool),
                PAGE[1],
            ),
        ),
        *_mesh_routes(api),
    ]


def _mesh_routes(api: Api | None) -> list[Route]:
    return [
        route(
            api,
            "GET",
            "/api/sync/malha",
            system.mesh,
            "Os terminais ligados a este, e os outros da loja",
            answer=answers.Malha,
        ),
        route(
            api,
            "GET",
            "/api/sync/retidas",
            observing.show_held,
            "O que este terminal guarda e não pode usar, e o que lhe falta",
            answer=answers.Retidas,
            query=(PAGE[1],),
        ),
        route(
            api,
            "GET",
            "/api/logs",
            observing.show_log,
            "O registro do programa neste terminal, o mais novo primeiro",
            answer=answers.LinhasDoRegistro,
            query=(
                QueryField("nivel", "deste para cima", values=LEVELS),
                QueryField("busca", "só linhas com este texto"),
                QueryField("antes", "só as anteriores ao `em` de uma linha"),
                PAGE[1],
            ),
        ),
        route(
            api,
            "POST",
            "/api/membros",
            members.announce_member,
            "Anuncia à loja um terminal admitido",
            body=members.AdmissionBody,
            answer=answers.Anunciado,
            role=ADMIN,
            status=201,
            errors=("invalid_field", "not_durable", "busy", "disk_full"),
        ),
        route(
            api,
            "GET",
            "/ws/stats",
            system.live_statistics,
            "Quantos acompanham ao vivo",
            answer=answers.Acompanhantes,
        ),
    ]
