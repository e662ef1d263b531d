"""What people ask of a customer's account: open and change it, receive what is owed.

Rules of this file:
1. What is owed is received at most once as far as is known here; what two terminals received at
   once stands, and people are told (`situations`).
2. A blocked account still pays. A value that is already there is not written again.
3. One person known under two accounts is two customers: nothing here merges them.
"""

import msgspec

from crdt_models.documents.accounts.errors import SettlementAboveBalance, UnknownAccount
from crdt_models.documents.accounts.facts import (
    AccountField,
    AccountFieldSet,
    AccountOpened,
    AccountValue,
)
from crdt_models.documents.accounts.view import AccountView
from crdt_models.documents.cash.drawer import Moved, fallen
from crdt_models.documents.command import Command, Context, Decision, InvalidField, Read
from crdt_models.documents.fields import CASH, MAX_MENTIONS, PaymentMethod
from crdt_models.documents.orders.bill_commands import (
    PaymentOutcome,
    arrived,
    change_of,
    confirmed_now,
    is_news,
    outcome_of,
    refundable,
)
from crdt_models.documents.orders.errors import RefundAbovePaid
from crdt_models.documents.orders.facts import Acquirer, PaymentReceived, PaymentRefunded
from crdt_models.fact import Fact
from crdt_models.ids import (
    AccountId,
    CreatedId,
    DocumentId,
    FactId,
    PaymentId,
    account_document,
)


class OpenAccount(Command, frozen=True, kw_only=True, tag="open_account"):
    """A customer may buy on trust from now on. Creates `account`."""

    name: str
    tax_number: str | None = None
    phone: str | None = None
    note: str = ""
    limit_centavos: int | None = None

    def plan(self, read: Read, context: Context) -> Decision:
        account = AccountId(context.new_id(0))
        opened = AccountOpened(
            name=self.name,
            tax_number=self.tax_number,
            phone=self.phone,
            note=self.note,
            limit_centavos=self.limit_centavos,
        )
        return Decision(((account_document(account), opened),), {"account": account})


class AccountCommand(Command, frozen=True, kw_only=True):
    """Base of the commands on one account that exists."""

    account: AccountId

    def reads(self) -> tuple[DocumentId, ...]:
        return (self.document,)

    @property
    def document(self) -> DocumentId:
        """The account's document."""
        return account_document(self.account)

    def view(self, read: Read) -> AccountView:
        """The account. Raises UnknownAccount while its opening is not known."""
        return known_account(read, self.account)

    def decision(self, *facts: Fact, ids: dict[str, CreatedId] | None = None) -> Decision:
        """Facts of this account's document."""
        return Decision(tuple((self.document, fact) for fact in facts), ids or {})


class EditAccount(AccountCommand, frozen=True, kw_only=True, tag="edit_account"):
    """Set registers: name, tax_number, phone, note, limit_centavos, is_blocked.

    Raises UnknownAccount, InvalidField.
    """

    fields: dict[AccountField, AccountValue] = msgspec.field(default_factory=dict)

    def plan(self, read: Read, context: Context) -> Decision:
        view = self.view(read)
        facts: list[Fact] = []
        for field, value in self.fields.items():
            register = view.fields.get(field)
            if register is None:
                raise InvalidField(reason=f"an account has no field {field}")
            if len(register.heads) == 1 and register.value(None) == value:
                continue
            try:
                set_ = AccountFieldSet(
                    field=field,
                    value=value,
                    replaces=register.replaced_next,
                    seen=_seen(view) if (field, value) == ("is_blocked", True) else (),
                )
            except ValueError as error:
                raise InvalidField(reason=str(error)) from error
            facts.append(set_)
        return self.decision(*facts)


def _seen(view: AccountView) -> tuple[FactId, ...]:
    """What a block names: so much that one fact holds it."""
    assert view.opening is not None, "the account is known"
    charges = [each.charged.id for each in view.charges][-(MAX_MENTIONS - 1) :]
    return (view.opening.id, *charges)


class ReceiveOnAccount(AccountCommand, frozen=True, kw_only=True, tag="receive_on_account"):
    """The customer pays `centavos` of what is owed. Creates `payment`. Fields as of `TakePayment`.

    Raises UnknownAccount, SettlementAboveBalance, NoChangeFromThis.
    """

    centavos: int
    method: PaymentMethod
    tendered: int | None = None
    acquirer: Acquirer | None = None
    is_pending: bool = False
    note: str = ""

    def plan(self, read: Read, context: Context) -> Decision:
        balance = self.view(read).balance
        if self.centavos > balance:
            raise SettlementAboveBalance(asked=self.centavos, balance=max(0, balance))
        payment = PaymentId(context.new_id(0))
        received = PaymentReceived(
            payment=payment,
            centavos=self.centavos,
            method=self.method,
            change_centavos=change_of(self.centavos, self.tendered, self.method),
            acquirer=self.acquirer,
            is_pending=self.is_pending,
            note=self.note,
        )
        moved = [] if self.is_pending else [arrived(received)]
        return self.decision(received, ids={"payment": payment}).beside(
            fallen(read, context, moved, account=self.account)
        )


class SettleReceipt(AccountCommand, frozen=True, kw_only=True, tag="settle_receipt"):
    """What the acquirer answered about a pending payment of an account. Raises UnknownAccount,
    UnknownPayment."""

    payment: PaymentId
    outcome: PaymentOutcome
    acquirer: Acquirer | None = None
    reason: str = ""

    def plan(self, read: Read, context: Context) -> Decision:
        found = self.view(read).payments_under(self.payment)
        if not is_news(found, self.payment, self.outcome):
            return self.decision()
        told = outcome_of(self.payment, self.outcome, acquirer=self.acquirer, reason=self.reason)
        moved = confirmed_now(found, self.outcome)
        return self.decision(told).beside(fallen(read, context, moved, account=self.account))


class RefundReceipt(AccountCommand, frozen=True, kw_only=True, tag="refund_receipt"):
    """Hand back what was received on an account: the customer owes it again. Creates `refund`.

    Raises UnknownAccount, UnknownPayment, RefundAbovePaid.
    """

    centavos: int
    payment: PaymentId
    method: PaymentMethod = CASH
    reason: str = ""

    def plan(self, read: Read, context: Context) -> Decision:
        view = self.view(read)
        available = refundable(view.payments_under(self.payment), self.payment, view.settled)
        if self.centavos > available:
            raise RefundAbovePaid(asked=self.centavos, paid=available)
        refund = context.new_id(0)
        refunded = PaymentRefunded(
            refund=refund,
            centavos=self.centavos,
            payment=self.payment,
            method=self.method,
            reason=self.reason,
        )
        moved = [Moved("refund", refund, self.method, self.centavos)]
        return self.decision(refunded, ids={"refund": refund}).beside(
            fallen(read, context, moved, account=self.account)
        )


def account_view(read: Read, account: AccountId) -> AccountView:
    """The account, opened or not."""
    view = read(account_document(account))
    assert isinstance(view, AccountView), "the kind of a document decides its view"
    return view


def known_account(read: Read, account: AccountId) -> AccountView:
    """The account. Raises UnknownAccount while its opening is not known."""
    view = account_view(read, account)
    if view.opening is None:
        raise UnknownAccount(account=account.hex())
    return view
