"""The lag map: who lacks what, by which way it comes, what happens next."""

from typing import Any

import msgspec
import pytest

from crdt_models.ids import DeviceId
from crdt_models.replication.figures import Lag, LinkFigures, LinkStatistics
from peer.identity import Identity
from tests.peer.http_api.test_members import Member, Mesh, told

IN_STEP = LinkStatistics(
    peer=DeviceId(b"?" * 32),
    state="talking",
    letters="B",
    program="1",
    wanted=0,
    in_step=True,
    claims={},
    neighbours=frozenset(),
    round_trip=0.0124,
    clock_difference_ms=-3,
    figures=LinkFigures(),
)


@pytest.fixture
async def site(running: Any, identity: Identity) -> Any:
    """(shop, its mesh, the bar, the kitchen): both are members."""
    mesh, bar, kitchen = Mesh(), Member(identity, "B", "Bar"), Member(identity, "C", "Cozinha")
    async with running(mesh=mesh) as shop:
        for each in (bar, kitchen):
            await told(shop, each.chain.hex())
        yield shop, mesh, bar, kitchen


async def lags(shop: Any) -> dict[str, Any]:
    found = (await shop.get("/api/sync/malha"))["atrasos"]
    return {each["letras"]: each for each in found}


def talk_with(member: Member, **more: Any) -> LinkStatistics:
    return msgspec.structs.replace(IN_STEP, peer=member.device, **more)


async def test_a_terminal_that_nobody_reaches_is_to_be_looked_at(site: Any) -> None:
    shop, _, _, _ = site
    found = (await lags(shop))["B"]
    assert (found["ligado"], found["caminho"], found["proxima_acao"]) == (False, [], "ligar")
    assert (found["iguais"], found["falta_la"], found["autores"]) == (None, None, [])


async def test_two_that_have_the_same_have_nothing_to_do(site: Any) -> None:
    shop, mesh, bar, _ = site
    mesh.talks = {1: talk_with(bar, claims={shop.node.device: 4, bar.device: 2})}
    mesh.lag = {shop.node.device: Lag(4, 4), bar.device: Lag(2, 2)}
    found = (await lags(shop))["B"]
    assert (found["ligado"], found["caminho"], found["iguais"]) == (True, ["B"], True)
    assert (found["autores"], found["proxima_acao"]) == ([], "nada")
    assert (found["ida_e_volta_ms"], found["diferenca_relogio_ms"]) == (12, -3)


async def test_what_is_missing_on_either_side_is_counted_by_author(site: Any) -> None:
    shop, mesh, bar, _ = site
    claims = {shop.node.device: 4, bar.device: 9}
    mesh.talks = {1: talk_with(bar, claims=claims, in_step=False, wanted=1)}
    mesh.lag = {shop.node.device: Lag(7, 7), bar.device: Lag(5, 9)}
    found = (await lags(shop))["B"]
    assert (found["falta_receber"], found["falta_la"], found["buscando"]) == (4, 3, 1)
    assert [(it["letras"], it["aqui"], it["la"]) for it in found["autores"]] == [
        ("A", 7, 4),
        ("B", 5, 9),
    ]
    assert found["proxima_acao"] == "receber"
    mesh.talks = {1: talk_with(bar, claims={bar.device: 5}, in_step=False)}
    assert (await lags(shop))["B"]["proxima_acao"] == "enviar"


async def test_who_is_reached_through_another_is_waited_for(site: Any) -> None:
    shop, mesh, bar, kitchen = site
    mesh.talks = {1: talk_with(bar, neighbours=frozenset({kitchen.device, shop.node.device}))}
    mesh.lag = {kitchen.device: Lag(1, 6)}
    found = (await lags(shop))["C"]
    assert (found["ligado"], found["caminho"], found["falta_receber"]) == (False, ["B"], 5)
    assert found["proxima_acao"] == "esperar"
    assert "caminho" in found["proxima_acao_texto"]


async def test_a_link_that_only_greets_is_none_yet(site: Any) -> None:
    shop, mesh, bar, _ = site
    mesh.talks = {1: talk_with(bar, state="greeting")}
    assert (await lags(shop))["B"]["ligado"] is False
