"""The OpenAPI 3.1 document of a table of routes.

Everything in it is read from the table, the Structs and the texts of problems, so it cannot differ
from what the program does. Nothing here is served or cached; that is the caller's.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import msgspec

from peer.service.problem_texts import PROBLEMS
from peer.service.problems import MEDIA_TYPE, Problem
from peer.service.routes import JSON, PUBLIC, QueryField, Route

Json: TypeAlias = dict[str, Any]  # an object of a JSON document

_REFERENCE = "#/components/schemas/{name}"
_IN_PATH = re.compile(r"\{([^}:]+)\}")
_KINDS = {str: "string", int: "integer", bool: "boolean"}
HEADERS = {
    "idempotency-key": "UUID versão 4 (ou 128 bits aleatórios) desta operação: repetir a mesma não"
    " a faz duas vezes, nem em outro terminal",
    "if-match": "a ETag que se viu: 412 se mudou enquanto isso",
    "if-none-match": "a ETag que se tem: 304 se nada mudou",
    "etag": "a versão desta resposta, para If-Match e If-None-Match",
    "malha-durability": "onde está guardado: `local`, `peers:1` ou `cloud` (só com `?wait`)",
    "idempotency-replayed": "`true`: já tinha sido feita com esta Idempotency-Key",
    "x-operador": "o token de quem entrou com o PIN (`POST /api/entrar`)",
    "x-autorizacao": "o que um gerente autorizou, uma vez (`POST /api/autorizacoes`)",
    "location": "o endereço do que foi criado",
    "retry-after": "segundos até tentar de novo",
}
_DECIMAL = {"type": "string", "format": "decimal"}  # how msgspec describes a Decimal
_ALWAYS = ("wrong_host", "origin_refused", "internal_error")
_WITH_KEY = ("unauthenticated", "forbidden")
_WITH_BODY = ("invalid_field", "unsupported_media_type", "body_too_large", "body_too_slow")
_WITH_JSON = ("invalid_json",)


def openapi(routes: Sequence[Route], title: str, version: str, description: str = "") -> Json:
    """The whole document, ready to be encoded."""
    types = _types(routes)
    schemas, components = msgspec.json.schema_components(types, ref_template=_REFERENCE)
    schema_of = {_name(kind): schema for kind, schema in zip(types, schemas, strict=True)}
    read = _reachable([route.body_shown or route.body for route in routes])
    for name, component in components.items():
        _show_decimals(component, ["number", "string"] if name in read else "number")
    paths: Json = {}
    for route in sorted(routes, key=lambda route: (route.path, route.method)):
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schema_of)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version, "description": description},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "chave": {"type": "apiKey", "in": "header", "name": "x-api-key"},
                "portador": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def error_codes(route: Route) -> tuple[str, ...]:
    """Every code with which a route may refuse, its own and those that come with its form."""
    codes = [*route.errors, *_ALWAYS]
    if route.role != PUBLIC:
        codes += _WITH_KEY
    if route.body is not None:
        codes += _WITH_BODY
        codes += () if route.body is bytes else _WITH_JSON
    if route.query:
        codes.append("invalid_field")
    if "{" in route.path:
        codes.append("not_found")
    return tuple(dict.fromkeys(codes))


def _types(routes: Iterable[Route]) -> list[Any]:
    wanted = [Problem]
    for route in routes:
        wanted += [route.answer, route.body_shown or route.body]
        wanted += [kind for _, kind in route.beside.values()]
    return list(_described(wanted).values())


def _described(kinds: Iterable[Any]) -> dict[str, Any]:
    return {_name(kind): kind for kind in kinds if kind is not None and kind is not bytes}


def _reachable(kinds: Iterable[Any]) -> frozenset[str]:
    """Names of the components that these types lead to."""
    _, components = msgspec.json.schema_components(
        list(_described(kinds).values()), ref_template=_REFERENCE
    )
    return frozenset(components)


def _show_decimals(schema: Any, kind: str | list[str]) -> None:
    """A decimal is written as a JSON number; it may be sent as text too."""
    inside = schema.values() if isinstance(schema, dict) else schema
    if isinstance(schema, dict) and _DECIMAL.items() <= schema.items():
        schema["type"] = kind
    for each in inside:
        if isinstance(each, dict | list):
            _show_decimals(each, kind)


def _name(kind: object) -> str:
    return repr(kind)


def _operation(route: Route, schema_of: dict[str, Json]) -> Json:
    operation: Json = {
        "summary": route.summary,
        "operationId": _operation_id(route),
        "x-papel": route.role,
        "parameters": [
            *_path_parameters(route),
            *map(_query_parameter, route.query_fields),
            *map(_header_parameter, route.takes),
        ],
        "responses": _responses(route, schema_of),
        "security": [] if route.role == PUBLIC else [{"chave": []}, {"portador": []}],
    }
    if route.body is bytes:
        content: Json = {each: {} for each in route.accepts}
        operation["requestBody"] = {"required": True, "content": content}
    elif route.body is not None:
        content = {JSON: {"schema": schema_of[_name(route.body_shown or route.body)]}}
        operation["requestBody"] = {"required": not route.body_optional, "content": content}
    return operation


def _operation_id(route: Route) -> str:
    words = re.findall(r"[A-Za-z0-9_]+", route.path)
    return "_".join([route.method.lower(), *words])


def _path_parameters(route: Route) -> list[Json]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _IN_PATH.findall(route.path)
    ]


def _query_parameter(field: QueryField) -> Json:
    schema: Json = {"type": _KINDS[field.kind]}
    if field.values:
        schema["enum"] = list(field.values)
    if field.least is not None:
        schema["minimum"] = field.least
    if field.most is not None:
        schema["maximum"] = field.most
    return {
        "name": field.name,
        "in": "query",
        "required": field.required,
        "description": field.description,
        "schema": schema,
    }


def _header_parameter(name: str) -> Json:
    return {
        "name": name,
        "in": "header",
        "required": False,
        "description": HEADERS[name],
        "schema": {"type": "string"},
    }


def _answer_headers(names: Iterable[str]) -> Json:
    return {name: {"description": HEADERS[name], "schema": {"type": "string"}} for name in names}


def _responses(route: Route, schema_of: dict[str, Json]) -> Json:
    if route.answer is None:
        content: Json = {}
    elif route.answer is bytes:
        content = {route.media_type: {}}
    else:
        content = {JSON: {"schema": schema_of[_name(route.answer)]}}
    status = "204" if route.answer is None else str(route.status)
    success: Json = {status: {"description": "Feito" if not content else "Sucesso"}}
    for also, meaning in route.also.items():
        success[str(also)] = {"description": meaning}
    for code, response in success.items():
        if content and not code.startswith("3"):
            response["content"] = content
        if route.gives:
            response["headers"] = _answer_headers(route.gives)
    by_status: dict[int, list[str]] = {}
    for code in error_codes(route):
        by_status.setdefault(PROBLEMS[code].status, []).append(code)
    return success | {
        str(status): _problem_response(route, status, codes, schema_of)
        for status, codes in sorted(by_status.items())
    }


def _problem_response(
    route: Route, status: int, codes: Sequence[str], schema_of: dict[str, Json]
) -> Json:
    schema = schema_of[_name(Problem)]
    beside = {name: schema_of[_name(kind)] for name, kind in _beside(route, codes)}
    if beside:
        schema = {"allOf": [schema, {"type": "object", "properties": beside}]}
    response: Json = {
        "description": "; ".join(f"{code}: {PROBLEMS[code].title}" for code in codes),
        "content": {MEDIA_TYPE: {"schema": schema}},
        "x-codigos": list(codes),
    }
    names = ["etag"] if beside else []
    names += ["retry-after"] if status in (429, 503) else []
    return {**response, "headers": _answer_headers(names)} if names else response


def _beside(route: Route, codes: Sequence[str]) -> list[tuple[str, Any]]:
    return [route.beside[code] for code in codes if code in route.beside]
