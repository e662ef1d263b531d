"""The routes of comandas: one part of the table in `routes`."""

from crdt_models.pedido import CARD_STATUS
from peer.http_api import answers
from peer.http_api.api import Api
from peer.http_api.dining_room import cards
from peer.http_api.route_parts import (
    OPENING_ERRORS,
    PAGE,
    READ,
    WRITE,
    Action,
    posted,
    route,
)
from peer.http_api.values import ReasonBody
from peer.service.routes import QueryField, Route

_ERRORS = ("unknown_card", "stale_version", *OPENING_ERRORS)


def card_routes(api: Api | None) -> list[Route]:
    """Everything under `/api/comandas`."""
    return [*_cards(api), *_one_card(api)]


def _cards(api: Api | None) -> list[Route]:
    return [
        route(
            api,
            "GET",
            "/api/comandas",
            cards.list_cards,
            "Lista as comandas, e o que há em cada uma",
            answer=answers.Comandas,
            query=(
                QueryField("status", "só as deste", values=tuple(CARD_STATUS.values())),
                *PAGE,
            ),
            **READ,
        ),
        route(
            api,
            "POST",
            "/api/comandas",
            cards.register,
            "Registra cartões de comanda",
            body=cards.NewCardsBody,
            answer=answers.Cartoes,
            errors=("code_is_taken", "stale_version", *OPENING_ERRORS),
            **WRITE,
        ),
        route(
            api,
            "POST",
            "/api/comandas/retirar",
            cards.withdraw,
            "Retira cartões que não existem mais",
            body=cards.CardRangeBody,
            answer=answers.Cartoes,
            errors=("card_is_in_use", "stale_version", *OPENING_ERRORS),
            **WRITE,
        ),
        route(
            api,
            "GET",
            "/api/comandas/{numero}",
            cards.show_card,
            "Mostra uma comanda, por número ou pelo que o leitor lê",
            answer=answers.Comanda,
            gives=("etag",),
            errors=("unknown_card",),
        ),
    ]


def _one_card(api: Api | None) -> list[Route]:
    one = "/api/comandas/{numero}"
    return [
        route(
            api,
            "PATCH",
            one,
            cards.code_card,
            "Diz o que o leitor lê do cartão",
            body=cards.CodeBody,
            answer=answers.Comanda,
            errors=("code_is_taken", *_ERRORS),
            **WRITE,
        ),
        *posted(api, one, _actions(), answer=answers.Comanda, **WRITE),
    ]


def _actions() -> list[Action]:
    replacing = ("card_is_blocked", "card_is_in_use", *_ERRORS)
    return [
        ("/bloquear", cards.block, "Bloqueia um cartão", cards.BlockBody, _ERRORS, 200),
        ("/desbloquear", cards.unblock, "Desfaz o bloqueio", ReasonBody, _ERRORS, 200),
        ("/trocar", cards.replace_card, "Bloqueia um cartão e põe noutro o que há nele",
         cards.ReplacementCardBody, replacing, 200),
    ]  # fmt: skip
