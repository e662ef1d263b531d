"""Mutants of links: who is let in, which of two links stays, and when one is given up."""

from typing import Any

from crdt_models.replication import compose
from crdt_models.replication.link import Link
from peer.mesh import Mesh
from simulations.mutants.patching import Patcher, mutant


@mutant("image_cloned", relay=False)
def clone_taken_for_the_same_process(patch: Patcher) -> None:
    """Two machines with one identity are one device: the link to one ends that to the other."""

    def around(before: Any) -> Any:
        def admit(self: Any, link: Any) -> Any:
            for line in self._lines.values():
                same = line.link.peer.device == link.peer.device
                if same and line.link.boots != link.boots:
                    line.scope.cancel()
            return before(self, link)

        return admit

    patch.wrap(Mesh, "_admit", around)


@mutant("half_open", "power_cut", relay=False)
def silence_means_nothing(patch: Patcher) -> None:
    """A link on which nothing is heard is kept for ever."""
    patch.put(Link, "check_silence", lambda self, now: None)


@mutant(relay=False, scenes=("one_runs_the_version_before",))
def packed_for_everybody(patch: Patcher) -> None:
    """Answers are packed also for a program that does not know packed frames."""
    patch.put(compose, "_unpacks", lambda link: True)
