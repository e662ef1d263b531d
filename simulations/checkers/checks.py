"""The checks: sentences about what should not be, none when all is well.

Rules of this file:
1. A check is a function of the evidence; adding one is a function and a line in CHECKS.
2. The judge of meanings is `simulations.reference`, of promises `simulations.workload.audit`.
3. Every check has a mutant that it catches (`simulations.mutants`), or it does not belong here.
"""

from collections.abc import Callable, Iterator

from simulations.checkers.evidence import Copy, Evidence
from simulations.reference.differences import differences
from simulations.reference.shop import read_shop
from simulations.reference.stored import read_changes
from simulations.workload.audit import check_ledger
from simulations.workload.ledger import Attempt, Deed

Check = Callable[[Evidence], Iterator[str]]

TOLD_OF_DISKS = frozenset({"batch_not_durable", "storage_broken"})
ANSWER_SECONDS = 5.0  # the longest that a till that is on may let a person wait, faults included


def convergence(evidence: Evidence) -> Iterator[str]:
    """All hold the same changes and show the same rows."""
    if not evidence.converged:
        held = ", ".join(f"{copy.host} {len(copy.changes)}" for copy in evidence.copies)
        yield f"not equal after the time allowed: {held}"
        return
    first = evidence.copies[0]
    for copy in evidence.copies[1:]:
        for table, digest in copy.rows.items():
            if digest != first.rows[table]:
                yield f"{copy.host} and {first.host} show other rows of {table}"
    if evidence.relay is not None and evidence.relay != first.content:
        yield "the relay holds something else than the terminals"


def promises(evidence: Evidence) -> Iterator[str]:
    """Nothing acknowledged is lost, no payment, no closed figure; but what only a machine held
    that lost it (it left for ever, its disk was put back) is excused, order by order."""
    for copy in _distinct(evidence):
        gone = _lost_orders(evidence, copy)

        def excused(deed: Deed, _: Attempt, gone: frozenset[str] = gone) -> bool:
            return deed.order in gone

        for sentence in check_ledger(evidence.ledger, copy.shop.orders, excused=excused):
            yield f"{copy.host}: {sentence}"


def meaning(evidence: Evidence) -> Iterator[str]:
    """What terminals show is what the reference model makes of the same bytes."""
    for copy in _distinct(evidence):
        for sentence in differences(read_shop(copy.changes.values()), copy.shop):
            yield f"{copy.host}: {sentence}"


def holdings(evidence: Evidence) -> Iterator[str]:
    """What a terminal tells of its holdings is what it holds: its tips, and every gap below."""
    for copy in evidence.copies:
        changes = read_changes(copy.changes.values())
        named = {name for change in changes.values() for name in change.previous}
        tips = frozenset(changes) - named
        missing = frozenset(named - set(changes))
        if copy.tips != tips:
            yield f"{copy.host} tells of {len(copy.tips)} tips and has {len(tips)}"
        if copy.missing != missing:
            yield f"{copy.host} tells of {len(copy.missing)} gaps and has {len(missing)}"


def liveness(evidence: Evidence) -> Iterator[str]:
    """No process ended but for its disk, and none met a fault of its own."""
    trace = evidence.world.trace
    disk_failed = any(fault.startswith("disk_") for fault in trace.fired)
    for host, terminal in sorted(evidence.world.terminals.items()):
        for fault in terminal.faults:
            yield f"{host} ended: {fault}"
        if terminal.deaths and not disk_failed:
            yield f"{host} ended though its disk was well: {', '.join(terminal.deaths)}"
    for event in trace.events:
        log = dict(event.detail).get("log")
        if event.what == "error" and not (disk_failed and log in TOLD_OF_DISKS):
            yield f"logged as an error: {event}"


def answers(evidence: Evidence) -> Iterator[str]:
    """Whoever stands at a terminal that is on gets an answer soon, whatever the network does."""
    for deed in evidence.ledger.deeds:
        for attempt in deed.attempts:
            waited = attempt.until - attempt.at
            if attempt.status and waited > ANSWER_SECONDS:
                yield f"{attempt.letters} let a person wait {waited:.1f} s for {deed.act}"


CHECKS: dict[str, Check] = {
    "convergence": convergence,
    "promises": promises,
    "meaning": meaning,
    "holdings": holdings,
    "liveness": liveness,
    "answers": answers,
}


def findings(evidence: Evidence) -> list[str]:
    """Of all checks, each with its name."""
    return [f"{name}: {each}" for name, check in CHECKS.items() for each in check(evidence)]


def _lost_orders(evidence: Evidence, copy: Copy) -> frozenset[str]:
    """Orders that some change was about which nobody has any more."""
    return frozenset(
        document.removeprefix("order:")
        for change, documents in evidence.world.lost.items()
        if change not in copy.changes
        for document in documents
        if document.startswith("order:")
    )


def _distinct(evidence: Evidence) -> list[Copy]:
    """Terminals that hold and show the same need to be judged once."""
    seen: dict[tuple[bytes, tuple[bytes, ...]], Copy] = {}
    for copy in evidence.copies:
        seen.setdefault((copy.content, tuple(copy.rows.values())), copy)
    return list(seen.values())
