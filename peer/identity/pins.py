"""PINs of operators: what this terminal keeps instead of one.

Rules of this file:
1. A verifier is Argon2id over the PIN mixed with a secret of this device, which is in no database:
   whoever has the disk but not the device's key cannot try PINs.
2. Nothing here is ever replicated, logged or answered.
"""

import hashlib
import hmac
from typing import Protocol

from argon2 import PasswordHasher, Type
from argon2.exceptions import Argon2Error, InvalidHashError

SALT_BYTES = 16
_SECRET_OF = b"malha-pin-secret-v1\0"  # what the device signs to find its secret again
# OWASP's least for Argon2id: a till has little memory, and attempts are few (see `attempts`).
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)


class Signer(Protocol):
    """The device's key; equal data gives equal signatures (Ed25519, RFC 8032)."""

    def sign(self, data: bytes, /) -> bytes: ...


def device_secret(signer: Signer) -> bytes:
    """32 bytes that only this device's key can make."""
    return hashlib.sha256(signer.sign(_SECRET_OF)).digest()


def verifier_of(pin: str, secret: bytes, salt: bytes) -> str:
    """What is kept of a PIN. salt: SALT_BYTES random ones. Slow on purpose: in a thread."""
    return _HASHER.hash(_mixed(pin, secret), salt=salt)


def fits(pin: str, secret: bytes, verifier: str) -> bool:
    """Whether it is the PIN of a verifier. Slow on purpose: in a thread."""
    try:
        return _HASHER.verify(verifier, _mixed(pin, secret))
    except (Argon2Error, InvalidHashError):
        return False


def _mixed(pin: str, secret: bytes) -> bytes:
    return hmac.digest(secret, pin.encode("utf-8", "surrogatepass"), "sha256")
