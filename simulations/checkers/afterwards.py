"""What is asked of a shop that has become quiet: the same keys once more, and rest.

Rules of this file:
1. Whoever asks again under the same key changes nothing, at whichever terminal.
2. Nothing here reads what a terminal holds; that is `evidence`.
"""

from collections.abc import Iterator

import trio
from msgspec import Struct

from crdt_models.change import decode_change
from simulations.checkers.bad_disks import reading
from simulations.simulator.terminal import ALL, SimTerminal
from simulations.simulator.world import World
from simulations.workload.ledger import Deed, Ledger
from simulations.workload.promises import meaning_of
from simulations.workload.till import Answer

# An edit may have found everything as it was to be: then nothing was written that others know.
ALWAYS_WRITE = frozenset({
    "open", "add", "strike", "pay", "refund", "close", "reopen", "cancel", "restore",
})  # fmt: skip
RETRIES = 12  # deeds that are asked for again
REST_SECONDS = 20.0  # without a link that comes or goes
PATIENCE_SECONDS = 100.0  # for dials, some more than once, after the last dead link was noticed


class Retry(Struct, frozen=True):
    """One acknowledged deed, asked for again at the terminal of these letters. wrote: whether
    that changed anything there."""

    deed: Deed
    letters: str
    answer: Answer
    wrote: bool


async def ask_again(world: World, ledger: Ledger) -> tuple[Retry, ...]:
    """The last acknowledged deeds, each at one terminal, in turn."""
    standing = world.standing()
    done = [each for each in ledger.acknowledged() if meaning_of(each) in ALWAYS_WRITE][-RETRIES:]
    found = []
    for number, deed in enumerate(done):
        terminal = standing[number % len(standing)]
        with reading(world, terminal):
            before = terminal.node.log.last_position()
            answer = await terminal.call(deed.method, deed.path, deed.body, key=deed.key)
            wrote = _wrote_since(terminal, before)
            found.append(Retry(deed, terminal.letters, answer, wrote))
    return tuple(found)


def _wrote_since(terminal: SimTerminal, position: int) -> bool:
    """Whether it made a change of its own; others' may arrive at any time, of retries as well."""
    new = terminal.node.log.since(position, ALL)
    return any(decode_change(each.data).device == terminal.node.device for each in new)


async def unrest(world: World) -> tuple[str, ...]:
    """What of the links does not come to rest: none when every two terminals keep theirs."""
    told: tuple[str, ...] = ()
    with trio.move_on_after(world.gossip.silence + PATIENCE_SECONDS):
        while True:
            before, asked = dict(_links(world)), _asked(world)
            await trio.sleep(REST_SECONDS)
            told = (*_moved(world, before), *_still_asking(world, asked))
            if not told:
                return ()
    return told


def _asked(world: World) -> dict[str, int]:
    """Wants sent since the start."""
    return {it.host: it.parts.mesh.statistics().total.wants for it in world.standing()}


def _still_asking(world: World, before: dict[str, int]) -> Iterator[str]:
    for host, wants in _asked(world).items():
        if wants != before.get(host):
            yield f"{host} goes on asking for changes"


def _links(world: World) -> Iterator[tuple[tuple[str, str], list[object]]]:
    standing = world.standing()
    for one in standing:
        for other in standing:
            if one is not other:
                yield (one.host, other.host), _between(one, other)


def _between(one: SimTerminal, other: SimTerminal) -> list[object]:
    return [link for link in one.links if link.other.owner == other.host]


def _moved(world: World, before: dict[tuple[str, str], list[object]]) -> Iterator[str]:
    for pair, links in _links(world):
        if len(links) != 1:
            yield f"{pair[0]} has {len(links)} links to {pair[1]}"
        elif links != before.get(pair):
            yield f"{pair[0]} has another link to {pair[1]} than {REST_SECONDS:.0f} s ago"
