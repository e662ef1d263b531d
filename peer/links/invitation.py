"""An invitation: one string that carries all a new terminal needs to find and trust its inviter.

Rules of this file:
1. Its secret has 256 bits, so there is nothing to guess; it is good once, for five minutes.
2. It carries the site root's certificate and the site id that commits to the root's key: the new
   terminal trusts nothing that its first connection says about who is who.
3. Both sides prove the secret over the transcript of both ends' keys; it never travels itself.
"""

import base64
import binascii
import hashlib
import hmac

from msgspec import Struct

from crdt_models.canonical_cbor import decode, encode
from crdt_models.errors import MalhaError, NotCanonical, UntrustedCertificate
from crdt_models.ids import SITE_BYTES, SiteId
from peer.identity.membership import Applicant
from peer.identity.pem_files import site_of_root
from peer.links.address_book import split_address

SECRET_BYTES = 32
_VERSION = 1
_MAX_TEXT = 4096
_MAX_ADDRESSES = 16
_DOMAIN = b"malha-join-v1\0"


class BadInvitation(MalhaError):
    """The text is no invitation, or lost a part on its way."""

    code = "bad_invitation"
    sentence = "This is not a complete invitation: {reason}."
    cure = "Copy the whole text that `malha invite` shows, or make a new invitation."


class Invitation(Struct, frozen=True):
    """site: 16 bytes. root_der: the site root's X.509. addresses: where the inviter waits,
    `host:port`. secret: 32 bytes, never shown in a log."""

    site: SiteId
    root_der: bytes
    addresses: tuple[str, ...]
    secret: bytes

    def __repr__(self) -> str:
        return f"Invitation(site={self.site.hex()}, addresses={self.addresses})"


def to_text(invitation: Invitation) -> str:
    """base64url without padding."""
    fields = [
        _VERSION,
        invitation.site,
        invitation.root_der,
        list(invitation.addresses),
        invitation.secret,
    ]
    return base64.urlsafe_b64encode(encode(fields)).rstrip(b"=").decode("ascii")


def from_text(text: str) -> Invitation:
    """Raises BadInvitation."""
    plain = "".join(text.split())
    if len(plain) > _MAX_TEXT:
        raise BadInvitation(reason="too long")
    try:
        data = base64.b64decode(plain + "=" * (-len(plain) % 4), altchars=b"-_", validate=True)
        value = decode(data, max_bytes=_MAX_TEXT)
        return _invitation(value)
    except (binascii.Error, ValueError, NotCanonical, UntrustedCertificate) as error:
        raise BadInvitation(reason=type(error).__name__) from error


def transcript(site: SiteId, inviter_leaf: bytes, applicant: Applicant, name: str) -> bytes:
    """What both sides prove: the two ends, by their keys, as each of them sees them."""
    leaf = hashlib.sha256(inviter_leaf).digest()
    both = encode([site, leaf, applicant.signing_key, applicant.link_key, name])
    return hashlib.sha256(_DOMAIN + both).digest()


def applicant_proof(secret: bytes, transcript_hash: bytes) -> bytes:
    """The applicant knows the secret."""
    return hmac.digest(secret, _DOMAIN + b"applicant" + transcript_hash, "sha256")


def inviter_proof(secret: bytes, transcript_hash: bytes, granted: bytes) -> bytes:
    """The inviter knows the secret, and granted exactly this."""
    return hmac.digest(secret, _DOMAIN + b"inviter" + transcript_hash + granted, "sha256")


def possession_message(transcript_hash: bytes) -> bytes:
    """What the applicant signs with both of its keys."""
    return _DOMAIN + b"possession" + transcript_hash


def _invitation(value: object) -> Invitation:
    if type(value) is not list or len(value) != 5 or value[0] != _VERSION:
        raise BadInvitation(reason="another version or no invitation")
    _, site, root_der, addresses, secret = value
    good = (
        type(site) is bytes
        and len(site) == SITE_BYTES
        and type(root_der) is bytes
        and type(secret) is bytes
        and len(secret) == SECRET_BYTES
        and type(addresses) is list
        and 1 <= len(addresses) <= _MAX_ADDRESSES
        and all(type(each) is str and split_address(each) is not None for each in addresses)
    )
    if not good or site_of_root(root_der) != site:
        raise BadInvitation(reason="its parts do not fit together")
    return Invitation(SiteId(site), root_der, tuple(addresses), secret)
