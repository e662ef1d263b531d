"""Holds an answer against the OpenAPI description: the schemas that msgspec makes, and no more."""

import json
import re
from decimal import Decimal
from functools import cache
from typing import Any

import httpx

from peer.http_api.routes import openapi_document

_KINDS = {
    "string": str,
    "integer": int,
    "number": int | float | Decimal,
    "boolean": bool,
    "object": dict,
    "array": list,
    "null": type(None),
}
UNCHECKED = ("/web/", "/openapi.json")


@cache
def document() -> dict[str, Any]:
    return openapi_document()


def mistakes(value: Any, schema: dict[str, Any], where: str = "$") -> list[str]:
    """What `value` holds that `schema` does not declare, or lacks."""
    if "$ref" in schema:
        return mistakes(value, document()["components"]["schemas"][schema["$ref"][21:]], where)
    if "anyOf" in schema:
        tried = [mistakes(value, each, where) for each in schema["anyOf"]]
        return [] if [] in tried else min(tried, key=len)
    found = [each for part in schema.get("allOf", ()) for each in mistakes(value, part, where)]
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{where}: {value!r} is none of {schema['enum']}")
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(_is_a(value, kind) for kind in kinds):
        return [*found, f"{where}: {value!r} is no {kinds}"]
    if isinstance(value, dict):
        found += _of_members(value, schema, where)
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        for index, each in enumerate(value):
            found += mistakes(each, schema["items"], f"{where}[{index}]")
    return found


def _is_a(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _KINDS[kind])


def _of_members(value: dict[str, Any], schema: dict[str, Any], where: str) -> list[str]:
    known, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    found = [
        f"{where}.{name} is missing" for name in schema.get("required", ()) if name not in value
    ]
    for name, member in value.items():
        if name in known:
            found += mistakes(member, known[name], f"{where}.{name}")
        elif others is False:
            found.append(f"{where}.{name} is not declared")
        elif isinstance(others, dict):
            found += mistakes(member, others, f"{where}.{name}")
    return found


def operation_of(method: str, path: str) -> dict[str, Any] | None:
    """The declared operation that answers a request."""
    path = path.replace("/api/v1/", "/api/", 1)
    paths = document()["paths"]
    for declared in sorted(paths):
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(declared))
        if re.fullmatch(pattern, path):
            operation: dict[str, Any] | None = paths[declared].get(method.lower())
            return operation
    return None


def encoded(value: Any) -> bytes:
    """JSON, of lone surrogates too."""
    return json.dumps(value).encode()


async def check(response: httpx.Response) -> None:
    """For httpx's `event_hooks`."""
    request = response.request
    operation = operation_of(request.method, request.url.path)
    if operation is None or request.url.path.startswith(UNCHECKED):
        return
    await response.aread()
    place = f"{request.method} {request.url.path} {response.status_code}"
    declared = operation["responses"].get(str(response.status_code))
    assert declared is not None, f"{place} is not declared: {response.text[:300]}"
    kind = response.headers.get("content-type", "").partition(";")[0]
    content = declared.get("content", {})
    if response.content:
        assert kind in content, f"{place}: {kind} is not among {list(content)}"
    if kind.endswith("json") and response.content:
        value = response.json()
        assert not (found := mistakes(value, content[kind]["schema"])), f"{place}: {found}"
        codes = declared.get("x-codigos")
        assert codes is None or value["code"] in codes, f"{place}: {value['code']} not declared"
    named = {name.lower() for name in declared.get("headers", {})}
    for header in ("etag", "location", "idempotency-replayed", "retry-after"):
        assert header not in response.headers or header in named, f"{place}: {header}"
    takes = {each["name"] for each in operation["parameters"] if each["in"] == "header"}
    if response.is_success:
        for header in ("idempotency-key", "if-match"):
            assert header not in request.headers or header in takes, f"{place}: {header}"
