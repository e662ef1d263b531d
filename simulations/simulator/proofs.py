"""One process plays every terminal: what is proved of some bytes for one is proved for all.

Rules of this file:
1. Whether a signature fits, and whether bytes are canonical, are pure functions; a proof is kept,
   never an object that two terminals would share.
2. Only production's own checks of changes and certificates come here, and only while a world
   stands. The judges (`checkers`) look for themselves.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from crdt_models import certificates, change
from crdt_models.canonical_cbor import Value, decode, decode_own

KEPT = 4096  # a change is read by everybody within seconds of the first


class KnownKey:
    """As `Ed25519PublicKey`, as far as those modules use it."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def from_public_bytes(cls, data: bytes) -> "KnownKey":
        return cls(data)

    def verify(self, signature: bytes, data: bytes) -> None:
        """Raises InvalidSignature, or ValueError for what is no key."""
        if not fits(self._key, signature, data):
            raise InvalidSignature


@lru_cache(maxsize=KEPT)
def fits(key: bytes, signature: bytes, data: bytes) -> bool:
    """Whether the holder of `key` signed `data`. Raises ValueError for what is no key."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, data)
    except InvalidSignature:
        return False
    return True


def decode_known(data: bytes, *, max_bytes: int) -> Value:
    """As `decode`; bytes that it has accepted once are not encoded again to compare them."""
    if len(data) <= max_bytes and data in _canonical:
        return decode_own(data)
    value = decode(data, max_bytes=max_bytes)
    if len(_canonical) >= KEPT:
        _canonical.clear()
    if type(value) is list:
        _canonical.add(data)
    return value


_canonical: set[bytes] = set()
_SEAMS: tuple[tuple[Any, str, Any], ...] = (
    (change, "Ed25519PublicKey", KnownKey),
    (change, "decode", decode_known),
    (certificates, "Ed25519PublicKey", KnownKey),
)


@contextmanager
def proved_once() -> Iterator[None]:
    """Each proof is made once until the block ends."""
    before = [vars(module)[name] for module, name, _ in _SEAMS]
    for module, name, ours in _SEAMS:
        setattr(module, name, ours)
    try:
        yield
    finally:
        for (module, name, _), theirs in zip(_SEAMS, before, strict=True):
            setattr(module, name, theirs)
        fits.cache_clear()
        _canonical.clear()
