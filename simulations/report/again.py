"""`malha-sim replay FILE`: runs what a verdict file says, and says whether it was the same run.

Rules of this file:
1. The file is what `run --json FILE` wrote: its seed and choices decide the run, its digest says
   what came of it.
2. Another digest means that the program changed, or that a run is not repeatable; which of the two,
   the file cannot say. The first events that differ are shown where both were kept.
"""

from collections.abc import Iterator
from itertools import zip_longest

import msgspec
from msgspec import Struct

from simulations.campaign.service_run import Verdict, run

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
    """Raises NotAVerdict."""
    try:
        return msgspec.json.decode(data, type=Verdict)
    except msgspec.DecodeError as error:
        raise NotAVerdict(f"this is not what `run --json` writes: {error}") from error


def repeat(before: Verdict) -> Repeated:
    """Run it again, in this process."""
    return Repeated(before, run(before.seed, before.choices))
