"""Holds the figures of a bill against what people were promised: part of `audit`, whose rules hold.

A term of a bill (the service charge, a discount of one kind on one target) is a register: what
was acknowledged is there, unless somebody may have set it again or taken it away.
"""

from collections.abc import Iterator, Sequence

from simulations.workload.bill_sights import SeenDiscount
from simulations.workload.ledger import Deed
from simulations.workload.promises import Case, discount_of, rate_in
from simulations.workload.sights import Sight

_LEAST = {"percentual": 1, "valor": 1, "cortesia": 0}  # that a discount of a kind can be


def sums(case: Case, final: Sight) -> Iterator[str]:
    """Money is conserved, and the bill is its lines, less discounts, and its charges."""
    received = sum(each.centavos for each in final.payments if each.status == "confirmado")
    refunded = sum(each.centavos for each in final.refunds)
    gross = sum(line.total for line in final.lines if not line.late)
    charged = sum(centavos for _, centavos in final.bill.charges)
    owed = 0 if final.status == "cancelado" and final.figures is None else final.total
    if final.bill.gross != gross:
        yield f"its lines are {gross}, not {final.bill.gross}"
    if final.total != gross - final.bill.off + charged:
        made = f"{gross} of lines less {final.bill.off} and {charged} of charges"
        yield f"total {final.total} is not {made}"
    if final.paid != max(0, received - refunded):
        yield f"paid {final.paid} is not {received} received less {refunded} refunded"
    if final.balance != owed - (received - refunded):
        yield f"balance {final.balance} is not {owed} less {received} and plus {refunded}"


def shares(case: Case, final: Sight) -> Iterator[str]:
    """Whoever pays what: together it is the bill, and what was paid for it."""
    split = final.bill.shares
    if not split:
        return
    received = sum(each.centavos for each in final.payments if each.status == "confirmado")
    refunded = sum(each.centavos for each in final.refunds)
    owed, paid = sum(each.owed for each in split), sum(each.paid for each in split)
    if owed != final.total:
        yield f"its shares are {owed} of {final.total}"
    if paid != received - refunded:
        yield f"its shares paid {paid}, of {received} received less {refunded} refunded"
    for each in split:
        if each.left != each.owed - each.paid:
            yield f"share {each.name} owes {each.left}, not {each.owed} less {each.paid}"
    heads = [each.owed // each.people for each in split if each.people and not _has_more(case)]
    if heads and max(heads) - min(heads) > 1:
        yield f"equal parts differ: {heads}"
    if any(each.people for each in split) and split[-1].owed:
        yield f"{split[-1].owed} of it are nobody's"


def _has_more(case: Case) -> bool:
    """Whether shares may also take lines or pay amounts."""
    told = [part for deed in case.may("split") for part in deed.body["partes"]]
    return any(part.get("itens") or part.get("valor_centavos") for part in told)


def tips(case: Case, final: Sight) -> Iterator[str]:
    """A tip that somebody was told of is there, once, and in no figure of the bill."""
    counting = {each.id for each in final.payments if each.status == "confirmado"}
    counted = 0
    for tip in final.bill.tips:
        counts = not tip.payment or tip.payment in counting
        if tip.status == "devolvida":
            continue
        counted += tip.centavos if counts else 0
        if tip.status != ("vale" if counts else "sem_pagamento"):
            yield f"tip {tip.id} is {tip.status}"
    if counted != final.bill.tipped:
        yield f"tips are {final.bill.tipped}, and should be {counted}"


def terms(case: Case, final: Sight) -> Iterator[str]:
    """The service charge is one that somebody set; discounts are those that were given."""
    asked = [rate_in(each.body, "percentual") for each in case.may("service")]
    if not case.did("service"):
        opened = [each.body for each in case.may("open")]
        asked += [0, *(rate_in(each, "taxa_servico") for each in opened), *case.house_rates]
    if case.may("open") and final.bill.rate not in asked:
        yield f"service is {final.bill.rate}, which is none of {asked}"
    yield from _discounts(case, final)


def _discounts(case: Case, final: Sight) -> Iterator[str]:
    given = {**case.generous, **{each.body["motivo"]: each for each in case.may("discount")}}
    for shown in final.bill.discounts:
        deed = (case.left_behind if shown.source else given).get(shown.mark)
        if deed is None:
            yield f"discount {shown.mark} was given by nobody"
        elif not _is_as_given(case, shown, deed):
            yield f"discount {shown.mark} is {shown}, not {discount_of(deed)}"
    if case.may("withdraw"):
        return  # by an id, which may be another's by now
    for place, deeds in _by_place(case.did("discount")).items():
        own = (each for each in final.bill.discounts if not each.source)
        standing = [each for each in own if _place(each) == place]
        # Gone with its line, or with all of them.
        is_elsewhere = (place[1] and case.gives_lines_away) or case.may("merge")
        if not standing and deeds and not is_elsewhere:
            yield f"discount {deeds[-1].body['motivo']} is absent"
        if standing and sum(each.counts for each in standing) != 1:
            yield f"{place} has {len(standing)} discounts that count"


def _is_as_given(case: Case, shown: SeenDiscount, deed: Deed) -> bool:
    """A line takes its discounts along. A part of it has them too, and an amount may be less there:
    its share of what all of them have."""
    kind, line, amount = discount_of(deed)
    if shown.source:
        is_part = shown.amount == amount or (kind == "valor" and shown.amount < amount)
        return (deed.order, shown.kind) == (shown.source, kind) and is_part
    if (shown.kind, shown.line, shown.amount) == (kind, line, amount):
        return True
    may_move = deed.order != case.order or case.gives_lines_away
    is_less = shown.amount == amount or (kind == "valor" and shown.amount < amount)
    return may_move and bool(line and shown.line) and shown.kind == kind and is_less


def _by_place(deeds: Sequence[Deed]) -> dict[tuple[str, str], list[Deed]]:
    found: dict[tuple[str, str], list[Deed]] = {}
    for deed in deeds:
        kind, line, amount = discount_of(deed)
        if amount >= _LEAST[kind]:
            found.setdefault((kind, line), []).append(deed)
    return found


def _place(discount: SeenDiscount) -> tuple[str, str]:
    return discount.kind, discount.line
