"""Reads that a screen makes again and again are answered with 304 while nothing happened."""

from typing import Any

from peer.http_api.routes import routes
from tests.peer.http_api.writes import Scene

# What a read without If-None-Match is about; all others must take it.
ALWAYS_READ = {
    "/api/operadores": "who has a PIN at this terminal is no part of the staff's version",
    "/api/operadores/{id}": "likewise",
    "/api/terminal": "its figures change without a write",
    "/api/logs": "it grows without a write",
    "/api/sync/status": "the cloud is no part of the log",
    "/api/sync/pendentes": "the cloud is no part of the log",
    "/api/sync/log": "the cloud is no part of the log",
    "/api/sync/malha": "links are no part of the log",
    "/api/sync/retidas": "counts since the start",
    "/api/front-ends": "keys are no part of the log",
    "/api/documentos/{id}": "its version is the document's, for whoever follows it",
    "/api/produtos/codigo/{codigo}": "asked once for each thing that is scanned",
    "/api/mesas/{id}": "a reservation ends by the clock",
    "/api/mesas/{id}/garcom": "asked when somebody sits down",
    "/api/reservas/{id}": "its version is for If-Match",
    "/api/comandas/{numero}": "its version is for If-Match",
    "/api/clientes/{id}": "its version is for If-Match",
    "/api/caixa/{id}": "its version is for If-Match",
    "/api/dia": "its version is for If-Match",
    "/api/dia/{data}": "its version is for If-Match",
    "/ws/stats": "who follows is no part of the log",
}
PLACES = {
    "/api/pedidos/{id}": "/api/pedidos/{order}",
    "/api/pedidos/{id}/auditoria": "/api/pedidos/{order}/auditoria",
    "/api/produtos/{id}": "/api/produtos/{product}",
    "/api/estoque/{produto}": "/api/estoque/{counted}",
    "/api/clientes/{id}/extrato": "/api/clientes/{owing}/extrato",
    "/api/conflitos/{id}": "/api/conflitos/{dispute}",
    "/api/caixa/{id}/relatorio": "/api/caixa/{ended}/relatorio",
}


async def test_every_read_takes_the_version_one_has_or_says_why_not(shop: Any) -> None:
    shop.environment.step_ms = 0
    table = [each for each in routes() if each.method == "GET" and each.role != "public"]
    conditional = [each.path for each in table if "if-none-match" in each.takes]
    assert {each.path for each in table} - set(conditional) == ALWAYS_READ.keys()
    scene = Scene(shop)
    places = [await scene.filled(PLACES.get(path, path)) for path in conditional]
    for place in places:
        first = await shop.ask("GET", place)
        assert first.status_code == 200, first.text
        again = await shop.ask("GET", place, if_none_match=first.headers["etag"])
        assert (again.status_code, again.content) == (304, b""), place
        other = await shop.ask("GET", place, if_none_match='"x"')
        assert (other.status_code, other.text) == (200, first.text), place
    kept = {place: (await shop.ask("GET", place)).headers["etag"] for place in places}
    order = await scene.filled("/api/pedidos/{order}")
    await shop.post(f"{order}/itens", {"itens": [{"nome": "Bolo", "preco_unitario": 9}]}, 201)
    changed = {place for place in places if await is_new(shop, place, kept[place])}
    assert {order, f"{order}/auditoria", "/api/pedidos", "/api/estatisticas"} <= changed
    assert {"/api/conflitos", "/api/estoque", "/api/relatorios/vendas"} <= changed


async def is_new(shop: Any, place: str, version: str) -> bool:
    status: int = (await shop.ask("GET", place, if_none_match=version)).status_code
    return status == 200


async def test_a_filter_is_another_answer(shop: Any) -> None:
    everything = (await shop.ask("GET", "/api/estoque")).headers["etag"]
    assert await is_new(shop, "/api/estoque?negativo=true", everything)
