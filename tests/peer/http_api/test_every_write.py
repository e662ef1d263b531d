"""Every route that writes, under an Idempotency-Key: the same request has one effect and the first
answer, at any terminal; another request under the key is refused."""

from typing import Any

import pytest

from peer.http_api.routes import routes
from tests.peer.http_api.conftest import new_key
from tests.peer.http_api.writes import COFFEE, KEYLESS, WRITES, Scene

# Of this terminal alone; and what a move did to the totals, which a replay does not know any more.
NOT_COMPARED = ("neste_terminal", "tem_pin", "diferenca", "diferenca_centavos")
# A drawer is: another terminal refuses, or opens its own. Who entered is: others must enter too.
OF_ONE_TERMINAL = ("POST /api/caixa/", "PATCH /api/operadores/", "PUT /api/permissoes/")
# These are known by what each terminal wrote of them. Once they met one stands, under both ids.
NAMED_BY_FACT = ("descontos", "cortesia", "gorjetas", "/api/dia/{data}/fechar")
IDS = ("id",)
MONEY = ("total_centavos", "pago_centavos", "saldo_centavos", "valor_centavos", "milesimos")


def test_every_write_takes_a_key_or_says_why_not() -> None:
    table = {f"{each.method} {each.path}": each for each in routes() if each.method != "GET"}
    keyed = {name for name, each in table.items() if "idempotency-key" in each.takes}
    assert table.keys() - keyed == KEYLESS.keys()
    missing, gone = keyed - WRITES.keys(), WRITES.keys() - keyed
    assert not missing and not gone, f"add to or remove from writes.WRITES: {missing} {gone}"


class Way:
    """From one terminal to another: what the one holds reaches the other."""

    def __init__(self, source: Any, target: Any) -> None:
        self._source, self._target, self._carried = source, target, 0

    async def carry(self) -> None:
        held = self._source.log.since(self._carried, 5000)
        await self._target.node.receive([each.data for each in held], source=1)
        self._carried = self._source.node.position


def shown(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: shown(each) for name, each in value.items() if name not in NOT_COMPARED}
    return [shown(each) for each in value] if isinstance(value, list) else value


async def test_a_retry_has_one_effect_and_the_first_answer_everywhere(
    running: Any, neighbour: Any
) -> None:
    async with running() as here, running("b", member=neighbour) as there:
        scene, way = Scene(here), Way(here, there)
        wrong: list[str] = []
        for name, write in WRITES.items():
            scene.forget()
            method, key = name.partition(" ")[0], new_key(name)
            place, body = await scene.filled(write.place), await scene.filled(write.body)
            other = await scene.filled(write.other)
            first = await here.ask(method, place, body, idempotency_key=key)
            if not first.is_success:
                wrong.append(f"{name}: {first.text}")
                continue
            written = here.node.position
            again = await here.ask(method, place, body, idempotency_key=key)
            await way.carry()
            held = there.node.position
            elsewhere = await there.ask(method, place, body, idempotency_key=key)
            for where, answer in (("here", again), ("there", elsewhere)):
                if answer.status_code != first.status_code or shown(answer.json()) != shown(
                    first.json()
                ):
                    wrong.append(f"{name} {where}: {answer.status_code} {answer.text[:300]}")
                if answer.headers.get("idempotency-replayed") != "true":
                    wrong.append(f"{name} {where}: not said to be a replay")
            if isinstance(other, str):
                place, other = place + other, None
            if (place, other) != (place, body) or "?" in place:
                reused = await there.ask(method, place, other, idempotency_key=key)
                if (reused.status_code, reused.json()["code"]) != (409, "command_reused"):
                    wrong.append(f"{name}: {reused.status_code} {reused.text[:300]}")
            if here.node.position != written or there.node.position != held:
                wrong.append(f"{name}: something was written again")
        assert not wrong, "\n".join(wrong)


def said(value: Any, names: tuple[str, ...]) -> list[Any]:
    """Everything that stands under one of these names, at any depth."""
    if isinstance(value, list):
        return [found for each in value for found in said(each, names)]
    if not isinstance(value, dict):
        return []
    here = [each for name, each in value.items() if name in names]
    return here + [found for each in value.values() for found in said(each, names)]


async def test_two_terminals_cut_off_from_each_other_do_one_thing(
    running: Any, neighbour: Any
) -> None:
    """The front end heard nothing of its terminal and asked the other; both had done it."""
    async with running() as here, running("b", member=neighbour) as there:
        scene, way, back = Scene(here), Way(here, there), Way(there, here)
        wrong: list[str] = []
        for name, write in WRITES.items():
            if name.startswith(OF_ONE_TERMINAL):
                continue
            scene.forget()
            method, key = name.partition(" ")[0], new_key(f"{name} twice")
            place, body = await scene.filled(write.place), await scene.filled(write.body)
            await way.carry()
            asked = [
                await each.ask(method, place, body, idempotency_key=key) for each in (here, there)
            ]
            if not all(each.is_success for each in asked):
                wrong.append(f"{name}: {[each.text for each in asked]}")
                continue
            await way.carry()
            await back.carry()
            after = [
                await each.ask(method, place, body, idempotency_key=key) for each in (here, there)
            ]
            for what in (IDS, MONEY)[name.endswith(NAMED_BY_FACT) :]:
                first, *others = [said(each.json(), what) for each in (*asked, *after)]
                if any(each != first for each in others):
                    wrong.append(f"{name}: {first} and then {others}")
        assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("action", "body", "member", "undo"),
    [
        ("descontos", {"valor": 1, "motivo": "fiel"}, "descontos", "cancelar"),
        ("cortesia", {"motivo": "festa"}, "descontos", "cancelar"),
        ("gorjetas", {"valor": 1}, "gorjetas", "devolver"),
    ],
)
async def test_what_two_terminals_named_each_is_one_thing_under_both_names(
    running: Any, neighbour: Any, action: str, body: dict[str, Any], member: str, undo: str
) -> None:
    async with running() as here, running("b", member=neighbour) as there:
        way, back = Way(here, there), Way(there, here)
        orders, names = [], []
        for _ in range(2):
            pedido = await here.open(itens=[COFFEE])
            await way.carry()
            path, key = f"/api/pedidos/{pedido['id']}", new_key(pedido["id"])
            asked = [
                (await each.ask("POST", f"{path}/{action}", body, idempotency_key=key)).json()
                for each in (here, there)
            ]
            orders.append(path)
            names.append([each[member][0]["id"] for each in asked])
        await way.carry()
        await back.carry()
        for path, name in ((orders[0], names[0][0]), (orders[1], names[1][1])):
            assert len((await here.get(path))[member]) == 1
            place = "descontos" if member == "descontos" else "gorjetas"
            undone = await here.ask("POST", f"{path}/{place}/{name}/{undo}", {"motivo": "engano"})
            assert undone.status_code == 200, undone.text
            assert undone.json()["desconto_centavos"] == undone.json()["gorjeta_centavos"] == 0
