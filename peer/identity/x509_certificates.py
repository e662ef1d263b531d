"""X.509 as TLS wants it: the envelope in which a member certificate is shown in the handshake.

Rules of this file:
1. Three levels: the site root (Ed25519, its key is the one the site id commits to) → one issuing CA
   per admin terminal (path length 0) → one leaf per terminal. No names or dates carry meaning.
2. The validity is as wide as X.509 can say, so that a terminal whose clock died still connects;
   the dates that govern links are those of the member certificate inside (see `membership`).
3. The member chain (CBOR) travels in the leaf as a private extension: it is covered by the issuer's
   signature and authenticated by the handshake, before one byte of data.
4. Complete enough for VERIFY_X509_STRICT: key identifiers, basic constraints, key usage, EKU.
"""

import datetime
import hashlib

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# 2.25 is the arc of UUIDs: nobody needs to assign them (ITU-T X.667). Drawn once, for this use.
MEMBER_CHAIN_OID = x509.ObjectIdentifier("2.25.48579817301198207349826706635669978514")

_NOT_BEFORE = datetime.datetime(1950, 1, 1, tzinfo=datetime.UTC)  # the earliest UTCTime
_NOT_AFTER = datetime.datetime(9999, 12, 31, 23, 59, 59, tzinfo=datetime.UTC)  # RFC 5280 4.1.2.5


def root_certificate(root_key: Ed25519PrivateKey) -> x509.Certificate:
    """The site's self-signed root, the only trust anchor of its links."""
    builder = _builder("site", "site", root_key.public_key(), root_key.public_key())
    return _as_authority(builder, path_length=1).sign(root_key, None)


def authority_certificate(key: Ed25519PublicKey, root_key: Ed25519PrivateKey) -> x509.Certificate:
    """An admin terminal's issuing CA, signed by the site root."""
    builder = _builder("admin", "site", key, root_key.public_key())
    return _as_authority(builder, path_length=0).sign(root_key, None)


def leaf_certificate(
    key: Ed25519PublicKey, member_chain: bytes, authority_key: Ed25519PrivateKey
) -> x509.Certificate:
    """A terminal's certificate for links: both server and client."""
    builder = _builder("terminal", "admin", key, authority_key.public_key(), member_chain)
    usages = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    builder = builder.add_extension(
        x509.BasicConstraints(ca=False, path_length=None), critical=True
    )
    builder = builder.add_extension(_usage(authority=False), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
    extension = x509.UnrecognizedExtension(MEMBER_CHAIN_OID, member_chain)
    return builder.add_extension(extension, critical=False).sign(authority_key, None)


def member_chain_of(certificate: x509.Certificate) -> bytes | None:
    """The CBOR chain in the leaf, or None. Raises ValueError for malformed extensions."""
    try:
        extension = certificate.extensions.get_extension_for_oid(MEMBER_CHAIN_OID)
    except x509.ExtensionNotFound:
        return None
    value = extension.value
    return value.value if isinstance(value, x509.UnrecognizedExtension) else None


def spki_der(certificate: x509.Certificate) -> bytes:
    """SubjectPublicKeyInfo: what a member certificate's `tls_key` is the hash of."""
    return certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def public_der(key: Ed25519PublicKey) -> bytes:
    """SubjectPublicKeyInfo of a key that has no certificate yet."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _builder(
    subject: str,
    issuer: str,
    key: Ed25519PublicKey,
    issuer_key: Ed25519PublicKey,
    salt: bytes = b"",
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject, key))
        .issuer_name(_name(issuer, issuer_key))
        .public_key(key)
        .serial_number(_serial(key, salt))
        .not_valid_before(_NOT_BEFORE)
        .not_valid_after(_NOT_AFTER)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False
        )
    )


def _as_authority(builder: x509.CertificateBuilder, path_length: int) -> x509.CertificateBuilder:
    constraints = x509.BasicConstraints(ca=True, path_length=path_length)
    builder = builder.add_extension(constraints, critical=True)
    return builder.add_extension(_usage(authority=True), critical=True)


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _name(kind: str, key: Ed25519PublicKey) -> x509.Name:
    digest = hashlib.sha256(public_der(key)).hexdigest()[:16]
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"malha {kind} {digest}")])


def _serial(key: Ed25519PublicKey, salt: bytes) -> int:
    """Unique by content, so issuing needs no dice. 127 bits and never zero."""
    digest = hashlib.sha256(b"malha-x509-serial" + public_der(key) + salt).digest()
    return (int.from_bytes(digest[:16], "big") >> 1) | 1
