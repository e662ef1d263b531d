"""What no repair ends is said in words, on every terminal that holds it."""

import hashlib
from typing import Any

from crdt_models.certificates import AuthorOpened
from crdt_models.change import Change, Unsigned, sign_change
from crdt_models.fact import Fact
from crdt_models.ids import TERMINALS, ChangeId, CommandId, Epoch
from crdt_models.replication.messages import MAX_ENTRIES_PER_DEVICE
from peer.identity import Identity


def signed(identity: Identity, number: int, previous: tuple[ChangeId, ...], fact: Fact) -> Change:
    return sign_change(
        Unsigned(
            site=identity.site,
            device=identity.device,
            epoch=Epoch(b"hostile!"),
            sequence=1 + len(previous),
            previous=previous,
            hlc=number,
            business_day=20_000,
            operator=None,
            command_id=CommandId(hashlib.sha256(bytes([number])).digest()[:16]),
            seen=0,
            facts=((TERMINALS, fact),),
        ),
        identity.signing_key,
    )


async def test_more_forks_than_terminals_can_compare_are_told(shop: Any, identity: Any) -> None:
    fact = AuthorOpened(identity.encoded_chain)
    opening = signed(identity, 1, (), fact)
    forks = [signed(identity, 2 + n, (opening.id,), fact) for n in range(65)]
    await shop.node.receive([opening.data, *(each.data for each in forks[:-1])], source=1)
    assert len(forks) - 1 == MAX_ENTRIES_PER_DEVICE
    assert (await shop.get("/health"))["avisos"] == []
    assert (await shop.get("/api/sync/status"))["avisos"] == []

    await shop.node.receive([forks[-1].data], source=1)
    assert (await shop.get("/health"))["avisos"] == ["copias_demais"]
    (warning,) = (await shop.get("/api/sync/status"))["avisos"]
    assert (warning["codigo"], warning["letras"]) == ("copias_demais", "A")
    assert warning["dispositivo"] == identity.device.hex()
    assert warning["mensagem"].startswith("O terminal A gravou 65 históricos paralelos")


async def test_a_full_disk_is_told_until_something_is_stored_again(shop: Any) -> None:
    """SQLite itself says that there is no room: the database may not grow."""
    connection = shop.log._writer._connection
    (pages,) = connection.execute("PRAGMA page_count").fetchall()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")
    order = {"itens": [{"nome": "Pizza", "preco_unitario": 40}] * 100}
    for _ in range(2):
        refused = await shop.ask("POST", "/api/pedidos", order)
        assert refused.json()["code"] == "disk_full"
        assert (await shop.get("/health"))["avisos"] == ["disco_cheio"]
        (warning,) = (await shop.get("/api/sync/status"))["avisos"]
        assert (warning["codigo"], warning["letras"]) == ("disco_cheio", "A")
        assert "Libere espaço" in warning["mensagem"]
    connection.execute("PRAGMA max_page_count = 1000000")
    await shop.post("/api/pedidos", order, status=201)
    assert (await shop.get("/health"))["avisos"] == []
    assert (await shop.get("/api/sync/status"))["avisos"] == []
