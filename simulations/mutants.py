"""Bugs put in on purpose: what a run must catch, so that passing means something.

Rules of this file:
1. A mutant replaces named functions from outside, for one run; production code has no switches.
2. Each is a bug that somebody could really write, in one or two lines, with the sentence that says
   what goes wrong. Adding one is one function with the decorator.
3. `faults`: what must strike for it to show. A mutant that no run catches is printed as such.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from msgspec import Struct

Patch = Callable[["Patcher"], None]


class Mutant(Struct, frozen=True):
    """name: of its function · sentence: what is wrong · faults: what a run needs to show it."""

    name: str
    sentence: str
    faults: tuple[str, ...] | None
    patch: Patch


MUTANTS: dict[str, Mutant] = {}


class Patcher:
    """Replaces attributes, and puts them back."""

    def __init__(self) -> None:
        self._before: list[tuple[Any, str, Any]] = []

    def put(self, owner: Any, name: str, value: Any) -> Any:
        """Returns what stood there."""
        before = owner.__dict__[name]
        self._before.append((owner, name, before))
        setattr(owner, name, value)
        return before

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


def mutant(*faults: str) -> Callable[[Patch], Patch]:
    """Register a function as a mutant; its docstring is the sentence. Without faults: any run."""

    def register(patch: Patch) -> Patch:
        sentence = " ".join((patch.__doc__ or "").split())
        name = patch.__name__
        MUTANTS[name] = Mutant(name, sentence, faults or None, patch)
        return patch

    return register
