"""The conductor of all links of one peer: the only face of replication that shells use.

Rules of this file:
1. Sans-IO. Times are monotonic seconds, given with every input; the wall clock is a port and only
   measured for people; dice only stagger timers.
2. Every input changes state and then calls `_evaluate`; only `_evaluate` decides what is due.
3. Nothing that is not committed is ever sent: changes enter by `committed` or come from the log.
4. Nothing received is believed: bytes go to the node, which judges and commits them.
5. A Have goes out at connect, every interval (staggered), and in reply to a differing Have only if
   ours changed since it was last sent on that link. Otherwise two peers would ping-pong.

The shell: call `link_up`, feed `receive`, hand its bytes to the node and tell `taken` when the node
is done with them, wait for `pause` before reading on, call `committed` after each commit, `tick` at
`next_deadline`; after any call send `outgoing` of each of `links_with_output`,
and close what `should_close` names once its last frames are sent. Take `outgoing` only when the
frames taken before are sent: what is not taken yet is what the bounds apply to.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import msgspec

from crdt_models.ids import ChangeId, DeviceId
from crdt_models.replication.anti_entropy import missing_from
from crdt_models.replication.arrivals import Arrivals
from crdt_models.replication.compose import Outlook, compose
from crdt_models.replication.confirmations import Confirmations
from crdt_models.replication.figures import Lag, LinkFigures, Statistics
from crdt_models.replication.holdings import Header, Holdings, LogReader
from crdt_models.replication.link import CloseReason, Closing, Link, Me, Received, State
from crdt_models.replication.messages import (
    INQUIRING_MINOR,
    MAX_ADDRESS_DEVICES,
    Addresses,
    Changes,
    Have,
    Holds,
    Neighbours,
    Want,
)
from crdt_models.replication.settings import GossipSettings
from crdt_models.replication.spread import (
    Recent,
    Route,
    targets,
    uncovered_by_drop,
    uncovered_by_loss,
)
from crdt_models.replication.wants import LAG_MISSES, WantBook


class Dice(Protocol):
    """A source of chance, such as random.Random."""

    def uniform(self, a: float, b: float, /) -> float: ...


class Committed(msgspec.Struct, frozen=True):
    """A change that the node has stored durably. data: its original bytes."""

    header: Header
    data: bytes


class Gossip:
    """Replication of one peer over any number of links. A link is any number the shell picks."""

    def __init__(
        self,
        me: Me,
        log: LogReader,
        dice: Dice,
        settings: GossipSettings | None = None,
        *,
        wall_ms: Callable[[], int] = lambda: 0,
        clock_day: Callable[[], int] = lambda: 0,
    ) -> None:
        """wall_ms: the wall clock, ms since 1970, measured against the neighbours' for show.
        clock_day: the business day by that clock, days since 1970-01-01; 0: it is wrong."""
        self._me = me
        self._log = log
        self._dice = dice
        self._settings = settings or GossipSettings()
        self._wall_ms = wall_ms
        self._clock_day = clock_day
        self._holdings = Holdings(log)
        self._links: dict[int, Link] = {}
        self._wants = WantBook(self._settings.interval, self._settings.want_deadline)
        self._recent = Recent(2 * self._settings.interval)
        self._arrivals = Arrivals(self._settings.interval)
        self.confirmations = Confirmations(me.device)  # after telling it, `tick`
        self._plan_at: float | None = None  # when a waiting Want may be asked again
        self._plan_due = False
        self._addresses: Mapping[DeviceId, tuple[str, ...]] = {}
        self._learned: dict[DeviceId, tuple[str, ...]] = {}
        self._token = 0
        self._now = 0.0  # of the last input
        self._past = LinkFigures()

    # -- inputs

    def link_up(self, link: int, peer_device: DeviceId, now: float) -> None:
        """A link to an authenticated peer of this site stands. `link` is not in use."""
        assert link not in self._links, f"link {link} is up already"
        self._links[link] = Link(
            self._me,
            peer_device,
            now,
            silence=self._settings.silence,
            on_way=self._settings.on_way,
            queue=self._settings.queue_bytes,
        )
        self._evaluate(now)

    def link_down(self, link: int, now: float) -> None:
        """The link is gone, whoever closed it. Unknown links are no error."""
        gone = self._links.pop(link, None)
        if gone is None:
            return
        self._past.add(gone.figures)
        self._wants.forget(link)
        self._plan_due = True
        left_out = uncovered_by_drop(_route(gone), self._routes())
        self._push_again(self._recent.from_link(link, now), left_out)
        self._neighbours_changed()
        self._evaluate(now)

    def receive(self, link: int, frame: bytes, now: float) -> list[bytes]:
        """Bytes of changes to hand to the node with `link` as their source; often none.

        Never raises on any frame. After a frame that breaks the protocol `should_close` tells.
        """
        heard = self._links.get(link)
        if heard is None:
            return []
        before = heard.state
        message = heard.receive(frame, now)
        changes = self._act_on(link, heard, message, now)
        if heard.state is not before:
            self._neighbours_changed()
        self._evaluate(now)
        return changes

    def committed(self, changes: Sequence[Committed], source: int | None, now: float) -> None:
        """These changes became durable here just now, each told exactly once.

        source: the link they came by; None for this peer's own and for what came by no link.
        """
        if not changes:
            return
        ids = [each.header.id for each in changes]
        gaps = self._holdings.gap_version
        self._holdings.add(each.header for each in changes)
        if source in self._links and source is not None:
            self._plan_due = self._wants.progress(source, now) or self._plan_due
            self._recent.note(ids, source, now)
        for link in targets(source, self._routes()):
            for each in changes:
                self._links[link].push(each.data)
        self.confirmations.sent(ids, now)
        self._arrivals.committed(ids)
        self._plan_due = self._wants.arrived(ids) or self._plan_due
        self._claims_moved(set(ids), gaps_moved=self._holdings.gap_version != gaps)
        self._evaluate(now)

    def taken(self, changes: Sequence[bytes], now: float) -> None:
        """The node has dealt with what `receive` gave. What of it does not turn out to be committed
        within an interval was not stored, and may be asked for again."""
        self._arrivals.taken(map(_id_of, changes), now)

    def pause(self, link: int, now: float) -> float:
        """Seconds for which `link` is not to be read: it costs more than it brings."""
        found = self._links.get(link)
        return 0.0 if found is None else found.pause(now)

    def refused(self, link: int, count: int, now: float) -> None:
        """The node refused `count` changes that came by `link`."""
        if link in self._links:
            self._links[link].refused(count, now)

    def tick(self, now: float) -> None:
        """Let time pass. Call at `next_deadline`; earlier or later does no harm."""
        for link in self._links.values():
            link.check_silence(now)
        self._evaluate(now)

    def close(self, link: int, detail: str) -> None:
        """Ask for an orderly end: a Goodbye, then `should_close`. detail: a–z and _, ≤ 32."""
        if link in self._links:
            self._links[link].close(Closing(CloseReason.OURS, detail))

    def set_addresses(self, known: Mapping[DeviceId, tuple[str, ...]]) -> None:
        """Where peers were last reached, to be told to neighbours (the first 64, 8 each)."""
        self._addresses = dict(known)
        for link in self._talking().values():
            link.addresses_due = True

    # -- outputs

    def next_deadline(self) -> float:
        """When `tick` is wanted, monotonic seconds; infinity when nothing is due."""
        asking = self._wants.next_deadline(), self._plan_at, self.confirmations.ask_at
        times = [time for time in asking if time is not None]
        for link in self._links.values():
            times += link.deadlines()
        return min(times, default=float("inf"))

    def links_with_output(self) -> list[int]:
        """The links for which `outgoing` would give frames."""
        return [number for number, link in self._links.items() if link.has_output()]

    def outgoing(self, link: int) -> list[bytes]:
        """Frames to send on `link`, in this order. At most one answer of 200 KiB at a time."""
        sender = self._links.get(link)
        if sender is None or not sender.has_output():
            return []
        outlook = Outlook(
            me=self._me,
            log=self._log,
            holdings=self._holdings,
            confirmations=self.confirmations,
            neighbours=self.neighbours(),
            addresses=self._addresses,
            clock_day=self._clock_day,
            wall_ms=self._wall_ms,
        )
        frames = list(compose(sender, outlook, self._now))
        if sender.must_ask():
            self._ping(sender, self._now)
        sender.figures.frames_out += len(frames)
        sender.figures.bytes_out += sum(map(len, frames))
        return frames

    def should_close(self, link: int) -> Closing | None:
        """Why the shell is to close `link` after sending its last frames; None to keep it."""
        found = self._links.get(link)
        return None if found is None else found.closing

    def neighbours(self) -> list[DeviceId]:
        """The devices at the other ends of the links that passed the greeting, ascending."""
        return sorted({link.peer for link in self._talking().values()})

    def learned_addresses(self) -> dict[DeviceId, tuple[str, ...]]:
        """Where neighbours say peers can be reached: hints, never trusted."""
        return dict(self._learned)

    def neighbours_days(self) -> list[int]:
        """The business days by the clocks of linked peers, one of each; 0: it is wrong."""
        return list({link.peer: link.business_day for link in self._talking().values()}.values())

    def statistics(self) -> Statistics:
        total = LinkFigures()
        total.add(self._past)
        for link in self._links.values():
            total.add(link.figures)
        ours = self._holdings.have()[0].entries
        return Statistics(
            links={
                number: link.statistics(in_step=link.claims == ours)
                for number, link in self._links.items()
            },
            total=total,
            lag=self._lag(),
            wants_in_flight=self._wants.in_flight,
        )

    # -- acting on what was received

    def _act_on(self, number: int, link: Link, message: Received | None, now: float) -> list[bytes]:
        match message:
            case Have():
                self._have_received(number, link, now)
            case Changes():
                return self._changes_received(number, link, message, now)
            case Neighbours():
                self._neighbours_received(number, link, frozenset(message.devices), now)
            case Holds():
                self.confirmations.told(link.peer, message.changes)
            case Addresses():
                self._learn(message)
            case _:
                pass
        return []

    def _have_received(self, number: int, link: Link, now: float) -> None:
        is_ours = self._holdings.is_tip
        tips = [entry.tip for entry in link.claims if not is_ours(entry.device, entry.tip)]
        link.unheld = set(tips) - self._log.holds_many(tips)
        self._want_from(number, link)
        ours, _ = self._holdings.have()
        differs = ours.entries != link.claims or ours.more or link.claims_more
        if differs and link.have_sent_version != self._holdings.version:
            link.reply_have(now)

    def _changes_received(
        self, number: int, link: Link, message: Changes, now: float
    ) -> list[bytes]:
        link.figures.received += len(message.changes)
        ids = [_id_of(change) for change in message.changes]
        held = self._log.holds_many(ids)
        fresh = {
            change_id: change
            for change_id, change in zip(ids, message.changes, strict=True)
            if change_id not in held
        }
        if (
            message.answer is not None
            and not fresh
            and self._wants.answered_in_vain(number, message.answer, now)
        ):
            link.figures.misses += 1
            self._plan_due = True
        link.charge(sum(map(len, message.changes)) - sum(map(len, fresh.values())), now)
        self._arrivals.handed(fresh, now)
        return list(fresh.values())

    def _neighbours_received(
        self, number: int, link: Link, devices: frozenset[DeviceId], now: float
    ) -> None:
        lost = link.neighbours - devices
        link.neighbours = devices
        if lost:
            left_out = uncovered_by_loss(lost, number, self._routes())
            self._push_again(self._recent.from_link(number, now), left_out)

    def _learn(self, message: Addresses) -> None:
        for device, addresses in message.known:
            if device in self._learned or len(self._learned) < MAX_ADDRESS_DEVICES:
                self._learned[device] = addresses

    # -- what is due

    def _evaluate(self, now: float) -> None:
        self._now = now
        self._plan_due = self._arrivals.give_up(now) or self._plan_due
        self._expire_wants(now)
        for link in self._talking().values():
            if now >= link.have_at():
                link.have_due = True
                link.next_have = now + self._staggered(1)
            if now >= link.next_ping or link.must_ask():
                self._ping(link, now)
        if self.confirmations.ask_at is not None and now >= self.confirmations.ask_at:
            self._inquire(now)
        if self._plan_due or (self._plan_at is not None and now >= self._plan_at):
            self._plan(now)

    def _inquire(self, now: float) -> None:
        for link in self._talking().values():
            if link.theirs is not None and link.theirs.minor >= INQUIRING_MINOR:
                link.inquiry_due = bool(self.confirmations.open_with(link.peer))
        self.confirmations.asked(now)

    def _ping(self, link: Link, now: float) -> None:
        self._token += 1
        link.ping(self._token, self._wall_ms(), self._clock_day(), now)
        link.next_ping = now + self._staggered(2)

    def _staggered(self, intervals: float) -> float:
        return self._settings.interval * intervals * self._dice.uniform(0.75, 1.25)

    def _expire_wants(self, now: float) -> None:
        for number in self._wants.expire(now):
            self._plan_due = True
            if number in self._links:
                self._links[number].figures.misses += 1

    def _plan(self, now: float) -> None:
        """Send Wants for what peers claim to have."""
        claims = {
            number: [each for each in link.wanted if each.id not in self._arrivals]
            for number, link in self._talking().items()
            if link.wanted
        }
        chosen, self._plan_at = self._wants.choose(claims, now)
        self._plan_due = False
        devices = {wanted.device for _, wanted in chosen}
        entries = {device: self._holdings.entries_of(device) for device in devices}
        for number, wanted in chosen:
            link = self._links[number]
            link.asking.append(Want(wanted.id, entries[wanted.device]))
            link.figures.wants += 1

    def _want_from(self, number: int, link: Link) -> None:
        """Work out anew what `link` claims and we lack."""
        held = link.unheld
        beginning = int(self._dice.uniform(0, 256)) % 256
        link.wanted = missing_from(
            self._holdings, link.claims, lambda tip: tip not in held, beginning=beginning
        )
        self._wants.keep_only(number, link.wanted)
        self._plan_due = self._plan_due or bool(link.wanted)

    def _claims_moved(self, stored: set[ChangeId], *, gaps_moved: bool) -> None:
        """Our holdings changed: what we want of each link may have changed too."""
        for number, link in self._links.items():
            if gaps_moved or not stored.isdisjoint(link.unheld):
                link.unheld -= stored
                self._want_from(number, link)

    # -- spreading

    def _push_again(self, changes: Sequence[ChangeId], links: Sequence[int]) -> None:
        if changes and links:
            data = self._log.data(changes)
            for number in links:
                for change in data:
                    self._links[number].push(change)

    def _routes(self) -> dict[int, Route]:
        return {number: _route(link) for number, link in self._talking().items()}

    def _talking(self) -> dict[int, Link]:
        return {number: link for number, link in self._links.items() if link.state is State.TALKING}

    def _neighbours_changed(self) -> None:
        for link in self._talking().values():
            link.neighbours_due = True

    # -- figures

    def _lag(self) -> dict[DeviceId, Lag]:
        known = self._holdings.heights()
        claimed = dict(known)
        for number, link in self._talking().items():
            for entry in link.claims:
                if self._wants.misses(number, entry.tip) < LAG_MISSES:
                    highest = claimed.get(entry.device, 0)
                    claimed[entry.device] = max(highest, entry.sequence)
        return {device: Lag(known.get(device, 0), claimed[device]) for device in claimed}


def _id_of(change: bytes) -> ChangeId:
    return ChangeId(hashlib.sha256(change).digest())


def _route(link: Link) -> Route:
    return Route(link.peer, link.neighbours)
