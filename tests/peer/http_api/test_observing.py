"""The log on a screen, and what a terminal keeps but cannot use."""

from pathlib import Path
from typing import Any

import pytest

from crdt_models.fact import Fact
from crdt_models.ids import DocumentId
from peer.identity import Identity
from peer.service.logs import LogFile, Sink, make_logger
from tests.peer.http_api.conftest import START_MS
from tests.peer.http_api.test_members import Member


class OfALaterVersion(Fact, frozen=True, tag="of_a_later_version_of_the_api"):
    """Nothing here knows it."""

    MUST_UNDERSTAND = True


async def lines(shop: Any, query: str = "") -> list[str]:
    found = await shop.get(f"/api/logs{query}")
    return [each["evento"] for each in found["linhas"]]


async def test_the_log_is_filtered_and_goes_back_in_time(shop: Any, tmp_path: Path) -> None:
    assert await lines(shop) == []
    clock = iter(range(START_MS, START_MS + 10))
    sink = Sink(file=LogFile(tmp_path / "log" / "malha.log"))
    logger = make_logger(sink, lambda: next(clock))
    logger.info("link_up", terminal="B")
    logger.warning("link_slowed", terminal="B")
    logger.error("batch_not_durable", reason="disco cheio", token="123")
    sink.close()
    assert await lines(shop) == ["batch_not_durable", "link_slowed", "link_up"]
    assert await lines(shop, "?nivel=warning") == ["batch_not_durable", "link_slowed"]
    assert await lines(shop, "?busca=DISCO") == ["batch_not_durable"]
    assert await lines(shop, "?busca=terminal=b&limite=1") == ["link_slowed"]
    newest = (await shop.get("/api/logs"))["linhas"][0]
    assert newest["dados"] == {"reason": "disco cheio", "token": "***"}
    assert await lines(shop, f"?antes={newest['em']}") == ["link_slowed", "link_up"]
    assert (await shop.ask("GET", "/api/logs?nivel=loud")).status_code == 422


@pytest.fixture
def bar(identity: Identity) -> Member:
    return Member(identity, "B", "Bar")


async def test_nothing_is_held_in_an_ordinary_shop(shop: Any) -> None:
    await shop.open()
    held = await shop.get("/api/sync/retidas")
    assert held.pop("recusadas_pela_nuvem") is None
    assert held.pop("faltando") == held.pop("nao_entendidos") == []
    assert set(held.values()) == {0}


async def test_what_cannot_be_used_yet_is_told(shop: Any, bar: Member) -> None:
    pedido = await shop.open()
    document = DocumentId(f"order:{pedido['id']}")
    opening = bar.opens(bar.chain, START_MS)
    lost = bar.writes(document, OfALaterVersion(), START_MS + 1)
    later = bar.writes(document, OfALaterVersion(), START_MS + 2)
    await shop.node.receive([later], source=1)
    held = await shop.get("/api/sync/retidas")
    assert (held["esperando_autor"], held["nao_entendidos"]) == (1, [])
    await shop.node.receive([opening, b"no change at all"], source=1)
    held = await shop.get("/api/sync/retidas")
    assert (held["esperando_autor"], held["recusadas"], held["total_faltando"]) == (0, 1, 1)
    assert held["faltando"][0]["dispositivo"] == bar.device.hex()
    assert [each["documento"] for each in held["nao_entendidos"]] == [document]
    assert held["nao_entendidos"][0]["tipos"] == ["of_a_later_version_of_the_api"]
    await shop.node.receive([lost], source=1)
    held = await shop.get("/api/sync/retidas")
    assert (held["total_faltando"], len(held["nao_entendidos"][0]["fatos"])) == (0, 2)
