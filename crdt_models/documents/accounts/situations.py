"""What a person must decide about a customer's account; `disputes` makes disputes of it.

Rules of this file:
1. Beyond the limit is beyond the limit, whether two terminals charged at once or somebody lowered
   the limit: a person looks at it. The evidence is the newest charges that make up the debt, and
   what the limit was last said to be; so another charge asks again.
2. What was sold on trust to somebody who was blocked meanwhile is owed, and a person looks at it
   until the account is open again, or blocked by who knows of it, or it is given back.
3. A debt that was received twice leaves the shop owing: somebody hands it back, or it stays as
   credit. Whatever was received or charged since asks again.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from crdt_models.documents.accounts.facts import AccountCharged, AccountFieldSet, ChargeReversed
from crdt_models.documents.accounts.view import AccountView
from crdt_models.documents.fields import MAX_MENTIONS
from crdt_models.documents.orders.facts import PaymentRefunded
from crdt_models.ids import FactId

MOST_NAMED = 256  # charges in the evidence: a resolution weighs at most 512 facts


class Situation(NamedTuple):
    """What may need a person. facts: the evidence."""

    kind: Literal[
        "credit_limit_exceeded", "sold_to_blocked_account", "account_overpaid", "over_refunded"
    ]
    subject: str
    facts: tuple[FactId, ...]


def situations_of(account: AccountView) -> Iterator[Situation]:
    """Every situation of one account, in which its payments are not looked at one by one."""
    subject = account.account.hex()
    said = account.fields["limit_centavos"].current
    if said is not None and account.limit is not None and account.balance > account.limit:
        yield Situation("credit_limit_exceeded", subject, (*_newest_charges(account), said.id))
    sold = _sold_meanwhile(account)
    if sold:
        yield Situation("sold_to_blocked_account", subject, sold)
    if account.balance < 0:
        yield Situation("account_overpaid", subject, _money(account))
    if account.refunded > account.received:
        yield Situation("over_refunded", subject, _money(account))


def _sold_meanwhile(account: AccountView) -> tuple[FactId, ...]:
    """The blocks that stand, and what is left of charges that none of them knew."""
    heads = account.fields["is_blocked"].heads if account.is_blocked else ()
    told = account.all(AccountFieldSet) if heads else ()
    blocks = [each for each in told if each.id in heads and each.fact.value is True]
    known = account.same_all(named for each in blocks for named in each.fact.seen)
    if not known:
        return ()  # of before blocks named anything
    is_full = any(len(each.fact.seen) == MAX_MENTIONS for each in blocks)
    named = [each.charged.stamp for each in account.charges if each.charged.id in known]
    sold = [
        each.charged.id
        for each in account.charges
        if each.charged.fact.centavos > each.reversed
        and each.charged.id not in known
        and not (is_full and named and each.charged.stamp < min(named))
    ]
    return (*(each.id for each in blocks), *sold[-MOST_NAMED:]) if sold else ()


def _newest_charges(account: AccountView) -> tuple[FactId, ...]:
    """Of the last that together are as much as is owed, by stamp: older ones count as paid."""
    owed = account.balance
    found: list[FactId] = []
    for charge in reversed(account.charges):
        if owed <= 0 or len(found) == MOST_NAMED:
            break
        owed -= charge.charged.fact.centavos - charge.reversed
        found.append(charge.charged.id)
    return tuple(reversed(found))


def _money(account: AccountView) -> tuple[FactId, ...]:
    """The newest movements that count."""
    kinds = (AccountCharged, ChargeReversed, PaymentRefunded)
    moved = [each.entry for kind in kinds for each in account.all(kind)]
    moved += [each.received.entry for each in account.payments if each.state == "confirmed"]
    moved.sort(key=lambda entry: entry.stamp)
    return tuple(entry.id for entry in moved[-MOST_NAMED:])
