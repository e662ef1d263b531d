"""An order paid by charging a customer's account.

Rules of this file:
1. One change holds the payment in the order and the charge in the account, or neither.
2. The limit and the block are what is known here. Two terminals that do not hear each other may
   both charge up to the limit: both charges stand, and `credit_limit_exceeded` tells a person.
3. It goes back through `RefundPayment` of the order, which takes it from the account as well. An
   order with a payment on trust is cancelled as any paid order is: after the refund, or else it is
   told as `paid_and_cancelled` while the charge stands.
"""

from crdt_models.documents.accounts.commands import known_account
from crdt_models.documents.accounts.errors import (
    AccountIsBlocked,
    CreditLimitExceeded,
)
from crdt_models.documents.accounts.facts import AccountCharged
from crdt_models.documents.accounts.view import AccountView
from crdt_models.documents.cash.drawer import Moved, fallen
from crdt_models.documents.command import Context, Decision, Read
from crdt_models.documents.fields import ON_ACCOUNT
from crdt_models.documents.orders.bill_commands import check_owed, received_for
from crdt_models.documents.orders.commands import OrderCommand
from crdt_models.documents.orders.facts import PaidOnAccount
from crdt_models.documents.terminals import check_all_understand
from crdt_models.ids import TERMINALS, AccountId, DocumentId, PaymentId, ShareId, account_document


class PayOnAccount(OrderCommand, frozen=True, kw_only=True, tag="pay_on_account"):
    """`centavos` of the bill are sold on trust. Creates `payment`.

    Raises UnknownOrder, OrderIsCancelled, PaymentAboveBalance, UnknownAccount, AccountIsBlocked,
    CreditLimitExceeded, NotEveryoneUpdated, UnknownShare, PartAlreadyPaid.
    """

    account: AccountId
    centavos: int
    note: str = ""
    share: ShareId | None = None

    def reads(self) -> tuple[DocumentId, ...]:
        return (self.document, account_document(self.account), TERMINALS)

    def plan(self, read: Read, context: Context) -> Decision:
        order = self.uncancelled_view(read)
        check_owed(order, self.centavos, self.share)
        self._check(known_account(read, self.account))
        check_all_understand(read, PaidOnAccount)
        payment = PaymentId(context.new_id(0))
        paid = PaidOnAccount(
            payment=payment,
            account=self.account,
            centavos=self.centavos,
            note=self.note,
            share=self.share,
            payments_seen=received_for(order, self.share),
        )
        charged = AccountCharged(order=self.order, payment=payment, centavos=self.centavos)
        moved = [Moved("payment", payment, ON_ACCOUNT, self.centavos)]
        return Decision(
            (
                (self.document, paid),
                (account_document(self.account), charged),
                *fallen(read, context, moved, order=self.order),
            ),
            {"payment": payment},
        )

    def _check(self, account: AccountView) -> None:
        """Raises AccountIsBlocked, CreditLimitExceeded."""
        if account.is_blocked:
            raise AccountIsBlocked(account=self.account.hex())
        limit, balance = account.limit, account.balance
        if limit is not None and balance + self.centavos > limit:
            raise CreditLimitExceeded(asked=self.centavos, limit=limit, balance=balance)
