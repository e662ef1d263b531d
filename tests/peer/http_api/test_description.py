"""The documentation cannot differ from the program, and is whole."""

import re
from typing import Any

from crdt_models import dispute_texts
from crdt_models.disputes import KINDS
from crdt_models.pedido import ITEM_NAMES, ORDER_NAMES, PAYMENT_NAMES, TABLE_NAMES
from peer.http_api.orders.bodies import FIELDS
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
            route.errors
            or route.method == "GET"
            or route.path.startswith("/api/sync")
            or route.path.endswith("/sair")
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
    assert len(names) == len(set(names)) == len(routes()) + 2  # and the two WebSockets


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


def test_every_answer_in_json_has_a_shape() -> None:
    for path, methods in openapi_document()["paths"].items():
        for operation in methods.values():
            for status, response in operation["responses"].items():
                content = response.get("content", {}).get("application/json")
                if content is not None and path != "/openapi.json":
                    assert references(content), (path, status)


def test_the_tables_of_names_are_the_members_of_the_schemas() -> None:
    schemas = openapi_document()["components"]["schemas"]
    for name, names in (("Item", ITEM_NAMES), ("Pagamento", PAYMENT_NAMES)):
        assert schemas[name]["properties"].keys() == names.keys()
    for name, names in (("Pedido", ORDER_NAMES), ("Mesa", TABLE_NAMES)):
        assert schemas[name]["properties"].keys() >= names.keys()


def test_money_is_read_as_a_number_and_written_as_number_or_text() -> None:
    schemas = openapi_document()["components"]["schemas"]
    assert schemas["Pedido"]["properties"]["total"]["type"] == "number"
    assert ["number", "string"] in [
        each.get("type") for each in schemas["PaymentBody"]["properties"]["valor"]["anyOf"]
    ]


def test_writes_say_which_headers_count_and_what_a_stale_one_gets() -> None:
    put = openapi_document()["paths"]["/api/pedidos/{id}"]["put"]
    assert {"idempotency-key", "if-match"} <= {each["name"] for each in put["parameters"]}
    assert "atual" in str(put["responses"]["412"])
    assert {"etag", "idempotency-replayed"} <= put["responses"]["200"]["headers"].keys()


def test_the_websockets_are_described() -> None:
    paths = openapi_document()["paths"]
    for path in ("/ws/sync", "/ws/pedidos"):
        spoken = paths[path]["get"]["x-websocket"]
        assert "101" in paths[path]["get"]["responses"]
        assert {"$ref": "#/components/schemas/Autenticacao"} in spoken["envia"]
        assert "1008" in spoken["fechamentos"]


def test_every_code_of_a_dispute_has_a_text() -> None:
    assert dispute_texts.TITLES.keys() == KINDS.keys()
    assert {each.severity for each in KINDS.values()} == dispute_texts.SEVERITIES.keys()
    assert {each.actor for each in KINDS.values()} == dispute_texts.ACTORS.keys()
    choices = {choice for each in KINDS.values() for choice in each.choices}
    assert choices == dispute_texts.CHOICES.keys()
