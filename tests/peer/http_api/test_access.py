"""Who gets in: keys, roles, cookies, hosts, origins."""

from typing import Any

import pytest

from peer.http_api.pages import COOKIE

ADMIN = "the-token-of-this-boot"
OWN = "http://127.0.0.1:3000"


@pytest.mark.parametrize(
    "path", ["/api/pedidos", "/api/mesas", "/api/terminal", "/api/estatisticas", "/ws/stats"]
)
async def test_without_a_key_there_is_no_answer(shop: Any, path: str) -> None:
    for key in ("", "wrong", "mfe_" + "A" * 43):
        answer = await shop.ask("GET", path, x_api_key=key)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


async def test_health_and_the_description_need_no_key(shop: Any) -> None:
    for path in ("/health", "/openapi.json"):
        assert (await shop.ask("GET", path, x_api_key="")).status_code == 200


async def test_a_bearer_token_is_a_key_too(shop: Any) -> None:
    del shop.client.headers["x-api-key"]
    answer = await shop.ask("GET", "/api/pedidos", authorization=f"Bearer {shop.key}")
    assert answer.status_code == 200


async def test_only_the_terminals_own_token_manages_keys(shop: Any) -> None:
    assert (await shop.ask("GET", "/api/front-ends")).status_code == 403
    made = await shop.ask("POST", "/api/front-ends", {"nome": "Salão 2"}, x_api_key=ADMIN)
    assert made.status_code == 201
    key = made.json()["chave"]
    assert (await shop.ask("GET", "/api/pedidos", x_api_key=key)).status_code == 200
    listed = (await shop.ask("GET", "/api/front-ends", x_api_key=ADMIN)).json()
    assert [each["nome"] for each in listed["front_ends"]] == ["Salão 2", "Teste"]
    assert key not in str(listed)
    twice = await shop.ask("POST", "/api/front-ends", {"nome": "Salão 2"}, x_api_key=ADMIN)
    assert twice.json()["code"] == "front_end_exists"
    gone = await shop.ask("DELETE", "/api/front-ends/Salão 2", x_api_key=ADMIN)
    assert gone.status_code == 204
    assert (await shop.ask("GET", "/api/pedidos", x_api_key=key)).status_code == 401
    again = await shop.ask("DELETE", "/api/front-ends/Salão 2", x_api_key=ADMIN)
    assert again.status_code == 404


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1:3001", "127.0.0.1", "localhost.evil.example:3000"]
)
async def test_another_host_name_gets_nothing(shop: Any, host: str) -> None:
    answer = await shop.ask("GET", "/health", host=host)
    assert (answer.status_code, answer.json()["code"]) == (421, "wrong_host")


@pytest.mark.parametrize("origin", ["null", "http://evil.example", "http://127.0.0.1:9999"])
async def test_pages_of_other_origins_get_nothing(shop: Any, origin: str) -> None:
    answer = await shop.ask("GET", "/api/pedidos", origin=origin)
    assert (answer.status_code, answer.json()["code"]) == (403, "origin_refused")


async def test_the_origins_of_the_contract_are_allowed(shop: Any) -> None:
    for origin in (OWN, "tauri://localhost", "http://tauri.localhost", "http://localhost:5173"):
        answer = await shop.ask("GET", "/api/pedidos", origin=origin)
        assert answer.status_code == 200, origin


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_a_form_cannot_write(shop: Any, kind: str) -> None:
    answer = await shop.ask("POST", "/api/pedidos", b"{}", content_type=kind)
    assert answer.status_code == 415


class TestThePage:
    async def entered(self, shop: Any) -> str:
        """Signs in as the page does; afterwards the client has the cookie and no key."""
        del shop.client.headers["x-api-key"]
        answer = await shop.ask("POST", "/entrar", {"chave": f" {shop.key} "}, origin=OWN)
        assert answer.status_code == 204
        cookie: str = answer.headers["set-cookie"]
        return cookie

    async def test_a_pasted_key_becomes_a_cookie_that_is_not_the_key(self, shop: Any) -> None:
        cookie = await self.entered(shop)
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert shop.key not in cookie
        assert (await shop.ask("GET", "/api/pedidos")).status_code == 200
        assert (await shop.ask("POST", "/api/pedidos", {}, origin=OWN)).status_code == 201

    async def test_a_wrong_key_gets_no_cookie(self, shop: Any) -> None:
        answer = await shop.ask("POST", "/entrar", {"chave": "x"}, origin=OWN)
        assert answer.status_code == 401
        assert "set-cookie" not in answer.headers

    async def test_a_write_by_cookie_needs_our_own_origin(self, shop: Any) -> None:
        await self.entered(shop)
        for origin in (None, "http://localhost:5173", "tauri://localhost"):
            headers = {} if origin is None else {"origin": origin}
            answer = await shop.ask("POST", "/api/pedidos", {}, **headers)
            assert answer.status_code == 401, origin

    async def test_a_read_by_cookie_from_another_listed_origin_is_refused(self, shop: Any) -> None:
        await self.entered(shop)
        answer = await shop.ask("GET", "/api/pedidos", origin="http://localhost:5173")
        assert answer.status_code == 401

    async def test_revoking_the_key_ends_the_cookie(self, shop: Any) -> None:
        await self.entered(shop)
        shop.front_ends.revoke("Teste")
        assert (await shop.ask("GET", "/api/pedidos")).status_code == 401

    async def test_signing_out_forgets_it(self, shop: Any) -> None:
        await self.entered(shop)
        answer = await shop.ask("POST", "/sair", {}, origin=OWN)
        assert "Max-Age=0" in answer.headers["set-cookie"]
        assert (await shop.ask("GET", "/api/pedidos")).status_code == 401

    @pytest.mark.parametrize("cookie", ["x", "mft_" + "A" * 43, '"\\', "é"])
    async def test_forged_cookies_are_refused(self, shop: Any, cookie: str) -> None:
        del shop.client.headers["x-api-key"]
        answer = await shop.client.get(
            "/api/pedidos", headers=[(b"cookie", f"{COOKIE}={cookie}".encode())]
        )
        assert answer.status_code == 401

    async def test_the_page_and_its_files_are_served_under_a_strict_policy(self, shop: Any) -> None:
        for path, kind in (
            ("/", "text/html"),
            ("/web/status.js", "text/javascript"),
            ("/web/status.css", "text/css"),
            ("/web/icone.svg", "image/svg+xml"),
        ):
            answer = await shop.ask("GET", path, x_api_key="")
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith(kind)
            assert "default-src 'self'" in answer.headers["content-security-policy"]
            assert answer.headers["x-content-type-options"] == "nosniff"

    async def test_the_page_holds_nothing_inline_and_asks_nobody_else(self, shop: Any) -> None:
        page = (await shop.ask("GET", "/")).text
        script = (await shop.ask("GET", "/web/status.js")).text
        assert "<style" not in page
        assert "onclick" not in page
        assert " style=" not in page
        assert page.count("<script") == page.count('<script src="/web/')
        assert "innerHTML" not in script
        assert "//" not in page.replace("<!doctype", "")
        assert "http://" not in script.replace("http://www.w3.org", "")
