"""The shop's settings, asked and changed as a screen does it."""

from typing import Any

from crdt_models.ids import SETTINGS

PATH = "/api/configuracoes"
PRINTER = {
    "codigo": "bar",
    "nome": "Bar",
    "tipo": "rede",
    "endereco": "10.0.0.9:9100",
    "colunas": 32,
    "estacoes": ["bar"],
    "imprime_contas": True,
}


async def put(shop: Any, body: dict[str, Any], **headers: str) -> Any:
    return await shop.ask("PUT", PATH, body, **headers)


async def test_a_new_shop_has_settings_that_say_nothing(shop):
    found = await shop.get(PATH)
    assert (found["nome"], found["taxa_servico"], found["virada_do_dia"]) == ("", 0, None)
    assert (found["estacoes"], found["impressoras"], found["flags"]) == ([], [], {})


async def test_what_is_given_changes_and_can_be_sent_back(shop):
    body = {
        "nome": "Pizzaria do Zé",
        "documento": "12.345.678/0001-90",
        "taxa_servico": 12.5,
        "virada_do_dia": "05:30",
        "estacoes": [{"codigo": "forno", "nome": "Forno"}],
        "impressoras": [PRINTER],
        "flags": {"beta": True},
    }
    changed = await put(shop, body)
    assert changed.status_code == 200
    shown = changed.json()
    assert {name: shown[name] for name in body} == body
    assert (await put(shop, shown)).json() == shown
    again = await shop.ask("GET", PATH, if_none_match=changed.headers["etag"])
    assert again.status_code == 304


async def test_a_list_is_whole(shop):
    stations = [{"codigo": each, "nome": each} for each in ("bar", "forno")]
    await put(shop, {"estacoes": stations, "impressoras": [PRINTER], "flags": {"a": True}})
    left = (await put(shop, {"estacoes": stations[1:], "flags": {"b": False}})).json()
    assert left["estacoes"] == stations[1:]
    assert left["impressoras"] == [PRINTER]
    assert left["flags"] == {"b": False}


async def test_a_change_of_what_another_changed_meanwhile_is_refused(shop):
    seen = (await put(shop, {"nome": "Um"})).headers["etag"]
    await put(shop, {"nome": "Dois"})
    refused = await put(shop, {"nome": "Três"}, if_match=seen)
    assert refused.status_code == 412
    assert (await shop.get(PATH))["nome"] == "Dois"


async def test_what_cannot_be_is_refused_by_its_name(shop):
    twice = [{"codigo": "x", "nome": "X"}, {"codigo": "x", "nome": "Y"}]
    for body, field in (
        ({"virada_do_dia": "12:00"}, "virada_do_dia"),
        ({"taxa_servico": 101}, "taxa_servico"),
        ({"estacoes": twice}, "estacoes[].codigo"),
        ({"couvert_centavos": -1}, "couvert_centavos"),
        ({"impressoras": [{**PRINTER, "colunas": 5}]}, "colunas"),
    ):
        refused = await put(shop, body)
        assert refused.status_code == 422, body
        assert field in refused.text, refused.text


async def test_orders_have_the_shops_service_charge(shop):
    await put(shop, {"taxa_servico": 10, "taxa_servico_tipos": ["mesa"]})
    item = {"nome": "Pizza", "preco_unitario_centavos": 4_000}
    at_table = await shop.open(tipo="mesa", itens=[item])
    to_go = await shop.open(tipo="viagem", itens=[item])
    without = await shop.open(tipo="mesa", itens=[item], taxa_servico=0)
    totals = [each["total_centavos"] for each in (at_table, to_go, without)]
    assert totals == [4_400, 4_000, 4_000]


async def test_who_follows_is_told(shop):
    client = shop.events.follow("test", "global")
    await put(shop, {"nome": "Pizzaria"})
    (text,) = await client.wait()
    assert '"type":"settings:updated"' in text
    assert '"nome":"Pizzaria"' in text
    assert f'"document":"{SETTINGS}"' in text
