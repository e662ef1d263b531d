"""What the commands of `malha` share: how they speak, fail, and reach this machine's terminal.

Rules of this file:
1. Every error that can be expected is shown as a few lines in Portuguese: what happened, and what
   to do about it. Anything else is our fault and shows its traceback.
2. A command asks the running terminal. Only when none runs does it open the database, for as short
   as it can; two commands at once wait for one another.
"""

import errno
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn

import click
import trio

from crdt_models.errors import MalhaError
from peer.cli.portuguese import speaking_portuguese
from peer.config import Config, read_config

if TYPE_CHECKING:
    from peer.storage.change_log import ChangeLog

OPERATING_ERROR = 1  # exit code of an expected error; click uses 2 for wrong usage
_WAIT_SECONDS = 5.0  # for another command that has the database: each needs some 10 ms of it
_LOOK_SECONDS = 0.1


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


class Command(click.Command):
    """A command whose usage line is in Portuguese."""

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [_piece(each) for each in super().collect_usage_pieces(ctx)]


class Program(click.Group):
    """A group of commands; the outermost one speaks Portuguese and shows expected errors."""

    command_class = Command
    group_class = type

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [_piece(each) for each in super().collect_usage_pieces(ctx)]

    def main(self, *arguments: Any, **options: Any) -> Any:
        with speaking_portuguese():
            return super().main(*arguments, **options)

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


def _piece(piece: str) -> str:
    return piece.replace("OPTIONS", "OPÇÕES").replace("COMMAND", "COMANDO")


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


def environment_variables() -> Mapping[str, str]:
    """Of this process."""
    import os

    return os.environ


def config() -> Config:
    """The settings of this machine. Raises BadSetting."""
    return read_config(environment_variables())


def administer(method: str, path: str, body: object = None) -> dict[str, Any] | None:
    """Ask the running terminal; None when none runs here."""
    from peer.administration import administer as ask

    return ask(config().home, method, path, body)


async def opened(settings: Config, *, create: bool = False) -> "ChangeLog":
    """The log of a terminal that is off; the caller closes it soon. Raises what `open_log` does."""
    from peer.service.sqlite_errors import DatabaseInUse
    from peer.terminal import open_log

    deadline = trio.current_time() + _WAIT_SECONDS
    while True:
        try:
            return open_log(settings, create=create)
        except DatabaseInUse:
            if trio.current_time() > deadline:
                raise
            await trio.sleep(_LOOK_SECONDS)
