"""Composing what a link sends: frames made from state, at the moment the shell asks for them.

Rules of this file:
1. The order is fixed: greeting or farewell, what peers must know of each other, pushes, what is
   inquired of them, the Have, Wants, one answer. Pushes stand before the Have that lists them, or
   they would be asked for.
2. What a link lately carried bounds what is on its way (`pace`): pushes, the Have, Wants and the
   answer wait for room. At most one answer (200 KiB) each time.
3. Answers are packed; pushes are not: packing one change would take longer than sending it.
"""

from collections.abc import Callable, Iterator, Mapping

import msgspec

from crdt_models.ids import DeviceId
from crdt_models.replication.anti_entropy import answer
from crdt_models.replication.confirmations import Confirmations
from crdt_models.replication.frames import encode_message, packed
from crdt_models.replication.holdings import Holdings, LogReader
from crdt_models.replication.link import CloseReason, Link, Me, State
from crdt_models.replication.messages import (
    MAX_ADDRESS_DEVICES,
    MAX_ADDRESSES,
    MAX_CHANGES_BYTES,
    MAX_NEIGHBOURS,
    PACKING_MINOR,
    Addresses,
    Changes,
    Goodbye,
    Hello,
    Holds,
    Inquire,
    Neighbours,
    Pong,
)

PACKS_TIMES = 2  # by which packing makes an answer smaller, at least: a small one to a half


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """What a peer can tell at this moment. clock_day: the business day by its clock."""

    me: Me
    log: LogReader
    holdings: Holdings
    confirmations: Confirmations
    neighbours: list[DeviceId]
    addresses: Mapping[DeviceId, tuple[str, ...]]
    clock_day: Callable[[], int]
    wall_ms: Callable[[], int]


def compose(link: Link, outlook: Outlook, now: float) -> Iterator[bytes]:
    """The frames that are due on `link`; composing one clears what made it due."""
    for frame in _due(link, outlook, now):
        link.pace.sent(len(frame), now)
        yield frame


def _due(link: Link, outlook: Outlook, now: float) -> Iterator[bytes]:
    if link.hello_due:
        link.hello_due = False
        yield encode_message(_hello(outlook))
    if link.goodbye_due:
        link.goodbye_due = False
        yield encode_message(_goodbye(link))
    if link.state is State.TALKING:
        yield from _of_peers(link, outlook, now)
        while (frame := link.push_frame()) is not None:
            yield frame
        yield from _of_repair(link, outlook, now)


def _of_peers(link: Link, outlook: Outlook, now: float) -> Iterator[bytes]:
    if link.neighbours_due:
        link.neighbours_due = False
        yield encode_message(Neighbours(tuple(outlook.neighbours[:MAX_NEIGHBOURS])))
    if link.addresses_due:
        link.addresses_due = False
        if outlook.addresses:
            yield encode_message(_addresses(outlook.addresses))
    if link.pong_token is not None:
        token, link.pong_token = link.pong_token, None
        yield encode_message(Pong(token, outlook.wall_ms(), outlook.clock_day()))
    if link.inquired:
        held = outlook.log.holds_many(link.inquired)
        link.inquired = ()
        if held:
            yield encode_message(Holds(tuple(sorted(held))))
    if link.ping_due is not None:
        yield encode_message(link.ping_due)
        link.ping_due = None
        link.pace.asked(now)


def _of_repair(link: Link, outlook: Outlook, now: float) -> Iterator[bytes]:
    if link.inquiry_due and link.may_claim:
        link.inquiry_due = False
        asked = outlook.confirmations.open_with(link.peer)
        if asked:
            yield encode_message(Inquire(asked))
    if link.have_due and link.may_claim:
        frame = outlook.holdings.have()[1]
        link.have_sent(outlook.holdings.version, len(frame), now)
        yield frame
    while link.asking and link.may_claim:
        yield encode_message(link.asking.popleft())
    if link.to_answer and link.may_answer:
        want = link.to_answer.popleft()
        packs = _unpacks(link)
        room = int(link.pace.room) * (PACKS_TIMES if packs else 1)
        changes = tuple(answer(outlook.log, want, min(room, MAX_CHANGES_BYTES)))
        link.figures.answered += len(changes)
        frame = encode_message(Changes(changes, want.wanted))
        yield packed(frame) if changes and packs else frame


def _unpacks(link: Link) -> bool:
    return link.theirs is not None and link.theirs.minor >= PACKING_MINOR


def _hello(outlook: Outlook) -> Hello:
    return Hello(
        site=outlook.me.site,
        device=outlook.me.device,
        letters=outlook.me.letters,
        program=outlook.me.program,
        business_day=outlook.clock_day(),
    )


def _goodbye(link: Link) -> Goodbye:
    assert link.closing is not None, "a Goodbye has a reason"
    closing = link.closing
    return Goodbye(closing.detail if closing.reason is CloseReason.OURS else closing.reason.value)


def _addresses(known: Mapping[DeviceId, tuple[str, ...]]) -> Addresses:
    reachable = sorted((device, each[:MAX_ADDRESSES]) for device, each in known.items() if each)
    return Addresses(tuple(reachable[:MAX_ADDRESS_DEVICES]))
