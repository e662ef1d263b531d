"""What a door is: where its inputs come from, and what it may do with them.

Rules of this file:
1. An input is bytes, whatever the door takes: a script of several steps is packed into bytes. So
   every input can be shown in hexadecimal digits and given again.
2. An input is a function of (seed, door, index) alone, so it need not be kept to be seen again.
3. A door takes an input, refuses it in its own typed way, or has a bug. Whatever it raises is one.
"""

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from random import Random
from typing import TypeAlias

import msgspec

# True: taken. False: refused, as it should be done. Raises: a bug was found.
Use: TypeAlias = Callable[[bytes], bool]
Make: TypeAlias = Callable[[Random], bytes]


class Door(msgspec.Struct, frozen=True, kw_only=True):
    """One way in.

    what: it is, for people · make: an input · open: run in the child, gives what takes inputs ·
    keeps: what one input leaves behind is there for the next (a database), so that the inputs
    before it in its batch belong to seeing it again · cost: of an input, milliseconds or so.
    """

    name: str
    what: str
    make: Make
    open: Callable[[], AbstractContextManager[Use]]
    keeps: bool = False


class Broken(Exception):
    """A door took or answered what it must not, without raising anything itself."""


def require(condition: bool, what: str) -> None:
    """Raises Broken: for what must hold whatever came in."""
    if not condition:
        raise Broken(what)


def input_of(door: Door, seed: int, index: int) -> bytes:
    """The input that `seed` gives at `index`."""
    return door.make(dice_of(f"{seed}/{door.name}/{index}"))


def dice_of(text: str) -> Random:
    """Dice that throw the same for the same text, on every machine and version."""
    return Random(int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big"))
