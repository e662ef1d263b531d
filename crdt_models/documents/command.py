"""The command: what a front end, the simulator or the demo asks for. It decides facts, or refuses.

Rules of this file:
1. A command is plain data with a tag. `decide` reads views and returns a `Decision`; it writes
   nothing. Whatever it refuses it refuses with a `DomainError`, and then nothing was written.
2. What a command means must not depend on what its terminal happens to know: the same command
   decided at two terminals should give the same facts. What they knew goes into the fields that
   `RELIES` lists.
3. Every fact is read back from its stored form before it leaves: what no terminal could understand
   is refused here, as `InvalidField`, instead of being acknowledged and skipped.
4. A decision without facts means that there is nothing to do; it is no error.

To add a command: subclass `Command` with a tag of its own and write `plan`.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

import msgspec

from crdt_models.canonical_cbor import encode
from crdt_models.change import MAX_CHANGE_BYTES, MAX_FACTS
from crdt_models.documents.day.money import Known
from crdt_models.documents.view import View
from crdt_models.errors import DomainError, NotCanonical
from crdt_models.fact import Fact, Unknown, body_of, fact_of
from crdt_models.ids import (
    ChangeId,
    CommandId,
    CreatedId,
    DeviceId,
    DocumentId,
    FactId,
    OperatorId,
    OrderId,
    ProductId,
    ShiftId,
    SiteId,
    TableId,
)
from crdt_models.ids import created_id as id_of

# A change's head is at most 470 bytes: eight previous changes, a signature, the largest numbers.
MAX_DECISION_BYTES = MAX_CHANGE_BYTES - 512

Read: TypeAlias = Callable[[DocumentId], View]
"""The view of a document; an empty one when there are no facts of it yet."""


class InvalidField(DomainError):
    """A value that no terminal could store or read."""

    code = "invalid_field"
    sentence = "A value is not valid: {reason}."
    cure = "Correct the value and try again."


class CommandTooLarge(DomainError):
    """More than one change can carry."""

    code = "command_too_large"
    sentence = "This would write {facts} facts of {size} bytes, more than one change carries."
    cure = "Do it in several steps."


class NeedsUpgrade(DomainError):
    """A fact that must be understood is newer than this program."""

    code = "needs_upgrade"
    sentence = "{document} holds a fact that this version does not understand."
    cure = "Update this terminal, then close again. Adding and paying go on meanwhile."


class Moment(NamedTuple):
    """Local time of the shop. weekday: 0 is Monday. minute: of the day, 0 to 1439."""

    weekday: int
    minute: int


class NotEveryoneUpdated(DomainError):
    """A terminal of the site would read the document without what this would write."""

    code = "not_everyone_updated"
    sentence = "A terminal of this site runs a version that does not know this."
    cure = "Update every terminal first. What all of them know goes on."


def _no_tabs(_table: TableId) -> tuple[OrderId, ...]:
    return ()


def _no_labels() -> Mapping[OrderId, str]:
    return {}


def _nothing_taken(_product: ProductId, _since: int) -> int:
    return 0


def _no_shifts() -> tuple[ShiftId, ...]:
    return ()


def _nobody_left(_table: TableId) -> tuple[FactId, ...]:
    return ()


def _nothing_known(_day: int) -> Known:
    return Known()


def _never_counted(_product: ProductId, _place: str) -> tuple[FactId, ...]:
    return ()


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What a command may know beside the views.

    letters: of this terminal. business_day: days since 1970-01-01. next_order_number: 1 + the
    greatest number this device gave on that business day. open_tabs: open orders known at a dining
    table. moment: local time, by this terminal's clock. taken: thousandths of a product that lines
    stamped after an hlc take, see `catalog.left`. left_at: closings known of that business day at a
    dining table. operator: who acts, None when nobody said. open_shifts: cash shifts of this
    terminal that have not ended. tips: of this device's chain, before what this command writes.
    open_labels: the comandas of all open orders known that have one. counts_at: counts known of a
    product at a place that no other replaces. seen: how far each terminal is known, see
    `StockCounted`. day_money: what is known of a business day's money.
    """

    site: SiteId
    device: DeviceId
    command_id: CommandId
    letters: str
    business_day: int
    next_order_number: Callable[[], int]
    open_tabs: Callable[[TableId], tuple[OrderId, ...]] = _no_tabs
    open_labels: Callable[[], Mapping[OrderId, str]] = _no_labels
    moment: Moment = Moment(0, 0)
    taken: Callable[[ProductId, int], int] = _nothing_taken
    left_at: Callable[[TableId], tuple[FactId, ...]] = _nobody_left
    operator: OperatorId | None = None
    open_shifts: Callable[[], tuple[ShiftId, ...]] = _no_shifts
    tips: tuple[ChangeId, ...] = ()
    counts_at: Callable[[ProductId, str], tuple[FactId, ...]] = _never_counted
    seen: Callable[[], tuple[bytes, ...]] = tuple
    day_money: Callable[[int], Known] = _nothing_known

    def new_id(self, index: int) -> CreatedId:
        """The id of the `index`-th thing this command creates, the same at every terminal."""
        return id_of(self.site, self.command_id, index)


class Decision(msgspec.Struct, frozen=True):
    """facts: to be written, in this order, in one change. ids: what was created, by name.

    Names: `order`, `payment`, `refund`, `account`, `area`, `table`, `reservation`, `shift`,
    `movement`,
    `operator`; lines are `line.0`, `line.1`, …, in the order in which the command gave them, and so
    are `part.<n>`, `share.<n>` and `product.<n>`.
    """

    facts: tuple[tuple[DocumentId, Fact], ...]
    ids: dict[str, CreatedId] = msgspec.field(default_factory=dict)

    def beside(self, facts: Iterable[tuple[DocumentId, Fact]]) -> "Decision":
        """With more facts, after these."""
        return Decision((*self.facts, *facts), self.ids)


class Command(msgspec.Struct, frozen=True, kw_only=True, tag_field="command"):
    """Base of the commands."""

    def plan(self, read: Read, context: Context) -> Decision:
        """The facts of this command. Subclasses write this; callers use `decide`."""
        raise NotImplementedError

    def reads(self) -> tuple[DocumentId, ...]:
        """Documents that are known beforehand to be read, so that they can be loaded first."""
        return ()

    def decide(self, read: Read, context: Context) -> Decision:
        """The facts to write. Raises DomainError when the state refuses the command."""
        decision = self.plan(read, context)
        size = sum(_checked_size(document, fact) for document, fact in decision.facts)
        if size > MAX_DECISION_BYTES or len(decision.facts) > MAX_FACTS:
            raise CommandTooLarge(size=size, facts=len(decision.facts))
        return decision

    def fingerprint(self) -> bytes:
        """SHA-256 of what was asked for: tells a retry from another command under one key."""
        try:
            return hashlib.sha256(encode(_plain(self))).digest()
        except (NotCanonical, UnicodeEncodeError) as error:
            raise InvalidField(reason="text or number that cannot be stored") from error


def _plain(command: Command) -> Any:
    return msgspec.to_builtins(command, builtin_types=(bytes,))


def _checked_size(document: DocumentId, fact: Fact) -> int:
    """Bytes of the fact in its change. Raises InvalidField when no terminal could read it."""
    try:
        body = body_of(fact)
        size = len(encode([document, body]))
    except (NotCanonical, UnicodeEncodeError) as error:
        raise InvalidField(reason="text or number that cannot be stored") from error
    read_back = fact_of(body)
    if isinstance(read_back, Unknown):
        raise InvalidField(reason=read_back.reason)
    return size
