"""What one terminal may decide, given what it had shown: versions, bills and payments.

Rules of this file:
1. Read from the ledger alone. What another terminal, or somebody at the same moment, may have done
   in between makes a case unclear; unclear cases are left out.
"""

from collections.abc import Iterator

from simulations.checkers.authors import forgot
from simulations.checkers.evidence import Evidence
from simulations.workload.ledger import Attempt, Deed
from simulations.workload.promises import Case, cases, meaning_of
from simulations.workload.sights import Sight


def versions(evidence: Evidence) -> Iterator[str]:
    """If-Match is refused by a terminal that has shown a later version."""
    if forgot(evidence):  # a terminal that lost something may be back at an earlier one
        return
    for case in cases(evidence.ledger.deeds).values():
        for deed, attempt in _fresh(case):
            if deed.version and _is_past(case, deed.version, attempt):
                yield f"{attempt.letters} did {deed.act} on version {deed.version}, which was past"


def _is_past(case: Case, version: str, attempt: Attempt) -> bool:
    """Whether this terminal showed `version`, and then another one, before it was asked."""
    shown = [
        sight.version
        for other, sight in case.promise.sights
        if other.letters == attempt.letters and other.until < attempt.at
    ]
    return version in shown and shown[-1] != version


def closings(evidence: Evidence) -> Iterator[str]:
    """A bill is closed when nothing is owed."""
    for order, case in cases(evidence.ledger.deeds).items():
        for deed, attempt in _fresh(case):
            sight = attempt.sight
            if meaning_of(deed) != "close" or sight is None or case.may("refund"):
                continue
            if sight.figures is not None and sight.balance > 0:
                yield f"{attempt.letters} closed order {order} with {sight.balance} owed"


def payments(evidence: Evidence) -> Iterator[str]:
    """A payment is at most what is owed."""
    for order, case in cases(evidence.ledger.deeds).items():
        for deed, attempt in _fresh(case):
            if meaning_of(deed) != "pay":
                continue
            before = _alone_before(case, deed, attempt)
            asked = deed.body["valor_centavos"]
            if before is not None and asked > before.balance:
                yield f"{attempt.letters} took {asked} for order {order}, owed {before.balance}"


def _alone_before(case: Case, deed: Deed, attempt: Attempt) -> Sight | None:
    """What the terminal showed last, if nobody did anything elsewhere or since."""
    attempts = [it for each in case.deeds for it in each.attempts if it.at <= attempt.until]
    if any(each.letters != attempt.letters for each in attempts):
        return None
    last: Sight | None = None
    for each in sorted(attempts, key=lambda it: it.until):
        if each is attempt:
            return last
        if each.until > attempt.at or each.outcome == "unknown":
            return None
        last = each.sight or last
    return None


def _fresh(case: Case) -> Iterator[tuple[Deed, Attempt]]:
    """Acknowledgements of what had not happened before."""
    for deed in case.deeds:
        for attempt in deed.attempts:
            if deed.key and attempt.outcome == "acknowledged" and not attempt.replayed:
                yield deed, attempt
