"""Who may be at the other end of a link, and how an admin terminal admits one.

Rules of this file:
1. A link's other end is judged by its X.509 leaf alone: the member chain inside must lead to this
   site, and name the hash of the very key that did the handshake. A chain copied into another key's
   certificate is refused.
2. Only expiry is judged, against a floor under the time (never lower than the build): a certificate
   that seems "not yet valid" proves that our clock is behind, not that the certificate is wrong.
3. Pure: no files, no clock, no dice.
"""

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec import Struct

from crdt_models.certificates import (
    ADMIN,
    LIFE_SECONDS,
    MAX_NAME,
    TERMINAL,
    Certificate,
    Chain,
    Role,
    are_letters,
    decode_chain,
    encode_chain,
    fingerprint,
    issue,
    verify_chain,
)
from crdt_models.errors import UntrustedCertificate
from crdt_models.ids import SiteId, device_id, site_id
from peer.identity.errors import BadTerminalName, CertificateExpired
from peer.identity.x509_certificates import (
    authority_certificate,
    leaf_certificate,
    member_chain_of,
    public_der,
    root_certificate,
    spki_der,
)

# Raised with each release: no clock of a running terminal is before it. 2026-11-01T00:00:00Z.
BUILD_SECONDS = 1_793_491_200
# An admin is ended by a revocation cut. A date would end every link of the shop at once, and only
# the recovery code could renew it; so the date is far, unlike a terminal's.
ADMIN_LIFE_SECONDS = 10 * 365 * 24 * 3600
MAX_LEAF_BYTES = 8192  # a leaf with its chain is about 1.1 kB
_DAY_SECONDS = 24 * 3600
# What the parser raises for bytes that are no certificate, or an odd one.
MALFORMED = (ValueError, x509.InvalidVersion, x509.DuplicateExtension, UnsupportedAlgorithm)


class TerminalKeys(Struct, frozen=True):
    """The two keys of a terminal; they never leave it. signing: facts. link: TLS."""

    signing: Ed25519PrivateKey
    link: Ed25519PrivateKey


class Applicant(Struct, frozen=True):
    """What a terminal shows to be admitted: two raw Ed25519 public keys of 32 bytes."""

    signing_key: bytes
    link_key: bytes


class Grant(Struct, frozen=True):
    """What a terminal gets: its X.509 leaf (member chain inside) and the CA above it, both DER."""

    leaf: bytes
    authority: bytes


class Authority(Struct, frozen=True):
    """What an admin terminal issues with: its signing key, its own chain, its X.509 CA."""

    signing: Ed25519PrivateKey
    chain: Chain
    x509_key: Ed25519PrivateKey
    x509_certificate: x509.Certificate


def applicant_of(keys: TerminalKeys) -> Applicant:
    """The public halves."""
    return Applicant(raw_public(keys.signing), raw_public(keys.link))


def raw_public(key: Ed25519PrivateKey) -> bytes:
    """32 bytes."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def time_floor(wall_seconds: int, signed_seconds: int = 0) -> int:
    """The time that dates of certificates are judged by, in unix seconds.

    `signed_seconds`: the greatest time seen under an *admin's* signature. Not a terminal's: one
    clock that runs ten years ahead would end every link of the shop.
    """
    return max(wall_seconds, signed_seconds, BUILD_SECONDS)


def found_site(
    root_key: Ed25519PrivateKey,
    keys: TerminalKeys,
    x509_key: Ed25519PrivateKey,
    *,
    letters: str,
    name: str,
    now_seconds: int,
) -> tuple[Authority, Grant, bytes]:
    """The root makes a terminal admin: its authority, its grant, the X.509 root (DER)."""
    root = raw_public(root_key)
    applicant = applicant_of(keys)
    unsigned = _unsigned(site_id(root), ADMIN, applicant, letters, name, now_seconds, root)
    chain = Chain(root, (issue(unsigned, root_key),))
    above = authority_certificate(x509_key.public_key(), root_key)
    authority = Authority(keys.signing, chain, x509_key, above)
    grant = _grant(authority, chain, applicant)
    return authority, grant, root_certificate(root_key).public_bytes(Encoding.DER)


def admit(
    authority: Authority, applicant: Applicant, *, letters: str, name: str, now_seconds: int
) -> Grant:
    """An admin certifies a terminal for LIFE_SECONDS. Raises BadTerminalName."""
    admin = authority.chain.certificates[0]
    issuer = raw_public(authority.signing)
    unsigned = _unsigned(admin.site, TERMINAL, applicant, letters, name, now_seconds, issuer)
    certificate = issue(unsigned, authority.signing)
    chain = Chain(authority.chain.root, (admin, certificate))
    return _grant(authority, chain, applicant)


def member_chain(leaf_der: bytes, site: SiteId) -> Chain:
    """The verified chain inside a leaf whose key it names. Dates are not looked at.

    Raises UntrustedCertificate.
    """
    if len(leaf_der) > MAX_LEAF_BYTES:
        raise UntrustedCertificate(reason=f"{len(leaf_der)} bytes of certificate")
    try:
        leaf = x509.load_der_x509_certificate(leaf_der)
        encoded, link_key = member_chain_of(leaf), fingerprint(spki_der(leaf))
    except MALFORMED as error:
        raise UntrustedCertificate(reason="malformed X.509") from error
    if encoded is None:
        raise UntrustedCertificate(reason="no member certificate inside")
    chain = decode_chain(encoded)
    if verify_chain(chain, site).tls_key != link_key:
        raise UntrustedCertificate(reason="it was issued to another link key")
    return chain


def check_expiry(chain: Chain, floor_seconds: int) -> None:
    """Raises CertificateExpired when any certificate of the chain ended before the floor."""
    for certificate in chain.certificates:
        over = floor_seconds - certificate.not_after
        if over > 0:
            raise CertificateExpired(
                letters=certificate.letters, name=certificate.name, days=over // _DAY_SECONDS
            )


def member_of(leaf_der: bytes, site: SiteId, floor_seconds: int) -> Certificate:
    """Who a link's other end is. Raises UntrustedCertificate, CertificateExpired among them."""
    chain = member_chain(leaf_der, site)
    check_expiry(chain, floor_seconds)
    return chain.leaf


def _grant(authority: Authority, chain: Chain, applicant: Applicant) -> Grant:
    link_key = Ed25519PublicKey.from_public_bytes(applicant.link_key)
    leaf = leaf_certificate(link_key, encode_chain(chain), authority.x509_key)
    above = authority.x509_certificate
    return Grant(leaf.public_bytes(Encoding.DER), above.public_bytes(Encoding.DER))


def _unsigned(
    site: SiteId,
    role: Role,
    applicant: Applicant,
    letters: str,
    name: str,
    now_seconds: int,
    issuer: bytes,
) -> Certificate:
    if not are_letters(letters) or not 1 <= len(name) <= MAX_NAME or not name.isprintable():
        raise BadTerminalName(letters=letters, name=name)
    link_key = Ed25519PublicKey.from_public_bytes(applicant.link_key)
    return Certificate(
        site=site,
        role=role,
        device=device_id(applicant.signing_key),
        signing_key=applicant.signing_key,
        tls_key=fingerprint(public_der(link_key)),
        letters=letters,
        name=name,
        not_before=now_seconds,
        not_after=now_seconds + (ADMIN_LIFE_SECONDS if role == ADMIN else LIFE_SECONDS),
        issuer=issuer,
    )
