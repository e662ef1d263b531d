"""Founding, inviting and joining with real processes on loopback, as an owner does it."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from re import compile as pattern
from typing import Any

import trio

from crdt_models.ids import TRUST
from crdt_models.read_models import TABLES
from peer.identity import load
from peer.identity.key_files import load_database_key
from peer.storage.change_log import ChangeLog
from simulations.demo.processes import Child, ended_with_us
from tests.end_to_end.tills import (
    PATIENCE_SECONDS,
    Done,
    Founded,
    Till,
    key_file_of,
    order_body,
    settings_of,
    tool,
)

INVITATION = pattern(r"^convite: (\S+)$")
HERE = ("--host", "127.0.0.1", "--port", "0")
LOOK_SECONDS = 0.05


class Invited:
    """An invitation that stands: its text, and the process that waits."""

    def __init__(self, child: Child, log: Path) -> None:
        found = INVITATION.match(child.ready_line)
        assert found is not None
        self.text = found[1]
        self._child = child
        self._log = log

    async def over(self) -> str:
        """All that it said."""
        with trio.fail_after(PATIENCE_SECONDS):
            await self._child.ended()
        return self._log.read_text("utf-8")


@asynccontextmanager
async def invitation(home: Path, *options: str) -> AsyncIterator[Invited]:
    log = home.with_suffix(".invite.log")
    log.unlink(missing_ok=True)
    child = Child(
        "invite", ["peer", "invite", *options, *HERE], settings_of(home), log, may_end=True
    )
    async with trio.open_nursery() as nursery, ended_with_us([child]):
        await nursery.start(child.run, INVITATION)
        yield Invited(child, log)


async def joined(admin: Path, home: Path, *options: str, name: str = "") -> str:
    """Let a new terminal in, or renew one. What the inviter said."""
    async with invitation(admin, *options) as invited:
        ended = await tool(settings_of(home), "join", invited.text, "--name", name)
        assert ended.code == 0, ended.err
        return await invited.over()


def refused(ended: Done, *words: str) -> None:
    assert ended.code == 1, ended.err
    assert "(letters_in_use)" in ended.err
    assert all(word in ended.err for word in words), ended.err


def admissions_in(home: Path) -> int:
    """Facts of the trust document in the database of a terminal that is off."""
    log = ChangeLog.open(home / "malha.db", load_database_key(key_file_of(home)), tables=TABLES)
    try:
        return len(log.touching(TRUST))
    finally:
        log.close()


async def roster(till: Till) -> dict[str, str]:
    """Letters to names, as the terminal's own program sees the others."""
    return {each["letras"]: each["nome"] for each in await members(till)}


async def members(till: Till) -> list[dict[str, Any]]:
    async with till.client() as client:
        found: list[dict[str, Any]] = (await client.get("/api/sync/malha")).json()["conhecidos"]
        return found


async def until_it_sees(till: Till, wanted: dict[str, str]) -> None:
    with trio.fail_after(PATIENCE_SECONDS):
        while True:  # another process's state: there is nothing of ours to wait for
            if await roster(till) == wanted:
                return
            await trio.sleep(LOOK_SECONDS)


async def a_till(founded: Founded, home: Path, nursery: trio.Nursery, *peers: Till) -> Till:
    """The terminal of this home, running, with a key for us."""
    key = (await tool(settings_of(home), "front-end", "add", "teste")).out.strip()
    known = Founded(founded.home, key, "")
    addresses = [each.child.ready_line.rpartition(" ")[2] for each in peers]
    till = Till(known, home, nursery, MALHA_PEERS=",".join(addresses))
    await till.start()
    return till


async def test_two_terminals_join_and_everyone_sees_the_roster(
    founded: Founded, home: Path, tmp_path: Path
) -> None:
    """B is let in while A is off, C while A runs; B has never run when it is first seen."""
    b, c = tmp_path / "b", tmp_path / "c"
    assert "letras: B\n" in await joined(home, b, name="Bar")
    refused(
        await tool(settings_of(home), "invite", "--letters", "b", *HERE),
        "As letras B são de Bar. Livres: C, D, E, F, G.",
    )
    async with trio.open_nursery() as nursery:
        first = await a_till(founded, home, nursery)
        async with ended_with_us([first.child]):
            assert await roster(first) == {"B": "Bar"}
            assert "entrou: terminal C Cozinha" in await joined(home, c, name="Cozinha")
            assert await roster(first) == {"B": "Bar", "C": "Cozinha"}
            for taken, holder in {"A": "Caixa", "B": "Bar", "C": "Cozinha"}.items():
                ended = await tool(first.settings, "invite", "--letters", taken, *HERE)
                refused(ended, f"As letras {taken} são de {holder}. Livres: D, E, F, G, H.")
            third = await a_till(founded, c, nursery, first)
            async with ended_with_us([third.child]):
                await until_it_sees(third, {"A": "Caixa", "B": "Bar"})
                second = await a_till(founded, b, nursery, first, third)
                async with ended_with_us([second.child]):
                    await until_it_sees(second, {"A": "Caixa", "C": "Cozinha"})
                    shown = await tool(second.settings, "status")
                    assert shown.code == 0, shown.err
                    await second.stop()
                assert "C Cozinha" in shown.out
                (absent,) = [each for each in await members(third) if each["letras"] == "B"]
                await third.stop()
            assert not absent["ligado"]
            await first.stop()
    assert {admissions_in(each) for each in (home, b, c)} == {2}
    assert absent["ligado_em"] is not None, "it was linked a moment ago"


async def test_an_order_is_answered_once_another_terminal_has_stored_it(
    founded: Founded, home: Path, tmp_path: Path
) -> None:
    """The terminal that took it is killed right after the answer, and never comes back."""
    other = tmp_path / "b"
    await joined(home, other, name="Bar")
    body, _ = order_body(1)
    async with trio.open_nursery() as nursery:
        second = await a_till(founded, other, nursery)
        async with ended_with_us([second.child]):
            first = await a_till(founded, home, nursery, second)
            async with ended_with_us([first.child]), first.client() as client:
                await until_it_sees(first, {"B": "Bar"})
                asked = "/api/pedidos?wait=peers:1&timeout=10s"
                taken = await client.post(asked, json=body)
                await first.kill()
            assert taken.headers["malha-durability"] == "peers:1"
            async with second.client() as client:
                found = await client.get(f"/api/pedidos/{taken.json()['id']}")
                alone = await client.post("/api/pedidos?wait=peers:1&timeout=50ms", json=body)
            assert (found.status_code, found.json()["numero"]) == (200, taken.json()["numero"])
            assert (alone.status_code, alone.headers["malha-durability"]) == (201, "local")


async def test_joining_again_renews_under_the_same_letters(
    founded: Founded, home: Path, tmp_path: Path
) -> None:
    b = tmp_path / "b"
    await joined(home, b, "--letters", "K", name="Bar")
    old = load(b)
    assert "entrou: terminal K Bar" in await joined(home, b)
    new = load(b)
    assert (new.device, new.letters, new.name) == (old.device, "K", "Bar")
    assert new.encoded_chain != old.encoded_chain


async def test_a_running_terminal_is_renewed_and_told_to_restart(
    founded: Founded, home: Path, tmp_path: Path
) -> None:
    b = tmp_path / "b"
    await joined(home, b, name="Bar")
    async with trio.open_nursery() as nursery:
        till = await a_till(founded, b, nursery)
        async with ended_with_us([till.child]):
            async with invitation(home) as invited:
                ended = await tool(till.settings, "join", invited.text)
                await invited.over()
            assert ended.code == 0, ended.err
            assert "reinicie o terminal" in ended.err
            await till.stop()


async def test_status_warns_of_a_certificate_that_ends(
    founded: Founded, home: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    """Of a terminal whose certificate was issued 395 days ago."""
    from peer.environment import RealDice, RealEnvironment
    from peer.identity import Place, install, keys_for_joining
    from peer.identity.membership import admit, applicant_of

    b = tmp_path / "b"
    admin, place = load(home), Place(b, key_file_of(b))
    keys = keys_for_joining(b, admin.site, RealDice())
    issued = RealEnvironment().wall_ms() // 1000 - 395 * 24 * 3600
    grant = admit(admin.issuing(), applicant_of(keys), letters="B", name="Bar", now_seconds=issued)
    install(place, keys, admin.root_der, grant, dice=RealDice())
    from peer.config import read_config
    from peer.terminal import open_log

    open_log(read_config(settings_of(b)), create=True).close()
    async with trio.open_nursery() as nursery:
        till = await a_till(founded, b, nursery)
        async with ended_with_us([till.child]):
            shown = await tool(till.settings, "status")
            whole = json.loads((await tool(till.settings, "status", "--json")).out)
            await till.stop()
    assert "atenção: o certificado do terminal B (Bar) vence em " in shown.out
    assert "`malha join CONVITE`" in shown.out
    assert [each in shown.out for each in whole["avisos"]] == [True]
