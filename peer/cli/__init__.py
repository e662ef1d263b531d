"""`malha`: the command line of a terminal.

Settings come from the environment (`malha settings` lists them); commands only say what to do.
Every error that can be expected is shown as one sentence and what to do about it, in Portuguese.
"""

import signal
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import click
import msgspec
import trio

import crdt_models
from peer.cli.catalog import catalog
from peer.cli.front_ends import front_end
from peer.cli.membership import invite, join, recover, site
from peer.cli.program import Program, config, environment_variables
from peer.cli.status import status

# SIGBREAK: how a Windows program is asked to end; no other system has it.
_STOPPING = [signal.SIGINT, signal.SIGTERM, *filter(None, [getattr(signal, "SIGBREAK", None)])]


@click.group(cls=Program)
@click.version_option(
    crdt_models.__version__,
    prog_name="malha",
    message="%(prog)s, versão %(version)s",
    help="Mostra a versão.",
)
def main() -> None:
    """Malha: terminais de uma loja que vendem juntos, sem servidor central."""


for _command in (site, invite, join, recover, front_end, catalog, status):
    main.add_command(_command)


@main.command()
@click.option(
    "--rebuild",
    is_flag=True,
    help="O banco de dados foi perdido ou está danificado: guarda o que houver, recomeça vazio e"
    " busca tudo nos outros terminais.",
)
def run(rebuild: bool) -> None:
    """Liga este terminal e o mantém ligado (Ctrl-C desliga)."""
    from peer.environment import RealEnvironment
    from peer.service.logs import LogFile, adopt_standard_logging, make_logger, stderr_sink
    from peer.terminal import Ready, open_log, rebuild_log, run_terminal

    settings = config()
    _warn_of_misspelt()
    sink = stderr_sink(LogFile(settings.log))
    logger = make_logger(sink, RealEnvironment().wall_ms)
    adopt_standard_logging(logger, level=20)

    def ready(started: Ready) -> None:
        # Scripts and people wait for this line.
        click.echo(f"malha {started.letters} pronto {started.api} links {','.join(started.links)}")

    async def until(stopping: trio.Event) -> None:
        opening = partial(rebuild_log, told=_tell_set_aside) if rebuild else open_log
        await run_terminal(settings, ready, stopping=stopping, opening=opening)

    trio.run(_until_signalled, until)


def _tell_set_aside(path: Path) -> None:
    click.echo(
        f"aviso: o banco de dados não pôde ser lido e foi guardado em {path}; este terminal"
        " recomeça vazio, busca tudo nos outros e precisa de chaves novas (malha front-end add)",
        err=True,
    )


def _warn_of_misspelt() -> None:
    from peer.config import SETTINGS
    from peer.service.settings import misspelt

    for name in misspelt(environment_variables(), SETTINGS, "MALHA_"):
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


@main.command("settings")
def list_settings() -> None:
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
