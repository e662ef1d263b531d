"""Pairing: an admin terminal invites, a new terminal joins. No internet, no server.

    applicant → inviter   [1, signing key, link key, name, proof, signature by each key]
    inviter → applicant   [1, proof, leaf, authority, [addresses of links]]  or  [0, reason]
    applicant → inviter   [1] once its files are on disk

Rules of this file:
1. TLS 1.3 under the site root; the applicant has no certificate, it proves the invitation's secret.
   The inviter must be an admin of that very site.
2. The letters of an invitation are promised to it alone, and what is issued is written down before
   it leaves (`Admissions`). A member that joins again is renewed, under its own letters.
3. One wrong proof burns the invitation; one right proof uses it. What is not a well-formed attempt
   (a port scan, a broken connection) is neither.
4. Every message is bounded, every read has a deadline, and the whole ends after five minutes.
"""

import hmac
import logging
import math
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TypeGuard

import trio
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import Struct

from crdt_models.canonical_cbor import Value, encode
from crdt_models.certificates import ADMIN, Certificate, Chain, encode_chain
from crdt_models.errors import MalhaError, RefusedBytes, UntrustedCertificate
from crdt_models.ids import DeviceId, device_id
from peer.environment import Environment
from peer.identity import Identity, Place, install, keys_for_joining, tls_contexts
from peer.identity.admissions import Admissions, Holder
from peer.identity.errors import BadTerminalName, LettersInUse
from peer.identity.membership import (
    Applicant,
    Grant,
    TerminalKeys,
    admit,
    applicant_of,
    check_expiry,
    member_chain,
    time_floor,
)
from peer.links.address_book import join_address, split_address
from peer.links.framed_stream import Malformed, connect, handshake, hear, say
from peer.links.interfaces import own_addresses
from peer.links.invitation import (
    SECRET_BYTES,
    Invitation,
    applicant_proof,
    from_text,
    inviter_proof,
    possession_message,
    to_text,
    transcript,
)
from peer.links.websocket_link import TlsStream

INVITATION_SECONDS = 300.0
_MAX_VISITORS = 4  # connections that have proved nothing yet
_WILDCARDS = ("", "0.0.0.0", "::")

_logger = logging.getLogger("malha.links")


class InvitationExpired(MalhaError):
    """Nobody joined in time."""

    code = "invitation_expired"
    sentence = "Nobody joined within {seconds} seconds."
    cure = "Make a new invitation with `malha invite`."


class InvitationBurnt(MalhaError):
    """Somebody tried with a wrong secret. With the whole text copied this is no typing mistake."""

    code = "invitation_burnt"
    sentence = "Somebody at {address} tried this invitation with a wrong secret; it is void."
    cure = "Make a new invitation; if it happens again, look who else is on this network."


class InviterUnreachable(MalhaError):
    """Nobody waits where the invitation says."""

    code = "inviter_unreachable"
    sentence = "Nobody waits at {addresses}: {reason}."
    cure = "The invitation was used or is over, or the network differs: make a new one and retry."


class InvitationRefused(MalhaError):
    """The inviter said no."""

    code = "invitation_refused"
    sentence = "The inviter refused: {reason}."
    cure = "Make a new invitation with `malha invite` and use its whole text."


class Admitted(Struct, frozen=True):
    """chain: of the new terminal. confirmed: it said that its files are on disk."""

    chain: Chain
    confirmed: bool

    @property
    def certificate(self) -> Certificate:
        return self.chain.leaf


class Joined(Struct, frozen=True):
    """identity: now on disk. addresses: where the inviter's links are, worth remembering."""

    identity: Identity
    addresses: tuple[str, ...]


async def invite(
    identity: Identity,
    *,
    host: str | None,
    port: int,
    name: str,
    letters: str | None,
    environment: Environment,
    show: Callable[[str, str], None],
    roster: Sequence[Holder] = (),
    link_addresses: Sequence[str] = (),
    lasts_seconds: float = INVITATION_SECONDS,
) -> Admitted:
    """Waits for one terminal to join under `letters`; `show` gets the invitation's text
    and the letters.

    letters: None takes the first that are free. roster: the members known; one of them that joins
    again keeps its letters. name: of the terminal; empty lets it choose. link_addresses: where our
    links listen. Raises NotAdmin, LettersInUse, InvitationExpired, InvitationBurnt,
    BadTerminalName, OSError (port taken).
    """
    desk = _Desk(identity, name, environment, roster, link_addresses)
    async with desk.letters_promised(letters, lasts_seconds):
        return await _wait(desk, host, port, show, lasts_seconds)


async def _wait(
    desk: "_Desk",
    host: str | None,
    port: int,
    show: Callable[[str, str], None],
    lasts_seconds: float,
) -> Admitted:
    identity, environment = desk.identity, desk.environment
    listeners = await trio.open_tcp_listeners(port, host=host)
    bound = [each.socket.getsockname() for each in listeners]
    hosts = await environment.run_blocking(own_addresses) if host in (None, *_WILDCARDS) else [host]
    addresses = tuple(join_address(str(each), bound[0][1]) for each in hosts)
    with trio.move_on_after(lasts_seconds):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.serve_listeners, desk.visit, listeners)
            text = to_text(Invitation(identity.site, identity.root_der, addresses, desk.secret))
            show(text, desk.letters)
            await desk.decided.wait()
            nursery.cancel_scope.cancel()
    return desk.outcome(lasts_seconds)


async def join(text: str, place: Place, name: str, *, environment: Environment) -> Joined:
    """Makes this terminal a member, or renews it when it is one already.

    Raises BadInvitation, InviterUnreachable, InvitationRefused, UntrustedCertificate,
    AlreadyMember, KeyMissing, OSError.
    """
    invitation = from_text(text)
    keys = await environment.run_blocking(
        keys_for_joining, place.home, invitation.site, environment.dice
    )
    reason = "no address"
    for address in invitation.addresses:
        try:
            return await _join_at(address, invitation, keys, place, name, environment)
        except Malformed as error:
            reason = str(error)
    raise InviterUnreachable(addresses=", ".join(invitation.addresses), reason=reason)


class _Desk:
    """The inviter's side: at most one terminal gets through."""

    def __init__(
        self,
        identity: Identity,
        name: str,
        environment: Environment,
        roster: Sequence[Holder],
        link_addresses: Sequence[str],
    ) -> None:
        self.identity = identity
        self.environment = environment
        self._authority = identity.issuing()
        self._admissions = Admissions(identity.home)
        self._roster = roster
        self._leaf = identity.leaf_der
        self._context = identity.invitation_context()
        self._name = name
        self.letters = ""
        self._link_addresses = list(link_addresses)
        self._visitors = 0
        self.secret = environment.dice.random_bytes(SECRET_BYTES)
        self._used = False
        self._admitted: Admitted | None = None
        self._failure: MalhaError | None = None
        self.decided = trio.Event()

    @asynccontextmanager
    async def letters_promised(self, letters: str | None, seconds: float) -> AsyncIterator[None]:
        """Meanwhile no other invitation of this terminal has them. Raises LettersInUse,
        BadTerminalName, OSError."""
        now = self.environment.wall_ms() // 1000
        lasts = math.ceil(seconds)

        def promise() -> str:
            used = {each.letters: each.name for each in self._members().values()}
            return self._admissions.promise(letters, used, now_seconds=now, lasts_seconds=lasts)

        self.letters = await self.environment.run_blocking(promise)
        try:
            yield
        finally:
            with trio.CancelScope(shield=True):
                await self.environment.run_blocking(self._admissions.release, self.letters)

    def _members(self) -> dict[DeviceId, Holder]:
        """Everyone known: of the roster, of those we admitted, and ourselves."""
        mine = self.identity
        me = Holder(mine.device, mine.letters, mine.name)
        together = (*self._admissions.holders(), *self._roster, me)
        return {each.device: each for each in together}

    def outcome(self, seconds: float) -> Admitted:
        """What the invitation led to. Raises what it failed with."""
        if self._admitted is not None:
            return self._admitted
        raise self._failure or InvitationExpired(seconds=int(seconds))

    async def visit(self, transport: trio.SocketStream) -> None:
        """One connection. Raises nothing."""
        if self._visitors >= _MAX_VISITORS:
            await trio.aclose_forcefully(transport)
            return
        self._visitors += 1
        try:
            await self._talk(transport)
        except (Malformed, RefusedBytes) as error:
            _logger.info("invitation_visit reason=%s", error)
        finally:
            self._visitors -= 1
            await trio.aclose_forcefully(transport)

    async def _talk(self, transport: trio.SocketStream) -> None:
        stream = trio.SSLStream(transport, self._context, server_side=True, https_compatible=True)
        await handshake(stream)
        applicant, name, proof, signatures = _read_application(await hear(stream))
        proved = transcript(self.identity.site, self._leaf, applicant, name)
        if self._used:
            await say(stream, [0, "the invitation was used"])
            return
        if not hmac.compare_digest(proof, applicant_proof(self.secret, proved)):
            address = str(transport.socket.getpeername()[0])
            self._decide(None, InvitationBurnt(address=address))
            await say(stream, [0, "wrong secret"])
            return
        _check_possession(applicant, signatures, possession_message(proved))
        self._used = True  # from here on nobody else, whatever becomes of this one
        await self._grant(stream, applicant, name, proved)

    def _issue(self, applicant: Applicant, name: str) -> Grant:
        """A certificate, written down. A member that joins again keeps what it is called.

        Raises BadTerminalName, LettersInUse, OSError.
        """
        known = self._members().get(device_id(applicant.signing_key))
        letters = self.letters if known is None else known.letters
        called = f"Terminal {letters}" if known is None else known.name
        grant = admit(
            self._authority,
            applicant,
            letters=letters,
            name=self._name or name or called,
            now_seconds=time_floor(self.environment.wall_ms() // 1000),
        )
        self._admissions.admitted(encode_chain(member_chain(grant.leaf, self.identity.site)))
        return grant

    async def _grant(
        self, stream: TlsStream, applicant: Applicant, name: str, proved: bytes
    ) -> None:
        try:
            grant = await self.environment.run_blocking(self._issue, applicant, name)
        except (BadTerminalName, LettersInUse) as error:
            self._decide(None, error)
            await say(stream, [0, str(error)])
            return
        granted = [grant.leaf, grant.authority, self._link_addresses]
        confirmed = False
        try:
            await say(stream, [1, inviter_proof(self.secret, proved, encode(granted)), *granted])
            confirmed = await hear(stream) == [1]
        finally:  # the certificate exists, whatever the network does now
            chain = member_chain(grant.leaf, self.identity.site)
            self._decide(Admitted(chain, confirmed), None)

    def _decide(self, admitted: Admitted | None, failure: MalhaError | None) -> None:
        self._used = True
        if not self.decided.is_set():
            self._admitted, self._failure = admitted, failure
            self.decided.set()


async def _join_at(
    address: str,
    invitation: Invitation,
    keys: TerminalKeys,
    place: Place,
    name: str,
    environment: Environment,
) -> Joined:
    transport = await connect(address)
    context = tls_contexts.applicant_client(invitation.root_der)
    stream = trio.SSLStream(transport, context, https_compatible=True)
    try:
        await handshake(stream)
        leaf = _inviter_leaf(stream, invitation, time_floor(environment.wall_ms() // 1000))
        grant, addresses = await _apply(stream, invitation, leaf, keys, name)
        identity = await environment.run_blocking(
            lambda: install(place, keys, invitation.root_der, grant, dice=environment.dice)
        )
        await say(stream, [1])
    finally:
        await trio.aclose_forcefully(stream)
    return Joined(identity, addresses)


async def _apply(
    stream: TlsStream, invitation: Invitation, leaf: bytes, keys: TerminalKeys, name: str
) -> tuple[Grant, tuple[str, ...]]:
    applicant = applicant_of(keys)
    proved = transcript(invitation.site, leaf, applicant, name)
    possession = possession_message(proved)
    proof = applicant_proof(invitation.secret, proved)
    signatures = [keys.signing.sign(possession), keys.link.sign(possession)]
    await say(stream, [1, applicant.signing_key, applicant.link_key, name, proof, *signatures])
    return _read_grant(await hear(stream), invitation, proved)


def _read_application(
    value: Value,
) -> tuple[Applicant, str, bytes, tuple[bytes, bytes]]:
    if type(value) is not list or len(value) != 7 or value[0] != 1:
        raise Malformed("nenhum pedido")
    _, signing, link, name, proof, by_signing, by_link = value
    if not (_is_key(signing) and _is_key(link) and type(name) is str and type(proof) is bytes):
        raise Malformed("um pedido malformado")
    if type(by_signing) is not bytes or type(by_link) is not bytes:
        raise Malformed("um pedido malformado")
    return Applicant(signing, link), name, proof, (by_signing, by_link)


def _read_grant(
    value: Value, invitation: Invitation, proved: bytes
) -> tuple[Grant, tuple[str, ...]]:
    if type(value) is list and len(value) == 2 and value[0] == 0:
        raise InvitationRefused(reason=str(value[1])[:200])
    if type(value) is not list or len(value) != 5 or value[0] != 1:
        raise Malformed("nenhuma resposta que valha")
    _, proof, leaf, authority, addresses = value
    if type(proof) is not bytes or type(leaf) is not bytes or type(authority) is not bytes:
        raise Malformed("uma resposta malformada")
    expected = inviter_proof(invitation.secret, proved, encode([leaf, authority, addresses]))
    if not hmac.compare_digest(proof, expected) or type(addresses) is not list:
        raise UntrustedCertificate(reason="the inviter does not know the invitation's secret")
    good = tuple(each for each in addresses if type(each) is str and split_address(each))
    return Grant(leaf, authority), good


def _check_possession(
    applicant: Applicant, signatures: tuple[bytes, bytes], message: bytes
) -> None:
    keys = (applicant.signing_key, applicant.link_key)
    try:
        for key, signature in zip(keys, signatures, strict=True):
            Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        raise Malformed("não tem as chaves que mostra") from error


def _inviter_leaf(stream: TlsStream, invitation: Invitation, floor: int) -> bytes:
    """The inviter's certificate, proved to be an admin's of the invitation's site."""
    leaf: bytes | None = stream.getpeercert(binary_form=True)
    chain = member_chain(leaf or b"", invitation.site)
    check_expiry(chain, floor)
    if chain.leaf.role != ADMIN:
        raise UntrustedCertificate(reason="the inviter is no admin terminal")
    assert leaf is not None
    return leaf


def _is_key(value: object) -> TypeGuard[bytes]:
    return type(value) is bytes and len(value) == 32
