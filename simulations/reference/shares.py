"""Who pays what of a bill that is split.

Rules of this file:
1. Whoever takes of a line owes that part of what it is billed at, by quantity; more takers than
   line share it by what they take. Charges follow what was taken, also what nobody took.
2. Then amounts are owed, first share first, while something is left; then what is left is shared
   by people, equally, the first carry the odd centavos; then it is nobody's.
3. What shares and nobody owe is the total, what they paid is what was received less refunds: a
   payment is its share's while the split has that share, and a refund its payment's.
4. The split is a register: of splits that stand the greatest stamp is shown.
5. A share that paid more than it owes was paid twice when two of its payments know nothing of each
   other. One who pays more knowingly pays for others.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from simulations.reference.charges import shared_out
from simulations.reference.once import Meaning, Register, Told
from simulations.reference.payments import ReferencePayment


class ReferenceShare(NamedTuple):
    """id: None is nobody. owed, paid: centavos."""

    id: bytes | None
    name: str
    owed: int
    paid: int


def split_of(meaning: Meaning) -> list[dict[str, Any]]:
    """The shares as somebody told them, none without a split."""
    told = Register(meaning.writes(meaning.of("bill_split"))).value(None)
    return [] if told is None else told["shares"]


def shares_of(
    split: list[dict[str, Any]],
    lines: list[tuple[bytes, int, int]],
    total: int,
    payments: list[ReferencePayment],
    refunds: list[Told],
) -> list[ReferenceShare]:
    """lines: (id, thousandths, centavos) as billed. Nobody comes last."""
    owed = _owed(split, lines, total)
    ids = [share["share"] for share in split]
    paid = [0] * len(owed)
    for payment in payments:
        if payment.counts:
            paid[_place(ids, payment.received["share"])] += payment.centavos
    for refund in refunds:
        of = [each for each in payments if each.counts and each.id == refund["payment"]]
        places = [at for each in of if (at := _place(ids, each.received["share"])) >= 0]
        paid[places[0] if places else -1] -= refund["centavos"]
    names = [share.get("name", "") for share in split]
    return [
        ReferenceShare(*each) for each in zip([*ids, None], [*names, ""], owed, paid, strict=True)
    ]


def _place(ids: list[bytes], share: bytes | None) -> int:
    return ids.index(share) if share in ids else -1


def _owed(
    split: list[dict[str, Any]], lines: list[tuple[bytes, int, int]], total: int
) -> list[int]:
    owed = [0] * (len(split) + 1)
    for line, thousandths, centavos in lines:
        taken = [
            sum(much for name, much, *_ in share.get("lines", []) if name == line)
            for share in split
        ]
        nobody = max(0, thousandths - sum(taken))
        owed = _plus(owed, shared_out(centavos, [*taken, nobody]))
    rest = total - sum(owed)
    if sum(owed):
        owed = _plus(owed, shared_out(rest, owed))
    else:
        owed[-1] += rest
    for at, share in enumerate(split):
        amount = max(0, min(share.get("centavos", 0), owed[-1]))
        owed[at] += amount
        owed[-1] -= amount
    heads = [at for at, share in enumerate(split) for _ in range(share.get("people", 0))]
    if heads:
        each, odd = divmod(abs(owed[-1]), len(heads))
        sign = 1 if owed[-1] > 0 else -1
        owed[-1] = 0
        for place, at in enumerate(heads):
            owed[at] += sign * (each + (place < odd))
    return owed


def _plus(one: list[int], other: list[int]) -> list[int]:
    return [a + b for a, b in zip(one, other, strict=True)]


def paid_twice(
    meaning: Meaning, shares: list[ReferenceShare], payments: list[ReferencePayment]
) -> Iterator[tuple[bytes, list[str]]]:
    """Shares with all that was paid for them."""
    for share in shares:
        if share.id is None or share.paid <= share.owed:
            continue
        told = [
            each.received for each in payments if each.counts and each.received["share"] == share.id
        ]
        strangers = [
            one
            for one in told
            for other in told
            if one.id != other.id
            and one.id not in meaning.same(other["payments_seen"])
            and other.id not in meaning.same(one["payments_seen"])
        ]
        if strangers:
            yield share.id, [each.id for each in told]
