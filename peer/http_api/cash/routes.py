"""The routes of cash shifts: one part of the table in `routes`."""

from peer.http_api import answers
from peer.http_api.api import Api
from peer.http_api.cash import bodies, shifts
from peer.http_api.route_parts import (
    DAY,
    KEYED,
    OPENING_ERRORS,
    PAGE,
    READ,
    WRITE,
    Action,
    posted,
    route,
)
from peer.http_api.unchanged import unless_unchanged
from peer.service.routes import QueryField, Route

_WRITES = ("unknown_shift", "stale_version", "shift_is_ended", *OPENING_ERRORS)
_HERE = (*_WRITES, "shift_of_another_terminal")
_COUNTS = (*_HERE, "count_missing", "invalid_amount")


def cash_routes(api: Api | None) -> list[Route]:
    """Everything under `/api/caixa`."""
    one = "/api/caixa/{id}"
    return [
        route(
            api,
            "GET",
            "/api/caixa",
            shifts.list_shifts,
            "Lista os caixas de todos os terminais, do mais novo ao mais antigo",
            answer=answers.Caixas,
            query=(
                QueryField("aberto", "só os abertos, ou só os encerrados", bool),
                QueryField("neste_terminal", "só os deste terminal", bool),
                DAY,
                *PAGE,
            ),
            errors=("bad_cursor",),
            **READ,
        ),
        route(
            api,
            "POST",
            "/api/caixa/abrir",
            shifts.open_shift,
            "Abre um caixa numa gaveta deste terminal",
            body=bodies.OpeningBody,
            answer=answers.Caixa,
            status=201,
            takes=KEYED,
            gives=("etag", "idempotency-replayed", "location"),
            errors=("shift_is_open", "invalid_amount", *OPENING_ERRORS),
        ),
        route(
            api,
            "GET",
            one,
            shifts.show_shift,
            "Mostra um caixa; o que deve haver nele, só depois de contado",
            answer=answers.Caixa,
            gives=("etag",),
            errors=("unknown_shift",),
        ),
        route(
            api,
            "GET",
            one + "/relatorio",
            unless_unchanged(shifts.report),
            "O relatório de um caixa encerrado, igual em todos os terminais",
            answer=answers.RelatorioCaixa,
            errors=("unknown_shift", "shift_goes_on"),
            **READ,
        ),
        *posted(api, one, _writes(), answer=answers.Caixa, **WRITE),
    ]


def _writes() -> list[Action]:
    return [
        ("/sangria", shifts.withdraw, "Tira dinheiro da gaveta", bodies.CashBody,
         (*_HERE, "invalid_amount"), 201),
        ("/suprimento", shifts.supply, "Põe dinheiro na gaveta", bodies.CashBody,
         (*_HERE, "invalid_amount"), 201),
        ("/abrir-gaveta", shifts.open_drawer, "Abre a gaveta sem venda", bodies.GivenReasonBody,
         _HERE, 201),
        ("/declarar", shifts.declare, "Declara o que foi contado, às cegas", bodies.CountBody,
         (*_COUNTS, "count_is_there"), 201),
        ("/recontar", shifts.recount, "Declara uma recontagem", bodies.CountBody, _COUNTS, 201),
        ("/fechar", shifts.close, "Fecha o caixa com a última contagem", bodies.NoteBody,
         (*_HERE, "count_missing", "count_is_old", "needs_upgrade"), 200),
        ("/baixar", shifts.write_off, "Dá baixa no caixa de um terminal perdido",
         bodies.GivenReasonBody, _WRITES, 200),
    ]  # fmt: skip
