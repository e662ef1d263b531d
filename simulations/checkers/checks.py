"""The checks: sentences about what should not be, none when all is well.

Rules of this file:
1. A check is a function of the evidence; adding one is a function and a line in CHECKS.
2. The judge of meanings is `simulations.reference`, of promises `simulations.workload.audit`.
3. Every check has a mutant that it catches (`simulations.mutants`), or it does not belong here.
"""

from collections.abc import Callable, Iterator

from simulations.checkers import authors, decisions
from simulations.checkers.back_office import back_office
from simulations.checkers.bookings import bookings
from simulations.checkers.business_days import business_days
from simulations.checkers.days import days
from simulations.checkers.drawers import drawers
from simulations.checkers.evidence import Copy, Evidence
from simulations.checkers.excuses import WorldExcuses
from simulations.checkers.fridge import fridge
from simulations.checkers.trust import trust
from simulations.reference.differences import differences
from simulations.reference.shop import read_shop
from simulations.reference.stored import read_changes
from simulations.workload.account_audit import check_accounts
from simulations.workload.audit import check_ledger
from simulations.workload.product_audit import check_prices, check_products
from simulations.workload.promises import Excused
from simulations.workload.settings_audit import check_settings

Check = Callable[[Evidence], Iterator[str]]

TOLD_OF_DISKS = frozenset({"batch_not_durable", "storage_broken"})
MOST_TOLD = 64  # tips of one device; beyond them a Have says that there are more
ANSWER_SECONDS = 5.0  # the longest that a till that is on may let a person wait, faults included


def convergence(evidence: Evidence) -> Iterator[str]:
    """All hold the same changes and show the same rows."""
    if not evidence.converged:
        held = ", ".join(f"{copy.host} {len(copy.changes)}" for copy in evidence.copies)
        yield f"not equal after the time allowed: {held}"
        return
    if not evidence.copies:
        return
    first = evidence.copies[0]
    for copy in evidence.copies[1:]:
        for table, digest in copy.rows.items():
            if digest != first.rows[table]:
                yield f"{copy.host} and {first.host} show other rows of {table}"
    if evidence.relay is not None and evidence.relay != first.content:
        yield "the relay holds something else than the terminals"


def promises(evidence: Evidence) -> Iterator[str]:
    """Nothing acknowledged is lost, no payment, no closed figure; but for what `excuses` says."""
    excuses = WorldExcuses(evidence)
    for copy in _distinct(evidence):
        for sentence in check_ledger(evidence.ledger, copy.shop.orders, excuses):
            yield f"{copy.host}: {sentence}"
        for sentence in check_accounts(evidence.ledger, copy.shop.accounts, excuses):
            yield f"{copy.host}: {sentence}"
        if evidence.world.hostile is not None:
            continue  # a member that signs anything may price anything
        products = check_products(evidence.ledger, copy.shop.products, excuses)
        prices = check_prices(evidence.ledger, copy.shop.orders, excuses)
        yield from (f"{copy.host}: {sentence}" for sentence in (*products, *prices))


def settings(evidence: Evidence) -> Iterator[str]:
    """All show the same settings of the shop, and they are what managers wrote."""
    excuses = WorldExcuses(evidence)
    for copy in _distinct(evidence):
        if evidence.converged and copy.shop.settings != evidence.copies[0].shop.settings:
            yield f"{copy.host} and {evidence.copies[0].host} show other settings"
        if evidence.world.hostile is None:
            told = check_settings(evidence.ledger, copy.shop.settings, excuses)
            yield from (f"{copy.host}: {sentence}" for sentence in told)


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
        if len(tips) <= MOST_TOLD and copy.told != tips:
            yield f"{copy.host} tells others of {len(copy.told)} tips and has {len(tips)}"
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


def retries(evidence: Evidence) -> Iterator[str]:
    """A key that was acknowledged is answered as a replay, at whichever terminal."""
    excuses = WorldExcuses(evidence)
    shown = {order for copy in evidence.copies for order in copy.shop.orders}
    for retry in evidence.retries:
        order, answer = retry.deed.order, retry.deed.answer
        lost = answer is None or excuses.of(retry.deed, answer) is Excused.WHOLLY
        if lost or order not in shown or not excuses.knows(order):
            continue
        told = retry.answer.headers.get("idempotency-replayed")
        if retry.answer.status >= 300 or told != "true" or retry.wrote:
            what = f"{retry.deed.act} under key {retry.deed.key}"
            yield f"{retry.letters} answered {what} with {retry.answer.status}, replayed: {told}"


def rest(evidence: Evidence) -> Iterator[str]:
    """Every two terminals keep one link when all is well."""
    yield from evidence.unrest


def lists(evidence: Evidence) -> Iterator[str]:
    """A list tells of the same orders in small pages, and narrowed to a table or a state."""
    yield from evidence.lists


CHECKS: dict[str, Check] = {
    "convergence": convergence,
    "promises": promises,
    "meaning": meaning,
    "holdings": holdings,
    "liveness": liveness,
    "answers": answers,
    "chains": authors.chains,
    "lineages": authors.lineages,
    "numbers": authors.numbers,
    "stamps": authors.stamps,
    "business_days": business_days,
    "signatures": authors.signatures,
    "versions": decisions.versions,
    "closings": decisions.closings,
    "payments": decisions.payments,
    "trust": trust,
    "drawers": drawers,
    "fridge": fridge,
    "days": days,
    "settings": settings,
    "retries": retries,
    "bookings": bookings,
    "back_office": back_office,
    "lists": lists,
    "rest": rest,
}


# Looked at while the run lasts, where it happens; each names itself in what it finds.
WATCHED: dict[str, str] = {
    "receipts": "No terminal counts as delivered what the relay does not hold",
    "losses": "A relay that has lost nothing is never taken for one that has",
    "evidence": "Every terminal can be read at the end, unless its disk was made bad",
    "surprise": "No answer of the API is one that nobody could explain",
    "scenario": "What the story itself says must hold",
}


def findings(evidence: Evidence) -> list[str]:
    """Of all checks, each with its name."""
    return [f"{name}: {each}" for name, check in CHECKS.items() for each in check(evidence)]


def _distinct(evidence: Evidence) -> list[Copy]:
    """Terminals that hold and show the same need to be judged once."""
    seen: dict[tuple[bytes, tuple[bytes, ...]], Copy] = {}
    for copy in evidence.copies:
        seen.setdefault((copy.content, tuple(copy.rows.values())), copy)
    return list(seen.values())
