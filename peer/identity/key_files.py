"""Secrets on disk: written whole or not at all, readable by their owner only.

Rules of this file:
1. A file is written beside its place, synced, then renamed over it; a folder of new files likewise.
   A crash leaves the old state or the new one.
2. 0600 and 0700 where the platform has modes. On Windows the user's profile protects them.
3. The database key is made once and never replaced: a missing key is an error, not an occasion.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from peer.environment import Dice
from peer.identity.errors import KeyMissing

DATABASE_KEY_BYTES = 32
_PRIVATE_FILE = 0o600
_PRIVATE_FOLDER = 0o700


def write_private(path: Path, data: bytes) -> None:
    """Replaces `path` by `data`, durably. Raises OSError."""
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)
    _write_new(beside, data)
    os.replace(beside, path)
    sync_folder(path.parent)


def write_private_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Makes `folder`, which must not exist, with all of `files` in it, durably. Raises OSError."""
    folder.parent.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
    beside = folder.with_name(folder.name + ".new")
    if beside.exists():  # what a crash left: never named by anything, so never in use
        for leftover in beside.iterdir():
            leftover.unlink()
        beside.rmdir()
    beside.mkdir(mode=_PRIVATE_FOLDER)
    for name, data in files.items():
        _write_new(beside / name, data)
    sync_folder(beside)
    beside.rename(folder)
    sync_folder(folder.parent)


def make_private_folder(folder: Path) -> None:
    """Makes an empty folder where there is none, durably. Raises OSError."""
    if not folder.exists():
        folder.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
        sync_folder(folder.parent)


def make_private(path: Path, data: bytes) -> bool:
    """Makes `path` with `data`, durably; False when it is there. Of two processes one succeeds.

    Raises OSError.
    """
    try:
        _write_new(path, data)
    except FileExistsError:
        return False
    sync_folder(path.parent)
    return True


def sync_folder(folder: Path) -> None:
    """Makes renames inside `folder` durable, where the platform can open a folder."""
    if os.name != "posix":
        return  # Windows has no such call; NTFS journals its renames
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def ensure_database_key(path: Path, dice: Dice) -> None:
    """Makes the key when there is none. Only for a home without a database. Raises KeyMissing."""
    if path.exists():
        load_database_key(path)
        return
    path.parent.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
    write_private(path, dice.random_bytes(DATABASE_KEY_BYTES).hex().encode("ascii") + b"\n")


def load_database_key(path: Path) -> bytes:
    """The 32 bytes. Raises KeyMissing."""
    try:
        text = path.read_text(encoding="ascii").strip()
        key = bytes.fromhex(text)
    except (OSError, ValueError) as error:
        raise KeyMissing(path=str(path), reason=type(error).__name__) from error
    if len(key) != DATABASE_KEY_BYTES:
        raise KeyMissing(path=str(path), reason=f"{len(key)} bytes, not {DATABASE_KEY_BYTES}")
    return key


def _write_new(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
