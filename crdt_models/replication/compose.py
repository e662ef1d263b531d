"""Composing what a link sends: frames made from state, at the moment the shell asks for them.

Rules of this file:
1. The order is fixed: greeting or farewell, what peers must know of each other, pushes, the Have,
   Wants, one answer. Pushes stand before the Have that lists them, or they would be asked for.
2. At most one answer (200 KiB) each time: a slow link is never far ahead of its socket.
3. Answers are packed; pushes are not: packing one change would take longer than sending it.
"""

from collections.abc import Callable, Iterator, Mapping

import msgspec

from crdt_models.ids import DeviceId
from crdt_models.replication.anti_entropy import answer
from crdt_models.replication.holdings import Holdings, LogReader
from crdt_models.replication.link import CloseReason, Link, Me, State
from crdt_models.replication.messages import (
    MAX_ADDRESS_DEVICES,
    MAX_ADDRESSES,
    MAX_NEIGHBOURS,
    PACKING_MINOR,
    Addresses,
    Changes,
    Goodbye,
    Hello,
    Neighbours,
    Pong,
    encode_message,
    packed,
)


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """What a peer can tell at this moment. clock_day: the business day by its clock."""

    me: Me
    log: LogReader
    holdings: Holdings
    neighbours: list[DeviceId]
    addresses: Mapping[DeviceId, tuple[str, ...]]
    clock_day: Callable[[], int]
    wall_ms: Callable[[], int]


def compose(link: Link, outlook: Outlook) -> Iterator[bytes]:
    """The frames that are due on `link`; composing one clears what made it due."""
    if link.hello_due:
        link.hello_due = False
        yield encode_message(_hello(outlook))
    if link.goodbye_due:
        link.goodbye_due = False
        yield encode_message(_goodbye(link))
    if link.state is State.TALKING:
        yield from _of_peers(link, outlook)
        yield from link.push_frames()
        yield from _of_repair(link, outlook)


def _of_peers(link: Link, outlook: Outlook) -> Iterator[bytes]:
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
    if link.ping_due is not None:
        yield encode_message(link.ping_due)
        link.ping_due = None


def _of_repair(link: Link, outlook: Outlook) -> Iterator[bytes]:
    if link.have_due:
        link.have_due = False
        link.have_sent_version = outlook.holdings.version
        link.figures.haves_out += 1
        yield outlook.holdings.have()[1]
    while link.asking:
        yield encode_message(link.asking.popleft())
    if link.to_answer:
        want = link.to_answer.popleft()
        changes = tuple(answer(outlook.log, want))
        link.figures.answered += len(changes)
        frame = encode_message(Changes(changes, want.wanted))
        yield packed(frame) if changes and _unpacks(link) else frame


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
