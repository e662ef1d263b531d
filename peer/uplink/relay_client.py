"""Talking to the relay: one request, one bounded and typed outcome.

Rules of this file:
1. Whatever comes back that is not exactly what was asked for is a `RelayFailure` with a reason; a
   captive portal's page, a redirect or a compressed answer is never looked into.
2. Everything has a limit: the time of a whole exchange, the bytes of an answer. Redirects are not
   followed, so the token goes to no other host; nothing is decompressed.
3. A receipt counts only when its signature verifies with the key inside our token and it names our
   site and our upload. This file hands out no other receipts.
4. One `httpx.AsyncClient` is built by the caller, once; this file decides neither when nor what.
"""

import ssl
from pathlib import Path
from typing import Protocol

import httpx
import trio

from crdt_models.errors import BadSignature, MalhaError
from crdt_models.ids import SiteId
from crdt_models.receipts import (
    MAX_ANSWER_BYTES,
    MAX_RECEIPT_BYTES,
    Answer,
    MalformedMessage,
    Question,
    Receipt,
    ReceiptOfAnother,
    RelayToken,
    Upload,
    decode_answer,
    decode_token,
    encode_question,
    encode_upload,
    verify_receipt,
)

CBOR = "application/cbor"
EXCHANGE_SECONDS = 30.0  # a relay that needs longer is as good as away; the next try is smaller
CONNECT_SECONDS = 10.0
MAX_RETRY_AFTER_SECONDS = 600
CONNECTIONS = 2


class RelayFailure(MalhaError):
    """The relay could not be used; nothing counts as delivered. `reason` is stable."""

    code = "relay_failure"
    sentence = "The relay could not be used ({reason}): {told}."
    cure = "Nothing is lost: it is tried again by itself."

    def __init__(self, reason: str, told: str = "", *, retry_after: float | None = None) -> None:
        self.reason = reason
        self.retry_after = retry_after
        super().__init__(reason=reason, told=told or reason)

    @property
    def is_away(self) -> bool:
        """Whether there is no way to the relay, rather than something wrong with it."""
        return self.reason in ("unreachable", "slow", "not_a_relay", "redirect")


class Exchange(Protocol):
    """What the uplink asks of the relay. All raise RelayFailure."""

    @property
    def relay(self) -> bytes:
        """The relay's public key, from the token."""

    async def upload(self, upload: Upload) -> Receipt:
        """Hand over changes; the receipt answers exactly this upload."""

    async def ask(self, question: Question) -> tuple[Answer, Receipt]:
        """What the relay holds and we lack, and its receipt."""


def make_client(authority: Path | None = None) -> httpx.AsyncClient:
    """The one HTTP client of a process; the caller closes it.

    authority: PEM file that the relay's TLS certificate is checked with, instead of the system's.
    Proxies and credentials of the surroundings are not used.
    """
    context = ssl.create_default_context(cafile=None if authority is None else str(authority))
    return httpx.AsyncClient(
        verify=context,
        trust_env=False,
        follow_redirects=False,
        timeout=httpx.Timeout(EXCHANGE_SECONDS, connect=CONNECT_SECONDS),
        limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
    )


class RelayClient:
    """The relay at one address, under one token."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        url: str,
        token: str,
        site: SiteId,
        *,
        exchange_seconds: float = EXCHANGE_SECONDS,
    ) -> None:
        """url: `https://host[:port]`. Raises MalformedToken."""
        self._http = http
        self._url = url.rstrip("/")
        self._token: RelayToken = decode_token(token)
        self._site = site
        self._exchange_seconds = exchange_seconds
        self._headers = {
            "authorization": f"Bearer {token}",
            "content-type": CBOR,
            "accept": CBOR,
            "accept-encoding": "identity",
        }

    @property
    def relay(self) -> bytes:
        return self._token.relay

    async def upload(self, upload: Upload) -> Receipt:
        body = encode_upload(upload)
        data = await self._exchange("/v1/changes", body, MAX_RECEIPT_BYTES)
        return self._believed(data, body)

    async def ask(self, question: Question) -> tuple[Answer, Receipt]:
        data = await self._exchange("/v1/have", encode_question(question), MAX_ANSWER_BYTES)
        try:
            answer = decode_answer(data)
        except MalformedMessage as error:
            raise RelayFailure("malformed_answer", str(error)) from error
        return answer, self._believed(answer.receipt, None)

    def _believed(self, data: bytes, body: bytes | None) -> Receipt:
        try:
            return verify_receipt(data, self.relay, self._site, body)
        except BadSignature as error:
            raise RelayFailure("forged_receipt", str(error)) from error
        except ReceiptOfAnother as error:
            raise RelayFailure("receipt_of_another", str(error)) from error
        except MalformedMessage as error:
            raise RelayFailure("malformed_answer", str(error)) from error

    async def _exchange(self, path: str, body: bytes, limit: int) -> bytes:
        """POST `body`; the answer's bytes when it is the relay's kind of answer."""
        try:
            with trio.fail_after(self._exchange_seconds):
                return await self._post(path, body, limit)
        except (trio.TooSlowError, httpx.TimeoutException) as error:
            raise RelayFailure("slow", f"over {self._exchange_seconds:.0f} s") from error
        except httpx.ConnectError as error:
            raise RelayFailure("unreachable", str(error)) from error
        except httpx.RemoteProtocolError as error:
            raise RelayFailure("truncated", str(error)) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise RelayFailure("unreachable", f"{type(error).__name__} {error}") from error

    async def _post(self, path: str, body: bytes, limit: int) -> bytes:
        request = self._http.stream(
            "POST",
            self._url + path,
            content=body,
            headers=self._headers,
            follow_redirects=False,
        )
        async with request as response:
            _check_head(response, limit)
            return await _read(response, limit)


async def _read(response: httpx.Response, limit: int) -> bytes:
    data = bytearray()
    try:
        async for part in response.aiter_raw():
            data += part
            if len(data) > limit and not response.is_closed:
                # Leaving the loop would leave httpx's generators behind; a failed read ends them.
                await response.aclose()
    except (httpx.HTTPError, httpx.StreamError):
        if len(data) <= limit:
            raise
    if len(data) > limit:
        raise RelayFailure("answer_too_large", f"over {limit} bytes")
    return bytes(data)


def _check_head(response: httpx.Response, limit: int) -> None:
    """Raises RelayFailure unless the head is that of an answer which may be read."""
    status = response.status_code
    if 300 <= status < 400:
        raise RelayFailure("redirect", f"HTTP {status}")
    if status in (429, 503):
        raise RelayFailure("busy", f"HTTP {status}", retry_after=_retry_after(response))
    if status in (401, 403, 404):
        raise RelayFailure("not_admitted", f"HTTP {status}")
    if status != 200:
        raise RelayFailure("refused", f"HTTP {status}")
    if response.headers.get("content-encoding", "identity") != "identity":
        raise RelayFailure("compressed_answer")
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != CBOR:
        raise RelayFailure("not_a_relay", media_type[:40] or "no content type")
    announced = response.headers.get("content-length", "0")
    if not announced.isascii() or not announced.isdigit() or int(announced[:18]) > limit:
        raise RelayFailure("answer_too_large", f"over {limit} bytes")


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds; a date or nonsense counts as nothing said."""
    text = response.headers.get("retry-after", "")
    if not (text.isascii() and text.isdigit()):
        return None
    return float(min(int(text[:9]), MAX_RETRY_AFTER_SECONDS))
