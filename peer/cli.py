"""`malha`: the command line of a terminal.

Settings come from the environment (`malha settings` lists them); commands only say what to do.
Every error that can be expected is shown as one sentence and what to do about it, in Portuguese.
"""

import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, NoReturn, TypeVar

import click
import httpx
import msgspec
import trio

import crdt_models
from crdt_models.errors import MalhaError
from peer.config import Config, read_config

if TYPE_CHECKING:
    from peer.http_api.front_ends import FrontEnds

T = TypeVar("T")
ALL_INTERFACES = "0.0.0.0"
OPERATING_ERROR = 1  # exit code of an expected error; click uses 2 for wrong usage


class _Group(click.Group):
    """Shows expected errors as two lines instead of a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except MalhaError as error:
            _fail(error)
        except BaseExceptionGroup as group:
            expected = _single(group)
            if expected is None:
                raise
            _fail(expected)
        except OSError as error:
            click.echo(f"erro: {error}", err=True)
            sys.exit(OPERATING_ERROR)


def _single(group: BaseExceptionGroup[BaseException]) -> MalhaError | None:
    """The one expected error that ended a nursery, however deep."""
    leaves: list[BaseException] = [group]
    while leaves and isinstance(leaves[0], BaseExceptionGroup):
        leaves = [*leaves[0].exceptions, *leaves[1:]]
    return leaves[0] if len(leaves) == 1 and isinstance(leaves[0], MalhaError) else None


def _fail(error: MalhaError) -> NoReturn:
    from peer.service.problem_texts import PROBLEMS

    text = PROBLEMS.get(error.code)
    click.echo(f"erro: {text.title if text else error} ({error.code})", err=True)
    if text:
        click.echo(f"      {error}", err=True)
    click.echo(f"solução: {text.cure if text else error.cure}", err=True)
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
    sink = stderr_sink(LogFile(config.log))
    logger = make_logger(sink, RealEnvironment().wall_ms)
    adopt_standard_logging(logger, level=20)

    def ready(started: Ready) -> None:
        # Scripts and people wait for this line.
        click.echo(f"malha {started.letters} pronto {started.api} links {','.join(started.links)}")

    trio.run(_until_signalled, lambda: run_terminal(config, ready, rebuild=rebuild))


async def _until_signalled(task: Callable[[], Awaitable[None]]) -> None:
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async with trio.open_nursery() as nursery:

            async def stop() -> None:
                async for _ in signals:
                    nursery.cancel_scope.cancel()

            nursery.start_soon(stop)
            await task()
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


@front_end.command("revoke")
@click.argument("name")
def front_end_revoke(name: str) -> None:
    """Anula a chave do programa NAME."""
    if _administer("DELETE", f"/api/front-ends/{name}", None) is None:
        _offline(lambda front_ends: front_ends.revoke(name))
    click.echo(f"chave de {name} anulada")


@main.command()
def status() -> None:
    """Mostra o estado do terminal que está ligado neste computador."""
    answer = _administer("GET", "/api/sync/malha", None)
    if answer is None:
        raise click.ClickException("nenhum terminal ligado neste computador (malha run)")
    click.echo(msgspec.json.format(msgspec.json.encode(answer), indent=2).decode())


@main.command()
def settings() -> None:
    """Lista as variáveis de ambiente, seus padrões e o que fazem."""
    from peer.config import SETTINGS

    for setting in SETTINGS:
        shown = setting.shown or setting.default
        click.echo(f"{setting.name} ({'not set' if shown in (None, ()) else shown})")
        click.echo(f"    {setting.help}")


@main.command()
def openapi() -> None:
    """Escreve a descrição OpenAPI da API deste terminal."""
    from peer.http_api.app import openapi_document

    click.echo(msgspec.json.format(msgspec.json.encode(openapi_document()), indent=2).decode())


def _administer(method: str, path: str, body: object | None) -> dict[str, object] | None:
    """Ask the running terminal; None when none runs here. Raises ClickException on a refusal."""
    from peer.terminal import ADMIN_TOKEN, API_ADDRESS

    home = _config().home
    try:
        token = (home / ADMIN_TOKEN).read_text(encoding="ascii")
        address = (home / API_ADDRESS).read_text(encoding="ascii")
        answer = httpx.request(
            method, address + path, json=body, headers={"x-api-key": token}, timeout=10
        )
    except (FileNotFoundError, httpx.ConnectError):
        return None
    if answer.status_code >= 400:
        raise click.ClickException(answer.text)
    value: dict[str, object] = answer.json() if answer.content else {}
    return value


def _offline(act: "Callable[[FrontEnds], T]") -> T:
    """Open the database of a terminal that is off, just for this."""
    from peer.environment import RealEnvironment
    from peer.http_api.front_ends import FrontEnds
    from peer.terminal import open_log

    log = open_log(_config())
    try:
        return act(FrontEnds(log, RealEnvironment()))
    finally:
        log.close()
