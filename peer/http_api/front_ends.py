"""Who may talk to the local API: front ends with a key of their own, and the terminal's own token.

Rules of this file:
1. A key is 256 random bits, shown once; stored is its SHA-256 (slow hashes are for what people
   choose).
2. A key is valid until revoked. Only the terminal's own admin token, a file that only its user can
   read, is drawn anew at each boot; it is never stored here.
3. There is no open mode: no key, no answer, except where a route says so.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from typing import Literal, Protocol, cast, get_args

import msgspec

from crdt_models.errors import MalhaError
from peer.environment import Environment
from peer.storage.records import FrontEnd as StoredFrontEnd

KEY_PREFIX = "mfe_"  # so that a key found in a log or a chat says what it is
TICKET_PREFIX = "mft_"
KEY_BYTES = 32
MAX_NAME_CHARACTERS = 60
MAX_KEY_CHARACTERS = 200  # whatever is longer was never issued here
ADMIN_NAME = "terminal"

Role = Literal["front_end", "admin"]


class FrontEndExists(MalhaError):
    """A front end of this name already has a key."""

    code = "front_end_exists"
    sentence = "There already is a front end called {name}."
    cure = "Choose another name, or revoke that one first."


class FrontEndUnknown(MalhaError):
    """No front end of this name has a key."""

    code = "front_end_unknown"
    sentence = "There is no front end called {name}."
    cure = "Look the name up with `malha front-end list`."


class FrontEndNameInvalid(MalhaError):
    """The name of a front end is empty, too long, not printable, or no segment of a path."""

    code = "front_end_name_invalid"
    sentence = "A front end cannot be called {name}."
    cure = "Use 1 to 60 printable characters and no slash."


class FrontEnd(msgspec.Struct, frozen=True):
    """A front end that has shown its key. name: as issued · role: what it may do."""

    name: str
    role: Role


class FrontEndRows(Protocol):
    """Where the rows are kept. `peer.storage.change_log.ChangeLog` is one."""

    def front_ends(self) -> list[StoredFrontEnd]: ...

    def put_front_end(self, front_end: StoredFrontEnd) -> None: ...

    def remove_front_end(self, name: str) -> None: ...


class FrontEnds:
    """The keys of this terminal, in memory; rows on disk are read once and after each change."""

    def __init__(
        self, rows: FrontEndRows, environment: Environment, admin_token: str | None = None
    ) -> None:
        self._rows = rows
        self._environment = environment
        self._admin = _hash(admin_token) if admin_token else None
        self._known: dict[bytes, FrontEnd] = {}
        self.reload()

    def reload(self) -> None:
        """Read the rows again, after another process (`malha front-end add`) wrote them."""
        self._known = {row.key_hash: _front_end(row) for row in self._rows.front_ends()}

    def issue(self, name: str, role: Role = "front_end") -> str:
        """A new key, in the only form in which it is ever seen.

        Raises FrontEndExists, FrontEndNameInvalid, NotDurable.
        """
        name = _checked_name(name)
        if any(known.name == name for known in self.list()):
            raise FrontEndExists(name=name)
        secret = self._environment.dice.random_bytes(KEY_BYTES)
        key = KEY_PREFIX + base64.urlsafe_b64encode(secret).rstrip(b"=").decode("ascii")
        created = self._environment.wall_ms()
        self._rows.put_front_end(
            StoredFrontEnd(name=name, key_hash=_hash(key), role=role, created=created)
        )
        self.reload()
        return key

    def revoke(self, name: str) -> None:
        """Its key is refused from now on. Raises FrontEndUnknown, NotDurable."""
        if all(known.name != name for known in self.list()):
            raise FrontEndUnknown(name=name[:MAX_NAME_CHARACTERS])
        self._rows.remove_front_end(name)
        self.reload()

    def list(self) -> list[FrontEnd]:
        """All of them by name, without keys."""
        return sorted(self._known.values(), key=lambda front_end: front_end.name)

    def verify(self, key: str) -> FrontEnd | None:
        """Whose key this is. Every stored hash is compared in full: time tells nothing of them."""
        if not key or len(key) > MAX_KEY_CHARACTERS:
            return None
        given = _hash(key)
        found: FrontEnd | None = None
        for stored, front_end in self._with_admin():
            if hmac.compare_digest(stored, given):
                found = front_end
        return found

    def ticket(self, key: str) -> str | None:
        """What a cookie holds for a key: shows that its holder once had the key, until revoked.

        It does not contain the key and cannot be turned into it. None for an unknown key.
        """
        if self.verify(key) is None:
            return None
        return _ticket(_hash(key))

    def verify_ticket(self, ticket: str) -> FrontEnd | None:
        """Whose ticket this is."""
        if not ticket.startswith(TICKET_PREFIX) or len(ticket) > MAX_KEY_CHARACTERS:
            return None
        given = ticket.encode("utf-8", "surrogatepass")
        found: FrontEnd | None = None
        for stored, front_end in self._with_admin():
            if hmac.compare_digest(_ticket(stored).encode("ascii"), given):
                found = front_end
        return found

    def _with_admin(self) -> Iterable[tuple[bytes, FrontEnd]]:
        yield from self._known.items()
        if self._admin:
            yield self._admin, FrontEnd(ADMIN_NAME, "admin")


def _ticket(key_hash: bytes) -> str:
    mark = hmac.digest(key_hash, b"malha-ticket-v1", "sha256")
    return TICKET_PREFIX + base64.urlsafe_b64encode(mark).rstrip(b"=").decode("ascii")


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


def _front_end(row: StoredFrontEnd) -> FrontEnd:
    role = cast(Role, row.role) if row.role in get_args(Role) else "front_end"
    return FrontEnd(row.name, role)


def _checked_name(name: str) -> str:
    trimmed = name.strip()
    # It is a segment of the path that revokes it: `.` and `..` would mean other addresses.
    is_segment = "/" not in trimmed and trimmed.strip(".") != ""
    if not trimmed.isprintable() or not is_segment or len(trimmed) > MAX_NAME_CHARACTERS:
        raise FrontEndNameInvalid(name=repr(name)[:80])
    return trimmed
