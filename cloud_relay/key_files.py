"""The relay's two keys on disk: one signs receipts, one encrypts the SQLite file.

Rules of this file:
1. Keys are made once, together with the database. A database whose keys are gone is an error with a
   cure, never a reason to make new ones: every token names the signing key.
2. Each is a file of its own, 32 bytes, readable by its owner only where the system knows owners.
"""

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cloud_relay.ingest import RelayIdentity
from crdt_models.errors import MalhaError

SIGNING_KEY = "relay-signing.key"
DATABASE_KEY = "relay-database.key"
KEY_BYTES = 32


class KeyFileMissing(MalhaError):
    """The database is there and its key is not, or the file is no key."""

    code = "key_file_missing"
    sentence = "The key file {path} is missing or damaged."
    cure = "Restore the key file from the backup; nothing was changed."


def identity_of(signing_key: bytes) -> RelayIdentity:
    """The relay's identity from its private key, 32 bytes."""
    private = Ed25519PrivateKey.from_private_bytes(signing_key)
    return RelayIdentity(private.public_key().public_bytes_raw(), private)


def read_key(path: Path) -> bytes | None:
    """The key in `path`, None when there is no such file. Raises KeyFileMissing when it is none."""
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        return None
    if len(key) != KEY_BYTES:
        raise KeyFileMissing(path=str(path))
    return key


def make_key(path: Path, key: bytes) -> None:
    """Write a new key durably; an existing file is never overwritten (FileExistsError)."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
