"""The kitchen over HTTP, against a real node."""

from typing import Any

import pytest

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
