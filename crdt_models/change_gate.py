"""The gate: which bytes from outside are authentic changes of this site.

Rules of this file:
1. A change is authentic when its form is right, its epoch's `author_opened` is known, and either
   its own signature fits or an authentic change of the same author names it in `previous`: the id
   covers every byte, so the author who signed the later one vouched for the earlier. A whole run
   thus costs one signature check, and a peer that meets the changes one by one ends with the same
   set.
2. The verdict is a function of the bytes and of the changes they name. Arrival time, local clocks
   and certificate dates have no part in it.
3. Changes whose `author_opened` has not come wait here, in memory, bounded. Nothing else waits.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Protocol

import msgspec

from crdt_models.certificates import AuthorOpened, Certificate, decode_chain, verify_chain
from crdt_models.change import Change, decode_change, verify_signature
from crdt_models.errors import BadSignature, MalformedChange, RefusedBytes
from crdt_models.fact import fact_of
from crdt_models.ids import TERMINALS, ChangeId, DeviceId, Epoch, SiteId

Author = tuple[DeviceId, Epoch]

MAX_WAITING_PER_DEVICE = 1000  # a day's work of one terminal; older ones are asked for again
MAX_WAITING_BYTES = 8 * 1024 * 1024  # of all devices: a day of ten terminals
MAX_WAITING_DEVICES = 64  # more devices than any shop has; the oldest unknown one is dropped


class Known(Protocol):
    """What the gate asks of the log. Committed state only."""

    def signing_key(self, author: Author) -> bytes | None:
        """The public key announced by the stored `author_opened` of this epoch, if there is one."""

    def vouched(self, change: ChangeId, author: Author) -> bool:
        """Whether a stored change of this author names `change` in its `previous`."""


class Verdict(msgspec.Struct, frozen=True):
    """authentic: predecessors first within one author. waiting: how many changes wait for their
    `author_opened`. refused: one error per change that was dropped."""

    authentic: list[Change]
    waiting: int
    refused: list[RefusedBytes]


def opening_of(change: Change, site: SiteId) -> Certificate | None:
    """The author's certificate when this change opens its epoch, else None.

    Raises UntrustedCertificate or MalformedChange when it claims to open an epoch and may not.
    """
    document, body = change.facts[0]
    if body[0] != AuthorOpened.tag():
        return None
    fact = fact_of(body)
    if document != TERMINALS or not isinstance(fact, AuthorOpened):
        raise MalformedChange(reason="author_opened in a wrong place or form")
    leaf = verify_chain(decode_chain(fact.chain), site)
    if leaf.device != change.device:
        raise MalformedChange(reason="author_opened of another device")
    return leaf


def key_opened_by(change: Change) -> bytes | None:
    """The signing key that an authentic change announces for its epoch, None when it opens none.

    An authentic change may also claim to open an epoch in a form that opens nothing: then it is a
    change like any other, held and forwarded, and it must not stop whoever stores it.
    """
    try:
        leaf = opening_of(change, change.site)
    except RefusedBytes:
        return None
    return None if leaf is None else leaf.signing_key


class ChangeGate:
    """Judges batches of bytes for one site. `known` answers from committed state."""

    def __init__(self, site: SiteId, known: Known) -> None:
        self._site = site
        self._known = known
        # Bytes, not changes: a decoded change of many small facts is fifty times as large.
        self._waiting: OrderedDict[DeviceId, OrderedDict[ChangeId, bytes]] = OrderedDict()
        self._waiting_bytes = 0

    @property
    def waiting(self) -> int:
        """How many changes wait for their `author_opened`."""
        return sum(len(each) for each in self._waiting.values())

    def judge(self, batch: Sequence[bytes]) -> Verdict:
        """Sort a batch into authentic, waiting and refused. Never raises on any input."""
        refused: list[RefusedBytes] = []
        changes: dict[ChangeId, Change] = {}
        for data in batch:
            try:
                change = decode_change(data)
                if change.site != self._site:
                    raise MalformedChange(reason="another site's change")
                changes[change.id] = change
            except RefusedBytes as error:
                refused.append(error)
        keys, wrong = self._opened_here(changes.values())
        self._release(keys, changes)
        authentic: list[Change] = []
        for author, group in _by_author(changes.values()).items():
            key = keys.get(author) or self._known.signing_key(author)
            if key is None:
                refused.extend(wrong[change.id] for change in group if change.id in wrong)
                self._wait(author[0], [change for change in group if change.id not in wrong])
            else:
                self._judge_author(author, key, group, authentic, refused)
        return Verdict(authentic, self.waiting, refused)

    def _opened_here(
        self, changes: Iterable[Change]
    ) -> tuple[dict[Author, bytes], dict[ChangeId, RefusedBytes]]:
        """Keys announced inside this batch, by changes whose own signature fits that key; and why
        other changes that claim to open an epoch do not."""
        keys: dict[Author, bytes] = {}
        wrong: dict[ChangeId, RefusedBytes] = {}
        for change in changes:
            try:
                leaf = opening_of(change, self._site)
                if leaf is not None and change.author not in keys:
                    verify_signature(change, leaf.signing_key)
                    keys[change.author] = leaf.signing_key
            except RefusedBytes as error:
                wrong[change.id] = error
        return keys, wrong

    def _release(self, keys: dict[Author, bytes], changes: dict[ChangeId, Change]) -> None:
        """Bring back those that waited for the authors in `keys`."""
        for author in keys:
            waiting = self._waiting.get(author[0], OrderedDict())
            for change in map(decode_change, list(waiting.values())):
                if change.author == author:
                    changes[change.id] = change
                    self._waiting_bytes -= len(waiting.pop(change.id))
            if not waiting:
                self._waiting.pop(author[0], None)

    def _wait(self, device: DeviceId, group: Sequence[Change]) -> None:
        if not group:
            return
        waiting = self._waiting.setdefault(device, OrderedDict())
        self._waiting.move_to_end(device)
        for change in group:
            if change.id not in waiting:
                waiting[change.id] = change.data
                self._waiting_bytes += len(change.data)
        while len(waiting) > MAX_WAITING_PER_DEVICE:
            _, data = waiting.popitem(last=False)
            self._waiting_bytes -= len(data)
        while len(self._waiting) > MAX_WAITING_DEVICES or self._waiting_bytes > MAX_WAITING_BYTES:
            _, dropped = self._waiting.popitem(last=False)
            self._waiting_bytes -= sum(map(len, dropped.values()))

    def _judge_author(
        self,
        author: Author,
        key: bytes,
        group: Sequence[Change],
        authentic: list[Change],
        refused: list[RefusedBytes],
    ) -> None:
        """Check heads first; what a good head names needs no check of its own (rule 1)."""
        inside = {change.id: change for change in group}
        named = {parent for change in group for parent in change.previous}
        heads = [change for change in group if change.id not in named]
        accepted: dict[ChangeId, Change] = {}
        while heads:
            head = heads.pop()
            if head.id in accepted:
                continue
            if self._is_authentic(head, author, key):
                _accept(head, inside, accepted)
            else:
                refused.append(BadSignature(what="a change"))
                heads.extend(inside[parent] for parent in head.previous if parent in inside)
        authentic.extend(sorted(accepted.values(), key=lambda change: change.sequence))

    def _is_authentic(self, change: Change, author: Author, key: bytes) -> bool:
        try:
            verify_signature(change, key)
        except BadSignature:
            return self._known.vouched(change.id, author)
        return True


def _accept(head: Change, inside: dict[ChangeId, Change], accepted: dict[ChangeId, Change]) -> None:
    """Accept `head` and all that it names, directly or not, inside this author's group."""
    stack = [head]
    while stack:
        change = stack.pop()
        if change.id not in accepted:
            accepted[change.id] = change
            stack.extend(inside[parent] for parent in change.previous if parent in inside)


def _by_author(changes: Iterable[Change]) -> dict[Author, list[Change]]:
    groups: dict[Author, list[Change]] = {}
    for change in changes:
        groups.setdefault(change.author, []).append(change)
    return groups
