import json
from decimal import Decimal
from typing import Annotated

import msgspec
import pytest
import trio
from starlette.routing import Router

from peer.service.application import Service, starlette_app
from peer.service.http_errors import InvalidField
from peer.service.openapi import error_codes, openapi
from peer.service.problem_texts import PROBLEMS
from peer.service.routes import MAX_BODY_BYTES, PUBLIC, Answer, QueryField, Route
from peer.service.sqlite_errors import DiskFull

KEY = [("x-api-key", "k-front")]
JSON = [("content-type", "application/json")]


class FrontEnd(msgspec.Struct, frozen=True):
    name: str
    role: str


class NewLine(msgspec.Struct):
    nome: Annotated[str, msgspec.Meta(max_length=20)]
    quantidade: Annotated[int, msgspec.Meta(ge=1)] = 1
    preco: Decimal = Decimal(0)


class Line(msgspec.Struct):
    id: str
    nome: str


class Seen:
    """What the endpoints were given, and the faults that were reported."""

    def __init__(self) -> None:
        self.calls = []
        self.faults = []
        self.raises: Exception | None = None

    async def endpoint(self, call):
        self.calls.append(call)
        if self.raises is not None:
            raise self.raises
        return {"id": call.path.get("id", ""), "nome": "x"}

    async def created(self, call):
        line = call.body_as(NewLine)
        self.calls.append(line)
        return Answer(value={"id": "1", "nome": line.nome}, headers={"etag": '"v1"'})

    async def nothing(self, call):
        return None

    async def raw(self, call):
        return Answer(content=call.body_as(bytes)[::-1], media_type="application/octet-stream")


@pytest.fixture
def seen():
    return Seen()


@pytest.fixture
def routes(seen):
    def route(method, path, endpoint=seen.endpoint, **more):
        settings = {"answer": Line, "role": "front_end", "summary": "Uma linha", **more}
        return Route(method=method, path=path, endpoint=endpoint, **settings)

    return [
        route("GET", "/health", role=PUBLIC, answer=dict[str, str]),
        route("GET", "/api/linhas", query=("cursor", QueryField("limite", kind=int))),
        route("POST", "/api/linhas", seen.created, body=NewLine, status=201, errors=("disk_full",)),
        route("GET", "/api/linhas/abertas"),
        route("GET", "/api/linhas/{id}", query=(QueryField("dia", required=True),)),
        route("DELETE", "/api/linhas/{id}", seen.nothing, answer=None, role="admin"),
        route("POST", "/api/bruto", seen.raw, body=bytes, answer=bytes, max_body_bytes=100),
    ]


@pytest.fixture
def app(routes, seen) -> Router:
    async def authenticate(key):
        await trio.lowlevel.checkpoint()
        return {"k-front": FrontEnd("f", "front_end"), "k-admin": FrontEnd("a", "admin")}.get(key)

    service = Service(
        authenticate=authenticate,
        permissions={
            "front_end": frozenset({"front_end", "admin"}),
            "admin": frozenset({"admin"}),
        },
        incident=lambda: "0123",
        report=lambda *fault: seen.faults.append(fault),
    )
    return starlette_app(routes, service)


def problem(reply, status, code):
    assert reply.status == status, reply
    assert reply.headers["content-type"] == "application/problem+json"
    members = reply.json()
    assert (members["status"], members["code"]) == (status, code)
    assert members["title"]
    assert members["como_resolver"]
    return members


async def test_static_paths_come_before_those_with_an_id(app, asked, seen):
    await asked(app, "GET", "/api/linhas/abertas", headers=KEY)
    await asked(app, "GET", "/api/linhas/77", headers=KEY, query="dia=1")
    assert [call.path for call in seen.calls] == [{}, {"id": "77"}]


async def test_a_key_comes_in_either_header_and_is_wanted_everywhere_but_where_it_is_not(
    app, asked
):
    assert (await asked(app, "GET", "/health")).status == 200
    problem(await asked(app, "GET", "/api/linhas"), 401, "unauthenticated")
    bad = [("x-api-key", "k-other")]
    reply = await asked(app, "GET", "/api/linhas", headers=bad)
    problem(reply, 401, "unauthenticated")
    assert reply.headers["www-authenticate"] == "Bearer"
    for header in [("authorization", "Bearer k-front"), ("authorization", "bearer k-front"), *KEY]:
        assert (await asked(app, "GET", "/api/linhas", headers=[header])).status == 200
    for header in [("authorization", "Basic k-front"), ("authorization", "k-front")]:
        assert (await asked(app, "GET", "/api/linhas", headers=[header])).status == 401


async def test_a_role_that_does_not_reach_is_403(app, asked):
    problem(await asked(app, "DELETE", "/api/linhas/1", headers=KEY), 403, "forbidden")
    reply = await asked(app, "DELETE", "/api/linhas/1", headers=[("x-api-key", "k-admin")])
    assert (reply.status, reply.body) == (204, b"")


async def test_the_key_is_checked_before_the_body_is_looked_at(app, asked):
    reply = await asked(app, "POST", "/api/linhas", headers=JSON, body=b"{")
    problem(reply, 401, "unauthenticated")


async def test_unknown_paths_and_methods(app, asked):
    problem(await asked(app, "GET", "/api/nada", headers=KEY), 404, "not_found")
    problem(await asked(app, "GET", "/api/linhas/", headers=KEY), 404, "not_found")
    reply = await asked(app, "PATCH", "/api/linhas", headers=KEY)
    problem(reply, 405, "method_not_allowed")
    assert reply.headers["allow"] == "GET, POST"
    problem(await asked(app, "TRACE", "/api/linhas", headers=KEY), 405, "method_not_allowed")


async def test_head_answers_like_get_without_the_body(app, asked):
    whole = await asked(app, "GET", "/health")
    head = await asked(app, "HEAD", "/health")
    assert (head.status, head.body) == (200, b"")
    assert head.headers == whole.headers


async def test_a_body_becomes_its_struct_and_money_stays_exact(app, asked, seen):
    body = b'{"nome": "Caf\xc3\xa9", "quantidade": 2, "preco": 12.30}'
    reply = await asked(app, "POST", "/api/linhas", headers=KEY + JSON, body=body)
    assert reply.status == 201
    assert reply.headers["etag"] == '"v1"'
    assert seen.calls == [NewLine("Café", 2, Decimal("12.30"))]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"{}", "nome"),
        (b'{"nome": 1}', "nome"),
        (b'{"nome": "x", "quantidade": 0}', "quantidade"),
        (b'{"nome": "x", "quantidade": 1.5}', "quantidade"),
        (b'{"nome": "' + b"x" * 21 + b'"}', "nome"),
        (b"[]", ""),
    ],
)
async def test_a_wrong_field_is_named(app, asked, body, field):
    reply = await asked(app, "POST", "/api/linhas", headers=KEY + JSON, body=body)
    members = problem(reply, 422, "invalid_field")
    assert field in members["field"] or field in members["reason"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nao",
        b'{"nome": NaN}',
        b'{"nome": "\xff"}',
        b'{"nome": "\\ud800"}',
        b'{"nome": "\\udc00\\ud800"}',
        b'{"nome": "a\\u0000b"}',
        b'{"\\u0000": 1}',
        b'{"nome": "x", "quantidade": 9007199254740992}',
        b'{"nome": "x", "quantidade": 18446744073709551616}',
        b'{"nome": "x", "quantidade": -9007199254740992}',
        b'{"nome": "x", "preco": 1e400}',
        b'{"nome": "x", "preco": 1E-999999}',
        b'{"nome": "x", "preco": 1E+999999999}',
        b'{"nome": "x", "preco": 0.' + b"1" * 5000 + b"}",
        b'{"nome": "x", "quantidade": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b"[" * 17 + b"]" * 17,
        b'{"a":' * 17 + b"1" + b"}" * 17,
    ],
)
async def test_hostile_json_is_a_typed_400(app, asked, seen, body):
    reply = await asked(app, "POST", "/api/linhas", headers=KEY + JSON, body=body)
    problem(reply, 400, "invalid_json")
    assert seen.calls == seen.faults == []


async def test_nesting_up_to_the_limit_passes_the_json_check(app, asked):
    reply = await asked(app, "POST", "/api/linhas", headers=KEY + JSON, body=b"[" * 16 + b"]" * 16)
    problem(reply, 422, "invalid_field")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "", "json"])
async def test_only_json_is_taken(app, asked, kind):
    headers = KEY + ([("content-type", kind)] if kind else [])
    reply = await asked(app, "POST", "/api/linhas", headers=headers, body=b'{"nome": "x"}')
    problem(reply, 415, "unsupported_media_type")


async def test_a_large_body_is_refused_while_reading_and_announced_ones_at_once(app, asked):
    piece = b" " * 65536
    pieces = [piece] * (MAX_BODY_BYTES // len(piece)) + [b"x"] * 100
    reply = await asked(app, "POST", "/api/linhas", headers=KEY + JSON, body=pieces)
    problem(reply, 413, "body_too_large")
    for announced in (str(MAX_BODY_BYTES + 1), "9" * 400):
        headers = [*KEY, *JSON, ("content-length", announced)]
        reply = await asked(app, "POST", "/api/linhas", headers=headers, body=())
        problem(reply, 413, "body_too_large")
    exact = b'{"nome": "x"}'.ljust(MAX_BODY_BYTES)
    reply = await asked(app, "POST", "/api/linhas", headers=KEY + JSON, body=exact)
    assert reply.status == 201


async def test_a_body_that_never_ends_is_408(app, autojump_clock):
    sent = []

    async def receive():
        await trio.sleep(1)
        return {"type": "http.request", "body": b" ", "more_body": True}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/linhas",
        "headers": [(b"x-api-key", b"k-front"), (b"content-type", b"application/json")],
    }
    await app(scope, receive, send)
    assert sent[0]["status"] == 408


async def test_binary_bodies_have_their_own_type_and_limit(app, asked):
    headers = [*KEY, ("content-type", "application/cbor")]
    reply = await asked(app, "POST", "/api/bruto", headers=headers, body=b"\x01\xff")
    assert (reply.status, reply.body) == (200, b"\xff\x01")
    reply = await asked(app, "POST", "/api/bruto", headers=headers, body=b"x" * 101)
    assert problem(reply, 413, "body_too_large")["limit"] == 100
    problem(
        await asked(app, "POST", "/api/bruto", headers=KEY + JSON), 415, "unsupported_media_type"
    )


async def test_query_fields_are_read_by_kind(app, asked, seen):
    await asked(app, "GET", "/api/linhas", headers=KEY, query="limite=5&cursor=a%20b&outro=1")
    assert seen.calls[0].query == {"limite": 5, "cursor": "a b"}
    assert seen.calls[0].number("limite") == 5
    assert seen.calls[0].text("nada") is None
    for query in ("limite=x", "limite=1.5", "limite=", "cursor=%00", "cursor=%ff", "a=1&" * 40):
        reply = await asked(app, "GET", "/api/linhas", headers=KEY, query=query)
        if query == "limite=":
            assert reply.status == 200  # an empty value is absence
        else:
            problem(reply, 422, "invalid_field")
    members = problem(await asked(app, "GET", "/api/linhas/1", headers=KEY), 422, "invalid_field")
    assert members["field"] == "dia"


async def test_a_path_value_with_nul_or_a_broken_character_is_404(app, asked):
    for name in ("a\0b", "\ud800"):
        reply = await asked(app, "GET", f"/api/linhas/{name}", headers=KEY, query="dia=1")
        problem(reply, 404, "not_found")


async def test_a_domain_error_reads_as_its_row_says(app, asked, seen):
    seen.raises = DiskFull(reason="pages")
    members = problem(await asked(app, "GET", "/api/linhas", headers=KEY), 503, "disk_full")
    assert "espaço" in members["como_resolver"]
    seen.raises = InvalidField(field="\ud800", reason="r", status=7, detail="mine")
    members = problem(await asked(app, "GET", "/api/linhas", headers=KEY), 422, "invalid_field")
    assert members["status"] == 422
    assert "não é válido" in members["detail"]


async def test_a_fault_of_ours_is_reported_under_the_id_that_the_caller_sees(app, asked, seen):
    seen.raises = RuntimeError("senha=123 /home/x")
    members = problem(await asked(app, "GET", "/api/linhas", headers=KEY), 500, "internal_error")
    assert members["incident"] == "0123"
    assert "senha" not in json.dumps(members)
    assert seen.faults == [("0123", "GET /api/linhas", seen.raises)]


async def test_cancellation_is_not_a_fault(app, asked, seen, monkeypatch):
    async def waiting(call):
        await trio.sleep_forever()

    resource = next(route for route in app.routes if route.path == "/health").endpoint
    waits = msgspec.structs.replace(resource._methods["GET"], endpoint=waiting)
    monkeypatch.setitem(resource._methods, "GET", waits)
    with trio.CancelScope() as scope:
        scope.cancel()
        await asked(app, "GET", "/health")
    assert scope.cancelled_caught
    assert seen.faults == []


async def test_if_match_and_idempotency_key_reach_the_endpoint(app, asked, seen):
    headers = [*KEY, ("if-match", '"abc"'), ("idempotency-key", "11")]
    await asked(app, "GET", "/api/linhas", headers=headers)
    await asked(app, "GET", "/api/linhas", headers=[*KEY, ("if-match", "*")])
    assert (seen.calls[0].if_match, seen.calls[0].idempotency_key) == ("abc", "11")
    assert (seen.calls[1].if_match, seen.calls[1].idempotency_key) == (None, None)


def test_a_table_that_contradicts_itself_is_a_bug(routes, seen, app):
    service = Service(
        authenticate=None,  # type: ignore[arg-type]
        permissions={"front_end": frozenset()},
        incident=lambda: "",
        report=lambda *_: None,
    )
    with pytest.raises(AssertionError, match="twice"):
        starlette_app([routes[0], routes[0]], service)
    with pytest.raises(AssertionError, match="admin"):
        starlette_app(routes, service)
    bad = Route(
        method="GET",
        path="/x",
        endpoint=seen.endpoint,
        answer=None,
        role=PUBLIC,
        summary="x",
        errors=("no_such_code",),
    )
    with pytest.raises(AssertionError, match="no text"):
        starlette_app([bad], service)


def test_openapi_says_what_the_table_says(routes):
    document = openapi(routes, "Malha", "1")
    msgspec.json.encode(document)
    assert document["openapi"] == "3.1.0"
    assert set(document["paths"]) == {route.path for route in routes}
    create = document["paths"]["/api/linhas"]["post"]
    assert create["requestBody"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/NewLine"
    }
    assert "201" in create["responses"]
    assert "disk_full" in create["responses"]["503"]["x-codigos"]
    assert {"401", "403", "413", "415", "421", "422", "500"} <= set(create["responses"])
    assert create["security"]
    assert document["paths"]["/health"]["get"]["security"] == []
    one = document["paths"]["/api/linhas/{id}"]["get"]["parameters"]
    assert [(it["name"], it["in"], it["required"]) for it in one] == [
        ("id", "path", True),
        ("dia", "query", True),
    ]
    assert {"NewLine", "Line", "Problem"} <= set(document["components"]["schemas"])
    names = [o["operationId"] for p in document["paths"].values() for o in p.values()]
    assert len(names) == len(set(names))


def test_every_reference_of_openapi_leads_somewhere(routes):
    document = openapi(routes, "Malha", "1")
    text = json.dumps(document)
    for name in {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}:
        assert name in document["components"]["schemas"]


def test_every_error_of_every_route_has_a_text(routes):
    for route in routes:
        assert set(error_codes(route)) <= PROBLEMS.keys()
