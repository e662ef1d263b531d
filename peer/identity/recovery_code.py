"""The recovery code: the site's root key on paper, in characters a person can type.

Rules of this file:
1. 32 bytes of key and 3 bytes of checksum are 56 characters of Crockford's base32, 14 groups of 4.
2. Reading forgives case, spaces, dashes and the look-alikes O, I and L; nothing else. One typing
   mistake in 16 million passes the checksum.
3. Nothing here stores or prints; the code is shown once by whoever asked for it.
"""

import hashlib

from peer.identity.errors import BadRecoveryCode

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U
_LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})
_KEY_BYTES = 32
_CHECKSUM_BYTES = 3
_CHARACTERS = (_KEY_BYTES + _CHECKSUM_BYTES) * 8 // 5
_GROUP = 4


def to_recovery_code(root_key: bytes) -> str:
    """`root_key` (32 bytes) as 14 groups of 4 characters."""
    assert len(root_key) == _KEY_BYTES
    number = int.from_bytes(root_key + _checksum(root_key), "big")
    shifts = range((_CHARACTERS - 1) * 5, -1, -5)
    text = "".join(_ALPHABET[(number >> shift) & 31] for shift in shifts)
    return "-".join(text[at : at + _GROUP] for at in range(0, _CHARACTERS, _GROUP))


def from_recovery_code(text: str) -> bytes:
    """The 32 bytes of the root key. Raises BadRecoveryCode."""
    plain = "".join(text.upper().replace("-", " ").split()).translate(_LOOK_ALIKES)
    if len(plain) != _CHARACTERS:
        raise BadRecoveryCode(reason=f"{len(plain)} characters, not {_CHARACTERS}")
    number = 0
    for character in plain:
        value = _ALPHABET.find(character)
        if value < 0:
            raise BadRecoveryCode(reason=f"the character {character!r} is never used")
        number = number << 5 | value
    data = number.to_bytes(_KEY_BYTES + _CHECKSUM_BYTES, "big")
    key, checksum = data[:_KEY_BYTES], data[_KEY_BYTES:]
    if checksum != _checksum(key):
        raise BadRecoveryCode(reason="a character is wrong")
    return key


def _checksum(root_key: bytes) -> bytes:
    return hashlib.sha256(b"malha-recovery-v1" + root_key).digest()[:_CHECKSUM_BYTES]
