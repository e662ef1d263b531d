"""The documentation cannot differ from the program, and is whole."""

import re
from typing import Any

from crdt_models.pedido import ORDER_NAMES
from peer.http_api.order_bodies import FIELDS
from peer.http_api.routes import openapi_document, routes
from peer.service.problem_texts import PROBLEMS

BODY_METHODS = {"POST", "PUT", "PATCH"}


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*(references(each) for each in value.values()))
    if isinstance(value, list):
        return set().union(*(references(each) for each in value))
    return set()


def test_every_route_is_described() -> None:
    table = routes()
    assert len(table) > 60
    for route in table:
        assert len(route.summary) > 8, route.path
        assert route.summary[0].isupper(), route.summary
        assert (
            route.errors or route.method == "GET" or route.path.startswith(("/api/sync", "/sair"))
        )
        assert set(route.errors) <= PROBLEMS.keys(), route.path
        assert (route.body is not None) == (route.method in BODY_METHODS), route.path


def test_no_address_stands_twice() -> None:
    places = [(route.method, route.path) for route in routes()]
    assert len(places) == len(set(places))


def test_every_reference_of_the_description_resolves() -> None:
    document = openapi_document()
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    found = references(document)
    assert found
    assert found <= known
    operations = [each for path in document["paths"].values() for each in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names)) == len(routes())


def test_every_placeholder_is_a_parameter() -> None:
    for path, methods in openapi_document()["paths"].items():
        for operation in methods.values():
            named = {each["name"] for each in operation["parameters"] if each["in"] == "path"}
            assert named == set(re.findall(r"\{(\w+)\}", path))


def test_only_these_routes_need_no_key() -> None:
    public = {route.path for route in routes() if route.role == "public"}
    assert public == {"/health", "/openapi.json", "/entrar", "/sair"}


def test_what_can_be_written_has_the_name_under_which_it_is_read() -> None:
    assert FIELDS.keys() <= ORDER_NAMES.keys()
