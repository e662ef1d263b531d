"""What a hostile member does. Its certificate is good: everything here passes the door.

Rules of this file:
1. Each fault plays the one hostile machine of the world for a while; see `hostile_member`.
2. What it does is counted when something of it was told to somebody.
3. Amounts are bounded: it shall hurt the shop, not the one who simulates it.
"""

from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

import trio

from crdt_models.canonical_cbor import encode
from crdt_models.certificates import AuthorOpened
from crdt_models.change import MAX_HLC, Change
from crdt_models.documents.orders.facts import LineAdded, OrderOpened
from crdt_models.errors import NotCanonical
from crdt_models.fact import body_of
from crdt_models.ids import TERMINALS, ChangeId, CreatedId, DeviceId, DocumentId, Epoch, LineId
from crdt_models.replication.messages import MAX_CHANGES_BYTES, HaveEntry, Neighbours, Ping, Want
from simulations.faults.fault import Fault, fault
from simulations.faults.hostile_member import DAY, HostileMember, hostile_member
from simulations.fuzz.nonsense import Pools, any_body
from simulations.simulator.world import ORDER, World

STEP_SECONDS = (0.1, 2.0)
TEN_YEARS_MS = 3653 * 86_400_000
FLOOD_CHANGES = 300
FLOOD_FRAMES = 300
FLOOD_SECONDS = 4.0  # of frames: about as many times so many to each neighbour
INVENTED_TIPS = 40

Step = Callable[[HostileMember], Awaitable[None]]


async def _play(world: World, dice: Random, seconds: float, name: str, step: Step) -> None:
    """Repeat `step` for a while, once somebody listens and the epoch is open."""
    async with hostile_member(world, dice) as member:
        until = trio.current_time() + seconds
        opened = member.author.opening()
        struck = False
        while trio.current_time() < until:
            await trio.sleep(dice.uniform(*STEP_SECONDS))
            if member.links:
                if not struck:
                    await member.push(opened)
                    world.trace.fire(name, member.network.host)
                struck = True
                await step(member)


def _order(member: HostileMember) -> tuple[DocumentId, list[list[Any]]]:
    """An order of its own, valid but for who wrote it."""
    dice = member.dice
    document = DocumentId(f"{ORDER}{dice.randbytes(16).hex()}")
    line = LineAdded(
        line=LineId(CreatedId(dice.randbytes(16))),
        product="",
        name="Pizza",
        thousandths=1000,
        unit_centavos=1,
    )
    facts = [OrderOpened(service_type="balcao"), line]
    return document, [[document, body_of(fact)] for fact in facts]


async def forged_signatures(world: World, dice: Random, seconds: float) -> None:
    """Changes in another's name, signed with its own key; its own with a broken signature."""

    async def step(member: HostileMember) -> None:
        _, facts = _order(member)
        own = member.author.write(facts, hlc=member.clock.now_ms() << 16, day=DAY)
        await member.push(own[:-1] + bytes([own[-1] ^ 1]))
        for honest in [it for it in member.heard if it.device != member.author.device][-3:]:
            head = [
                1, honest.site, honest.device, honest.epoch, honest.sequence + 1, [honest.id],
                honest.hlc + 1, honest.business_day, None, dice.randbytes(16), 0, facts,
            ]  # fmt: skip
            await member.push(member.author.sign(head))

    await _play(world, dice, seconds, "forged_signatures", step)


async def equivocation(world: World, dice: Random, seconds: float) -> None:
    """Two changes with one number, each told to others."""

    async def step(member: HostileMember) -> None:
        if not member.may_branch():
            return
        sequence, previous = member.author.sequence + 1, list(member.author.previous)
        hosts = list(member.links)
        for index in range(2):
            _, facts = _order(member)
            told = member.write(facts, sequence=sequence, previous=previous)
            await member.push(told, to=hosts[index::2])

    await _play(world, dice, seconds, "equivocation", step)


async def impossible_stamps(world: World, dice: Random, seconds: float) -> None:
    """Stamps and days of long ago and of years to come."""

    async def step(member: HostileMember) -> None:
        now = member.clock.now_ms()
        ms = dice.choice((0, 1, now - TEN_YEARS_MS, now + TEN_YEARS_MS, (MAX_HLC >> 16)))
        day = dice.choice((0, 1, DAY - 3650, DAY + 3650, 2**31 - 1))
        _, facts = _order(member)
        await member.push(member.write(facts, hlc=ms << 16, day=day))

    await _play(world, dice, seconds, "impossible_stamps", step)


async def change_flood(world: World, dice: Random, seconds: float) -> None:
    """Hundreds of changes at once."""
    left = FLOOD_CHANGES

    async def step(member: HostileMember) -> None:
        nonlocal left
        count = min(left, 100)
        left -= count
        if count:
            await member.push(*[member.write(_order(member)[1]) for _ in range(count)])

    await _play(world, dice, seconds, "change_flood", step)


async def frame_flood(world: World, dice: Random, seconds: float) -> None:
    """Many small frames, and many questions."""

    async def step(member: HostileMember) -> None:
        for host in list(member.links):
            for number in range(FLOOD_FRAMES // 3):
                await member.say(Ping(number, 0, 0), host)
                await member.say(Want(ChangeId(dice.randbytes(32)), (), 500), host)
                await member.say(Neighbours(()), host)

    await _play(world, dice, min(seconds, FLOOD_SECONDS), "frame_flood", step)


async def changes_withheld(world: World, dice: Random, seconds: float) -> None:
    """It says that it has what it never gives, and writes upon what nobody ever sees."""

    async def step(member: HostileMember) -> None:
        if not member.may_branch():
            return
        for _ in range(dice.randint(1, 3)):
            member.write(_order(member)[1])
            member.book.popitem()
        last = member.write(_order(member)[1])
        if dice.random() < 0.5:
            await member.push(last)

    await _play(world, dice, seconds, "changes_withheld", step)


async def tips_invented(world: World, dice: Random, seconds: float) -> None:
    """It says that it has changes that nobody ever wrote, also of honest terminals."""

    async def step(member: HostileMember) -> None:
        known = sorted({change.device for change in member.heard})
        devices = [*known, *(DeviceId(dice.randbytes(32)) for _ in range(INVENTED_TIPS))]
        member.claims = [
            HaveEntry(each, Epoch(dice.randbytes(8)), 2**40, ChangeId(dice.randbytes(32)))
            for each in devices
        ]

    await _play(world, dice, seconds, "tips_invented", step)


async def nonsense(world: World, dice: Random, seconds: float) -> None:
    """Valid facts without sense, upside down and absurd, of orders that nobody opened."""

    async def step(member: HostileMember) -> None:
        pools = _pools(member)
        await _tell(member, [list(any_body(pools)) for _ in range(dice.randint(1, 4))])

    await _play(world, dice, seconds, "nonsense", step)


async def orders_meddled(world: World, dice: Random, seconds: float) -> None:
    """The same of the shop's orders: no promise about those can be kept, but all must see the
    same."""

    async def step(member: HostileMember) -> None:
        pools = _pools(member)
        facts = [_addressed(member, *any_body(pools)) for _ in range(dice.randint(1, 4))]
        await _tell(member, [list(each) for each in facts])

    await _play(world, dice, seconds, "orders_meddled", step)


async def _tell(member: HostileMember, facts: list[list[Any]]) -> None:
    """Some nonsense, unless no change can hold it."""
    try:
        told = member.write(facts)
    except NotCanonical:
        return
    if len(told) < MAX_CHANGES_BYTES:
        await member.push(told)


def _pools(member: HostileMember) -> Pools:
    """Ids of what the shop really has."""
    entries = [entry for change in member.heard[-50:] for _, entry in change.entries()]
    ids = [each for entry in entries for each in _ids_in(entry.body[2])]
    return Pools(member.dice, [entry.id for entry in entries], ids or [b"\1" * 16])


def _ids_in(fields: Any) -> list[bytes]:
    """Of lines, payments and tables: the 16 bytes in the fields of a fact."""
    return [each for each in fields.values() if type(each) is bytes and len(each) == 16]


def _addressed(
    member: HostileMember, document: DocumentId, body: list[Any]
) -> tuple[DocumentId, list[Any]]:
    """The order in question is one of the shop's, half of the time."""
    orders = sorted({it for each in member.heard for it in each.documents if it.startswith(ORDER)})
    if document.startswith(ORDER) and orders and member.dice.random() < 0.5:
        document = member.dice.choice(orders)
    return document, body


async def unknown_facts(world: World, dice: Random, seconds: float) -> None:
    """Facts of a version that does not exist, with and without the duty to understand them."""

    async def step(member: HostileMember) -> None:
        document, facts = _order(member)
        body = ["loyalty_points", dice.random() < 0.5, {"points": dice.randrange(1000)}]
        document, body = _addressed(member, document, body)
        await member.push(member.write([*facts, [document, body]]))

    await _play(world, dice, seconds, "unknown_facts", step)


async def epochs_without_end(world: World, dice: Random, seconds: float) -> None:
    """A new epoch for every change, and some that are never opened."""

    async def step(member: HostileMember) -> None:
        if not member.may_branch():
            return
        author = member.author
        author.epoch, author.sequence, author.previous = Epoch(dice.randbytes(8)), 0, []
        if dice.random() < 0.7:
            await member.push(author.opening())
        await member.push(member.write(_order(member)[1]))

    await _play(world, dice, seconds, "epochs_without_end", step)


async def bad_frames(world: World, dice: Random, seconds: float) -> None:
    """Bytes that are no frame, frames of others said again, frames out of turn."""

    async def step(member: HostileMember) -> None:
        for host in list(member.links):
            await member.send(_bad_frame(member), host)

    await _play(world, dice, seconds, "bad_frames", step)


def _bad_frame(member: HostileMember) -> bytes:
    dice, heard = member.dice, member.frames or [b"\0"]
    frame = bytearray(dice.choice(heard))
    match dice.randrange(5):
        case 0:
            return dice.randbytes(dice.randrange(200))
        case 1:
            return bytes(frame)
        case 2:
            return bytes(frame[: dice.randrange(len(frame) + 1)])
        case 3 if frame:
            frame[dice.randrange(len(frame))] ^= 1 << dice.randrange(8)
            return bytes(frame)
        case _:
            return encode([dice.randrange(40), dice.choice((256, 257, 300, 512)), {"x": 1}])


def _some_others(member: HostileMember) -> list[Change]:
    """The last change of a few honest terminals."""
    last = {it.device: it for it in member.heard if it.device != member.author.device}
    return [last[device] for device in sorted(last)][:3]


def _opened_for(member: HostileMember, honest: Change) -> bytes:
    """An epoch in another's name, opened with its own good papers and signed with its own key."""
    author, dice = member.author, member.dice
    opened = [TERMINALS, ["author_opened", False, {"chain": author.chain}]]
    head = [
        1, honest.site, honest.device, dice.randbytes(8), honest.sequence + 1, [honest.id],
        honest.hlc + 1, honest.business_day, None, dice.randbytes(16), 0, [opened],
    ]  # fmt: skip
    return author.sign(head)


async def false_opening(world: World, dice: Random, seconds: float) -> None:
    """It opens epochs with chains of others, with garbage, in wrong places, and for others."""

    async def step(member: HostileMember) -> None:
        if not member.may_branch():
            return
        author = member.author
        chains = [
            entry.fact.chain
            for change in member.heard
            for _, entry in change.entries()
            if isinstance(entry.fact, AuthorOpened)  # and not nonsense under its tag
        ]
        chain = dice.choice([*chains, b"", dice.randbytes(300)])
        await member.push(*(_opened_for(member, it) for it in _some_others(member)))
        author.epoch, author.sequence, author.previous = Epoch(dice.randbytes(8)), 0, []
        document = dice.choice((TERMINALS, "tables"))
        opened = [document, ["author_opened", False, {"chain": chain}]]
        await member.push(member.write([opened]))

    await _play(world, dice, seconds, "false_opening", step)


# --- what the shop does not withstand yet: struck by stories that wait, in no run by seed


async def numbers_told_again(world: World, dice: Random, seconds: float) -> None:
    """It tells others' numbers once more, stamped earlier, in changes that open nothing."""

    def told(member: HostileMember, opening: Change) -> bytes:
        nothing = (TERMINALS, ["nothing", False, {}])  # the other facts keep their places
        facts: list[Any] = [
            (document, body) if body[0] == "order_numbered" else nothing
            for document, body in opening.facts
        ]
        return _told_again(member, opening, facts, opening.business_day)

    await _tell_openings_again(world, dice, seconds, "numbers_told_again", told)


async def openings_back_dated(world: World, dice: Random, seconds: float) -> None:
    """It tells others' openings once more, stamped earlier, under the business day before."""

    def told(member: HostileMember, opening: Change) -> bytes:
        facts = [[document, body] for document, body in opening.facts]
        return _told_again(member, opening, facts, opening.business_day - 1)

    await _tell_openings_again(world, dice, seconds, "openings_back_dated", told)


async def _tell_openings_again(
    world: World,
    dice: Random,
    seconds: float,
    name: str,
    told: Callable[[HostileMember, Change], bytes],
) -> None:
    """Each opening that it hears, once."""
    done: set[ChangeId] = set()

    async def step(member: HostileMember) -> None:
        for change in member.heard:
            tags = {body[0] for _, body in change.facts}
            is_fresh = change.id not in done and change.device != member.author.device
            if is_fresh and "order_opened" in tags:
                done.add(change.id)
                await member.push(told(member, change))

    await _play(world, dice, seconds, name, step)


def _told_again(member: HostileMember, opening: Change, facts: list[Any], day: int) -> bytes:
    """Under the same command, so that they count as copies; the earliest stamp stands for all."""
    earlier = opening.hlc - (1 << 16)
    return member.write(facts, hlc=earlier, day=day, command=opening.command_id)


FAULTS: tuple[Fault, ...] = (
    fault(forged_signatures, 54),
    fault(equivocation, 27, 28, 69),
    fault(impossible_stamps, 22, 66),
    fault(change_flood, 65, most=2),
    fault(frame_flood, 55, most=2),
    fault(changes_withheld, 67, 68),
    fault(tips_invented, 68, 69),
    fault(nonsense, 62),
    fault(orders_meddled, 62, 66),
    fault(unknown_facts, 63),
    fault(epochs_without_end, 28, 65),
    fault(bad_frames, 53, 57, 64),
    fault(false_opening, 54),
)
