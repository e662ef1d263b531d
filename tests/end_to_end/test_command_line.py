"""The command line as a stranger reads it: what it says, what it refuses, what it leaves alone.

Every refusal ends with exit code 1, a stable code, a sentence and a cure in Portuguese, and without
a traceback; whatever stood on the disk before stands there after.
"""

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import trio

from crdt_models.read_models import TABLES
from peer.config import SETTINGS
from peer.identity.key_files import load_database_key
from peer.storage.change_log import ChangeLog
from simulations.demo.processes import ended_with_us
from tests.end_to_end.tills import (
    RECOVERY_CODE,
    Done,
    Founded,
    Till,
    key_file_of,
    order_body,
    settings_of,
    tool,
)

Spoil = Callable[[Path, dict[str, str]], None]


def refused(ended: Done, code: str, *words: str) -> None:
    """Assert that a command was refused in the form that all refusals have."""
    told = ended.err
    assert ended.code == 1, told
    assert ended.out == ""
    assert "Traceback" not in told
    first, *rest = told.splitlines()
    assert first.startswith("erro: "), told
    assert first.endswith(f"({code})"), told
    assert rest[-1].startswith("solução: "), told
    assert len(told.splitlines()) <= 3
    for word in words:
        assert word in told


def contents(home: Path) -> Mapping[str, str]:
    """Digest of every file that matters (logs grow)."""
    files = [*home.rglob("*"), *home.parent.glob("*.key")]
    return {
        str(each): hashlib.sha256(each.read_bytes()).hexdigest()
        for each in files
        if each.is_file() and "log" not in each.relative_to(home.parent).parts
    }


def wrong_key(home: Path, settings: dict[str, str]) -> None:
    key_file_of(home).write_text("00" * 32, encoding="ascii")


def no_key(home: Path, settings: dict[str, str]) -> None:
    key_file_of(home).unlink()


def key_at_home(home: Path, settings: dict[str, str]) -> None:
    settings["MALHA_KEY_FILE"] = str(home / "inside.key")


def no_identity(home: Path, settings: dict[str, str]) -> None:
    (home / "identity").rename(home.with_name("away"))


def damaged_identity(home: Path, settings: dict[str, str]) -> None:
    for each in (home / "identity").iterdir():
        each.write_bytes(b"-----BEGIN NOTHING-----\n")


def no_database(home: Path, settings: dict[str, str]) -> None:
    (home / "malha.db").unlink()


def empty_database(home: Path, settings: dict[str, str]) -> None:
    (home / "malha.db").write_bytes(b"")


def cut_inside_its_first_page(home: Path, settings: dict[str, str]) -> None:
    os.truncate(home / "malha.db", 2000)


def cut_to_half(home: Path, settings: dict[str, str]) -> None:
    os.truncate(home / "malha.db", (home / "malha.db").stat().st_size // 2)


def cut_inside_its_last_page(home: Path, settings: dict[str, str]) -> None:
    """A terminal that was killed looks for damage when it starts."""
    path = home / "malha.db"
    log = ChangeLog.open(path, load_database_key(key_file_of(home)), tables=TABLES)
    log.close(orderly=False)
    os.truncate(path, path.stat().st_size - 1000)


def another_file(home: Path, settings: dict[str, str]) -> None:
    (home / "malha.db").write_bytes(b"SQLite format 3\0" + bytes(4080))


def newer_schema(home: Path, settings: dict[str, str]) -> None:
    log = ChangeLog.open(home / "malha.db", load_database_key(key_file_of(home)), tables=TABLES)
    with log._writer.transaction() as connection:
        connection.execute("INSERT INTO migration(step) VALUES ('9999-from-the-future')")
    log.close()


def bad_port(home: Path, settings: dict[str, str]) -> None:
    settings["PORT"] = "abc"


REFUSALS: list[tuple[Spoil, str, tuple[str, ...]]] = [
    (wrong_key, "wrong_key", ("chave", "MALHA_KEY_FILE")),
    (no_key, "key_missing", ("chave", "MALHA_KEY_FILE")),
    (key_at_home, "bad_setting", ("MALHA_KEY_FILE", "dentro de MALHA_HOME")),
    (no_identity, "no_identity", ("malha site create", "malha join")),
    (damaged_identity, "identity_damaged", ("pasta identity",)),
    (no_database, "database_missing", ("malha run --rebuild",)),
    (empty_database, "database_missing", ("malha run --rebuild",)),
    (another_file, "wrong_key", ("Nada foi alterado",)),
    (cut_inside_its_first_page, "wrong_key", ("MALHA_KEY_FILE", "malha run --rebuild")),
    (cut_to_half, "database_damaged", ("malha run --rebuild",)),
    (cut_inside_its_last_page, "database_damaged", ("malha run --rebuild", "troque o disco")),
    (newer_schema, "schema_too_new", ("versão", "Nada foi alterado")),
    (bad_port, "bad_setting", ("PORT", "'abc'", "0 a 65535")),
]


@pytest.mark.parametrize(
    ("spoil", "code", "words"), REFUSALS, ids=[each[0].__name__ for each in REFUSALS]
)
async def test_what_cannot_run_says_why_and_touches_nothing(
    home: Path, spoil: Spoil, code: str, words: tuple[str, ...]
) -> None:
    settings = settings_of(home)
    spoil(home, settings)
    before = contents(home)
    refused(await tool(settings, "run"), code, *words)
    if spoil in (no_identity, no_database, wrong_key):  # the other door to the database
        refused(await tool(settings, "front-end", "add", "outro"), code, *words)
    left = contents(home)
    left = {name: each for name, each in left.items() if not name.endswith("malha.db-lock")}
    before = {name: each for name, each in before.items() if not name.endswith("malha.db-lock")}
    assert left == before


async def test_a_taken_port_is_named(till: Till, founded: Founded, tmp_path: Path) -> None:
    other = tmp_path / "other"
    founded.copy_to(other)
    port = till.address.partition(":")[2]
    refused(await tool({**settings_of(other), "PORT": port}, "run"), "port_in_use", port)
    links = till.child.ready_line.rpartition(":")[2]
    settings = {**settings_of(other), "MALHA_LINK_PORT": links}
    refused(await tool(settings, "run"), "port_in_use", "MALHA_LINK_PORT")


async def test_a_lost_database_begins_empty_only_when_asked(founded: Founded, home: Path) -> None:
    (home / "malha.db").unlink()
    async with trio.open_nursery() as nursery:
        till = Till(founded, home, nursery, "peer", "run", "--rebuild")
        async with ended_with_us([till.child]):
            await till.start()
            assert (home / "malha.db").stat().st_size > 0
            async with till.client() as client:  # its key was in the lost database
                assert (await client.get("/api/pedidos")).status_code == 401


async def test_a_damaged_database_is_kept_aside_and_begun_anew_when_asked(
    founded: Founded, home: Path
) -> None:
    """The damage is met twice; what was moved aside stands there byte for byte."""
    damaged = (home / "malha.db").read_bytes()[:-1000]
    for number, length in ((1, len(damaged)), (2, 2000)):
        (home / "malha.db").write_bytes(damaged[:length])
        async with trio.open_nursery() as nursery:
            till = Till(founded, home, nursery, "peer", "run", "--rebuild")
            async with ended_with_us([till.child]):
                await till.start()
                refused(await tool(settings_of(home), "run", "--rebuild"), "database_in_use")
                await till.stop()
        aside = home / f"malha.db.danificado-{number}"
        assert aside.read_bytes() == damaged[:length]
        told = [line for line in till.log().splitlines() if str(aside) in line]
        assert any(line.startswith("aviso: ") and "foi guardado em" in line for line in told)
        assert any("database_set_aside" in line for line in told)
    async with trio.open_nursery() as nursery:
        till = Till(founded, home, nursery, "peer", "run", "--rebuild")
        async with ended_with_us([till.child]):
            await till.start()  # whole: it goes on with it
            assert not (home / "malha.db.danificado-3").exists()


async def test_a_site_is_founded_once(home: Path) -> None:
    refused(await tool(settings_of(home), "site", "create", "--name", "X"), "already_member")


async def test_a_home_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    settings = settings_of(tmp_path / "file" / "home")
    ended = await tool(settings, "site", "create", "--name", "X")
    refused(ended, "os_error", "permissões")


async def test_front_ends_while_the_terminal_is_off_and_while_it_runs(
    founded: Founded, home: Path
) -> None:
    off = await _add_list_revoke(settings_of(home))
    async with trio.open_nursery() as nursery:
        till = Till(founded, home, nursery)
        async with ended_with_us([till.child]):
            await till.start()
            on = await _add_list_revoke(till.settings)
            for key in (off, on):
                async with till.client(key) as client:
                    assert (await client.get("/api/pedidos")).status_code == 401


async def test_a_key_made_while_running_works_at_once_and_after_a_start(till: Till) -> None:
    key = (await tool(till.settings, "front-end", "add", "Balança")).out.strip()
    async with till.client(key) as client:
        assert (await client.get("/api/pedidos")).status_code == 200
    await till.kill()
    # The files of the killed boot are still there, and nobody listens: the database is opened.
    assert "Balança" in (await tool(till.settings, "front-end", "list")).out.splitlines()
    await till.start()
    async with till.client(key) as client:
        assert (await client.get("/api/pedidos")).status_code == 200
        ended = await tool(till.settings, "front-end", "revoke", "Balança")
        assert ended.out == "chave de Balança anulada\n"
        assert (await client.get("/api/pedidos")).status_code == 401


async def _add_list_revoke(settings: Mapping[str, str]) -> str:
    """The whole life of a key, by the command line. Returns the key, which is void."""
    name = "Salão 2 (tablet)"
    added = await tool(settings, "front-end", "add", name)
    assert (added.code, added.err) == (0, "")
    key = added.out.strip()
    assert key.startswith("mfe_")
    assert len(added.out.splitlines()) == 1
    refused(await tool(settings, "front-end", "add", name), "front_end_exists")
    assert (await tool(settings, "front-end", "list")).out.splitlines() == [name, "testes"]
    gone = await tool(settings, "front-end", "revoke", name)
    assert (gone.code, gone.out, gone.err) == (0, f"chave de {name} anulada\n", "")
    refused(await tool(settings, "front-end", "revoke", name), "front_end_unknown", name)
    return key


async def test_status_of_a_running_terminal(till: Till) -> None:
    async with till.client() as client:
        await client.post("/api/pedidos", json=order_body(1)[0])
    figures = await till.figures()
    shown = await tool(till.settings, "status")
    assert (shown.code, shown.err) == (0, "")
    assert shown.out.startswith("terminal  A Caixa  versão ")
    assert f"registro  {figures['posicao']} alterações  digest {figures['digest']}" in shown.out
    assert "nenhum outro terminal" in shown.out
    assert "não configurada" in shown.out
    # No proxy: the administrator's key would travel with the question.
    proxied = {**till.settings, "HTTP_PROXY": "http://127.0.0.1:9", "ALL_PROXY": "http://[::1]:9"}
    whole = json.loads((await tool(proxied, "status", "--json")).out)
    assert whole["terminal"]["digest"] == figures["digest"]
    assert whole["malha"]["ligacoes"] == []
    assert not whole["nuvem"]["configurado"]
    await till.kill()
    refused(await tool(till.settings, "status"), "no_terminal_running", "malha run")


async def test_openapi_on_the_command_line_is_the_one_that_is_served(till: Till) -> None:
    printed = await tool({}, "openapi")
    assert (printed.code, printed.err) == (0, "")
    async with till.client(key="") as client:
        served = (await client.get("/openapi.json")).json()
    assert json.loads(printed.out) == served
    assert served["openapi"].startswith("3.")
    assert "/api/pedidos/{id}" in served["paths"]


async def test_settings_lists_every_variable_and_no_value() -> None:
    token = "canary-of-a-secret"
    shown = await tool({"API_NUVEM_TOKEN": token}, "settings")
    assert (shown.code, shown.err) == (0, "")
    for setting in SETTINGS:
        assert setting.name in shown.out
        assert setting.help in shown.out
    assert token not in shown.out
    assert "None" not in shown.out


async def test_help_names_every_command() -> None:
    shown = await tool({}, "--help")
    assert shown.code == 0
    for command in "front-end invite join openapi recover run settings site status".split():
        assert f"  {command} " in shown.out
    assert (await tool({}, "nada")).code == 2


async def test_a_misspelt_variable_is_said_so(tmp_path: Path) -> None:
    ended = await tool({**settings_of(tmp_path / "home"), "MALHA_LETERS": "B"}, "run")
    assert ended.err.startswith("aviso: MALHA_LETERS ")
    assert "(no_identity)" in ended.err


async def test_no_secret_is_in_any_log(till: Till, founded: Founded) -> None:
    """Keys go through good requests, bad ones, faults and a restart; then every log is searched."""
    wrong = "mfe_" + "x" * 43
    async with till.client() as client:
        await client.post("/api/pedidos", json=order_body(1)[0])
        await client.get("/api/pedidos", headers={"x-api-key": wrong})
        await client.get(f"/api/pedidos?chave={wrong}")
        await client.post("/entrar", json={"chave": till.key})
        await client.post("/api/pedidos", content=b"{", headers={"content-type": "text/plain"})
    async with till.socket():
        pass
    await till.raw(f"GET /\xff HTTP/1.1\r\nx-api-key: {till.key}\r\n\r\n".encode("latin-1"))
    added = (await tool(till.settings, "front-end", "add", "outro")).out.strip()
    token = (till.home / "admin-token").read_text(encoding="ascii")
    await till.stop()
    await till.start()
    await till.stop()
    files = [each for each in till.home.parent.rglob("*") if each.is_file()]
    database_key = key_file_of(till.home).read_text(encoding="ascii").strip()
    secrets = [till.key, wrong, added, token, founded.recovery_code, database_key]
    log = till.log()
    assert log.count("pronto") == 2
    for secret in secrets:
        assert secret not in log
        assert secret.encode() not in (till.home / "malha.db").read_bytes()
    holders = {each.name for each in files if founded.recovery_code.encode() in each.read_bytes()}
    assert holders == set()
    if os.name == "posix":
        for name in ("admin-token", "identity", "../home.key"):
            assert (till.home / name).stat().st_mode & 0o077 == 0, name


async def test_the_recovery_code_is_shown_once_and_rebuilds_an_admin(
    founded: Founded, tmp_path: Path
) -> None:
    assert RECOVERY_CODE.fullmatch(f"código de recuperação: {founded.recovery_code}")
    wrong = await tool(settings_of(tmp_path / "b"), "recover", "--name", "B", "--letters", "B")
    assert wrong.code != 0
    assert "Traceback" not in wrong.err
    assert not (tmp_path / "b").exists()


async def test_a_catalog_comes_in_from_a_file(till: Till, tmp_path: Path) -> None:
    menu = tmp_path / "cardápio.csv"
    menu.write_text("Código;Nome;Preço\n1;Açaí;18,00\n2;Suco;1.234\n", encoding="cp1252")
    simulated = await tool(till.settings, "catalog", "import", str(menu), "--dry-run")
    assert simulated.code == 1  # a row was refused
    line, total = simulated.out.splitlines()
    assert line.startswith("linha 3, Preço “1.234”: pode ser R$ 1.234,00 ou R$ 1,234. Escreva")
    assert total == (
        "2 linhas: 1 produtos seriam criados, 0 alterados; 0 já estavam assim, 1 recusadas"
    )
    taken = await tool(till.settings, "catalog", "import", str(menu))
    assert "1 produtos foram criados" in taken.out
    shown = tmp_path / "cardápio.JSON"
    async with till.client() as client:
        found = await client.get("/api/produtos", params={"busca": "acai"})
        assert [each["nome"] for each in found.json()["produtos"]] == ["Açaí"]
        shown.write_bytes(found.content)
    again = await tool(till.settings, "catalog", "import", str(shown))
    assert (again.code, again.err) == (0, "")
    assert "1 já estavam assim" in again.out
    refused(await tool(till.settings, "catalog", "import", str(tmp_path / "nada")), "os_error")
    menu.write_text("x;y\n1;2\n")
    refused(await tool(till.settings, "catalog", "import", str(menu)), "unknown_columns", "x, y")
    await till.kill()
    refused(await tool(till.settings, "catalog", "import", str(menu)), "no_terminal_running")
