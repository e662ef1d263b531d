"""Who this terminal is: its keys and its membership of one site.

Rules of this file:
1. `MALHA_HOME/identity` appears whole (a renamed folder) or not at all; renewing replaces one file.
2. The site root's private key is never stored: it leaves once, as the recovery code.
3. Whoever holds an Identity holds one whose keys and chain were proved to fit together. Dates are
   not looked at here: an expired terminal keeps selling, it only cannot link.

What the files hold: `pem_files`. Who may be at the other end of a link: `membership`.
"""

import ssl
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Struct

from crdt_models.certificates import (
    ADMIN,
    RENEW_AFTER_SECONDS,
    Certificate,
    Chain,
    encode_chain,
)
from crdt_models.ids import DeviceId, SiteId
from peer.environment import Dice
from peer.identity import tls_contexts
from peer.identity.errors import AlreadyMember, NoIdentity, NotAdmin
from peer.identity.key_files import ensure_database_key, write_private, write_private_folder
from peer.identity.membership import (
    Authority,
    Grant,
    TerminalKeys,
    applicant_of,
    found_site,
    time_floor,
)
from peer.identity.pem_files import (
    LINK_FILE,
    check_grant,
    files_of,
    link_pem,
    read_folder,
    site_of_root,
)
from peer.identity.recovery_code import from_recovery_code, to_recovery_code

FOLDER = "identity"
_KEY_BYTES = 32


@dataclass(frozen=True, kw_only=True)
class Identity:
    """A verified member of a site. `home` is MALHA_HOME; keys are kept out of its repr."""

    home: Path
    keys: TerminalKeys = field(repr=False)
    chain: Chain = field(repr=False)
    leaf_der: bytes = field(repr=False)
    root_der: bytes = field(repr=False)
    authority: Authority | None = field(repr=False)

    @property
    def certificate(self) -> Certificate:
        """What the site says of this terminal."""
        return self.chain.leaf

    @property
    def site(self) -> SiteId:
        return self.certificate.site

    @property
    def device(self) -> DeviceId:
        return self.certificate.device

    @property
    def letters(self) -> str:
        return self.certificate.letters

    @property
    def name(self) -> str:
        return self.certificate.name

    @property
    def signing_key(self) -> Ed25519PrivateKey:
        """Signs facts: `sign(bytes) -> 64 bytes`."""
        return self.keys.signing

    @property
    def encoded_chain(self) -> bytes:
        """For `author_opened`."""
        return encode_chain(self.chain)

    @property
    def link_file(self) -> Path:
        """PEM of the link key and its X.509 chain."""
        return self.home / FOLDER / LINK_FILE

    def issuing(self) -> Authority:
        """What admits other terminals. Raises NotAdmin."""
        if self.authority is None:
            raise NotAdmin(letters=self.letters)
        return self.authority

    def wants_renewal(self, now_seconds: int) -> bool:
        """From day 10 on an admin should issue this certificate again (an admin's own lasts)."""
        age = now_seconds - self.certificate.not_before
        return self.certificate.role != ADMIN and age >= RENEW_AFTER_SECONDS

    def server_context(self) -> ssl.SSLContext:
        """Mutual TLS, accepting end. Built anew at each call; keep it."""
        return tls_contexts.link_server(self.root_der, self.link_file)

    def client_context(self) -> ssl.SSLContext:
        """Mutual TLS, dialling end. Built anew at each call; keep it."""
        return tls_contexts.link_client(self.root_der, self.link_file)

    def invitation_context(self) -> ssl.SSLContext:
        """TLS for one applicant who has no certificate yet."""
        return tls_contexts.invitation_server(self.root_der, self.link_file)


class Place(Struct, frozen=True):
    """Where a new identity is written. home: MALHA_HOME. key_file: the database key, outside it."""

    home: Path
    key_file: Path


class SiteCreated(Struct, frozen=True):
    """recovery_code: the site root's key; shown once, stored nowhere."""

    identity: Identity
    recovery_code: str


def create_site(
    place: Place, *, name: str, letters: str, wall_seconds: int, dice: Dice
) -> SiteCreated:
    """Founds a site with this terminal as its first admin.

    Raises AlreadyMember, BadTerminalName, KeyMissing, OSError.
    """
    root_key = dice.random_bytes(_KEY_BYTES)
    identity = _become_admin(place, root_key, name, letters, wall_seconds, dice)
    return SiteCreated(identity, to_recovery_code(root_key))


def restore_admin(
    place: Place, recovery_code: str, *, name: str, letters: str, wall_seconds: int, dice: Dice
) -> Identity:
    """A new admin terminal from the recovery code, for the day every admin is lost.

    Raises BadRecoveryCode and what `create_site` raises.
    """
    root_key = from_recovery_code(recovery_code)
    return _become_admin(place, root_key, name, letters, wall_seconds, dice)


def keys_for_joining(home: Path, site: SiteId, dice: Dice) -> TerminalKeys:
    """New keys; or the home's own when it already belongs to `site`, so that joining renews it.

    Raises AlreadyMember for a home of another site, IdentityDamaged.
    """
    if not (home / FOLDER).exists():
        return _new_keys(dice)
    identity = load(home)
    if identity.site != site or identity.authority is not None:
        raise AlreadyMember(home=str(home))
    return identity.keys


def install(
    place: Place, keys: TerminalKeys, root_der: bytes, grant: Grant, *, dice: Dice
) -> Identity:
    """Writes what an admin granted: a new identity, or a renewal of the one with the same keys.

    Raises UntrustedCertificate before anything is written, AlreadyMember, KeyMissing, OSError.
    """
    check_grant(keys, site_of_root(root_der), root_der, grant.leaf)
    folder = place.home / FOLDER
    if folder.exists():
        if applicant_of(load(place.home).keys) != applicant_of(keys):
            raise AlreadyMember(home=str(place.home))
        write_private(folder / LINK_FILE, link_pem(keys, grant))
    else:
        ensure_database_key(place.key_file, dice)
        write_private_folder(folder, files_of(keys, grant, root_der))
    return load(place.home)


def load(home: Path) -> Identity:
    """The identity of `home`. Raises NoIdentity, IdentityDamaged."""
    folder = home / FOLDER
    if not folder.exists():
        raise NoIdentity(home=str(home))
    stored = read_folder(folder)
    return Identity(
        home=home,
        keys=stored.keys,
        chain=stored.chain,
        leaf_der=stored.leaf_der,
        root_der=stored.root_der,
        authority=stored.authority,
    )


def _become_admin(
    place: Place, root_key: bytes, name: str, letters: str, wall_seconds: int, dice: Dice
) -> Identity:
    if (place.home / FOLDER).exists():
        raise AlreadyMember(home=str(place.home))
    keys = _new_keys(dice)
    authority, grant, root_der = found_site(
        _private(root_key),
        keys,
        _private(dice.random_bytes(_KEY_BYTES)),
        letters=letters,
        name=name,
        now_seconds=time_floor(wall_seconds),
    )
    ensure_database_key(place.key_file, dice)
    files = files_of(keys, grant, root_der, authority)
    write_private_folder(place.home / FOLDER, files)
    return load(place.home)


def _new_keys(dice: Dice) -> TerminalKeys:
    signing, link = dice.random_bytes(_KEY_BYTES), dice.random_bytes(_KEY_BYTES)
    return TerminalKeys(_private(signing), _private(link))


def _private(seed: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(seed)
