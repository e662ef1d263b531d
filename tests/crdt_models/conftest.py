"""A site with real keys, made from seeds so that every run signs the same bytes."""

import hashlib
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

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
from crdt_models.change import Change, Unsigned, sign_change
from crdt_models.fact import Fact
from crdt_models.ids import (
    TERMINALS,
    ChangeId,
    CommandId,
    DeviceId,
    DocumentId,
    Epoch,
    SiteId,
    device_id,
    site_id,
)

ORDER = DocumentId("order:" + "0" * 32)


class Noted(Fact, frozen=True, tag="test_noted"):
    """A fact that only these tests use."""

    text: str
    count: int = 0


def key_of(seed: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(seed.encode()).digest())


class Member:
    """One device of a seeded site, writing its own chain."""

    def __init__(self, site_seed: str, name: str, role: Role = TERMINAL) -> None:
        root, admin = key_of(f"{site_seed} root"), key_of(f"{site_seed} admin")
        self.key = key_of(f"{site_seed} {name}")
        self.public = self.key.public_key().public_bytes_raw()
        self.root = root.public_key().public_bytes_raw()
        self.site: SiteId = site_id(self.root)
        self.device: DeviceId = device_id(self.public)
        top = issue(self._certificate(admin, ADMIN, self.root), root)
        leaf = issue(self._certificate(self.key, role, top.signing_key), admin)
        self.chain = Chain(self.root, (top, leaf))
        self.epoch = Epoch(hashlib.sha256(name.encode()).digest()[:8])
        self.sequence = 0
        self.previous: tuple[ChangeId, ...] = ()

    def _certificate(self, key: Ed25519PrivateKey, role: Role, issuer: bytes) -> Certificate:
        public = key.public_key().public_bytes_raw()
        return Certificate(
            site=self.site,
            role=role,
            device=device_id(public),
            signing_key=public,
            tls_key=hashlib.sha256(b"tls" + public).digest(),
            letters="A",
            name="Balcão",
            not_before=0,
            not_after=2**40,
            issuer=issuer,
        )

    def open_epoch(self, name: str = "") -> Change:
        if name:
            self.epoch = Epoch(hashlib.sha256(name.encode()).digest()[:8])
        return self.write((TERMINALS, AuthorOpened(encode_chain(self.chain))))

    def write(self, *facts: tuple[DocumentId, Fact], command: bytes | None = None) -> Change:
        self.sequence += 1
        seed = self.device + self.epoch + self.sequence.to_bytes(8, "big")
        change = sign_change(
            Unsigned(
                site=self.site,
                device=self.device,
                epoch=self.epoch,
                sequence=self.sequence,
                previous=self.previous,
                hlc=self.sequence << 16,
                business_day=16_000,
                operator=None,
                command_id=CommandId(command or hashlib.sha256(seed).digest()[:16]),
                seen=0,
                facts=facts or ((ORDER, Noted(f"note {self.sequence}")),),
            ),
            self.key,
        )
        self.previous = (change.id,)
        return change


@pytest.fixture
def member() -> Callable[..., Member]:
    """`member(name, site="shop")` → a Member; equal arguments give equal bytes."""

    def make(name: str = "counter", site: str = "shop", role: Role = TERMINAL) -> Member:
        return Member(site, name, role)

    return make


@pytest.fixture
def noted() -> type[Noted]:
    return Noted
