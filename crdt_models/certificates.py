"""Certificates: how the site's root says which devices belong to it.

Rules of this file:
1. The site id commits to the root key, so a chain needs nothing else to be judged: acceptance is a
   function of the bytes and the site id, the same on every peer, for ever.
2. Dates govern links, never whether a fact counts; nothing here looks at them.
3. The root certifies admins (or a terminal); an admin certifies terminals. No deeper chain.
4. One key, one purpose: `signing_key` signs facts, `tls_key` is the hash of the key used on links.
"""

import hashlib
from collections.abc import Iterable
from typing import Any, Literal, cast

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from crdt_models.canonical_cbor import EXACT_LIMIT, decode, encode
from crdt_models.change import Signer
from crdt_models.errors import NotCanonical, UntrustedCertificate
from crdt_models.fact import Fact
from crdt_models.ids import DEVICE_BYTES, SITE_BYTES, DeviceId, SiteId, device_id, site_id

Role = Literal["admin", "terminal"]

ADMIN: Role = "admin"
TERMINAL: Role = "terminal"
KEY_BYTES = 32
MAX_CHAIN_BYTES = 4096  # two certificates are about 600 bytes
MAX_NAME = 80
MAX_LETTERS = 3
# Long, until links carry renewals: a shop whose links end after a month stops selling together.
LIFE_SECONDS = 400 * 24 * 3600
RENEW_AFTER_SECONDS = 10 * 24 * 3600
_VERSION = 1
_DOMAIN = b"malha-certificate-v1\0"


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """What an issuer says of one device.

    site 16 bytes · role · device SHA-256 of signing_key · signing_key Ed25519 public key, 32 bytes
    · tls_key SHA-256 of the link key's SubjectPublicKeyInfo, 32 bytes · letters used in order
    numbers (A … ZZZ) · name for people · not_before, not_after unix seconds · issuer public key, 32
    bytes · signature of the issuer, 64 bytes.
    """

    site: SiteId
    role: Role
    device: DeviceId
    signing_key: bytes
    tls_key: bytes
    letters: str
    name: str
    not_before: int
    not_after: int
    issuer: bytes
    signature: bytes = b""

    def fields(self) -> list[Any]:
        """The signed array of 11."""
        return [
            _VERSION, self.site, self.role, self.device, self.signing_key, self.tls_key,
            self.letters, self.name, self.not_before, self.not_after, self.issuer,
        ]  # fmt: skip

    @property
    def issued_by(self) -> DeviceId | None:
        """The admin's device that issued it; None: the site's root did."""
        return None if site_id(self.issuer) == self.site else device_id(self.issuer)


class Chain(msgspec.Struct, frozen=True):
    """The root's public key (32 bytes) and the certificates below it, leaf last."""

    root: bytes
    certificates: tuple[Certificate, ...]

    @property
    def leaf(self) -> Certificate:
        """The holder's own certificate."""
        return self.certificates[-1]


class AuthorOpened(Fact, frozen=True, tag="author_opened"):
    """The first fact of an epoch: who signs here, and what that program understands.

    chain: encoded `Chain` whose leaf is the author's device. program: version of the program.
    tags: fact tags it understands.
    """

    chain: bytes
    program: str = ""
    tags: tuple[str, ...] = ()


def issue(unsigned: Certificate, issuer: Signer) -> Certificate:
    """`unsigned` with the issuer's signature over it."""
    signature = issuer.sign(_DOMAIN + encode(unsigned.fields()))
    return msgspec.structs.replace(unsigned, signature=signature)


def encode_chain(chain: Chain) -> bytes:
    """Canonical bytes: `[root, [certificate of 12] …]`."""
    return encode([chain.root, *map(_signed, chain.certificates)])


def decode_chain(data: bytes) -> Chain:
    """Raises UntrustedCertificate for anything that is not the encoding of a chain of 1 or 2."""
    try:
        value = decode(data, max_bytes=MAX_CHAIN_BYTES)
    except NotCanonical as error:
        raise UntrustedCertificate(reason="not canonical") from error
    if type(value) is not list or len(value) not in (2, 3) or not _is_key(value[0]):
        raise UntrustedCertificate(reason="not a chain")
    certificates = tuple(_certificate(each) for each in value[1:])
    return Chain(cast(bytes, value[0]), certificates)


def verify_chain(chain: Chain, site: SiteId) -> Certificate:
    """The leaf, proved to be of `site`, whatever its dates. Raises UntrustedCertificate."""
    if site_id(chain.root) != site:
        raise UntrustedCertificate(reason="another site's root")
    issuer_key, issuer_role = chain.root, ADMIN
    for certificate in chain.certificates:
        _verify_link(certificate, site, issuer_key, issuer_role)
        issuer_key, issuer_role = certificate.signing_key, certificate.role
    return chain.leaf


def proved_leaf(encoded: bytes, site: SiteId) -> Certificate | None:
    """The leaf of an encoded chain that leads to the root of `site`; None for any other bytes."""
    try:
        return verify_chain(decode_chain(encoded), site)
    except UntrustedCertificate:
        return None


def standing(certificates: Iterable[Certificate]) -> Certificate:
    """Of one device's certificates, all proved, the one that counts: the latest `not_before`, of
    equal ones the greatest bytes. Raises ValueError when there is none."""
    return max(certificates, key=lambda each: (each.not_before, encode(_signed(each))))


def _signed(certificate: Certificate) -> list[Any]:
    """The array of 12 that stands in a chain."""
    return [*certificate.fields(), certificate.signature]


def _verify_link(certificate: Certificate, site: SiteId, issuer_key: bytes, role: Role) -> None:
    if role != ADMIN:
        raise UntrustedCertificate(reason="issued by a terminal that may not issue")
    if certificate.site != site or certificate.issuer != issuer_key:
        raise UntrustedCertificate(reason="the chain is broken")
    if certificate.device != device_id(certificate.signing_key):
        raise UntrustedCertificate(reason="the device id is not that of its key")
    try:
        key = Ed25519PublicKey.from_public_bytes(issuer_key)
        key.verify(certificate.signature, _DOMAIN + encode(certificate.fields()))
    except (InvalidSignature, ValueError) as error:
        raise UntrustedCertificate(reason="the issuer's signature does not fit") from error


def _is_key(value: Any) -> bool:
    return type(value) is bytes and len(value) == KEY_BYTES


def _certificate(value: Any) -> Certificate:
    if type(value) is not list or len(value) != 12 or value[0] != _VERSION:
        raise UntrustedCertificate(reason="not a certificate")
    _, site, role, device, signing, tls, letters, name, start, end, issuer, signature = value
    good = (
        type(site) is bytes
        and len(site) == SITE_BYTES
        and role in (ADMIN, TERMINAL)
        and type(device) is bytes
        and len(device) == DEVICE_BYTES
        and all(_is_key(key) for key in (signing, tls, issuer))
        and are_letters(letters)
        and type(name) is str
        and len(name) <= MAX_NAME
        and all(type(date) is int and 0 <= date < EXACT_LIMIT for date in (start, end))
        and type(signature) is bytes
        and len(signature) == 64
    )
    if not good:
        raise UntrustedCertificate(reason="a malformed certificate")
    return Certificate(
        site=site, role=role, device=device, signing_key=signing, tls_key=tls, letters=letters,
        name=name, not_before=start, not_after=end, issuer=issuer, signature=signature,
    )  # fmt: skip


def are_letters(value: Any) -> bool:
    """Whether `value` is what a terminal is called in order numbers: A … ZZZ."""
    return (
        type(value) is str
        and 1 <= len(value) <= MAX_LETTERS
        and all("A" <= letter <= "Z" for letter in value)
    )


def fingerprint(spki_der: bytes) -> bytes:
    """`tls_key` of a certificate: SHA-256 of the link key's SubjectPublicKeyInfo (DER)."""
    return hashlib.sha256(spki_der).digest()
