"""A site with real keys, and members of it that sign whatever they are told to.

Rules of this file:
1. Keys come from seeds, so every run signs the same bytes.
2. `Author.sign` checks nothing: a paired terminal that was taken over can sign anything whose form
   decodes. That is what the doors behind the signature must live with.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from crdt_models.canonical_cbor import encode
from crdt_models.certificates import (
    ADMIN,
    TERMINAL,
    AuthorOpened,
    Certificate,
    Chain,
    Role,
    encode_chain,
    issue,
)
from crdt_models.fact import body_of
from crdt_models.ids import (
    TERMINALS,
    ChangeId,
    DeviceId,
    Epoch,
    SiteId,
    device_id,
    site_id,
)

_CHANGE_DOMAIN = b"malha-change-v1\0"


def key_of(seed: str) -> Ed25519PrivateKey:
    """The private key of a name."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(seed.encode()).digest())


class Author:
    """One epoch of one device: its key, its chain, and where its chain of changes stands."""

    def __init__(self, site: SiteId, key: Ed25519PrivateKey, chain: bytes, epoch: Epoch) -> None:
        self.site = site
        self.key = key
        self.chain = chain
        self.device: DeviceId = device_id(key.public_key().public_bytes_raw())
        self.epoch = epoch
        self.sequence = 0
        self.previous: list[ChangeId] = []

    def opening(self) -> bytes:
        """The first change of the epoch, as it should be."""
        return self.write([[TERMINALS, body_of(AuthorOpened(self.chain))]], hlc=1 << 16)

    def write(
        self,
        facts: Sequence[Any],
        *,
        hlc: int,
        day: int = 20_000,
        command: bytes | None = None,
        sequence: int | None = None,
        previous: Sequence[bytes] | None = None,
        operator: bytes | None = None,
    ) -> bytes:
        """The bytes of the next change. Raises NotCanonical for what no CBOR of ours can say."""
        number = self.sequence + 1 if sequence is None else sequence
        seed = self.device + self.epoch + number.to_bytes(8, "big")
        head = [
            1,
            self.site,
            self.device,
            self.epoch,
            number,
            sorted(self.previous if previous is None else previous),
            hlc,
            day,
            operator,
            command or hashlib.sha256(seed).digest()[:16],
            0,
            list(facts),
        ]
        data = self.sign(head)
        self.sequence = number
        self.previous = [ChangeId(hashlib.sha256(data).digest())]
        return data

    def sign(self, head: Sequence[Any]) -> bytes:
        """The bytes of a change whose first twelve fields are `head`, whatever they are."""
        return encode([*head, self.key.sign(_CHANGE_DOMAIN + encode(head))])


class Site:
    """A root, an admin, and terminals by name."""

    def __init__(self, seed: str) -> None:
        self._root, self._admin = key_of(f"{seed} root"), key_of(f"{seed} admin")
        self.root = _public(self._root)
        self.id: SiteId = site_id(self.root)
        self._top = issue(self._certificate(self._admin, ADMIN, self.root), self._root)

    def chain(self, key: Ed25519PrivateKey, role: Role = TERMINAL) -> Chain:
        """Root, admin, and the holder of `key`."""
        leaf = issue(self._certificate(key, role, self._top.signing_key), self._admin)
        return Chain(self.root, (self._top, leaf))

    def author(self, name: str) -> Author:
        """A terminal of this site, with nothing written yet."""
        key = key_of(f"{self.id.hex()} {name}")
        epoch = Epoch(hashlib.sha256(name.encode()).digest()[:8])
        return Author(self.id, key, encode_chain(self.chain(key)), epoch)

    def _certificate(self, key: Ed25519PrivateKey, role: Role, issuer: bytes) -> Certificate:
        public = _public(key)
        return Certificate(
            site=self.id,
            role=role,
            device=device_id(public),
            signing_key=public,
            tls_key=hashlib.sha256(b"tls" + public).digest(),
            letters="F",
            name="Balcão",
            not_before=0,
            not_after=2**40,
            issuer=issuer,
        )


def _public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()
