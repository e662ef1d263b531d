"""The end of a business day: it adds up, and what somebody was told of it stands.

Rules of this file:
1. Drawers + what no drawer took − what drawers tell beyond = what was paid, for each kind by each
   method: of the day as every terminal shows it, and of each close. What is not shown, because a
   drawer has still to be counted blind, is not judged here; `meaning` judges it from the bytes.
2. The figures of a close that somebody was told of are found again in what was written, for ever.
"""

from collections import Counter
from collections.abc import Iterator

from simulations.checkers.evidence import Evidence
from simulations.reference.day_schema import MONEY_KINDS, whole_figures
from simulations.reference.stored import Fact, read_changes
from simulations.workload.till import JSON

_SHOWN = (
    "vendas_centavos",
    "estornos_centavos",
    "gorjetas_centavos",
    "gorjetas_devolvidas_centavos",
)


def days(evidence: Evidence) -> Iterator[str]:
    """Drawers and what no drawer took come to the payments; a closed day stays as it was told."""
    for copy in evidence.copies:
        for name, day in copy.shop.days.items():
            for shown in (day, *day["fechamentos"]):
                yield from (f"{copy.host}: dia {name}: {each}" for each in adding_up(shown))
    closed = _closings(evidence)
    for deed in evidence.ledger.deeds:
        told = deed.told if deed.act == "close_day" else None
        for close in () if told is None else told["fechamentos"]:
            if close["id"] in closed:
                yield from _as_told(close, closed[close["id"]])


def adding_up(shown: JSON) -> Iterator[str]:
    """Rule 1. shown: a dia, or a close of it."""
    for name in _SHOWN:
        parts = [each[name] for each in (*shown["caixas"], shown["sem_caixa"])]
        rest = [shown["total"][name], shown["alem_dos_pedidos"][name]]
        if None in (*parts, *rest):
            continue
        left: Counter[str] = Counter()
        for part in parts:
            left.update(part)
        for part in rest:
            left.subtract(part)
        wrong = {method: centavos for method, centavos in left.items() if centavos}
        if wrong:
            yield f"{name} do not add up: {wrong}"


def _closings(evidence: Evidence) -> dict[str, Fact]:
    written = {id_: data for copy in evidence.copies for id_, data in copy.changes.items()}
    return {
        fact.id: fact
        for change in read_changes(written.values()).values()
        for fact in change.facts
        if fact.tag == "day_closed"
    }


def _as_told(close: JSON, fact: Fact) -> Iterator[str]:
    total = whole_figures(fact.fields["figures"])["total"]
    written = [total[name] for name in MONEY_KINDS]
    told = [close["total"][name] for name in _SHOWN]
    if None not in told and told != written:
        yield f"a day was closed with {told}, and now has {written}"
