import pytest

from peer.service.guard import SECURITY_HEADERS, Guard, local_hosts

LISTED = "https://pdv.example.com"


class App:
    """Answers 200 and remembers that it was reached."""

    def __init__(self):
        self.reached = 0

    async def __call__(self, scope, receive, send):
        self.reached += 1
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
def app():
    return App()


@pytest.fixture
def guard(app):
    return Guard(app, hosts=local_hosts(3000), origins=frozenset({LISTED}))


@pytest.mark.parametrize(
    "host", ["127.0.0.1:3000", "localhost:3000", "LOCALHOST:3000", "[::1]:3000"]
)
async def test_our_own_names_are_answered(guard, asked, host):
    assert (await asked(guard, "GET", "/", host=host)).status == 200


@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        "evil.example",
        "127.0.0.1",
        "127.0.0.1:3001",
        "127.0.0.1:3000.evil.example",
        "evil.example@127.0.0.1:3000",
        "127.0.0.1:3000/../",
        "localhost:3000,evil.example",
    ],
)
async def test_another_name_is_421_and_reaches_nothing(guard, app, asked, host):
    reply = await asked(guard, "GET", "/", host=host)
    assert reply.status == 421
    assert reply.json()["code"] == "wrong_host"
    assert app.reached == 0


async def test_two_host_headers_are_421(guard, app, asked):
    reply = await asked(guard, "GET", "/", headers=[("host", "127.0.0.1:3000")])
    assert reply.status == 421
    assert app.reached == 0


@pytest.mark.parametrize("origin", [None, LISTED, "http://127.0.0.1:3000"])
async def test_origins_that_may_call(guard, asked, origin):
    headers = [("origin", origin)] if origin else []
    reply = await asked(guard, "POST", "/", headers=headers)
    assert reply.status == 200
    assert reply.headers.get("access-control-allow-origin") == origin


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "*",
        "http://pdv.example.com",
        "https://pdv.example.com.evil",
        "https://evil.example",
        "http://localhost:3000",  # another name than the one called: another origin
        "http://127.0.0.1:3001",
    ],
)
async def test_other_origins_are_403_and_reach_nothing(guard, app, asked, origin):
    reply = await asked(guard, "POST", "/", headers=[("origin", origin)])
    assert reply.status == 403
    assert reply.json()["code"] == "origin_refused"
    assert "access-control-allow-origin" not in reply.headers
    assert app.reached == 0


async def test_a_preflight_is_answered_only_to_listed_origins(guard, app, asked):
    wish = [("access-control-request-method", "POST")]
    reply = await asked(guard, "OPTIONS", "/api", headers=[("origin", LISTED), *wish])
    assert reply.status == 204
    assert reply.headers["access-control-allow-origin"] == LISTED
    assert "x-api-key" in reply.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in reply.headers
    assert "origin" in reply.headers["vary"].lower()
    other = [("origin", "https://evil.example"), *wish]
    assert (await asked(guard, "OPTIONS", "/api", headers=other)).status == 403
    assert app.reached == 0
    await asked(guard, "OPTIONS", "/api", headers=[("origin", LISTED)])
    assert app.reached == 1


async def test_every_answer_has_the_security_headers(guard, asked):
    for reply in (
        await asked(guard, "GET", "/"),
        await asked(guard, "GET", "/", host="evil.example"),
        await asked(guard, "GET", "/", headers=[("origin", "null")]),
    ):
        for name, value in SECURITY_HEADERS.items():
            assert reply.headers[name] == value
        assert "default-src 'self'" in reply.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in reply.headers["content-security-policy"]
        assert "access-control-allow-origin" not in reply.headers


async def upgrade(guard, headers, extensions):
    sent = []

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message)

    raw = [(name.encode(), value.encode()) for name, value in headers]
    scope = {"type": "websocket", "path": "/ws/sync", "headers": raw, "extensions": extensions}
    await guard(scope, receive, send)
    return sent


@pytest.mark.parametrize(
    "headers",
    [
        [("host", "evil.example")],
        [("host", "127.0.0.1:3000"), ("origin", "https://evil.example")],
        [("host", "127.0.0.1:3000"), ("origin", "null")],
    ],
)
async def test_a_foreign_websocket_is_refused_before_the_upgrade(guard, app, headers):
    assert await upgrade(guard, headers, {}) == [{"type": "websocket.close", "code": 1008}]
    sent = await upgrade(guard, headers, {"websocket.http.response": {}})
    assert sent[0]["type"] == "websocket.http.response.start"
    assert sent[0]["status"] in (403, 421)
    assert app.reached == 0


async def test_our_own_websocket_passes(guard, app):
    sent = await upgrade(guard, [("host", "localhost:3000"), ("origin", LISTED)], {})
    assert sent == [{"type": "websocket.accept"}]


async def test_hosts_may_be_a_live_set(app, asked):
    hosts: set[str] = set()
    guard = Guard(app, hosts=hosts)
    assert (await asked(guard, "GET", "/")).status == 421
    hosts |= local_hosts(3000)
    assert (await asked(guard, "GET", "/")).status == 200
