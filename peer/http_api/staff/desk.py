"""Who has entered at this terminal: PINs are checked here, a request's token names its operator.

Rules of this file:
1. A PIN is of one terminal: its verifier (`identity.pins`) is kept here and nowhere else. Nothing
   of it is in a fact, a log line or an answer.
2. A wrong PIN is counted on disk before it is checked, one at a time: neither many at once nor a
   restart wins an attempt. How long to wait goes by this process's own time, from its start at the
   earliest: setting the clock wins nothing either.
3. A manager allows one act of somebody else with the own PIN: a token, good once, for minutes.
4. Tokens live in memory: after a restart people enter again. One of a front end is good for no
   other, and none is good for somebody who was dismissed.
"""

import hashlib
from collections.abc import Callable
from typing import NamedTuple

import msgspec
import trio

from crdt_models.documents.staff.acts import Act, rank
from crdt_models.documents.staff.commands import known_operator, staff_view
from crdt_models.documents.staff.errors import NotAuthorised
from crdt_models.documents.staff.permission import Grant
from crdt_models.documents.staff.view import Operator, StaffView
from crdt_models.ids import SHORT_BYTES, CreatedId, DocumentId, OperatorId
from peer.environment import Environment
from peer.http_api.staff.errors import (
    AuthorisationUnknown,
    NoPin,
    NotEntered,
    OperatorGone,
    PinLocked,
    PinTooShort,
    WrongPin,
)
from peer.identity.pins import SALT_BYTES, Signer, device_secret, fits, verifier_of
from peer.node.node import Node

FREE_ATTEMPTS = 5
FIRST_WAIT_SECONDS = 30  # doubled with every further wrong one
LONGEST_WAIT_SECONDS = 15 * 60
IDLE_SECONDS = 12 * 3600  # a long shift
GRANT_SECONDS = 5 * 60  # between the manager's PIN and what is done with it
MOST_ENTERED = 256  # tokens; beyond them the one that was used longest ago ends
TOKEN_BYTES = 32
MAX_TOKEN_CHARACTERS = 100
MOST_DIGITS = 12
_LEAST_DIGITS = {"waiter": 4, "cashier": 4, "manager": 6, "owner": 6}


class _Kept(msgspec.Struct, frozen=True):
    """What is on disk of a PIN. wrong: attempts since the last right one."""

    verifier: str
    wrong: int = 0


class _Entered(NamedTuple):
    """Behind a token. front_end: by name. used: monotonic seconds."""

    operator: OperatorId
    front_end: str
    used: float


class _Granted(NamedTuple):
    """Behind the token of an authorisation. since: monotonic seconds."""

    grant: Grant
    front_end: str
    since: float


class Desk:
    """The PINs and the tokens of one terminal."""

    def __init__(self, node: Node, environment: Environment, signer: Signer) -> None:
        self._node = node
        self._environment = environment
        self._secret = device_secret(signer)
        self._entered: dict[bytes, _Entered] = {}
        self._granted: dict[bytes, _Granted] = {}
        self._failed: dict[OperatorId, float] = {}  # when, in monotonic seconds
        self._begun = environment.monotonic()
        self._one_at_a_time = trio.Lock()
        self._with_pin: set[OperatorId] | None = None  # read when it is first asked for

    @property
    def staff(self) -> StaffView:
        """As this terminal knows it."""
        return staff_view(self._node.view)

    def has_pin(self, who: OperatorId) -> bool:
        return who in self._pins()

    @property
    def asks_roles(self) -> bool:
        """Whether anybody can say here who it is. Until then a role is asked of nobody."""
        return any(self.staff.operators[each].is_active for each in self._pins())

    async def set_pin(self, who: OperatorId, pin: str) -> None:
        """Another PIN, and every attempt anew; whoever entered with the old one is out. Raises
        UnknownOperator, PinTooShort, NotDurable."""
        least = _LEAST_DIGITS[known_operator(self.staff, who).role]
        if not (pin.isascii() and pin.isdigit() and least <= len(pin) <= MOST_DIGITS):
            raise PinTooShort(least=least, most=MOST_DIGITS)
        salt = self._environment.dice.random_bytes(SALT_BYTES)
        async with self._one_at_a_time:
            verifier = await self._environment.run_blocking(verifier_of, pin, self._secret, salt)
            await self._keep(who, _Kept(verifier))
        self._pins().add(who)
        self._forget(lambda each: each.operator == who)

    async def check(self, who: OperatorId, pin: str) -> Operator:
        """Raises UnknownOperator, OperatorGone, NoPin, PinLocked, WrongPin, NotDurable."""
        operator = known_operator(self.staff, who)
        if not operator.is_active:
            raise OperatorGone
        async with self._one_at_a_time:
            kept = self._kept(who)
            if kept is None:
                raise NoPin
            self._check_wait(who, kept)
            wrong = msgspec.structs.replace(kept, wrong=kept.wrong + 1)
            await self._keep(who, wrong)
            tried = pin[: MOST_DIGITS + 1]
            if not await self._environment.run_blocking(fits, tried, self._secret, kept.verifier):
                self._failed[who] = self._environment.monotonic()
                raise WrongPin(left=max(FREE_ATTEMPTS - wrong.wrong, 0))
            await self._keep(who, _Kept(kept.verifier))
        return operator

    async def enter(self, who: OperatorId, pin: str, front_end: str) -> str:
        """A token for this front end. Raises what `check` raises."""
        await self.check(who, pin)
        token = self._environment.dice.random_bytes(TOKEN_BYTES).hex()
        now = self._environment.monotonic()
        self._entered[_hash(token)] = _Entered(who, front_end, now)
        if len(self._entered) > MOST_ENTERED:
            del self._entered[min(self._entered, key=lambda each: self._entered[each].used)]
        return token

    def leave(self, token: str) -> None:
        """It names nobody any more."""
        self._entered.pop(_hash(token), None)

    def operator_of(self, token: str | None, front_end: str) -> OperatorId | None:
        """Whose token it is; None without one. Raises NotEntered."""
        if token is None:
            return None
        key, now = _hash(token), self._environment.monotonic()
        found = self._entered.get(key)
        if found is None or found.front_end != front_end or now - found.used > IDLE_SECONDS:
            raise NotEntered
        operator = self.staff.operators.get(found.operator)
        if operator is None or not operator.is_active:
            raise NotEntered
        self._entered[key] = found._replace(used=now)
        return found.operator

    async def authorise(
        self, who: OperatorId, pin: str, act: Act, document: DocumentId, front_end: str
    ) -> str:
        """A token for one act in one document. Raises NotAuthorised, and what `check` raises."""
        await self.check(who, pin)
        if not self.staff.may(who, act):
            raise NotAuthorised(act=act, least=self.staff.least(act))
        token = self._environment.dice.random_bytes(TOKEN_BYTES).hex()
        key, now = _hash(token), self._environment.monotonic()
        old = [each for each, it in self._granted.items() if now - it.since > GRANT_SECONDS]
        for each in old:
            del self._granted[each]
        grant = Grant(CreatedId(key[:SHORT_BYTES]), who, act, document)
        self._granted[key] = _Granted(grant, front_end, now)
        return token

    def grant_of(self, token: str | None, front_end: str) -> Grant | None:
        """What was allowed; whether it was used, the facts say. Raises AuthorisationUnknown."""
        if token is None:
            return None
        found = self._granted.get(_hash(token))
        now = self._environment.monotonic()
        if found is None or found.front_end != front_end or now - found.since > GRANT_SECONDS:
            raise AuthorisationUnknown
        return found.grant

    def may_set_pin(self, by: OperatorId | None, who: OperatorId) -> bool:
        """One's own; of somebody not above oneself, if one may change operators; and the first of
        all, who is alone, sets the first PIN."""
        staff = self.staff
        target = known_operator(staff, who)
        if by is None:
            return list(staff.operators) == [who] and not self.has_pin(who)
        author = staff.operators[by]
        is_below = rank(target.role) <= rank(author.role)
        return by == who or (staff.may(by, "edit_staff") and is_below)

    def _check_wait(self, who: OperatorId, kept: _Kept) -> None:
        extra = kept.wrong - FREE_ATTEMPTS
        if extra < 0:
            return
        wait = min(FIRST_WAIT_SECONDS << min(extra, 10), LONGEST_WAIT_SECONDS)
        over = self._failed.get(who, self._begun) + wait
        left = over - self._environment.monotonic()
        if left > 0:
            raise PinLocked(seconds=int(left) + 1)

    def _pins(self) -> set[OperatorId]:
        if self._with_pin is None:
            self._with_pin = {who for who in self.staff.operators if self._kept(who) is not None}
        return self._with_pin

    def _kept(self, who: OperatorId) -> _Kept | None:
        stored = self._node.log.setting(_name(who))
        return None if stored is None else msgspec.json.decode(stored, type=_Kept)

    async def _keep(self, who: OperatorId, kept: _Kept) -> None:
        await self._node.put_setting(_name(who), msgspec.json.encode(kept).decode())

    def _forget(self, is_over: Callable[[_Entered], bool]) -> None:
        over = [key for key, each in self._entered.items() if is_over(each)]
        for key in over:
            del self._entered[key]


def _name(who: OperatorId) -> str:
    return f"pin:{who.hex()}"


def _hash(token: str) -> bytes:
    return hashlib.sha256(token[:MAX_TOKEN_CHARACTERS].encode("utf-8", "surrogatepass")).digest()
