"""Who pays what: the shares of a bill. They add up to its total, always, to the centavo.

In this order:

    1 takes lines        his part of what they are billed at, by the quantity that he takes
    2 the same           of service, minimum, couvert and fee in proportion to 1
    3 pays an amount     that, at most what is still left; the first share first
    4 is so many people  for each an equal part of what is left, odd centavos to the first
      nobody             what is left when no share is people

Rules of this file:
1. A split never moves the bill. When lines come, go or get a discount, the shares follow.
2. A payment belongs to the share that it names while the split has that share; refunds of it too.
   All others belong to nobody: so what shares and nobody paid is all that was paid.
3. A part that is paid is not paid again, and a new split keeps the parts for which something was
   paid. Two terminals that do not hear each other may do both: the payments of a part that is gone
   are nobody's and name it still, and a part that was paid twice is shown to a person.
4. What nobody takes of a line is left over for 3 and 4. Where more is taken than there is, the
   takers share what the line costs by what they took.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

import msgspec

from crdt_models.documents.orders.charges import Figures
from crdt_models.documents.orders.facts import (
    BillSplit,
    ClosedLine,
    Share,
)
from crdt_models.documents.orders.payments import Payment
from crdt_models.documents.register import Register, Write
from crdt_models.documents.view import Once, View
from crdt_models.ids import FactId, LineId, ShareId
from crdt_models.money import split_by_weights


class ShareDue(msgspec.Struct, frozen=True):
    """One share as it stands. share: None is nobody's. owed, paid: centavos."""

    share: Share | None
    owed: int
    paid: int

    @property
    def left(self) -> int:
        """Centavos that it still owes; below zero: it paid for others too."""
        return self.owed - self.paid


class PaidTwice(NamedTuple):
    """A part that people who did not know of each other paid, more than it owes. payments: all of
    it."""

    share: ShareId
    payments: tuple[FactId, ...]


def paid_twice(
    view: View, shares: Iterable[ShareDue], payments: Iterable[Payment]
) -> Iterator[PaidTwice]:
    """Where a person must look. Who knowingly pays for others too is nobody's concern."""
    counting = [each.received for each in payments if each.counts]
    for due in shares:
        if due.share is None or due.left >= 0:
            continue
        of_it = [each for each in counting if each.fact.share == due.share.share]
        knew = {each.id: view.same_all(each.fact.payments_seen) for each in of_it}
        pairs = combinations(knew, 2)
        if any(one not in knew[other] and other not in knew[one] for one, other in pairs):
            yield PaidTwice(due.share.share, tuple(knew))


def split_register(view: View) -> Register[Once[BillSplit]]:
    """The splits that were told; the current one is shown."""
    return Register(
        Write(each.id, each.stamp, each, view.same_all(each.fact.replaces))
        for each in view.all(BillSplit)
    )


def shares_of(
    split_: Register[Once[BillSplit]], figures: Figures, payments: Iterable[Payment], refunded: int
) -> tuple[ShareDue, ...]:
    """The shares in their order, and nobody's last. refunded: centavos of all refunds."""
    shares = split_.current.value.fact.shares if split_.current is not None else ()
    owed = owed_by(shares, figures)
    paid = _paid(shares, payments, refunded)
    told: Sequence[Share | None] = (*shares, None)
    return tuple(map(ShareDue, told, owed, paid))


def owed_by(shares: Sequence[Share], figures: Figures) -> list[int]:
    """What each owes, and nobody last. The sum is the total of the bill."""
    owed = _taken(shares, figures.lines)
    charged = figures.total - sum(owed)
    if any(owed):
        owed = [one + more for one, more in zip(owed, split_by_weights(charged, owed), strict=True)]
        charged = 0
    owed[-1] += charged
    for at, share in enumerate(shares):
        amount = max(0, min(share.centavos, owed[-1]))
        owed[at] += amount
        owed[-1] -= amount
    if any(share.people for share in shares):
        left, owed[-1] = owed[-1], 0
        parts = _of_people(left, [share.people for share in shares])
        owed = [one + more for one, more in zip(owed, (*parts, 0), strict=True)]
    return owed


def _of_people(centavos: int, people: Sequence[int]) -> list[int]:
    """Equal parts for each of so many people in a row: as `money.split`, without listing them."""
    each, more = divmod(abs(centavos), sum(people))
    sign = -1 if centavos < 0 else 1
    parts, before = [], 0
    for number in people:
        parts.append(sign * (each * number + max(0, min(number, more - before))))
        before += number
    return parts


def _taken(shares: Sequence[Share], lines: Sequence[ClosedLine]) -> list[int]:
    """Of the lines alone, what each share takes, and nobody last."""
    takers: dict[LineId, list[int]] = {}
    for at, share in enumerate(shares):
        for part in share.lines:
            takers.setdefault(part.line, [0] * len(shares))[at] += part.thousandths
    owed = [0] * (len(shares) + 1)
    for line in lines:
        taken = takers.get(line.line)
        if taken is None:
            owed[-1] += line.amount_centavos
            continue
        untaken = max(0, line.thousandths - sum(taken))
        parts = split_by_weights(line.amount_centavos, [*taken, untaken])
        owed = [one + more for one, more in zip(owed, parts, strict=True)]
    return owed


def _paid(shares: Sequence[Share], payments: Iterable[Payment], refunded: int) -> list[int]:
    places: dict[ShareId, int] = {}
    for at, share in enumerate(shares):
        places.setdefault(share.share, at)
    paid = [0] * (len(shares) + 1)
    paid[-1] = -refunded
    handed_back: set[bytes] = set()
    for payment in payments:
        if payment.state != "confirmed":
            continue
        share_id = payment.received.fact.share
        at = -1 if share_id is None else places.get(share_id, -1)
        paid[at] += payment.centavos
        if at != -1 and payment.id not in handed_back:  # a refund names an id, not a record
            handed_back.add(payment.id)
            paid[at] -= payment.refunded
            paid[-1] += payment.refunded
    return paid
