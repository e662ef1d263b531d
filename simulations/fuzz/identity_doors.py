"""Doors of identity: who is at the other end of a link, and who may join.

The envelope of a certificate is checked by TLS; here it is the chain inside and the key it names.
"""

import base64
from functools import cache
from random import Random
from typing import Any, cast

from crdt_models.canonical_cbor import decode, encode
from crdt_models.errors import NotCanonical, UntrustedCertificate
from peer.identity.errors import CertificateExpired
from peer.identity.membership import (
    BUILD_SECONDS,
    TerminalKeys,
    admit,
    applicant_of,
    found_site,
    member_of,
)
from peer.identity.pem_files import site_of_root
from peer.links import pairing
from peer.links.framed_stream import Malformed
from peer.links.invitation import BadInvitation, Invitation, from_text, inviter_proof, to_text
from simulations.fuzz.door import Door, require
from simulations.fuzz.members import key_of
from simulations.fuzz.mutation import any_bytes, bytes_changed, text_changed, tree_changed
from simulations.fuzz.nonsense import packed, unpacked
from simulations.fuzz.seeds import changed_cbor, opened


@cache
def _papers() -> dict[str, bytes]:
    """Of a site with a member: its root and the member's leaf (DER), a grant, an invitation."""
    keys = TerminalKeys(key_of("fuzz signing"), key_of("fuzz link"))
    authority, own, root = found_site(
        key_of("fuzz x509 root"),
        keys,
        key_of("fuzz x509 authority"),
        letters="A",
        name="Balcão",
        now_seconds=BUILD_SECONDS,
    )
    other = TerminalKeys(key_of("fuzz other signing"), key_of("fuzz other link"))
    grant = admit(
        authority, applicant_of(other), letters="B", name="Salão", now_seconds=BUILD_SECONDS
    )
    invitation = Invitation(site_of_root(root), root, ("192.0.2.1:3003",), b"s" * 32)
    return {
        "root": root,
        "own": own.leaf,
        "leaf": grant.leaf,
        "authority": grant.authority,
        "invitation": to_text(invitation).encode("ascii"),
    }


def _changed_leaf(dice: Random) -> bytes:
    papers = _papers()
    ders = [papers[name] for name in ("leaf", "own", "authority", "root")]
    return bytes_changed(dice, dice.choice(ders), ders) if dice.random() < 0.95 else any_bytes(dice)


def _use_leaf(data: bytes) -> bool:
    home = site_of_root(_papers()["root"])
    try:
        member_of(data, home, BUILD_SECONDS)
    except (UntrustedCertificate, CertificateExpired):
        return False
    # The envelope is checked by TLS; what counts here is the chain inside and the key it names.
    return True


def _make_invitation(dice: Random) -> bytes:
    text = _papers()["invitation"].decode("ascii")
    throw = dice.random()
    if throw < 0.3:
        return text_changed(dice, text).encode("utf-8", "surrogatepass")
    inner = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    changed = changed_cbor(dice, [inner])
    if throw < 0.6:
        fields = cast(list[Any], decode(inner, max_bytes=8192))
        fields[2] = _changed_leaf(dice)
        changed = encode(fields)
    return base64.urlsafe_b64encode(changed).rstrip(b"=")


def _use_invitation(data: bytes) -> bool:
    try:
        invitation = from_text(data.decode("utf-8", "surrogatepass"))
    except BadInvitation:
        return False
    require(from_text(to_text(invitation)) == invitation, "an invitation that changes")
    return True


def _make_pairing(dice: Random) -> bytes:
    papers = _papers()
    key = b"k" * 32
    application = encode([1, key, key, "Cozinha", b"p" * 32, b"s" * 64, b"s" * 64])
    granted = [papers["leaf"], papers["authority"], ["192.0.2.1:3002"]]
    throw = dice.random()
    if throw < 0.4:
        return packed(["application", changed_cbor(dice, [application])])
    if throw < 0.7:
        return packed(["grant", changed_cbor(dice, [encode([0, "wrong secret"])])])
    return packed(["grant", _proved(tree_changed(dice, granted))])


def _proved(granted: Any) -> bytes:
    """What an inviter would say who knows the secret, and grants this."""
    try:
        proof = inviter_proof(b"s" * 32, b"h" * 32, encode(granted))
        return encode([1, proof, *granted])
    except (NotCanonical, TypeError):
        return b"\x80"


def _use_pairing(data: bytes) -> bool:
    kind, told = unpacked(data)
    refusals = (NotCanonical, Malformed, pairing.InvitationRefused, UntrustedCertificate)
    try:
        value = decode(told, max_bytes=16 * 1024)
        if kind == "application":
            applicant, _, _, signatures = pairing._read_application(value)
            pairing._check_possession(applicant, signatures, b"what is signed")
        else:
            text = _papers()["invitation"].decode("ascii")
            pairing._read_grant(value, from_text(text), b"h" * 32)
    except refusals:
        return False
    return True


def identity_doors() -> list[Door]:
    """Certificates, invitations and pairing."""
    return [
        Door(
            name="certificate",
            what="X.509 leaves with chains inside",
            make=_changed_leaf,
            open=opened(_use_leaf),
        ),
        Door(
            name="invitation",
            what="texts of invitations",
            make=_make_invitation,
            open=opened(_use_invitation),
        ),
        Door(
            name="pairing",
            what="applications and grants",
            make=_make_pairing,
            open=opened(_use_pairing),
        ),
    ]
