"""What every command of `malha-sim` does with its arguments and with whoever interrupts it.

Rules of this file:
1. What cannot be meant is refused before anything runs: exit code 2, with a sentence.
2. Ctrl-C and a termination signal end a run in order: its folders are gone, exit code 130.
3. A full or read-only disk is told as a sentence, exit code 2; 1 is for findings alone.
"""

import math
import os
import signal
from pathlib import Path
from types import FrameType
from typing import Any

import click

INTERRUPTED = 130  # exit code, as shells have it
STDOUT = "-"


class Program(click.Group):
    """The group of all commands."""

    def invoke(self, ctx: click.Context) -> Any:
        """Raises what the command raises, but for interruptions and the disk's failures."""
        signal.signal(signal.SIGTERM, _interrupt)
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)
        except OSError as error:
            raise click.UsageError(f"the system refused: {error}", ctx) from error
        except BaseExceptionGroup as group:
            if group.subgroup(KeyboardInterrupt) is not None:
                ctx.exit(INTERRUPTED)
            if (refused := _only(group, OSError)) is not None:
                raise click.UsageError(f"the system refused: {refused}", ctx) from group
            raise


class Minutes(click.FloatRange):
    """A number of minutes that ends."""

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        minutes = super().convert(value, param, ctx)
        if not math.isfinite(minutes):
            self.fail(f"{value} is no number of minutes.", param, ctx)
        return minutes


class Output(click.Path):
    """A file that can be written, or `-` for the screen where that is allowed."""

    def __init__(self, *, screen: bool = False) -> None:
        super().__init__(dir_okay=False)
        self._screen = screen

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        if value == STDOUT:
            return STDOUT if self._screen else self.fail("A name is needed.", param, ctx)
        path = Path(value)
        place = path if path.exists() else path.parent
        if path.is_dir() or not path.parent.is_dir() or not os.access(place, os.W_OK):
            self.fail(f"{value} cannot be written.", param, ctx)
        return str(value)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """A termination signal ends as Ctrl-C does, so that nothing is left behind: where trio runs, it
    decides where that is raised."""
    signal.raise_signal(signal.SIGINT)


def _only(group: BaseException, kind: type[OSError]) -> OSError | None:
    """The one exception in a group of groups, when it is of this kind."""
    while isinstance(group, BaseExceptionGroup) and len(group.exceptions) == 1:
        group = group.exceptions[0]
    return group if isinstance(group, kind) else None
