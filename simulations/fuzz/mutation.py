"""Making bad input of good: trees of values, texts and bytes, each changed where it may hurt.

Rules of this file:
1. Nothing here knows a format but as a tree of values. All chance comes from the dice given.
2. Small changes are more likely than large ones: what is refused at the first byte tests little.
3. The values of INTEGERS, TEXTS and BYTES lie at the edges of what somebody may have assumed.
"""

import copy
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, TypeAlias

Tree: TypeAlias = Any  # of a decoded CBOR or JSON document

INTEGERS = (
    0, 1, -1, 2, 23, 24, 255, 256, 1000, 65_535, 65_536, 10_000_000, 10_000_001, 2**31 - 1, 2**31,
    2**32, 10**12, 2**48 - 1, 2**53 - 1, 2**53, 2**63 - 1, 2**63, 2**64 - 1, 2**64, 10**30,
    -(2**31), -(2**53) + 1, -(2**53), -(2**63), -(2**64),
)  # fmt: skip
TEXTS = (
    "", " ", "0", "-1", "null", "true", "NaN", "1e999", "0.1", "1,5", "A", "AAAA", "a" * 41,
    "b" * 121, "c" * 501, "d" * 10_000, "\0", "\n", "\r\nx-a: b", "\x1b[31m", "\u202eabc",
    "e\u0301",
    "\ufeff", "\u2028", "\U0001f355" * 30, "\uffff", "%00%0d%0a", "%s%n{0}", "../../../../x",
    "'; DROP TABLE change; --", '"><script>alert(1)</script>', "=cmd|' /C calc'!A0", "tables",
    "trust", "terminals", "order:" + "0" * 32, "order:", ":", "0" * 32, "f" * 32, "F" * 32,
    "A" * 22 + ".0", "A" * 22 + ".511", "A" * 22 + ".999", "table", "people", "service_type",
)  # fmt: skip
BYTES = (
    b"", b"\0", b"\xff", b"\0" * 8, b"\0" * 16, b"\xff" * 16, b"\0" * 32, b"\xff" * 32, b"\0" * 64,
    b"\x80" * 17, b"\x5f" * 33, b"x" * 5000,
)  # fmt: skip
SCALARS: tuple[object, ...] = (None, True, False, *INTEGERS, *TEXTS, *BYTES)
_LONGEST = 70_000  # a little beyond the limit of every door but the frames'


def tree_changed(dice: Random, tree: Tree, donors: Sequence[Tree] = (), times: int = 0) -> Tree:
    """A copy of `tree`, changed at one to four places. donors: other trees to take parts of."""
    tree = copy.deepcopy(tree)
    for _ in range(times or few(dice, 4)):
        tree = _changed_once(dice, tree, donors)
    return tree


def bytes_changed(dice: Random, data: bytes, donors: Sequence[bytes] = ()) -> bytes:
    """`data` with one to six places changed."""
    for _ in range(few(dice, 6)):
        data = dice.choice(_BYTE_CHANGES)(dice, data, donors)[:_LONGEST]
    return data


def text_changed(dice: Random, text: str) -> str:
    """`text` with a few characters changed; may hold half a surrogate pair."""
    for _ in range(few(dice, 4)):
        at = dice.randrange(len(text) + 1)
        piece = dice.choice((*TEXTS, chr(dice.randrange(0xD800)), "\ud800", text[at:]))
        text = text[:at] + piece + text[at + dice.choice((0, 1, 1, 4, len(text))) :]
    return text[:_LONGEST]


def scalar(dice: Random) -> object:
    """One value from the edges."""
    return dice.choice(SCALARS)


def few(dice: Random, most: int) -> int:
    """1 to `most`, mostly 1."""
    count = 1
    while count < most and dice.random() < 0.4:
        count += 1
    return count


def any_bytes(dice: Random, longest: int = 400) -> bytes:
    """Noise, mostly short."""
    return dice.randbytes(int(longest * dice.random() ** 3))


def _changed_once(dice: Random, tree: Tree, donors: Sequence[Tree]) -> Tree:
    places = _places(tree)
    if not places or dice.random() < 0.02:
        return _other(dice, tree, donors)
    holder, key = dice.choice(places)
    if isinstance(holder, list):
        _change_list(dice, holder, key, donors)
    else:
        _change_map(dice, holder, key, donors)
    return tree


def _places(tree: Tree) -> list[tuple[Any, Any]]:
    """(list or map, index or key) of everything inside."""
    found: list[tuple[Any, Any]] = []
    waiting = [tree]
    while waiting and len(found) < 5000:
        each = waiting.pop()
        if isinstance(each, list):
            found += [(each, index) for index in range(len(each))]
            waiting += each
        elif isinstance(each, dict):
            found += [(each, key) for key in each]
            waiting += each.values()
    return found


def _change_list(dice: Random, holder: list[Tree], index: int, donors: Sequence[Tree]) -> None:
    if index >= len(holder):
        return
    throw = dice.random()
    if throw < 0.6:
        holder[index] = _other(dice, holder[index], donors)
    elif throw < 0.7:
        del holder[index]
    elif throw < 0.85:
        holder.insert(index, copy.deepcopy(holder[dice.randrange(len(holder))]))
    elif throw < 0.95:
        other = dice.randrange(len(holder))
        holder[index], holder[other] = holder[other], holder[index]
    else:
        holder[index:index] = [
            copy.deepcopy(holder[index]) for _ in range(dice.choice((9, 64, 600)))
        ]


def _change_map(dice: Random, holder: dict[Any, Tree], key: Any, donors: Sequence[Tree]) -> None:
    if key not in holder:
        return
    throw = dice.random()
    if throw < 0.7:
        holder[key] = _other(dice, holder[key], donors)
    elif throw < 0.8:
        del holder[key]
    elif throw < 0.9:
        holder[dice.choice((*TEXTS, *holder))] = copy.deepcopy(holder[key])
    else:
        holder[dice.choice(TEXTS)] = scalar(dice)


def _other(dice: Random, value: Tree, donors: Sequence[Tree]) -> Tree:
    """Something else in the place of `value`, mostly of its own type."""
    throw = dice.random()
    if throw < 0.15:
        return scalar(dice)
    if throw < 0.25 and donors:
        donor = dice.choice(donors)
        places = _places(donor)
        if places:
            holder, key = dice.choice(places)
            return copy.deepcopy(holder[key])
    if throw < 0.28:
        return nested(dice, dice.choice((2, 15, 16, 17, 40)), value)
    if type(value) is int:
        return dice.choice((*INTEGERS, value + 1, value - 1, -value, value * 2, 1.5, True))
    if type(value) is str:
        return text_changed(dice, value).encode("utf-8", "replace").decode()
    if type(value) is bytes:
        return dice.choice((*BYTES, bytes_changed(dice, value), value[:-1], value + b"\0"))
    return dice.choice(({}, [], [value], {"": value}, scalar(dice), scalar(dice)))


def nested(dice: Random, depth: int, core: Tree) -> Tree:
    """`core` inside `depth` lists or maps."""
    for _ in range(depth):
        core = [core] if dice.random() < 0.5 else {"a": core}
    return core


# --- bytes

# Heads of CBOR items that promise more than follows, or that a strict decoder must refuse.
_HEADS = (
    b"\x1b\xff\xff\xff\xff\xff\xff\xff\xff", b"\x3b\x7f\xff\xff\xff\xff\xff\xff\xff", b"\x5f",
    b"\x7f",
    b"\x9f", b"\xbf", b"\xff", b"\x5b\x7f\xff\xff\xff\xff\xff\xff\xff", b"\x9b\0\0\0\1\0\0\0\0",
    b"\xbb\0\0\0\0\x10\0\0\0", b"\x7a\x7f\xff\xff\xff", b"\xc0", b"\xc2\x49", b"\xc4\x82",
    b"\xd8\x1c",
    b"\xd8\x1d\x00", b"\xd8\x23\x63(a)", b"\xd9\x01\x02", b"\xd9\xd9\xf7", b"\xf7", b"\xf9\x7e\x00",
    b"\xfb\x7f\xf0\0\0\0\0\0\0", b"\xf8\x20", b"\x18\x05", b"\x81" * 40, b"\xa1\x60" * 40,
    b"\xa2\x61a\x01\x61a\x02", b"\xa1\x01\x02", b"\x62\xc3\x28", b"\x63\xed\xa0\x80",
)  # fmt: skip


def _flip(dice: Random, data: bytes, donors: Sequence[bytes]) -> bytes:
    if not data:
        return b"\0"
    at = dice.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << dice.randrange(8))]) + data[at + 1 :]


def _put(dice: Random, data: bytes, donors: Sequence[bytes]) -> bytes:
    at = dice.randrange(len(data) + 1)
    return data[:at] + dice.choice((*_HEADS, dice.randbytes(few(dice, 8)))) + data[at:]


def _replace(dice: Random, data: bytes, donors: Sequence[bytes]) -> bytes:
    at = dice.randrange(len(data) + 1)
    piece = dice.choice(_HEADS)
    return data[:at] + piece + data[at + len(piece) :]


def _cut(dice: Random, data: bytes, donors: Sequence[bytes]) -> bytes:
    at, end = sorted((dice.randrange(len(data) + 1), dice.randrange(len(data) + 1)))
    return data[:at] + data[end:] if dice.random() < 0.5 else data[:end]


def _repeat(dice: Random, data: bytes, donors: Sequence[bytes]) -> bytes:
    at, end = sorted((dice.randrange(len(data) + 1), dice.randrange(len(data) + 1)))
    return data[:end] + data[at:end] * dice.choice((1, 2, 50)) + data[end:]


def _splice(dice: Random, data: bytes, donors: Sequence[bytes]) -> bytes:
    other = dice.choice(donors) if donors else data
    return data[: dice.randrange(len(data) + 1)] + other[dice.randrange(len(other) + 1) :]


_BYTE_CHANGES: tuple[Callable[[Random, bytes, Sequence[bytes]], bytes], ...] = (
    _flip, _flip, _flip, _put, _replace, _cut, _repeat, _splice,
)  # fmt: skip
