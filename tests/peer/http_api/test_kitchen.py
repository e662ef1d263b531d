"""The kitchen over HTTP, against a real node."""

from collections.abc import Callable
from typing import Any

import pytest
import trio

STATIONS = ("bar", "fogão", "fogão")
COURSES = (0, 1, 2)


@pytest.fixture
async def dinner(shop: Any) -> dict[str, Any]:
    """A drink without a course, a soup, a fish; sent."""
    items = [
        {"nome": name, "preco_unitario_centavos": 1000, "etapa": course, "estacao": station}
        for name, course, station in zip(("Suco", "Sopa", "Peixe"), COURSES, STATIONS, strict=True)
    ]
    pedido = await shop.open(itens=items)
    sent: dict[str, Any] = await shop.post(f"/api/pedidos/{pedido['id']}/enviar")
    return sent


def path(pedido: dict[str, Any], action: str) -> str:
    return f"/api/pedidos/{pedido['id']}/{action}"


def by_name(pedido: dict[str, Any], field: str) -> dict[str, Any]:
    return {item["nome"]: item[field] for item in pedido["itens"]}


async def test_a_course_waits_is_fired_and_is_held_again(shop: Any, dinner: Any) -> None:
    assert by_name(dinner, "disparado") == {"Suco": True, "Sopa": False, "Peixe": False}
    assert all(by_name(dinner, "enviado_em").values())
    shown = await shop.post(path(dinner, "disparar"))
    assert by_name(shown, "disparado") == {"Suco": True, "Sopa": True, "Peixe": False}
    shown = await shop.post(path(dinner, "disparar"), {"etapa": 2})
    assert by_name(shown, "disparado")["Peixe"]
    shown = await shop.post(path(dinner, "segurar"), {"etapa": 2})
    assert not by_name(shown, "disparado")["Peixe"]
    again = await shop.ask("POST", path(dinner, "segurar"), {"etapa": 2})
    assert (again.status_code, again.json()["code"]) == (422, "no_lines")
    fish = by_name(dinner, "id")["Peixe"]
    shown = await shop.post(path(dinner, "disparar"), {"itens": [fish]})
    assert by_name(shown, "disparado")["Peixe"]
    for course in (0, 21):
        refused = await shop.ask("POST", path(dinner, "disparar"), {"etapa": course})
        assert refused.status_code == 422


async def test_a_station_reports_and_takes_back_a_wrong_touch(shop: Any, dinner: Any) -> None:
    shown = await shop.post(path(dinner, "pronto"), {"estacao": "bar"})
    assert by_name(shown, "status") == {"Suco": "pronto", "Sopa": "enviado", "Peixe": "enviado"}
    juice = by_name(dinner, "id")["Suco"]
    shown = await shop.post(path(dinner, "voltar"), {"itens": [juice]})
    assert by_name(shown, "status")["Suco"] == "enviado"
    refused = await shop.ask("POST", path(dinner, "voltar"), {"itens": [juice]})
    assert refused.json()["code"] == "no_lines"


async def test_a_line_is_made_elsewhere_and_a_put_keeps_it_there(shop: Any, dinner: Any) -> None:
    soup = by_name(dinner, "id")["Sopa"]
    moved = await shop.post(path(dinner, "rotear"), {"itens": [soup], "estacao": "forno"})
    assert by_name(moved, "estacao") == {"Suco": "bar", "Sopa": "forno", "Peixe": "fogão"}
    kept = await shop.ask(
        "PUT", f"/api/pedidos/{moved['id']}", moved, if_match=f'"{moved["version"]}"'
    )
    assert kept.status_code == 200
    assert by_name(kept.json(), "id") == by_name(dinner, "id")
    assert by_name(kept.json(), "estacao") == by_name(moved, "estacao")


async def test_a_put_with_another_station_has_the_line_made_there(shop: Any, dinner: Any) -> None:
    """The line that the kitchen knows goes elsewhere; it is not cancelled and ordered again."""

    async def put(shown: Any, station: str, **more: Any) -> Any:
        (juice,) = [each for each in shown["itens"] if each["nome"] == "Suco"]
        given = {"id": juice["id"], "estacao": station, **more}
        others = [{"id": each["id"]} for each in shown["itens"] if each["id"] != juice["id"]]
        answer = await shop.ask(
            "PUT",
            f"/api/pedidos/{shown['id']}",
            {"itens": [given, *others]},
            if_match=f'"{shown["version"]}"',
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    moved = await put(dinner, "forno")
    assert by_name(moved, "id") == by_name(dinner, "id")
    assert by_name(moved, "estacao")["Suco"] == "forno"
    assert by_name(moved, "status")["Suco"] == "enviado"
    assert not any(each["cancelado"] for each in moved["itens"])
    more = await put(moved, "bar", quantidade_milesimos=3000)
    juices = [each for each in more["itens"] if each["nome"] == "Suco"]
    assert [(each["estacao"], each["quantidade_milesimos"]) for each in juices] == [
        ("bar", 1000), ("bar", 2000),
    ]  # fmt: skip


async def test_each_station_reads_what_it_has_to_make(shop: Any, dinner: Any) -> None:
    queue = await shop.get("/api/cozinha")
    assert [each["estacao"] for each in queue["fila"]] == ["bar", "fogão"]
    assert queue["total"] == 2
    assert queue["estacoes"] == [
        {"estacao": "bar", "itens": 1, "esperando": 0},
        {"estacao": "fogão", "itens": 2, "esperando": 2},
    ]
    stove = await shop.get("/api/cozinha?estacao=fogão")
    (ticket,) = stove["fila"]
    assert stove["total"] == 1
    assert (ticket["pedido_id"], ticket["numero"]) == (dinner["id"], dinner["numero"])
    assert [item["nome"] for item in ticket["itens"]] == ["Sopa", "Peixe"]
    assert [item["etapa"] for item in ticket["itens"]] == [1, 2]
    await shop.post(path(dinner, "entregue"), {"itens": [by_name(dinner, "id")["Suco"]]})
    assert [each["estacao"] for each in (await shop.get("/api/cozinha"))["fila"]] == ["fogão"]
    await shop.post(path(dinner, "rotear"), {"itens": [ticket["itens"][0]["id"]], "estacao": "bar"})
    assert (await shop.get("/api/cozinha"))["estacoes"][0]["estacao"] == "bar"
    await shop.post(path(dinner, "cancelar"), {"motivo": "desistiram"})
    assert (await shop.get("/api/cozinha"))["fila"] == []


async def test_the_oldest_send_comes_first_page_by_page(shop: Any) -> None:
    numbers = []
    for name in ("Um", "Dois", "Três"):
        item = {"nome": name, "preco_unitario_centavos": 500, "estacao": "bar"}
        pedido = await shop.open(itens=[item])
        numbers.append(pedido["numero"])
        await shop.post(path(pedido, "enviar"))
    seen, cursor = [], ""
    for _ in range(3):
        page = await shop.get(f"/api/cozinha?limite=1{cursor}")
        seen += [each["numero"] for each in page["fila"]]
        cursor = f"&desde={page['proximo']}"
    assert seen == numbers
    assert page["proximo"] is None
    assert (await shop.get("/api/cozinha?dia=2001-01-01"))["fila"] == []
    answer = await shop.ask("GET", "/api/cozinha")
    same = await shop.ask("GET", "/api/cozinha", if_none_match=answer.headers["etag"])
    assert same.status_code == 304


async def test_a_bill_that_is_paid_first_is_still_to_be_made(shop: Any, dinner: Any) -> None:
    await shop.post(path(dinner, "pagamentos"), {"forma": "pix", "valor_centavos": 3000}, 201)
    await shop.post(path(dinner, "fechar"))
    assert len((await shop.get("/api/cozinha"))["fila"]) == 2


async def test_a_dish_that_moved_is_made_for_the_table_where_it_is(shop: Any, dinner: Any) -> None:
    other = await shop.open()
    soup = by_name(dinner, "id")["Sopa"]
    moves = {"itens": [{"id": soup}], "destino_id": other["id"]}
    await shop.post(path(dinner, "itens/transferir"), moves)
    queue = (await shop.get("/api/cozinha?estacao=fogão"))["fila"]
    said = {each["pedido_id"]: [item["nome"] for item in each["itens"]] for each in queue}
    assert said == {dinner["id"]: ["Peixe"], other["id"]: ["Sopa"]}
    shown = await shop.post(path(other, "pronto"), {"itens": [soup]})
    assert by_name(shown, "status") == {"Sopa": "pronto"}


async def test_the_queue_is_asked_between_the_commit_and_its_showing(
    shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows are on the disk a moment before the views tell of them."""
    pedido = await shop.open(itens=[{"nome": "Sopa", "preco_unitario_centavos": 1000}])
    committed, shown = trio.Event(), trio.Event()
    run_blocking = shop.environment.run_blocking

    async def slowly(function: Callable[..., Any], *arguments: Any) -> Any:
        found = await run_blocking(function, *arguments)
        if function == shop.log.append:
            committed.set()
            await shown.wait()
        return found

    monkeypatch.setattr(shop.environment, "run_blocking", slowly)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(shop.post, path(pedido, "enviar"))
        await committed.wait()
        before = await shop.ask("GET", "/api/cozinha")
        shown.set()
    assert (before.status_code, before.json()["fila"]) == (200, [])
    after = await shop.ask("GET", "/api/cozinha", if_none_match=before.headers["etag"])
    assert len(after.json()["fila"]) == 1
