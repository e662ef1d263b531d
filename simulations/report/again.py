"""`malha-sim replay FILE`: runs what a verdict file says, and says whether it was the same run.

Rules of this file:
1. The file is what `run --json FILE` wrote: its seed and choices decide the run, its digest says
   what came of it.
2. Another digest means that the program changed, or that a run is not repeatable; which of the two,
   the file cannot say. The first events that differ are shown where both were kept.
"""

from collections.abc import Collection, Iterator
from itertools import zip_longest

import msgspec
from msgspec import Struct

from simulations.campaign.service_run import Verdict, run
from simulations.faults.table import FAULTS
from simulations.mutants import MUTANTS
from simulations.scenarios.table import SCENARIOS

DIFFERENCES_SHOWN = 3


class NotAVerdict(Exception):
    """A file that `run --json` did not write."""


class Repeated(Struct, frozen=True):
    """before: as the file says · now: as it came out."""

    before: Verdict
    now: Verdict

    @property
    def same(self) -> bool:
        """Whether every event was equal."""
        return self.before.digest == self.now.digest

    def differences(self) -> Iterator[str]:
        """The first events that differ; nothing when none was kept, or other ones were."""
        if self.before.events != len(self.before.trace) or self.now.events != len(self.now.trace):
            return
        shown = 0
        for one, other in zip_longest(self.before.trace, self.now.trace):
            if one != other:
                yield f"was {one or 'nothing more'}"
                yield f"now {other or 'nothing more'}"
                shown += 1
            if shown == DIFFERENCES_SHOWN:
                return


def read_verdict(data: bytes) -> Verdict:
    """Raises NotAVerdict, also for names that this version of the program does not know."""
    try:
        verdict = msgspec.json.decode(data, type=Verdict)
    except msgspec.DecodeError as error:
        raise NotAVerdict(f"this is not what `run --json` writes: {error}") from error
    choices = verdict.choices
    named: list[tuple[str, Collection[str], Collection[str]]] = [
        ("scenario", [choices.scenario] if choices.scenario else [], SCENARIOS),
        ("mutant", [choices.mutant] if choices.mutant else [], MUTANTS),
        ("fault", choices.faults or (), FAULTS),
    ]
    for kind, names, there in named:
        for name in names:
            if name not in there:
                raise NotAVerdict(f"there is no {kind} {name} here")
    return verdict


def repeat(before: Verdict) -> Repeated:
    """Run it again, in this process."""
    return Repeated(before, run(before.seed, before.choices))
