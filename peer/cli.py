"""`malha`: the command line of a terminal.

Settings come from the environment (`malha settings` lists them); commands only say what to do.
Every error that can be expected is shown as one sentence and what to do about it, in Portuguese.
"""

import errno
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar
from urllib.parse import quote

import click
import msgspec
import trio

import crdt_models
from crdt_models.errors import MalhaError
from peer.config import Config, read_config

if TYPE_CHECKING:
    from peer.http_api.front_ends import FrontEnds

T = TypeVar("T")
ALL_INTERFACES = "0.0.0.0"
# SIGBREAK: how a Windows program is asked to end; no other system has it.
_STOPPING = [signal.SIGINT, signal.SIGTERM, *filter(None, [getattr(signal, "SIGBREAK", None)])]
OPERATING_ERROR = 1  # exit code of an expected error; click uses 2 for wrong usage


class PortInUse(MalhaError):
    """Another program listens where this one must."""

    code = "port_in_use"
    sentence = "A port is taken: {reason}."
    cure = "End the other program, or change PORT (API) or MALHA_LINK_PORT (other terminals)."


class SystemRefused(MalhaError):
    """A file, folder or socket cannot be used."""

    code = "os_error"
    sentence = "The system refused: {reason}."
    cure = "Check the path, its permissions and the free disk space."


class _Group(click.Group):
    """Shows expected errors as a few lines instead of a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (MalhaError, OSError) as error:
            _fail(error)
        except BaseExceptionGroup as group:
            expected = _single(group)
            if expected is None:
                raise
            _fail(expected)


def _single(group: BaseExceptionGroup[BaseException]) -> MalhaError | OSError | None:
    """The one expected error that ended a nursery, however deep."""
    leaves: list[BaseException] = [group]
    while leaves and isinstance(leaves[0], BaseExceptionGroup):
        leaves = [*leaves[0].exceptions, *leaves[1:]]
    found = leaves[0] if len(leaves) == 1 else None
    return found if isinstance(found, MalhaError | OSError) else None


def _fail(error: MalhaError | OSError) -> NoReturn:
    """What happened, this time and in general, and what to do. Exits."""
    from peer.administration import RefusedByTerminal
    from peer.service.problem_texts import PROBLEMS

    if isinstance(error, RefusedByTerminal):
        told = {name: str(value) for name, value in error.details.items()}
        _tell(told["title"], told["problem"], told["detail"], told["cure"])

    known = error if isinstance(error, MalhaError) else _named(error)
    text = PROBLEMS.get(known.code)
    if text is None:
        _tell(str(known).removesuffix("."), known.code, "", known.cure)
    _tell(text.title, known.code, text.told(known.details) if text.detail else "", text.cure)


def _named(error: OSError) -> MalhaError:
    reason = error.strerror or str(error)
    if error.filename:
        reason = f"{error.filename}: {reason}"
    if error.errno == errno.EADDRINUSE:
        return PortInUse(reason=reason)
    return SystemRefused(reason=reason)


def _tell(title: str, code: str, detail: str, cure: str) -> NoReturn:
    click.echo(f"erro: {title} ({code})", err=True)
    if detail.removesuffix(".") not in ("", title):
        click.echo(f"      {detail}", err=True)
    click.echo(f"solução: {cure}", err=True)
    sys.exit(OPERATING_ERROR)


def _config() -> Config:
    import os

    return read_config(os.environ)


@click.group(cls=_Group)
@click.version_option(crdt_models.__version__, prog_name="malha")
def main() -> None:
    """Malha: terminais de uma loja que vendem juntos, sem servidor central."""


@main.command()
@click.option(
    "--rebuild",
    is_flag=True,
    help="O banco de dados foi perdido: recomeça vazio e busca tudo nos outros terminais.",
)
def run(rebuild: bool) -> None:
    """Liga este terminal e o mantém ligado (Ctrl-C desliga)."""
    from peer.environment import RealEnvironment
    from peer.service.logs import LogFile, adopt_standard_logging, make_logger, stderr_sink
    from peer.terminal import Ready, run_terminal

    config = _config()
    _warn_of_misspelt()
    sink = stderr_sink(LogFile(config.log))
    logger = make_logger(sink, RealEnvironment().wall_ms)
    adopt_standard_logging(logger, level=20)

    def ready(started: Ready) -> None:
        # Scripts and people wait for this line.
        click.echo(f"malha {started.letters} pronto {started.api} links {','.join(started.links)}")

    async def until(stopping: trio.Event) -> None:
        await run_terminal(config, ready, stopping=stopping, rebuild=rebuild)

    trio.run(_until_signalled, until)


def _warn_of_misspelt() -> None:
    import os

    from peer.config import SETTINGS
    from peer.service.settings import misspelt

    for name in misspelt(os.environ, SETTINGS, "MALHA_"):
        click.echo(f"aviso: {name} não é uma variável do Malha (malha settings)", err=True)


async def _until_signalled(task: Callable[[trio.Event], Awaitable[None]]) -> None:
    """The first signal asks the task to stop in order, the second one ends it at once."""
    stopping = trio.Event()
    with trio.open_signal_receiver(*_STOPPING) as signals:
        async with trio.open_nursery() as nursery:

            async def stop() -> None:
                async for _ in signals:
                    if stopping.is_set():
                        nursery.cancel_scope.cancel()
                    stopping.set()

            nursery.start_soon(stop)
            await task(stopping)
            nursery.cancel_scope.cancel()


@main.group()
def site() -> None:
    """O estabelecimento a que este terminal pertence."""


@site.command("create")
@click.option("--name", required=True, help="Nome deste terminal, por exemplo Balcão.")
@click.option("--letters", default="A", show_default=True, help="Letras nos números dos pedidos.")
def site_create(name: str, letters: str) -> None:
    """Funda um estabelecimento; este terminal é o primeiro administrador."""
    from peer.environment import RealEnvironment
    from peer.identity import Place, create_site
    from peer.terminal import open_log

    config, environment = _config(), RealEnvironment()
    created = create_site(
        Place(config.home, config.key_file),
        name=name,
        letters=letters,
        wall_seconds=environment.wall_ms() // 1000,
        dice=environment.dice,
    )
    open_log(config, create=True).close()
    click.echo(f"estabelecimento {created.identity.site.hex()}")
    click.echo(f"terminal {created.identity.letters} {created.identity.device.hex()}")
    click.echo(f"código de recuperação: {created.recovery_code}")
    click.echo("Anote o código e guarde-o fora da loja: ele não fica neste computador.")


@main.command()
@click.option("--letters", required=True, help="Letras do novo terminal, por exemplo B.")
@click.option("--name", default="", help="Nome do novo terminal; vazio: ele escolhe.")
@click.option("--host", default=None, help="Endereço em que esperar; padrão: todos.")
@click.option("--port", default=3003, show_default=True, help="Porta em que esperar; 0: livre.")
def invite(letters: str, name: str, host: str | None, port: int) -> None:
    """Convida um novo terminal: mostra um convite que vale por 5 minutos, uma vez."""
    from peer.environment import RealEnvironment
    from peer.identity import load
    from peer.links.address_book import join_address
    from peer.links.interfaces import own_addresses
    from peer.links.pairing import invite as invite_terminal

    config = _config()
    identity = load(config.home)
    own = own_addresses() if config.link_host == ALL_INTERFACES else [config.link_host]

    async def wait() -> None:
        admitted = await invite_terminal(
            identity,
            host=host,
            port=port,
            name=name,
            letters=letters,
            environment=RealEnvironment(),
            show=lambda text: click.echo(f"convite: {text}"),
            link_addresses=[join_address(each, config.link_port) for each in own],
        )
        certificate = admitted.certificate
        click.echo(f"entrou: terminal {certificate.letters} {certificate.name}")

    trio.run(wait)


@main.command()
@click.argument("invitation")
@click.option("--name", default="", help="Nome deste terminal, por exemplo Cozinha.")
def join(invitation: str, name: str) -> None:
    """Entra em um estabelecimento com o convite mostrado por `malha invite`."""
    from peer.environment import RealEnvironment
    from peer.identity import Place
    from peer.links.pairing import join as join_site

    config = _config()
    place = Place(config.home, config.key_file)

    async def enter() -> None:
        joined = await join_site(invitation, place, name, environment=RealEnvironment())
        identity = joined.identity
        _remember(config, joined.addresses)
        click.echo(f"terminal {identity.letters} {identity.name} {identity.device.hex()}")
        click.echo(f"estabelecimento {identity.site.hex()}")

    trio.run(enter)


def _remember(config: Config, addresses: Sequence[str]) -> None:
    """Where the inviter's links are: the new terminal's first way into the shop."""
    from peer.mesh import REMEMBERED
    from peer.storage.records import Batch
    from peer.terminal import open_log

    log = open_log(config, create=True)
    try:
        known = (log.setting(REMEMBERED) or "").split()
        together = "\n".join(dict.fromkeys([*addresses, *known]))
        log.append(Batch(settings={REMEMBERED: together}))
    finally:
        log.close()


@main.command()
@click.option("--name", required=True, help="Nome deste terminal.")
@click.option("--letters", required=True, help="Letras que nenhum outro terminal usa.")
def recover(name: str, letters: str) -> None:
    """Torna este terminal administrador com o código de recuperação (pedido em seguida)."""
    from peer.environment import RealEnvironment
    from peer.identity import Place, restore_admin
    from peer.terminal import open_log

    config, environment = _config(), RealEnvironment()
    code = click.prompt("Código de recuperação", hide_input=True)
    identity = restore_admin(
        Place(config.home, config.key_file),
        code,
        name=name,
        letters=letters,
        wall_seconds=environment.wall_ms() // 1000,
        dice=environment.dice,
    )
    open_log(config, create=True).close()
    click.echo(f"terminal {identity.letters} {identity.device.hex()}")
    click.echo(f"estabelecimento {identity.site.hex()}")


@main.group("front-end")
def front_end() -> None:
    """As chaves dos programas que usam a API deste terminal."""


@front_end.command("add")
@click.argument("name")
def front_end_add(name: str) -> None:
    """Cria uma chave para o programa NAME e a mostra, uma única vez."""
    answer = _administer("POST", "/api/front-ends", {"nome": name})
    if answer is None:
        key = _offline(lambda front_ends: front_ends.issue(name))
    else:
        key = str(answer["chave"])
    click.echo(key)


@front_end.command("list")
def front_end_list() -> None:
    """Lista os programas que têm chave."""
    answer = _administer("GET", "/api/front-ends")
    if answer is None:
        names = _offline(lambda front_ends: [each.name for each in front_ends.list()])
    else:
        names = [each["nome"] for each in answer["front_ends"]]
    for name in names:
        click.echo(name)


@front_end.command("revoke")
@click.argument("name")
def front_end_revoke(name: str) -> None:
    """Anula a chave do programa NAME."""
    if _administer("DELETE", f"/api/front-ends/{quote(name, safe='')}") is None:
        _offline(lambda front_ends: front_ends.revoke(name))
    click.echo(f"chave de {name} anulada")


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Escreve JSON, para programas.")
def status(as_json: bool) -> None:
    """Mostra o estado do terminal que está ligado neste computador."""
    from peer.administration import NoTerminalRunning

    terminal = _administer("GET", "/api/terminal")
    mesh = _administer("GET", "/api/sync/malha")
    relay = _administer("GET", "/api/sync/status")
    if terminal is None or mesh is None or relay is None:
        raise NoTerminalRunning
    if as_json:
        whole = {"terminal": terminal, "malha": mesh, "nuvem": relay}
        click.echo(msgspec.json.format(msgspec.json.encode(whole), indent=2).decode())
        return
    click.echo(f"terminal  {terminal['letras']} {terminal['nome']}  versão {terminal['versao']}")
    click.echo(f"loja      {terminal['loja']}")
    click.echo(f"registro  {terminal['posicao']} alterações  digest {terminal['digest']}")
    for link in mesh["ligacoes"]:
        click.echo(f"ligado a  {link['letras']} {link['nome']}  {link['endereco']}")
    if not mesh["ligacoes"]:
        click.echo("ligado a  nenhum outro terminal")
    click.echo(f"nuvem     {_relay_line(relay)}")


def _relay_line(relay: dict[str, Any]) -> str:
    if not relay["configurado"]:
        return "não configurada"
    state = "conectada" if relay["conectado"] else "sem conexão"
    return f"{state}  {relay['pendentes']} pendentes"


@main.command()
def settings() -> None:
    """Lista as variáveis de ambiente, seus padrões e o que fazem."""
    from peer.config import SETTINGS

    for setting in SETTINGS:
        shown = f" (padrão: {setting.default_text})" if setting.default_text else ""
        click.echo(f"{setting.name}{shown}\n    {setting.help}")


@main.command()
def openapi() -> None:
    """Escreve a descrição OpenAPI da API deste terminal."""
    from peer.http_api.app import openapi_document

    click.echo(msgspec.json.format(msgspec.json.encode(openapi_document()), indent=2).decode())


def _administer(method: str, path: str, body: object = None) -> dict[str, Any] | None:
    """Ask the running terminal; None when none runs here."""
    from peer.administration import administer

    return administer(_config().home, method, path, body)


def _offline(act: "Callable[[FrontEnds], T]") -> T:
    """Open the database of a terminal that is off, just for this."""
    from peer.environment import RealEnvironment
    from peer.http_api.front_ends import FrontEnds
    from peer.identity import load
    from peer.terminal import open_log

    config = _config()
    load(config.home)  # first of all: without a site there is no key and no database either
    log = open_log(config)
    try:
        return act(FrontEnds(log, RealEnvironment()))
    finally:
        log.close()
