"""Links of this terminal: TLS 1.3, mutual, then WebSocket. Dials and accepts.

Rules of this file:
1. Not one byte of ours goes to an end that is not proved to be of this site: TLS handshake, member
   chain, link key and expiry first, the WebSocket afterwards.
2. Caps before the handshake, a deadline on every step. A refused stranger costs us little and is
   logged once a minute.
3. Our own process answering is an error; another process with our device key is a clone: marked
   and let in, because what it sold must not be lost.
"""

import logging
from collections.abc import Callable

import trio

from crdt_models.certificates import Certificate
from crdt_models.errors import UntrustedCertificate
from peer.environment import (
    DialFailed,
    LinkHandler,
    SelfConnection,
)
from peer.identity import Identity
from peer.identity.membership import check_expiry, member_of
from peer.links.address_book import join_address, split_address
from peer.links.doorkeeper import Doorkeeper, Limits
from peer.links.websocket_link import (
    HandshakeFailed,
    Opened,
    TlsStream,
    WebSocketLink,
    open_client,
    open_server,
)

_logger = logging.getLogger("malha.links")


class TlsWebSocketNetwork:
    """Dials and accepts links for one identity. `nursery` runs their reader tasks.

    boot: 16 random bytes of this process. floor: unix seconds that expiry is judged by (see
    `membership.time_floor`), asked at each handshake.
    """

    def __init__(
        self,
        identity: Identity,
        *,
        nursery: trio.Nursery,
        boot: bytes,
        floor: Callable[[], int],
        limits: Limits | None = None,
    ) -> None:
        self._nursery = nursery
        self._boot = boot
        self._floor = floor
        self._limits = limits or Limits()
        self.doorkeeper = Doorkeeper(self._limits)
        self.use(identity)

    def use(self, identity: Identity) -> None:
        """From now on: for a renewed certificate. Links that stand are not touched."""
        self.identity = identity
        self._server_context = identity.server_context()
        self._client_context = identity.client_context()

    async def dial(self, address: str) -> WebSocketLink:
        """Raises DialFailed (SelfConnection), UntrustedCertificate (CertificateExpired: theirs, or
        our own before anything is sent)."""
        check_expiry(self.identity.chain, self._floor())
        parts = split_address(address)
        if parts is None:
            raise DialFailed(address=address, reason="not host:port")
        stream = await self._connect(address, *parts)
        try:
            return await self._dialled(stream, address)
        except BaseException:
            await trio.aclose_forcefully(stream)
            raise

    async def listen(
        self,
        host: str | None,
        port: int,
        handler: LinkHandler,
        *,
        task_status: trio.TaskStatus[list[str]] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        """Serves until cancelled. Raises OSError when the port is taken."""
        listeners = await trio.open_tcp_listeners(port, host=host)

        async def accept(stream: trio.SocketStream) -> None:
            await self._accept(stream, handler)

        names = [join_address(*each.socket.getsockname()[:2]) for each in listeners]
        task_status.started(names)
        await trio.serve_listeners(accept, listeners)

    async def _connect(self, address: str, host: str, port: int) -> trio.SocketStream:
        try:
            with trio.fail_after(self._limits.connect_seconds):
                return await trio.open_tcp_stream(host, port)
        except (OSError, UnicodeError, trio.TooSlowError) as error:
            slow = isinstance(error, trio.TooSlowError)
            reason = "no answer in time" if slow else "nobody answers"
            raise DialFailed(address=address, reason=reason) from error

    async def _dialled(self, transport: trio.SocketStream, address: str) -> WebSocketLink:
        stream = trio.SSLStream(transport, self._client_context, https_compatible=True)
        try:
            peer = await self._authenticate(stream)
            opened = await open_client(stream, self._nursery, self._boot, self._limits)
        except HandshakeFailed as error:
            raise DialFailed(address=address, reason=str(error)) from error
        if self._is_ourselves(opened):
            opened.reader.cancel()
            raise SelfConnection(address=address, reason="our own process")
        return self._link(opened, peer, address, dialled=True)

    async def _accept(self, transport: trio.SocketStream, handler: LinkHandler) -> None:
        """One incoming connection, from its first byte to its last. Raises only what `handler`
        raises."""
        try:
            host, port = transport.socket.getpeername()[:2]
        except OSError:  # gone already
            await trio.aclose_forcefully(transport)
            return
        link = None
        if self.doorkeeper.admit_stranger(host):
            try:
                link = await self._accepted(transport, join_address(host, port))
            except (HandshakeFailed, UntrustedCertificate) as error:
                self._log_refusal(host, error)
            finally:
                self.doorkeeper.stranger_left(host)
        if link is None:
            await trio.aclose_forcefully(transport)
            return
        await self._serve(link, handler)

    async def _accepted(self, transport: trio.SocketStream, address: str) -> WebSocketLink | None:
        stream = trio.SSLStream(
            transport, self._server_context, server_side=True, https_compatible=True
        )
        try:
            peer = await self._authenticate(stream)
            opened = await open_server(stream, self._nursery, self._boot, self._limits)
        except BaseException:
            await trio.aclose_forcefully(transport)
            raise
        if self._is_ourselves(opened):
            opened.reader.cancel()
            return None
        return self._link(opened, peer, address, dialled=False)

    async def _serve(self, link: WebSocketLink, handler: LinkHandler) -> None:
        if not self.doorkeeper.seat(link.peer.device):
            await link.aclose()
            return
        try:
            await handler(link)
        finally:
            self.doorkeeper.member_left(link.peer.device)
            await link.aclose()

    async def _authenticate(self, stream: TlsStream) -> Certificate:
        """Raises HandshakeFailed, UntrustedCertificate."""
        try:
            with trio.fail_after(self._limits.tls_handshake_seconds):
                await stream.do_handshake()
        except trio.TooSlowError as error:
            raise HandshakeFailed("no TLS handshake in time") from error
        except trio.BrokenResourceError as error:
            raise HandshakeFailed(f"TLS: {error.__cause__ or 'broken'}") from error
        leaf: bytes | None = stream.getpeercert(binary_form=True)
        if leaf is None:
            raise UntrustedCertificate(reason="none was shown")
        return member_of(leaf, self.identity.site, self._floor())

    def _is_ourselves(self, opened: Opened) -> bool:
        return opened.boot == self._boot.hex().encode("ascii")

    def _link(
        self, opened: Opened, peer: Certificate, address: str, *, dialled: bool
    ) -> WebSocketLink:
        clone = peer.device == self.identity.device
        return WebSocketLink(
            opened,
            peer=peer,
            address=address,
            dialled=dialled,
            clone=clone,
            boots=(self._boot.hex().encode("ascii"), opened.boot),
            limits=self._limits,
        )

    def _log_refusal(self, host: str, error: Exception) -> None:
        if self.doorkeeper.may_log(host, trio.current_time()):
            _logger.warning("link_refused address=%s reason=%s", host, error)
