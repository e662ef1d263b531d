"""What this admin terminal gave away: letters promised in invitations, certificates it issued.

    MALHA_HOME/admissions/letters-B    [1, good until (unix seconds), chain or b"" (promised)]

Rules of this file:
1. A certificate is written down before it leaves, so letters are never given twice by one admin,
   whatever becomes of the terminal that got them or of this process.
2. One file for each letters, made so that only one process succeeds: of two invitations at once
   each has its own.
3. Two admins that cannot see each other may still give equal letters. Both terminals sell then, and
   orders of one number are shown apart (`B-017`, `B-017/2`).
"""

import itertools
import string
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from crdt_models.canonical_cbor import decode, encode
from crdt_models.certificates import (
    MAX_CHAIN_BYTES,
    MAX_LETTERS,
    Certificate,
    are_letters,
    decode_chain,
)
from crdt_models.errors import NotCanonical, UntrustedCertificate
from crdt_models.ids import DeviceId
from peer.identity.errors import BadTerminalName, LettersInUse
from peer.identity.key_files import make_private, make_private_folder, write_private

FOLDER = "admissions"
FREE_SHOWN = 5  # how many free letters a refusal proposes
_PREFIX = "letters-"  # without it the letters CON and NUL would be no file names on Windows
_VERSION = 1
_MAX_FILE = MAX_CHAIN_BYTES + 64


class Holder(Struct, frozen=True):
    """A member of the site as people know it."""

    device: DeviceId
    letters: str
    name: str


class _Promise(Struct, frozen=True):
    until: int
    chain: bytes

    @property
    def leaf(self) -> Certificate | None:
        """None also for a chain that cannot be read."""
        try:
            return decode_chain(self.chain).leaf if self.chain else None
        except UntrustedCertificate:
            return None

    @property
    def holder(self) -> str:
        """For a person."""
        if self.leaf is not None:
            return self.leaf.name
        return "um registro ilegível" if self.chain else "um convite em aberto"

    def stands(self, now_seconds: int, lasts_seconds: int) -> bool:
        """Whether its letters are given. A promise of a clock that ran ahead is over."""
        return bool(self.chain) or 0 < self.until - now_seconds <= lasts_seconds


def letters_in_order() -> Iterator[str]:
    """A, B, … Z, AA, AB, … ZZZ."""
    for length in range(1, MAX_LETTERS + 1):
        for each in itertools.product(string.ascii_uppercase, repeat=length):
            yield "".join(each)


def free_letters(used: Collection[str]) -> list[str]:
    """The first few that nobody uses."""
    free = (each for each in letters_in_order() if each not in used)
    return list(itertools.islice(free, FREE_SHOWN))


class Admissions:
    """The register of one home."""

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER

    def promise(
        self, letters: str | None, used: Mapping[str, str], *, now_seconds: int, lasts_seconds: int
    ) -> str:
        """Set letters aside for one invitation: the given ones, else the first that are free.

        used: letters to who has them, beside what stands here. Raises LettersInUse,
        BadTerminalName, OSError.
        """
        if letters is not None and not are_letters(letters):
            raise BadTerminalName(letters=letters, name="")
        promise = encode([_VERSION, now_seconds + lasts_seconds, b""])
        make_private_folder(self._folder)
        while True:
            taken = {**self._given(now_seconds, lasts_seconds), **used}
            wanted = letters or free_letters(taken)[0]
            if wanted in taken:
                raise _in_use(wanted, taken)
            if make_private(self._path(wanted), promise):
                return wanted
            self._forget_what_is_over(wanted, now_seconds, lasts_seconds)

    def release(self, letters: str) -> None:
        """Forget a promise that led to no certificate."""
        found = _read(self._path(letters))
        if found is not None and not found.chain:
            self._path(letters).unlink(missing_ok=True)

    def admitted(self, chain: bytes) -> None:
        """Write down a certificate, durably, before it is handed out.

        Raises LettersInUse when its letters went to another device meanwhile, and OSError.
        """
        leaf = decode_chain(chain).leaf
        found = _read(self._path(leaf.letters))
        known = None if found is None else found.leaf
        if known is not None and known.device != leaf.device:
            raise _in_use(leaf.letters, {leaf.letters: known.name})
        make_private_folder(self._folder)
        write_private(self._path(leaf.letters), encode([_VERSION, 0, chain]))

    def chains(self) -> list[bytes]:
        """Every certificate that was issued here and stands, encoded, by letters."""
        return [promise.chain for _, promise in self._promises() if promise.leaf is not None]

    def holders(self) -> Sequence[Holder]:
        """Who got them."""
        leaves = (decode_chain(chain).leaf for chain in self.chains())
        return [Holder(leaf.device, leaf.letters, leaf.name) for leaf in leaves]

    def _given(self, now_seconds: int, lasts_seconds: int) -> dict[str, str]:
        """Letters to who has them."""
        return {
            letters: promise.holder
            for letters, promise in self._promises()
            if promise.stands(now_seconds, lasts_seconds)
        }

    def _forget_what_is_over(self, letters: str, now_seconds: int, lasts_seconds: int) -> None:
        found = _read(self._path(letters))
        if found is not None and not found.stands(now_seconds, lasts_seconds):
            self._path(letters).unlink(missing_ok=True)

    def _promises(self) -> Iterator[tuple[str, _Promise]]:
        for path in sorted(self._folder.glob(_PREFIX + "*")):
            letters, found = path.name.removeprefix(_PREFIX), _read(path)
            if are_letters(letters) and found is not None:
                yield letters, found

    def _path(self, letters: str) -> Path:
        return self._folder / (_PREFIX + letters)


def _read(path: Path) -> _Promise | None:
    """What cannot be read stands for ever, as a chain that says nothing: better no B than two."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    if not data:
        return _Promise(0, b"")  # a crash between making and filling it
    try:
        value = decode(data, max_bytes=_MAX_FILE)
    except NotCanonical:
        value = None
    match value:
        case [1, int() as until, bytes() as chain]:
            return _Promise(until, chain)
    return _Promise(0, data)


def _in_use(letters: str, taken: Mapping[str, str]) -> LettersInUse:
    return LettersInUse(letters=letters, holder=taken[letters], free=", ".join(free_letters(taken)))
