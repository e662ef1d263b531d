"""The one CBOR profile that Malha signs, hashes and stores (RFC 8949, section 4.2.1).

Rules of this file:
1. One value has one encoding. Bytes that are not that encoding are refused by decoding, encoding
   again and comparing, so nothing here depends on how lenient the CBOR library is.
2. No floats, no tags, no indefinite lengths, no duplicate keys, no undefined, no big numbers.
   Map keys are text. Integers lie in [-(2^53 - 1), 2^64 - 1]: what a field may hold is its own
   rule.
3. No length or depth taken from the input is believed before it is bounded.
"""

from collections.abc import Callable
from functools import lru_cache
from operator import itemgetter
from typing import Any, TypeAlias

import cbor2

from crdt_models.errors import NotCanonical

Value: TypeAlias = "int | str | bytes | bool | list[Value] | dict[str, Value] | None"

MAX_DEPTH = 16  # the deepest thing we write is 6; deeper input is an attack, not a message
EXACT_LIMIT = 2**53  # integers below it are exact in every language that will read them
_LOWEST = -(EXACT_LIMIT - 1)
_HIGHEST = 2**64 - 1

# Major types of RFC 8949, section 3.1, where they stand in an item's first byte.
_POSITIVE, _NEGATIVE, _BYTES, _TEXT, _LIST, _MAP = (major << 5 for major in range(6))
_SIMPLE = {False: b"\xf4", True: b"\xf5", None: b"\xf6"}
_BYTE = tuple(bytes((number,)) for number in range(256))
_BY_KEY = itemgetter(0)
_LONGEST_NAME = 32  # characters, so that strange keys cannot fill memory through the cache


def encode(value: object) -> bytes:
    """Canonical bytes of `value` (tuples count as lists). NotCanonical for a foreign type."""
    pieces: list[bytes] = []
    try:
        _write(pieces.append, value, MAX_DEPTH)
    except UnicodeEncodeError as error:
        raise NotCanonical(reason="text with half a surrogate pair") from error
    return b"".join(pieces)


def decode(data: bytes, *, max_bytes: int) -> Value:
    """The value of canonical bytes. Raises NotCanonical, always, for anything else."""
    if len(data) > max_bytes:
        raise NotCanonical(reason=f"{len(data)} bytes, limit {max_bytes}")
    try:
        value: Value = cbor2.loads(
            data,
            max_depth=MAX_DEPTH,
            allow_indefinite=False,
            allow_duplicate_keys=False,
            strict_hashable_types=True,
            semantic_decoders=_NO_TAGS,
            tag_hook=_refuse_tag,
        )
    except (cbor2.CBORError, ValueError, OverflowError, RecursionError, MemoryError) as error:
        raise NotCanonical(reason=type(error).__name__) from error
    if encode(value) != data:
        raise NotCanonical(reason="another encoding of the same value")
    return value


def decode_own(data: bytes) -> list[Value]:
    """The value of an array that `encode` has just made: nothing is checked again."""
    value: list[Value] = cbor2.loads(data)
    return value


def _refuse_tag(*_: object) -> None:
    raise ValueError("tags are not used")


# Every tag that the library decodes by itself; without this, tag 35 compiles a regular expression.
_NO_TAGS: dict[int, Callable[..., Any]] = dict.fromkeys(
    (0, 1, 2, 3, 4, 5, 25, 28, 29, 30, 35, 36, 37, 100, 256, 258, 260, 261, 1004, 43000, 55799),
    _refuse_tag,
)


def _write(put: Callable[[bytes], None], value: Any, room: int) -> None:
    """room: how many levels of lists and maps may follow."""
    kind = type(value)
    if kind is str:
        put(_text(value))
    elif kind is bytes:
        put(_head(_BYTES, len(value)))
        put(value)
    elif kind is int:
        if not _LOWEST <= value <= _HIGHEST:
            raise NotCanonical(reason="an integer out of range")
        put(_head(_POSITIVE, value) if value >= 0 else _head(_NEGATIVE, -1 - value))
    elif value is None or kind is bool:
        put(_SIMPLE[value])
    elif kind is list or kind is tuple:
        below = _deeper(room)
        put(_head(_LIST, len(value)))
        for item in value:
            _write(put, item, below)
    elif kind is dict:
        below = _deeper(room)
        put(_head(_MAP, len(value)))
        for key, item in sorted([(_key(key), item) for key, item in value.items()], key=_BY_KEY):
            put(key)
            _write(put, item, below)
    else:
        raise NotCanonical(reason=f"a value of type {kind.__name__}")


def _deeper(room: int) -> int:
    if room == 0:
        raise NotCanonical(reason="nested too deep")
    return room - 1


def _key(key: Any) -> bytes:
    if type(key) is not str:
        raise NotCanonical(reason="a map key that is not text")
    return _name(key) if len(key) <= _LONGEST_NAME else _text(key)


def _text(text: str) -> bytes:
    data = text.encode("utf-8")
    return _head(_TEXT, len(data)) + data


@lru_cache(maxsize=1024)
def _name(text: str) -> bytes:
    """The same, for the few field names there are."""
    return _text(text)


def _head(major: int, number: int) -> bytes:
    """What an item begins with: its kind and its value or length, as short as can be."""
    if number < 24:
        return _BYTE[major | number]
    if number < 2**8:
        return _BYTE[major | 24] + _BYTE[number]
    if number < 2**16:
        return _BYTE[major | 25] + number.to_bytes(2, "big")
    if number < 2**32:
        return _BYTE[major | 26] + number.to_bytes(4, "big")
    return _BYTE[major | 27] + number.to_bytes(8, "big")
