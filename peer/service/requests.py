"""What a request brings, checked against its route: key, path, query, body.

Rule of this file: a body is counted while it is read, and read within a deadline; nothing else sets
those limits.
"""

from collections.abc import Mapping
from urllib.parse import parse_qsl

import trio
from starlette.datastructures import Headers
from starlette.types import Receive, Scope

from peer.service.http_errors import (
    BodyTooLarge,
    BodyTooSlow,
    InvalidField,
    InvalidJson,
    NotJson,
    UnknownRoute,
)
from peer.service.routes import JSON, QueryField, QueryValue, Route
from peer.service.strict_json import check_text, read_json, shaped

BODY_SECONDS = 10.0
MAX_QUERY_FIELDS = 32


def key_of(headers: Mapping[str, str]) -> str | None:
    """The key that a request shows: `x-api-key`, else `Authorization: Bearer`."""
    given = headers.get("x-api-key")
    if given is None:
        scheme, _, rest = headers.get("authorization", "").partition(" ")
        given = rest if scheme.lower() == "bearer" else ""
    return given.strip() or None


def path_values(scope: Scope) -> dict[str, str]:
    values = {name: str(value) for name, value in scope.get("path_params", {}).items()}
    for value in values.values():
        try:
            check_text(value)
        except InvalidJson as error:
            raise UnknownRoute from error
    return values


def query_values(route: Route, scope: Scope) -> dict[str, QueryValue]:
    """The declared fields; others are ignored (front ends add some against caches)."""
    try:
        text = scope.get("query_string", b"").decode("ascii")
        given = dict(parse_qsl(text, max_num_fields=MAX_QUERY_FIELDS, errors="strict"))
    except ValueError as error:
        raise InvalidField(field="?", reason="texto malformado") from error
    values: dict[str, QueryValue] = {}
    for field in route.query_fields:
        if field.name in given:
            values[field.name] = _query_value(field, given[field.name])
        elif field.required:
            raise InvalidField(field=field.name, reason="falta este parâmetro")
    return values


def _query_value(field: QueryField, text: str) -> QueryValue:
    try:
        check_text(text)
        value = shaped(text, field.kind, strict=False)
    except InvalidJson as error:
        raise InvalidField(field=field.name, reason="caractere não aceito") from error
    except InvalidField as error:
        raise InvalidField(field=field.name, reason=str(error.details["reason"])) from error
    if field.values and value not in field.values:
        raise InvalidField(field=field.name, reason=f"use um de {', '.join(field.values)}")
    if field.least is not None and int(value) < field.least:
        raise InvalidField(field=field.name, reason=f"o mínimo é {field.least}")
    if field.most is not None and int(value) > field.most:
        raise InvalidField(field=field.name, reason=f"o máximo é {field.most}")
    return value


async def body_of(route: Route, headers: Headers, receive: Receive) -> object:
    if route.body is None:
        return None
    if route.body_optional and _has_no_body(headers):
        return shaped({}, route.body)
    accepted = route.accepts if route.body is bytes else (JSON,)
    if media_type_of(headers) not in accepted:
        raise NotJson(expected=accepted[0])
    data = await _read(receive, headers, route.max_body_bytes)
    return data if route.body is bytes else shaped(read_json(data), route.body)


def media_type_of(headers: Mapping[str, str]) -> str:
    """Of the body, without its parameters."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _has_no_body(headers: Headers) -> bool:
    return "transfer-encoding" not in headers and headers.get("content-length", "0") == "0"


async def _read(receive: Receive, headers: Headers, limit: int) -> bytes:
    """The whole body. Raises BodyTooLarge before more than `limit` bytes are kept, BodyTooSlow."""
    announced = headers.get("content-length", "")
    if (
        announced.isascii()
        and announced.isdigit()
        and (len(announced) > 18 or int(announced) > limit)
    ):
        raise BodyTooLarge(limit=limit)
    data = bytearray()
    with trio.move_on_after(BODY_SECONDS) as deadline:
        more = True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                raise InvalidJson(reason="conexão encerrada")
            data += message.get("body", b"")
            if len(data) > limit:
                raise BodyTooLarge(limit=limit)
            more = message.get("more_body", False)
    if deadline.cancelled_caught:
        raise BodyTooSlow(seconds=int(BODY_SECONDS))
    return bytes(data)
