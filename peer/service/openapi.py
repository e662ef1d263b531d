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
from peer.service.routes import BINARY, JSON, PUBLIC, QueryField, Route

Json: TypeAlias = dict[str, Any]  # an object of a JSON document

_REFERENCE = "#/components/schemas/{name}"
_IN_PATH = re.compile(r"\{([^}:]+)\}")
_KINDS = {str: "string", int: "integer", bool: "boolean"}
_ALWAYS = ("wrong_host", "origin_refused", "internal_error")
_WITH_KEY = ("unauthenticated", "forbidden")
_WITH_BODY = ("invalid_field", "unsupported_media_type", "body_too_large", "body_too_slow")
_WITH_JSON = ("invalid_json",)


def openapi(routes: Sequence[Route], title: str, version: str, description: str = "") -> Json:
    """The whole document, ready to be encoded."""
    types = _types(routes)
    schemas, components = msgspec.json.schema_components(types, ref_template=_REFERENCE)
    schema_of = {_name(kind): schema for kind, schema in zip(types, schemas, strict=True)}
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
    return tuple(dict.fromkeys(codes))


def _types(routes: Iterable[Route]) -> list[Any]:
    wanted = [Problem, *(kind for route in routes for kind in (route.answer, route.body))]
    known = {_name(kind): kind for kind in wanted if kind is not None and kind is not bytes}
    return list(known.values())


def _name(kind: object) -> str:
    return repr(kind)


def _operation(route: Route, schema_of: dict[str, Json]) -> Json:
    operation: Json = {
        "summary": route.summary,
        "operationId": _operation_id(route),
        "x-papel": route.role,
        "parameters": [*_path_parameters(route), *map(_query_parameter, route.query_fields)],
        "responses": _responses(route, schema_of),
        "security": [] if route.role == PUBLIC else [{"chave": []}, {"portador": []}],
    }
    if route.body is bytes:
        operation["requestBody"] = {"required": True, "content": {BINARY[0]: {}}}
    elif route.body is not None:
        content = {JSON: {"schema": schema_of[_name(route.body)]}}
        operation["requestBody"] = {"required": True, "content": content}
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
    return {
        "name": field.name,
        "in": "query",
        "required": field.required,
        "description": field.description,
        "schema": {"type": _KINDS[field.kind]},
    }


def _responses(route: Route, schema_of: dict[str, Json]) -> Json:
    if route.answer is None:
        success: Json = {"204": {"description": "Feito"}}
    elif route.answer is bytes:
        success = {str(route.status): {"description": "Bytes", "content": {BINARY[0]: {}}}}
    else:
        content = {JSON: {"schema": schema_of[_name(route.answer)]}}
        success = {str(route.status): {"description": "Sucesso", "content": content}}
    by_status: dict[int, list[str]] = {}
    for code in error_codes(route):
        by_status.setdefault(PROBLEMS[code].status, []).append(code)
    return success | {
        str(status): _problem_response(codes, schema_of)
        for status, codes in sorted(by_status.items())
    }


def _problem_response(codes: Sequence[str], schema_of: dict[str, Json]) -> Json:
    return {
        "description": "; ".join(f"{code}: {PROBLEMS[code].title}" for code in codes),
        "content": {MEDIA_TYPE: {"schema": schema_of[_name(Problem)]}},
        "x-codigos": list(codes),
    }
