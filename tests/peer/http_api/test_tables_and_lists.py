"""Dining tables, lists, sums, disputes and the terminal's own figures over HTTP."""

from typing import Any

import pytest
from pycrdt import Doc, Map

from crdt_models.documents.orders.bill_commands import TakePayment
from crdt_models.ids import CommandId, OrderId, order_document

ADMIN = "the-token-of-this-boot"


async def added(shop: Any, name: str = "7") -> dict[str, Any]:
    table: dict[str, Any] = await shop.post("/api/mesas", {"nome": name, "lugares": 4}, 201)
    return table


async def test_a_table_is_added_changed_reserved_and_cleaned(shop: Any) -> None:
    area = await shop.post("/api/areas", {"nome": "Varanda"}, 201)
    table = await shop.post(
        "/api/mesas", {"numero": 12, "area": "Varanda", "posicao": {"x": 3, "y": 4}}, 201
    )
    assert (table["nome"], table["area_id"], table["status"]) == ("12", area["id"], "livre")
    path = f"/api/mesas/{table['id']}"
    changed = await shop.ask("PATCH", path, {"lugares": 6, "area_id": None})
    assert (changed.json()["lugares"], changed.json()["area"]) == (6, None)
    reserved = await shop.post(f"{path}/reservar", {"nome": "Silva", "ate_ms": 1_800_000_000_000})
    assert (reserved["status"], reserved["reserva"]["nome"]) == ("reservada", "Silva")
    late = await shop.post(f"{path}/reservar", {"nome": "Silva", "ate_ms": shop.environment.now_ms})
    assert (late["status"], late["reserva"]) == ("livre", None)
    assert (await shop.post(f"{path}/liberar"))["status"] == "livre"
    assert (await shop.post(f"{path}/limpeza"))["status"] == "limpeza"
    assert (await shop.post(f"{path}/limpeza", {"limpeza": False}))["status"] == "livre"
    assert (await shop.post(f"{path}/garcom", {"garcom": "Zé"}))["garcom"] == "Zé"
    listed = await shop.get("/api/mesas")
    assert [each["nome"] for each in listed["mesas"]] == ["12"]
    assert listed["areas"] == [{"id": area["id"], "nome": "Varanda", "garcom": None}]
    assert listed["dia"] == "2024-10-04"
    assert listed["agora_ms"] <= shop.environment.now_ms


async def test_a_table_is_occupied_by_its_open_orders(shop: Any) -> None:
    table = await added(shop)
    pedido = await shop.open(mesa_id=table["id"])
    assert (pedido["tipo"], pedido["mesa_nome"]) == ("mesa", "7")
    shown = await shop.get(f"/api/mesas/{table['id']}")
    assert (shown["status"], shown["pedidos"]) == ("ocupada", [pedido["id"]])
    await shop.ask("DELETE", f"/api/pedidos/{pedido['id']}")
    assert (await shop.get(f"/api/mesas/{table['id']}"))["status"] == "livre"


async def test_an_order_moves_to_another_table(shop: Any) -> None:
    first, second = await added(shop, "1"), await added(shop, "2")
    pedido = await shop.open(mesa_id=first["id"])
    await shop.ask("PATCH", f"/api/pedidos/{pedido['id']}", {"mesa_id": second["id"]})
    assert (await shop.get(f"/api/mesas/{first['id']}"))["status"] == "livre"
    assert (await shop.get(f"/api/mesas/{second['id']}"))["status"] == "ocupada"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("", {"lugares": 4}, 422),
        ("", {"nome": "1", "area": "nenhuma"}, 404),
        ("", {"nome": "x" * 200}, 422),
        ("", {"nome": "1", "lugares": -1}, 422),
        ("/" + "0" * 32 + "/reservar", {"nome": "a"}, 404),
        ("/7/limpeza", {}, 404),
    ],
)
async def test_mistakes_about_tables_are_typed(
    shop: Any, path: str, body: Any, status: int
) -> None:
    answer = await shop.ask("POST", f"/api/mesas{path}", body)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_stale_change_of_a_table_is_refused(shop: Any) -> None:
    table = await added(shop)
    path = f"/api/mesas/{table['id']}"
    await shop.ask("PATCH", path, {"lugares": 5})
    answer = await shop.ask("PATCH", path, {"lugares": 6}, if_match=f'"{table["version"]}"')
    assert answer.status_code == 412


async def test_the_list_is_filtered_and_paged(shop: Any) -> None:
    table = await added(shop)
    seated = await shop.open(mesa_id=table["id"])
    gone = await shop.open()
    await shop.ask("DELETE", f"/api/pedidos/{gone['id']}")
    last = await shop.open(itens=[{"nome": "a", "preco_unitario": 1}])

    async def ids(query: str) -> list[str]:
        answer = await shop.get(f"/api/pedidos{query}")
        return [each["id"] for each in answer["pedidos"]]

    assert await ids("") == [last["id"], gone["id"], seated["id"]]
    assert await ids("?dia=todos") == await ids("?dia=hoje") == await ids("?dia=2024-10-04")
    assert await ids("?dia=2024-10-03") == []
    assert await ids("?status=cancelado") == [gone["id"]]
    assert await ids(f"?mesa={table['id']}") == [seated["id"]]
    first = await shop.get("/api/pedidos?limite=2")
    assert first["total"] == 3
    rest = await shop.get(f"/api/pedidos?limite=2&desde={first['proximo']}")
    found = [each["id"] for each in first["pedidos"] + rest["pedidos"]]
    assert found == [last["id"], gone["id"], seated["id"]]
    assert rest["proximo"] is None


@pytest.mark.parametrize("query", ["dia=ontem", "status=x", "limite=muitos"])
async def test_mistakes_in_a_list_are_typed(shop: Any, query: str) -> None:
    answer = await shop.ask("GET", f"/api/pedidos?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_field")


async def test_a_foreign_cursor_is_refused(shop: Any) -> None:
    answer = await shop.ask("GET", "/api/pedidos?desde=abc")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor")


async def test_the_list_says_when_nothing_is_new(shop: Any) -> None:
    await shop.open()
    first = await shop.ask("GET", "/api/pedidos")
    same = await shop.ask("GET", "/api/pedidos", if_none_match=first.headers["etag"])
    assert same.status_code == 304
    other = await shop.ask("GET", "/api/pedidos?status=pago", if_none_match=first.headers["etag"])
    assert other.status_code == 200
    await shop.open()
    assert (
        await shop.ask("GET", "/api/pedidos", if_none_match=first.headers["etag"])
    ).status_code == 200


async def test_sums_count_what_was_sold(shop: Any) -> None:
    await shop.open(itens=[{"nome": "a", "preco_unitario": 10}, {"nome": "b", "preco_unitario": 5}])
    gone = await shop.open(itens=[{"nome": "c", "preco_unitario": 7}])
    await shop.ask("DELETE", f"/api/pedidos/{gone['id']}")
    answer = await shop.ask("GET", "/api/estatisticas?dia=hoje")
    figures = answer.json()
    assert (figures["pedidos"], figures["itens"], figures["receita_centavos"]) == (1, 2, 1500)
    assert '"receita":15.00' in answer.text
    assert figures["digest"] == shop.node.content_digest().hex()
    assert figures["pendentes"] is None
    assert (await shop.get("/api/estatisticas?dia=2001-01-01"))["pedidos"] == 0
    assert (await shop.get("/api/estatisticas"))["pedidos"] == 1


async def overpaid(shop: Any) -> dict[str, Any]:
    """Paid in full, then a line is taken away: too much was paid."""
    pedido: dict[str, Any] = await shop.open(
        itens=[{"nome": "a", "preco_unitario": 10}, {"nome": "b", "preco_unitario": 5}]
    )
    path = f"/api/pedidos/{pedido['id']}"
    await shop.post(f"{path}/pagamentos", {"valor": 15}, 201)
    await shop.post(f"{path}/itens/{pedido['itens'][1]['id']}/cancelar")
    return pedido


async def test_a_dispute_is_shown_until_a_person_decides(shop: Any) -> None:
    pedido = await overpaid(shop)
    listed = await shop.get("/api/conflitos")
    (dispute,) = listed["conflitos"]
    assert (dispute["tipo"], dispute["numero"]) == ("overpaid", pedido["numero"])
    assert (await shop.get(f"/api/pedidos/{pedido['id']}"))["conflitos"][0]["id"] == dispute["id"]
    wrong = await shop.ask(
        "POST", f"/api/conflitos/{dispute['id']}/resolver", {"escolha": "sorteio"}
    )
    assert wrong.status_code == 422
    body = {"escolha": "tip", "observacao": "caixinha", "fatos": dispute["fatos"]}
    settled = await shop.post(f"/api/conflitos/{dispute['id']}/resolver", body)
    assert settled["aberto"] is False
    assert (await shop.get("/api/conflitos"))["conflitos"] == []
    everything = (await shop.get("/api/conflitos?aberto=false"))["conflitos"]
    assert [each["aberto"] for each in everything] == [False]


async def test_there_is_no_dispute_of_another_id(shop: Any) -> None:
    answer = await shop.ask("POST", f"/api/conflitos/{'0' * 32}/resolver", {"escolha": "tip"})
    assert answer.status_code == 404


async def test_a_document_is_handed_out_as_yjs(shop: Any) -> None:
    pedido = await shop.open()
    document = order_document(OrderId(bytes.fromhex(pedido["id"])))  # type: ignore[arg-type]
    answer = await shop.ask("GET", f"/api/documentos/{document}")
    assert answer.status_code == 200
    doc: Doc[Any] = Doc()
    doc.apply_update(answer.content)
    assert len(doc.get("facts", type=Map)) == 2
    assert (await shop.ask("GET", "/api/documentos/order:1")).status_code == 404


async def test_without_a_relay_it_is_said_so(shop: Any) -> None:
    assert (await shop.get("/api/sync/status"))["configurado"] is False
    assert (await shop.get("/api/sync/pendentes"))["pendentes"] == 0
    assert (await shop.post("/api/sync/iniciar"))["iniciado"] is False
    assert (await shop.get("/api/sync/log"))["log"] == []
    assert (await shop.get("/api/sync/malha"))["ligacoes"] == []
    pedido = await shop.open()
    assert (pedido["syncStatus"], pedido["sincronizado"]) == ("local", False)


async def test_the_terminal_says_who_it_is(shop: Any) -> None:
    await shop.open()
    shown = await shop.get("/api/terminal")
    assert (shown["letras"], shown["nome"]) == ("A", "Balcão")
    assert shown["posicao"] == shop.node.position
    assert shown["numeros"]["commands"] == 1


async def test_a_command_from_elsewhere_in_the_program_is_seen(shop: Any) -> None:
    pedido = await shop.open(itens=[{"nome": "a", "preco_unitario": 10}])
    command = TakePayment(
        order=OrderId(bytes.fromhex(pedido["id"])),  # type: ignore[arg-type]
        centavos=1000,
        method="pix",
    )
    await shop.node.execute(command, command_id=CommandId(b"c" * 16))
    assert (await shop.get(f"/api/pedidos/{pedido['id']}"))["saldo_centavos"] == 0
