"""The files of an identity, and the proof that they fit together.

Rules of this file:
1. device.pem: the key that signs facts · link.pem: key and X.509 chain for links; the member chain
   is inside its leaf and nowhere else · root.pem: the site root's certificate · authority.pem
   (admins only): the X.509 key and certificate that issue others' leaves.
2. Private keys are PKCS#8 without a passphrase: a till must boot unattended; modes protect them.
3. Reading checks every key against the chain, so a mixed-up or half-restored folder is not used.
"""

from collections.abc import Mapping
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from msgspec import Struct

from crdt_models.certificates import ADMIN, Chain, fingerprint
from crdt_models.errors import UntrustedCertificate
from crdt_models.ids import SiteId, site_id
from peer.identity.errors import IdentityDamaged
from peer.identity.membership import (
    MALFORMED,
    Authority,
    Grant,
    TerminalKeys,
    member_chain,
    raw_public,
)
from peer.identity.x509_certificates import public_der

DEVICE_FILE = "device.pem"
LINK_FILE = "link.pem"
ROOT_FILE = "root.pem"
AUTHORITY_FILE = "authority.pem"


class Stored(Struct, frozen=True):
    """What the folder holds, verified. leaf_der, root_der: X.509 of this terminal, of the root."""

    keys: TerminalKeys
    chain: Chain
    leaf_der: bytes
    root_der: bytes
    authority: Authority | None


def files_of(
    keys: TerminalKeys, grant: Grant, root_der: bytes, authority: Authority | None = None
) -> Mapping[str, bytes]:
    """File name → contents."""
    files = {
        DEVICE_FILE: _key_pem(keys.signing),
        LINK_FILE: link_pem(keys, grant),
        ROOT_FILE: _certificate_pem(root_der),
    }
    if authority is not None:
        above = authority.x509_certificate.public_bytes(Encoding.PEM)
        files[AUTHORITY_FILE] = _key_pem(authority.x509_key) + above
    return files


def link_pem(keys: TerminalKeys, grant: Grant) -> bytes:
    """Key, leaf, authority: what `ssl` loads in one go."""
    return _key_pem(keys.link) + _certificate_pem(grant.leaf) + _certificate_pem(grant.authority)


def read_folder(folder: Path) -> Stored:
    """Raises IdentityDamaged."""
    try:
        return _read(folder)
    except (OSError, ValueError, TypeError, InvalidSignature, UntrustedCertificate) as error:
        raise IdentityDamaged(reason=f"{type(error).__name__}: {error}") from error


def check_grant(keys: TerminalKeys, site: SiteId, root_der: bytes, leaf_der: bytes) -> Chain:
    """That root, leaf and keys belong together. Raises UntrustedCertificate."""
    if site_of_root(root_der) != site:
        raise UntrustedCertificate(reason="the root is not this site's")
    chain = member_chain(leaf_der, site)
    if chain.leaf.signing_key != raw_public(keys.signing):
        raise UntrustedCertificate(reason="it names another signing key")
    if chain.leaf.tls_key != fingerprint(public_der(keys.link.public_key())):
        raise UntrustedCertificate(reason="it names another link key")
    return chain


def site_of_root(root_der: bytes) -> SiteId:
    """The site whose id commits to this root's key. Raises UntrustedCertificate."""
    try:
        key = x509.load_der_x509_certificate(root_der).public_key()
    except MALFORMED as error:
        raise UntrustedCertificate(reason="malformed root") from error
    if not isinstance(key, Ed25519PublicKey):
        raise UntrustedCertificate(reason="the root's key is not Ed25519")
    return site_id(key.public_bytes_raw())


def _read(folder: Path) -> Stored:
    link = (folder / LINK_FILE).read_bytes()
    keys = TerminalKeys(_private_key((folder / DEVICE_FILE).read_bytes()), _private_key(link))
    root = x509.load_pem_x509_certificate((folder / ROOT_FILE).read_bytes())
    root_der = root.public_bytes(Encoding.DER)
    leaf_der = x509.load_pem_x509_certificates(link)[0].public_bytes(Encoding.DER)
    chain = check_grant(keys, site_of_root(root_der), root_der, leaf_der)
    return Stored(keys, chain, leaf_der, root_der, _authority(folder, keys, chain, root))


def _authority(
    folder: Path, keys: TerminalKeys, chain: Chain, root: x509.Certificate
) -> Authority | None:
    if chain.leaf.role != ADMIN:
        return None
    data = (folder / AUTHORITY_FILE).read_bytes()
    above = x509.load_pem_x509_certificate(data)
    x509_key = _private_key(data)
    if above.public_key() != x509_key.public_key():
        raise ValueError(f"{AUTHORITY_FILE} holds a key of another certificate")
    above.verify_directly_issued_by(root)
    return Authority(keys.signing, chain, x509_key, above)


def _private_key(pem: bytes) -> Ed25519PrivateKey:
    key = load_pem_private_key(pem, password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError("not an Ed25519 key")
    return key


def _key_pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _certificate_pem(der: bytes) -> bytes:
    return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)
