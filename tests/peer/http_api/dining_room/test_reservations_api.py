"""Reservations over HTTP."""

from typing import Any

import pytest

from crdt_models.documents.command import Command, Context, Decision, Read
from crdt_models.documents.floor.reservation_facts import ReservationBooked
from crdt_models.ids import CommandId, CreatedId, ReservationId, TableId, floor_document

DAY = 20_000
MINUTE_MS = 60_000
NOON_MS = DAY * 86_400_000 + 12 * 3_600_000  # 09:00 in Brasília: when the shop of the tests opens
EVENING_MS = NOON_MS + 11 * 3_600_000


async def table(shop: Any, name: str = "1") -> str:
    added: dict[str, str] = await shop.post("/api/mesas", {"nome": name, "lugares": 4}, 201)
    return added["id"]


async def booked(shop: Any, *tables: str, status: int = 201, **more: Any) -> dict[str, Any]:
    body = {"nome": "Silva", "pessoas": 4, "de_ms": EVENING_MS, "ate_ms": EVENING_MS + 5_400_000}
    answer: dict[str, Any] = await shop.post(
        "/api/reservas", {**body, "mesas": tables, **more}, status
    )
    return answer


async def test_a_reservation_is_booked_listed_changed_and_shown(shop: Any) -> None:
    one = await table(shop)
    made = await booked(shop, one, telefone="11 98888-7777", observacao="aniversário")
    assert (made["dia"], made["status"], made["mesas"]) == ("2024-10-04", "reservada", [one])
    path = f"/api/reservas/{made['id']}"
    assert await shop.get(path) == made
    changed = await shop.ask("PATCH", path, {"pessoas": 6, "ate_ms": EVENING_MS + 60_000})
    assert (changed.json()["pessoas"], changed.json()["ate_ms"]) == (6, EVENING_MS + 60_000)
    assert (changed.json()["nome"], changed.json()["telefone"]) == ("Silva", "11 98888-7777")
    await shop.ask("PATCH", path, {"telefone": None, "mesas": []})
    shown = await shop.get(path)
    assert (shown["telefone"], shown["mesas"]) == (None, [])
    early = await booked(shop, de_ms=NOON_MS + MINUTE_MS, ate_ms=NOON_MS + 2 * MINUTE_MS)
    listed = await shop.get("/api/reservas")
    assert [each["id"] for each in listed["reservas"]] == [early["id"], made["id"]]
    assert (await shop.get("/api/reservas?dia=2024-10-05"))["total"] == 0
    assert (await shop.get("/api/reservas?dia=2024-10-04&status=chegou"))["total"] == 0


async def test_a_table_is_reserved_around_the_window(shop: Any) -> None:
    one, two = await table(shop, "1"), await table(shop, "2")
    made = await booked(shop, one)
    await shop.post(f"/api/mesas/{one}/juntar", {"mesas": [two]})
    assert (await shop.get(f"/api/mesas/{one}"))["status"] == "livre"
    before = await shop.ask("GET", "/api/mesas")
    shop.environment.now_ms = EVENING_MS - 60 * MINUTE_MS
    shown = (await shop.get("/api/mesas"))["mesas"]
    assert [each["status"] for each in shown] == ["reservada", "reservada"]
    assert (shown[0]["reserva"]["id"], shown[0]["reserva"]["nome"]) == (made["id"], "Silva")
    again = await shop.ask("GET", "/api/mesas", if_none_match=before.headers["etag"])
    assert again.status_code == 200  # nothing was written, and yet it looks otherwise
    await shop.post(f"/api/reservas/{made['id']}/cancelar", {"motivo": "ligaram"})
    assert (await shop.get(f"/api/mesas/{one}"))["status"] == "livre"


async def test_the_way_of_a_reservation(shop: Any) -> None:
    one = await table(shop)
    path = f"/api/reservas/{(await booked(shop, one))['id']}"
    assert (await shop.post(f"{path}/faltou", {"motivo": "21:00"}))["status"] == "nao_veio"
    assert (await shop.post(f"{path}/restaurar"))["status"] == "reservada"
    assert (await shop.post(f"{path}/chegou"))["status"] == "chegou"
    pedido = await shop.open(mesa_id=one, pessoas=4)
    seated = await shop.post(f"{path}/sentar", {"pedido_id": pedido["id"]})
    assert (seated["status"], seated["pedido_id"]) == ("sentada", pedido["id"])
    answer = await shop.ask("POST", f"{path}/faltou")
    assert (answer.status_code, answer.json()["code"]) == (409, "reservation_is_over")


async def test_a_known_clash_is_refused_and_an_unknown_one_is_a_dispute(shop: Any) -> None:
    one = await table(shop)
    made = await booked(shop, one)
    refused = await booked(shop, one, status=409)
    assert refused["code"] == "table_is_booked"
    assert "Silva" in refused["detail"]
    unheard = Unheard(table=TableId(CreatedId(bytes.fromhex(one))))
    await shop.node.execute(unheard, command_id=CommandId(b"unheard, from B."))
    (dispute,) = (await shop.get("/api/conflitos"))["conflitos"]
    assert (dispute["tipo"], dispute["documento"]) == ("reservation_clash", floor_document(DAY))
    listed = (await shop.get("/api/reservas"))["reservas"]
    assert [each["conflito"] for each in listed] == [True, True]
    await shop.post(f"/api/conflitos/{dispute['id']}/resolver", {"escolha": "kept"})
    listed = (await shop.get("/api/reservas"))["reservas"]
    assert [each["conflito"] for each in listed] == [False, False]
    assert made["id"] in {each["id"] for each in listed}


class Unheard(Command, frozen=True, kw_only=True, tag="unheard"):
    """What another terminal writes that did not hear of the first reservation."""

    table: TableId

    def plan(self, read: Read, context: Context) -> Decision:
        begin = EVENING_MS // MINUTE_MS
        fact = ReservationBooked(
            reservation=ReservationId(context.new_id(0)),
            name="Souza",
            people=2,
            from_minute=begin + 60,
            until_minute=begin + 120,
            tables=(self.table,),
        )
        return Decision(((floor_document(DAY), fact),))


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"de_ms": EVENING_MS + 1}, 422, "invalid_field"),
        ({"de_ms": -MINUTE_MS}, 422, "invalid_field"),
        ({"ate_ms": EVENING_MS}, 422, "invalid_field"),
        ({"ate_ms": EVENING_MS + 86_400_000}, 422, "window_leaves_day"),
        ({"mesas": ["0" * 32]}, 404, "unknown_table"),
        ({"pessoas": 0}, 422, "invalid_field"),
        ({"nome": ""}, 422, "invalid_field"),
        ({"telefone": "9" * 41}, 422, "invalid_field"),
    ],
)
async def test_mistakes_are_typed(shop: Any, more: Any, status: int, code: str) -> None:
    body = {"nome": "Silva", "pessoas": 4, "de_ms": EVENING_MS, "ate_ms": EVENING_MS + MINUTE_MS}
    answer = await shop.ask("POST", "/api/reservas", {**body, **more})
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


@pytest.mark.parametrize("path", ["/api/reservas/7", f"/api/reservas/{'0' * 32}"])
async def test_a_reservation_that_there_is_not_is_unknown(shop: Any, path: str) -> None:
    for answer in (
        await shop.ask("GET", path),
        await shop.ask("PATCH", path, {"pessoas": 2}),
        await shop.ask("POST", f"{path}/chegou"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_reservation")


@pytest.mark.parametrize("query", ["dia=ontem", "dia=todos", "status=livre"])
async def test_mistakes_in_the_list_are_typed(shop: Any, query: str) -> None:
    answer = await shop.ask("GET", f"/api/reservas?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_field")


async def test_a_stale_change_is_refused_and_a_repeated_booking_is_one(shop: Any) -> None:
    body = {"nome": "Silva", "pessoas": 4, "de_ms": EVENING_MS, "ate_ms": EVENING_MS + MINUTE_MS}
    key = "0123456789abcdef0123456789abcdef"
    first = await shop.ask("POST", "/api/reservas", body, idempotency_key=key)
    again = await shop.ask("POST", "/api/reservas", body, idempotency_key=key)
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    path, seen = f"/api/reservas/{first.json()['id']}", first.headers["etag"]
    await shop.ask("PATCH", path, {"pessoas": 5})
    assert (await shop.ask("PATCH", path, {"pessoas": 6}, if_match=seen)).status_code == 412
    same = await shop.ask("GET", "/api/reservas")
    unchanged = await shop.ask("GET", "/api/reservas", if_none_match=same.headers["etag"])
    assert unchanged.status_code == 304
