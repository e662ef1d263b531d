"""Who asks: tokens, what they may do, and how often.

Rules of this file:
1. A token speaks for exactly one (company, site) in one role. Its secret is shown once; the relay
   keeps only its SHA-256, and looks it up by that, so no comparison can be timed.
2. What belongs to another tenant does not exist: the answer is the same 404 as for nothing at all.
3. Each tenant has its own bucket of requests, so that one cannot starve the others. Buckets are
   bounded in number; the oldest is forgotten.
"""

import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Callable

import msgspec

from cloud_relay.storage.port import RelayStorage, Role, Tenant, Token
from crdt_models.errors import MalhaError
from crdt_models.ids import SITE_BYTES, SiteId
from crdt_models.receipts import KEY_BYTES, MalformedToken, RelayToken, decode_token, encode_token

ADMIN = "admin"
MAX_BUCKETS = 10_000
REQUESTS_PER_SECOND = 20.0  # a shop of 20 terminals asks four times a second
BURST = 100.0  # a shop that comes back after a week uploads in large batches


class NotAuthenticated(MalhaError):
    """No token, an unknown or a revoked one, or one of another relay."""

    code = "not_authenticated"
    sentence = "The request has no valid token."
    cure = "Give the token that `malha-relay token create` printed as a bearer token."


class TooManyRequests(MalhaError):
    """The tenant's bucket is empty."""

    code = "too_many_requests"
    sentence = "Too many requests; wait {seconds} s."
    cure = "Wait as long as Retry-After says."

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(seconds=seconds)


class Caller(msgspec.Struct, frozen=True):
    """Who asks. tenant: None for the administrator, who names it · name: the token's."""

    tenant: Tenant | None
    name: str
    role: str


class Buckets:
    """A token bucket per key: `rate` a second, at most `burst` saved up."""

    def __init__(self, monotonic: Callable[[], float], rate: float, burst: float) -> None:
        self._monotonic = monotonic
        self._rate = rate
        self._burst = burst
        self._levels: OrderedDict[object, tuple[float, float]] = OrderedDict()

    def take(self, key: object) -> None:
        """Raises TooManyRequests when the key's bucket is empty."""
        now = self._monotonic()
        level, at = self._levels.pop(key, (self._burst, now))
        level = min(self._burst, level + (now - at) * self._rate)
        while len(self._levels) >= MAX_BUCKETS:
            self._levels.popitem(last=False)
        self._levels[key] = (max(0.0, level - 1), now)
        if level < 1:
            raise TooManyRequests(seconds=max(1, round((1 - level) / self._rate)))


class Tenants:
    """Tells who asks from what they present."""

    def __init__(self, storage: RelayStorage, relay_key: bytes, admin_key: str | None) -> None:
        """relay_key: our public key · admin_key: API_SECRET_KEY, None when there is none."""
        self._storage = storage
        self._relay_key = relay_key
        self._admin_key = admin_key

    def caller(self, key: str) -> Caller:
        """The holder of `key`, a token or API_SECRET_KEY. Raises NotAuthenticated."""
        expected = self._admin_key
        if expected is not None and hmac.compare_digest(_digest(key), _digest(expected)):
            return Caller(None, ADMIN, ADMIN)
        try:
            presented = decode_token(key)
        except MalformedToken as error:
            raise NotAuthenticated from error
        token = self._storage.token(presented.secret_hash)
        if token is None or presented.relay != self._relay_key:
            raise NotAuthenticated
        return Caller(token.tenant, token.node, token.role)


def create_token(
    storage: RelayStorage,
    tenant: Tenant,
    node: str,
    role: Role,
    *,
    secret: bytes,
    relay_key: bytes,
    now_ms: int,
) -> str:
    """Register a token and return its text, which exists nowhere else. Raises UnknownSite."""
    assert len(secret) == KEY_BYTES, "256 random bits"
    token = RelayToken(secret, relay_key)
    storage.add_token(
        Token(tenant=tenant, node=node, role=role, secret_hash=token.secret_hash, created=now_ms)
    )
    return encode_token(token)


def site_of(text: str) -> SiteId | None:
    """The site id in 32 hexadecimal digits, None when it is none."""
    try:
        data = bytes.fromhex(text)
    except ValueError:
        return None
    return SiteId(data) if len(data) == SITE_BYTES else None


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
