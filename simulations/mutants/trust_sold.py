"""Mutants of what is sold on trust: charges, their limit, and what customers pay."""

from typing import Any

from msgspec.structs import replace

from crdt_models.documents.accounts import situations
from crdt_models.documents.accounts.charging import PayOnAccount
from crdt_models.documents.accounts.view import AccountView
from crdt_models.documents.orders.bill_commands import RefundPayment
from simulations.mutants.patching import Patcher, mutant

_STORY = ("fiado_on_both_sides",)


def _only_the_order(patch: Patcher, command: Any) -> None:
    def around(before: Any) -> Any:
        def plan(self: Any, read: Any, context: Any) -> Any:
            decision = before(self, read, context)
            return replace(decision, facts=decision.facts[:1])

        return plan

    patch.wrap(command, "plan", around)


@mutant(scenes=_STORY)
def charge_forgotten(patch: Patcher) -> None:
    """An order is paid on trust, and nobody owes it."""
    _only_the_order(patch, PayOnAccount)


@mutant(scenes=_STORY)
def refund_leaves_the_debt(patch: Patcher) -> None:
    """What was sold on trust is refunded in the order, and still owed by the customer."""
    _only_the_order(patch, RefundPayment)


@mutant(scenes=_STORY)
def any_credit_is_given(patch: Patcher) -> None:
    """Neither a limit nor a block keeps anybody from selling on trust."""
    patch.put(PayOnAccount, "_check", lambda self, account: None)


@mutant(scenes=("blocked_while_he_bought",))
def sold_while_blocked_told_to_nobody(patch: Patcher) -> None:
    """What is sold on trust to somebody who was blocked meanwhile is looked at by nobody."""
    patch.put(situations, "_sold_meanwhile", lambda account: ())


@mutant(scenes=_STORY)
def debts_are_never_paid(patch: Patcher) -> None:
    """What a customer pays is kept and not taken from what is owed."""
    patch.put(AccountView, "balance", property(lambda self: self.charged - self.credited))
