"""`/api/v1` is `/api` under another name."""

from typing import Any

from peer.http_api.routes import routes

READ = [
    each.path
    for each in routes()
    if each.method == "GET" and each.path.startswith("/api/") and "{" not in each.path
]


async def test_every_address_answers_under_both_names(shop: Any) -> None:
    shop.environment.step_ms = 0
    await shop.open()
    assert len(READ) > 15
    for path in READ:
        first = await shop.ask("GET", path)
        second = await shop.ask("GET", path.replace("/api/", "/api/v1/", 1))
        assert (second.status_code, second.text) == (first.status_code, first.text), path


async def test_it_is_the_api_that_has_two_names_and_nothing_else(shop: Any) -> None:
    for path in ("/api/v1/v1/pedidos", "/v1/pedidos", "/api/v1", "/api/v2/pedidos", "/api/v1/nada"):
        assert (await shop.ask("GET", path)).status_code == 404, path
    kept = await shop.ask("GET", "/api/v1/front-ends")
    assert (kept.status_code, kept.json()["code"]) == (403, "forbidden")
    assert (await shop.ask("GET", "/api/v1/pedidos", x_api_key="")).status_code == 401
