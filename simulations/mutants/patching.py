"""What a mutant is, and how it is put in for one run and taken out again.

Rules of this file:
1. What is replaced must be there under that name: when production moves, a mutant fails loudly.
2. Whatever was replaced is put back, in reverse, however the run ended.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from msgspec import Struct

from crdt_models.documents.view import Derived

CUTS = ("partition_halves", "partition_one", "partition_every_pair")  # faults
Patch = Callable[["Patcher"], None]


class Mutant(Struct, frozen=True):
    """name: of its function · sentence: what is wrong · faults: what a run needs to show it ·
    relay: False when a relay would repair what it breaks · scenes: stories that show it, by name ·
    seed: of a service that showed it; tried first, and no more than that."""

    name: str
    sentence: str
    faults: tuple[str, ...] | None
    patch: Patch
    relay: bool = True
    scenes: tuple[str, ...] = ()
    seed: int | None = None


MUTANTS: dict[str, Mutant] = {}


class Patcher:
    """Replaces attributes, and puts them back."""

    def __init__(self) -> None:
        self._before: list[tuple[Any, str, Any]] = []

    def put(self, owner: Any, name: str, value: Any) -> Any:
        """Returns what stood there. Raises KeyError when nothing did."""
        before = owner.__dict__[name]
        self._before.append((owner, name, before))
        setattr(owner, name, value)
        return before

    def wrap(self, owner: Any, name: str, around: Callable[[Any], Any]) -> None:
        """Put `around(what stood there)`."""
        self.put(owner, name, around(owner.__dict__[name]))

    def derive(self, view: Any, name: str, compute: Callable[[Any], Any]) -> None:
        """Put another computed property into a view."""
        compute.__name__ = name
        self.put(view, name, Derived(compute))

    def undo(self) -> None:
        for owner, name, before in reversed(self._before):
            setattr(owner, name, before)


@contextmanager
def mutated(name: str | None) -> Iterator[None]:
    """The product with this bug, until the block ends; None: as it is."""
    patcher = Patcher()
    try:
        if name is not None:
            MUTANTS[name].patch(patcher)
        yield
    finally:
        patcher.undo()


def mutant(
    *faults: str, relay: bool = True, scenes: tuple[str, ...] = (), seed: int | None = None
) -> Callable[[Patch], Patch]:
    """Register a function as a mutant; its docstring is the sentence. Without faults: any run."""

    def register(patch: Patch) -> Patch:
        sentence = " ".join((patch.__doc__ or "").split())
        name = patch.__name__
        assert name not in MUTANTS, f"two mutants are called {name}"
        MUTANTS[name] = Mutant(name, sentence, faults or None, patch, relay, scenes, seed)
        return patch

    return register
