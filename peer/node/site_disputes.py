"""Disputes that span documents: equal numbers, two tabs at once, forked lineages and authors.

Rules of this file:
1. What a dispute is, `crdt_models.disputes` decides. Here is only where to look, so that a commit
   costs what it touched and never what the shop has sold so far.
2. Whatever may be a dispute is a `Suspicion`, and a suspicion is judged by committed state alone.
   Commits and the past only add suspicions, so the order in which they are known does not matter.
3. A number or a sequence above every one known is no suspicion: that is the usual way, and it asks
   nothing of the disk.
4. The past is read once after the start, in a thread and on a connection of its own: until then
   what it holds is not told.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias, cast

import msgspec
import trio

from crdt_models.change import Change, decode_change
from crdt_models.disputes import (
    Dispute,
    NumberedOrder,
    Opening,
    Place,
    author_forked,
    dispute_id,
    equal_numbers,
    key_uses,
    keys_used_twice,
    lineage_forked,
    number_ranks,
)
from crdt_models.documents.orders.facts import OrderNumbered, OrderOpened
from crdt_models.documents.resolution import Resolution
from crdt_models.documents.view import View
from crdt_models.fact import Body, fact_of
from crdt_models.ids import (
    TABLES,
    TERMINALS,
    ChangeId,
    CreatedId,
    DeviceId,
    DocumentId,
    Epoch,
    FactId,
    OrderId,
    TableId,
)
from crdt_models.read_models import ORDER_ROW
from peer.environment import Environment
from peer.node.shared_places import (
    OnCard,
    OpenLabels,
    OpenTabs,
    SameTable,
    SharedPlaces,
    is_of_cards,
    may_move,
    shares_lines,
)
from peer.node.shelf import Held
from peer.storage.change_log import ChangeLog
from peer.storage.projections import MAX_PAGE, Condition, Is, Projections, Query
from peer.storage.reads import CommittedReads
from peer.storage.records import Header

_NUMBERING = frozenset({OrderOpened.tag(), OrderNumbered.tag()})
_RESOLUTION = Resolution.tag()
_SPANNING = frozenset({TABLES, TERMINALS})  # where resolutions of these disputes stand
_MAX_REMEMBERED = 4096  # authors and days whose greatest is remembered; asked again when forgotten


class SameNumber(NamedTuple):
    """Orders that people call alike."""

    business_day: int
    letters: str
    number: int


class SamePrevious(NamedTuple):
    """Epochs of a device that name one previous change; empty: that name none."""

    device: DeviceId
    previous: bytes


class SameKey(NamedTuple):
    """Commands whose ids begin alike, so that they may be under one idempotency key."""

    short: int


class SamePlace(NamedTuple):
    """Changes of one author under one sequence."""

    device: DeviceId
    epoch: Epoch
    sequence: int


Suspicion: TypeAlias = SameNumber | SameTable | OnCard | SamePrevious | SamePlace | SameKey
Author: TypeAlias = tuple[DeviceId, Epoch]


class Past(msgspec.Struct, frozen=True):
    """What the log says of the time before this boot. heirs: whoever follows on a change that a
    change of `terminals` follows on, each with that one as its only `previous`."""

    heirs: list[Opening]
    suspicions: list[Suspicion]


class SiteDisputes:
    """The disputes of the site that no single document shows. Told of every commit."""

    def __init__(
        self,
        log: ChangeLog,
        view: Callable[[DocumentId], View],
        open_tabs: OpenTabs,
        open_labels: OpenLabels,
    ) -> None:
        """view, open_tabs, open_labels: committed state (see `Node.view`, `CommittedState`)."""
        self._log = log
        self._view = view
        self._places = SharedPlaces(view, open_tabs, open_labels)
        self._found: dict[Suspicion, tuple[Dispute, ...]] = {}
        self._suspicion_of: dict[str, Suspicion] = {}
        self._all: tuple[Dispute, ...] | None = ()
        self._ranks: dict[SameNumber, dict[OrderId, int]] = {}
        self._number_of: dict[OrderId, SameNumber] = {}  # of orders that have no number alone
        self._heirs: dict[SamePrevious, tuple[Opening, ...]] = {}
        self._early: list[Opening] = []  # heirs, perhaps, that came while the past was read
        self._last_number: dict[tuple[int, str], int] = {}
        self._last_sequence: dict[Author, int] = {}
        self._is_reading = True
        self.knows_the_past = False

    # --- what others ask

    def all(self) -> tuple[Dispute, ...]:
        """Settled ones included, by id. The same object until something changes."""
        if self._all is None:
            found = {each.id: each for group in self._found.values() for each in group}
            self._all = tuple(found[each] for each in sorted(found))
        return self._all

    def number_rank(self, order: OrderId) -> int:
        """1, or the place of an order among those that have its number."""
        number = self._number_of.get(order)
        return 1 if number is None else self._ranks[number][order]

    # --- what happens

    def take(
        self,
        changes: Iterable[Change],
        documents: Mapping[DocumentId, Held],
        keys_alike: Iterable[int] = (),
    ) -> None:
        """After a commit: its changes, and every document that means something else by them.
        keys_alike: `short_of` of its commands that another one may share a key with."""
        suspicions: set[Suspicion] = set()
        sequences: dict[Author, list[int]] = defaultdict(list)
        numbered: set[DocumentId] = set()
        moved = {document for document, held in documents.items() if shares_lines(held.view)}
        suspicions.update(SameKey(short) for short in keys_alike)
        for change in changes:
            sequences[change.author].append(change.sequence)
            suspicions.update(self._of_lineage(change))
            for document, body in change.facts:
                if may_move(body[0]):
                    moved.add(document)
                if document == TABLES and is_of_cards(body[0]):
                    suspicions.update(self._places.all_cards())
                if body[0] in _NUMBERING:
                    numbered.add(document)
                elif body[0] == _RESOLUTION and document in _SPANNING:
                    suspicions.update(self._of_resolution(body))
        for author, given in sequences.items():
            suspicions.update(self._of_author(author, given))
        numbers = _given(documents[document].view for document in numbered)
        for (day, letters), given in numbers.items():
            suspicions.update(self._of_numbers(day, letters, given))
        put = [documents[document].view for document in moved]
        suspicions.update(self._places.suspected(put), self._places.suspected_cards(put))
        for suspicion in suspicions:
            self._judge(suspicion)

    async def recall(self, environment: Environment, tables: Iterable[TableId]) -> None:
        """Read the past. tables: those with open tabs. Raises StorageBroken."""
        past = await environment.run_blocking(read_past, self._log)
        suspicions: set[Suspicion] = set(past.suspicions)
        for table in tables:
            suspicions.update(self._places.suspected_at(table))
            await trio.lowlevel.checkpoint()
        suspicions.update(self._places.all_cards())
        for heir in past.heirs:
            suspicions.update(self._heir(heir))
        self._is_reading = False
        for heir in self._early:
            if SamePrevious(heir.device, heir.previous[0]) in self._heirs:
                suspicions.update(self._heir(heir))
        self._early.clear()
        for suspicion in suspicions:
            self._judge(suspicion)
            await trio.lowlevel.checkpoint()  # each may read some orders: the writer goes first
        self.knows_the_past = True

    # --- what a commit makes suspicious

    def _of_numbers(self, day: int, letters: str, numbers: list[int]) -> Iterable[SameNumber]:
        for number in numbers:
            if (known := SameNumber(day, letters, number)) in self._ranks:
                yield known
        least, most = min(numbers), max(numbers)
        last = self._last_number.get((day, letters))
        if last is not None and least > last and len(set(numbers)) == len(numbers):
            self._last_number[day, letters] = most
            return
        of_day = (Condition("business_day", day), Condition("letters", letters))
        if last is None:
            last = self._greatest_number(of_day)
        self._last_number[day, letters] = max(last, most)
        within = (Condition("number", least, Is.AT_LEAST), Condition("number", most, Is.AT_MOST))
        yield from _repeated(self._log.projections, (*of_day, *within))

    def _greatest_number(self, of_day: tuple[Condition, ...]) -> int:
        if len(self._last_number) >= _MAX_REMEMBERED:
            self._last_number.clear()
        query = Query(
            table=ORDER_ROW.name, where=of_day, order=("number",), descending=True, limit=1
        )
        page = self._log.projections.page(query)
        return max((_integer(row["number"]) for row in page.rows), default=0)

    def _of_resolution(self, body: Body) -> Iterable[Suspicion]:
        fact = fact_of(body)
        if isinstance(fact, Resolution):
            known = self._suspicion_of.get(dispute_id(fact.kind, fact.subject))  # type: ignore[arg-type]  # another kind is an id that nobody has
            if known is not None:
                yield known

    def _of_author(self, author: Author, sequences: list[int]) -> Iterable[SamePlace]:
        least, most = min(sequences), max(sequences)
        last = self._last_sequence.get(author)
        if last is None and len(self._last_sequence) >= _MAX_REMEMBERED:
            self._last_sequence.clear()
        if last is not None and least > last and len(set(sequences)) == len(sequences):
            self._last_sequence[author] = most
            return
        stored = self._log.greatest_sequence(*author) if last is None else last
        self._last_sequence[author] = max(stored, most)
        for header in self._log.forks(*author, least=least, most=most):
            yield SamePlace(header.device, header.epoch, header.sequence)

    def _of_lineage(self, change: Change) -> Iterable[Suspicion]:
        if TERMINALS in [document for document, _ in change.facts]:
            return self._of_opening(change)
        keys = [SamePrevious(change.device, previous) for previous in change.previous]
        heirs = [_heir_of(change, key.previous) for key in keys if key in self._heirs]
        if self._is_reading:
            self._early += [_heir_of(change, key.previous) for key in keys]
        return [found for heir in heirs for found in self._heir(heir)]

    def _of_opening(self, change: Change) -> Iterable[Suspicion]:
        """Every opening is a change of `terminals`; what others it has can do no harm here."""
        for previous in change.previous or (b"",):
            yield from self._heir(_heir_of(change, previous))
        for header in _siblings(self._log, change.previous, change.device):
            for previous in set(header.previous) & set(change.previous):
                yield from self._heir(_heir_of(header, previous))
        # Another telling of an opening changes which fact stands for it, in old evidence too.
        for known in self._found:
            if isinstance(known, SamePrevious | SamePlace) and known.device == change.device:
                yield known

    def _heir(self, heir: Opening) -> Iterable[SamePrevious]:
        key = SamePrevious(heir.device, heir.previous[0] if heir.previous else b"")
        known = self._heirs.get(key, ())
        if heir not in known:
            self._heirs[key] = known = (*known, heir)
        if len({each.epoch for each in known}) > 1:
            yield key

    # --- judging

    def _judge(self, suspicion: Suspicion) -> None:
        """Put what is so now in the place of what was found before."""
        now, before = self._disputes(suspicion), self._found.pop(suspicion, ())
        for dispute in before:
            self._suspicion_of.pop(dispute.id, None)
        for dispute in now:
            self._suspicion_of[dispute.id] = suspicion
        if now:
            self._found[suspicion] = now
        if now != before:
            self._all = None

    def _disputes(self, suspicion: Suspicion) -> tuple[Dispute, ...]:
        match suspicion:
            case SameNumber():
                return self._equal_numbers(suspicion)
            case SameTable():
                return self._places.judged(suspicion)
            case OnCard(card):
                return self._places.judged_card(card)
            case SamePrevious():
                return lineage_forked(self._heirs.get(suspicion, ()), self._view(TERMINALS))
            case SamePlace(device, epoch, sequence):
                found = self._log.forks(device, epoch, least=sequence, most=sequence)
                places = [Place(device, epoch, sequence, each.id) for each in found]
                return author_forked(places, self._view(TERMINALS))
            case SameKey(short):
                changes = map(decode_change, self._log.changes_alike(short))
                return keys_used_twice(key_uses(changes, self._view), self._view(TERMINALS))

    def _equal_numbers(self, number: SameNumber) -> tuple[Dispute, ...]:
        given = tuple(Condition(name, value) for name, value in number._asdict().items())
        page = self._log.projections.page(Query(table=ORDER_ROW.name, where=given, limit=MAX_PAGE))
        orders = [_numbered(row) for row in page.rows]
        for order in self._ranks.pop(number, ()):
            if self._number_of.get(order) == number:  # it may have another one by now
                del self._number_of[order]
        if len(orders) > 1:
            self._ranks[number] = number_ranks(orders)
            self._number_of.update(dict.fromkeys(self._ranks[number], number))
        return equal_numbers(orders, self._view(TERMINALS))


def read_past(log: ChangeLog) -> Past:
    """Everything that one boot has to read, however long; in a thread. Raises StorageBroken."""
    with log.long_read() as (reads, projections):
        named = reads.touching(TERMINALS)
        heirs = {
            _heir_of(header, previous) for header in named for previous in header.previous or (b"",)
        }
        by_device: dict[DeviceId, set[ChangeId]] = defaultdict(set)
        for header in named:
            by_device[header.device].update(header.previous)
        for device, previous in by_device.items():
            for header in _siblings(reads, previous, device):
                heirs |= {_heir_of(header, each) for each in previous.intersection(header.previous)}
        forks: list[Suspicion] = [
            SamePlace(header.device, header.epoch, header.sequence) for header in reads.forks()
        ]
        numbers = _repeated(projections, ())
        keys = [SameKey(short) for short in reads.keys_shared()]
    return Past(list(heirs), [*forks, *numbers, *keys])


def _given(views: Iterable[View]) -> dict[tuple[int, str], list[int]]:
    """The numbers that orders have by any telling of their openings, by day and letters: also what
    was shown before an earlier telling came."""
    found: dict[tuple[int, str], list[int]] = defaultdict(list)
    for view in views:
        days = {entry.business_day for entry in view.told(OrderOpened)}
        tellings = [entry.fact for entry in view.told(OrderNumbered)]
        numbers = {(fact.letters, fact.number) for fact in cast(list[OrderNumbered], tellings)}
        for day in days:
            for letters, number in numbers:
                found[day, letters].append(number)
    return found


def _repeated(projections: Projections, where: Sequence[Condition]) -> list[SameNumber]:
    rows = projections.repeated(ORDER_ROW.name, SameNumber._fields, where)
    return [
        SameNumber(_integer(day), str(letters), _integer(number)) for day, letters, number in rows
    ]


def _siblings(
    reads: CommittedReads, previous: Iterable[ChangeId], device: DeviceId
) -> list[Header]:
    """A device's stored changes that follow on any of these."""
    following = {child for each in previous for child in reads.children(each)}
    return [header for header in reads.headers(following).values() if header.device == device]


def _heir_of(change: Change | Header, previous: bytes) -> Opening:
    named = (ChangeId(previous),) if previous else ()
    return Opening(change.device, change.epoch, named, change.id)


def _numbered(row: Mapping[str, object]) -> NumberedOrder:
    """An order as the rows have it: alike on every terminal, whatever a hostile clock said."""
    return NumberedOrder(
        order=OrderId(CreatedId(bytes.fromhex(str(row["order_id"])))),
        business_day=_integer(row["business_day"]),
        letters=str(row["letters"]),
        number=_integer(row["number"]),
        opened=_integer(row["opened_hlc"]),
        numbered=FactId(str(row["numbered_fact"])),
    )


def _integer(value: object) -> int:
    return value if isinstance(value, int) else 0
