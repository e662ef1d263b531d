"""What the tables of routes share: who may call, the errors of a kind of request, its headers."""

from collections.abc import Iterable
from typing import Any, TypeAlias

import msgspec

from crdt_models.pedido import STATUS
from peer.http_api import answers, durability
from peer.http_api.api import MAX_LIMIT, Api, Handler, bound
from peer.http_api.cash.bodies import NoteBody, OpeningBody
from peer.http_api.dining_room.cards import BlockBody
from peer.http_api.dining_room.floor import CleaningBody
from peer.http_api.dining_room.reservations import MarkBody, SeatBody
from peer.http_api.orders.charge_bodies import AskBody, AuthorisedBody, ServiceBody
from peer.http_api.orders.line_bodies import CancellationBody, FiringBody, LinesBody, StageBody
from peer.http_api.orders.payment_bodies import OutcomeBody
from peer.http_api.values import ReasonBody
from peer.service.routes import Method, QueryField, Route

Action: TypeAlias = tuple[str, Handler, str, type[msgspec.Struct], tuple[str, ...], int]
"""What is asked with POST, below one path: its end, handler, summary, body, errors, status."""

FRONT_END = "front_end"
ADMIN = "admin"

ORDER_ERRORS = ("unknown_order", "not_durable", "disk_full", "busy", "weak_idempotency_key")
OPENING_ERRORS = ("not_durable", "disk_full", "busy", "weak_idempotency_key", "command_reused")
FIELD_ERRORS = (*ORDER_ERRORS, "command_reused", "stale_version", "command_too_large")
EDIT_ERRORS = (*FIELD_ERRORS, "order_is_cancelled")
LINE_ERRORS = (*EDIT_ERRORS, "bill_is_closed", "unknown_line", "no_lines")
TABLE_ERRORS = ("unknown_table", "unknown_area", *OPENING_ERRORS)
OPENING_PLACE = ("unknown_table", "table_not_here", "unknown_card", "card_is_blocked")
PLACE_ERRORS = (*OPENING_PLACE, "card_is_in_use")
SELLING_ERRORS = (
    "unknown_product",
    "ambiguous_product",
    "invalid_barcode",
    "product_not_active",
    "sold_out",
    "unknown_option",
    "wrong_number_of_choices",
    "not_sold_by_halves",
)
DAY = QueryField("dia", "AAAA-MM-DD, `hoje` ou `todos`")
PAGE = (
    QueryField("desde", "o `proximo` da página anterior"),
    QueryField("limite", f"de 1 a {MAX_LIMIT}", int, least=1, most=MAX_LIMIT),
)
STATUS_FIELD = QueryField("status", "só os deste", values=tuple(STATUS.values()))
KEYED = ("idempotency-key",)
ACTING = ("x-operador", "x-autorizacao")
ACTING_ERRORS = ("not_authorised", "not_entered", "authorisation_unknown", "authorisation_used")
WRITE: Any = {"takes": ("idempotency-key", "if-match"), "gives": ("etag", "idempotency-replayed")}
READ: Any = {
    "takes": ("if-none-match",),
    "gives": ("etag",),
    "also": {304: "Nada mudou desde esta ETag"},
}
STALE: Any = {"beside": {"stale_version": ("atual", answers.Pedido)}}
OPTIONAL_BODIES = (
    AskBody,
    AuthorisedBody,
    ServiceBody,
    LinesBody,
    StageBody,
    FiringBody,
    ReasonBody,
    CancellationBody,
    OutcomeBody,
    CleaningBody,
    BlockBody,
    MarkBody,
    SeatBody,
    OpeningBody,
    NoteBody,
)
OBJECT = dict[str, Any]  # checked by the handler


def route(
    api: Api | None,
    method: Method,
    path: str,
    handler: Handler,
    summary: str,
    **more: Any,
) -> Route:
    """A route for front ends, unless said otherwise. more: members of `Route`."""
    if "idempotency-key" in more.get("takes", ()):  # it writes
        more["query"] = (*more.get("query", ()), *durability.FIELDS)
        more["gives"] = (*more.get("gives", ()), durability.HEADER)
        more["takes"] = (*more["takes"], *ACTING)
        more["errors"] = (*more.get("errors", ()), *ACTING_ERRORS)
    more.setdefault("role", FRONT_END)
    more.setdefault("body_optional", more.get("body") in OPTIONAL_BODIES)
    return Route(method=method, path=path, endpoint=bound(api, handler), summary=summary, **more)


def posted(api: Api | None, path: str, actions: Iterable[Action], **alike: Any) -> list[Route]:
    """The routes of what is asked below `path`. alike: members that all of them have."""
    return [
        route(
            api,
            "POST",
            path + end,
            handler,
            summary,
            body=body,
            errors=errors,
            status=status,
            **alike,
        )
        for end, handler, summary, body, errors, status in actions
    ]
