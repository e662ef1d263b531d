"""What a person must decide about several documents at once: tables, numbers, chains.

Rules of this file:
1. Two tabs at once: two open orders at one table, or at tables that either opener saw stand
   together, each opened where it is, of which neither opening knew the other. An order that was
   moved there later does not count (the product's choice).
2. Equal numbers: two orders of one business day with the same letters and number. The first opened
   shows the plain number, the others `/2`, `/3` … (by opening, then by id: the product's choice).
3. Forked chains: see `chains`. The evidence is the first fact of each change involved. The subject
   of a forked lineage is the shared previous id, with the device before it (the product's choice:
   two devices that never wrote before share "none").
4. One idempotency key (the first 12 bytes of a command id) for different requests (the other 4).
   The evidence is the first fact of each command in the first of its documents, where that is
   neither a drawer's nor `terminals`: what a command writes there depends on who was asked.
5. Resolutions stand in the document `tables` for tabs and in `terminals` for the rest.
"""

from collections.abc import Iterable, Iterator
from itertools import combinations

from simulations.reference.cash_schema import is_shift
from simulations.reference.chains import Chain
from simulations.reference.disputes import Situation, situation
from simulations.reference.order import Number, ReferenceOrder
from simulations.reference.stored import ID_BYTES, LARGEST_CLOCK, Fact, fact_id

KEY_BYTES = 12  # of a command id that stand for its idempotency key; the rest for the request
_MOST = 256


def two_tabs(orders: Iterable[ReferenceOrder]) -> Iterator[Situation]:
    opened = [(order, order.opening) for order in sorted(orders, key=lambda order: order.id)]
    tabs = [
        (order, opening, order.register("table"))
        for order, opening in opened
        if opening is not None
        and order.is_open
        and opening["table"] is not None
        and opening["table"].hex() == order.register("table")
    ]
    for (one, mine, table), (other, theirs, its) in combinations(tabs, 2):
        is_one_place = table == its or any(
            bytes.fromhex(at) in opening["tables_seen"]
            for at, opening in ((its, mine), (table, theirs))
        )
        if is_one_place and not _knew(one, other) and not _knew(other, one):
            subject = f"{table}:{one.id}:{other.id}"
            yield situation("two_tabs_at_once", subject, [mine.id, theirs.id])


def _knew(order: ReferenceOrder, other: ReferenceOrder) -> bool:
    return order.opening is not None and bytes.fromhex(other.id) in order.opening["tabs_seen"]


def namesakes(orders: Iterable[ReferenceOrder]) -> dict[tuple[int, Number], list[ReferenceOrder]]:
    """Orders by business day and number where there are several, first opened first."""
    found: dict[tuple[int, Number], list[ReferenceOrder]] = {}
    for order in orders:
        if order.numbered is not None and order.day is not None:
            found.setdefault((order.day, order.numbered[0]), []).append(order)
    return {
        number: sorted(same, key=_by_opening) for number, same in found.items() if len(same) > 1
    }


def _by_opening(order: ReferenceOrder) -> tuple[int, str]:
    clock = 0 if order.opening is None else order.opening.stamp.clock
    return min(clock, LARGEST_CLOCK), order.id


def equal_numbers(orders: Iterable[ReferenceOrder]) -> Iterator[Situation]:
    for (day, (letters, number)), same in namesakes(orders).items():
        facts = [order.numbered[1] for order in same if order.numbered is not None]
        yield situation("equal_numbers", f"{day}:{letters}-{number}", facts)


def forks(chains: Iterable[Chain]) -> Iterator[Situation]:
    for chain in chains:
        device = chain.device[: 2 * ID_BYTES]
        for (epoch, sequence), changes in chain.author_forks.items():
            subject = f"{device}:{epoch.hex()}:{sequence}"
            yield situation("author_forked", subject, [fact_id(each, 0) for each in changes])
        for previous, epochs in chain.lineage_forks.items():
            subject = f"{device}:{previous[:ID_BYTES].hex()}"
            facts = [fact_id(each, 0) for each in epochs.values()]
            yield situation("lineage_forked", subject, facts)


def keys_used_twice(facts: Iterable[Fact]) -> Iterator[Situation]:
    """facts: of the whole site."""
    said: dict[bytes, dict[bytes, list[Fact]]] = {}
    for fact in facts:
        if fact.document != "terminals" and not is_shift(fact.document):
            command, _ = fact.command
            said.setdefault(command[:KEY_BYTES], {}).setdefault(command, []).append(fact)
    for key, commands in said.items():
        if len(commands) > 1:
            first = []
            for told in commands.values():
                document = min(each.document for each in told)
                there = (each for each in told if each.document == document)
                first.append(min(there, key=lambda each: each.stamp).id)
            yield situation("command_used_twice", f"key:{key.hex()}", sorted(first)[:_MOST])
