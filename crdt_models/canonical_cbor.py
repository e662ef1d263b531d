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
from typing import Any, TypeAlias

import cbor2

from crdt_models.errors import NotCanonical

Value: TypeAlias = "int | str | bytes | bool | list[Value] | dict[str, Value] | None"

MAX_DEPTH = 16  # the deepest thing we write is 6; deeper input is an attack, not a message
EXACT_LIMIT = 2**53  # integers below it are exact in every language that will read them
_LOWEST = -(EXACT_LIMIT - 1)
_HIGHEST = 2**64 - 1


def encode(value: object) -> bytes:
    """Canonical bytes of `value` (tuples count as lists). NotCanonical for a foreign type."""
    _check(value, 0)
    try:
        return cbor2.dumps(value, canonical=True)
    except UnicodeEncodeError as error:
        raise NotCanonical(reason="text with half a surrogate pair") from error


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


def _check(value: object, depth: int) -> None:
    kind = type(value)
    if kind is str or kind is bytes or kind is bool or value is None:
        return
    if kind is int:
        if not _LOWEST <= value <= _HIGHEST:  # type: ignore[operator]  # kind is int
            raise NotCanonical(reason="an integer out of range")
        return
    if depth >= MAX_DEPTH:
        raise NotCanonical(reason="nested too deep")
    if kind is list or kind is tuple:
        for item in value:  # type: ignore[attr-defined]  # a list or a tuple
            _check(item, depth + 1)
    elif kind is dict:
        for key, item in value.items():  # type: ignore[attr-defined]  # a dict
            if type(key) is not str:
                raise NotCanonical(reason="a map key that is not text")
            _check(item, depth + 1)
    else:
        raise NotCanonical(reason=f"a value of type {kind.__name__}")
