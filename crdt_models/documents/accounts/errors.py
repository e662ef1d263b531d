"""Why a command on a customer's account is refused. Each names the cure; nothing was written."""

from crdt_models.errors import DomainError


class UnknownAccount(DomainError):
    """No opening of this account is known here."""

    code = "unknown_account"
    sentence = "The customer account {account} is not known at this terminal."
    cure = "Check the id; if another terminal opened it, wait for the link to return."


class AccountIsBlocked(DomainError):
    """Nothing more is sold to this customer on trust."""

    code = "account_is_blocked"
    sentence = "The customer account {account} is blocked."
    cure = "Receive another payment for the order, or unblock the account."


class CreditLimitExceeded(DomainError):
    """The customer would owe more than is allowed."""

    code = "credit_limit_exceeded"
    sentence = "{asked} centavos more are beyond the limit of {limit}: {balance} are owed already."
    cure = "Charge at most what is left of the limit, or receive what is owed first."


class SettlementAboveBalance(DomainError):
    """More than the customer owes."""

    code = "settlement_above_balance"
    sentence = "{asked} centavos are more than the {balance} owed on the account."
    cure = "Receive what is owed; for cash give what was handed over as `tendered`."


class NotOnAccount(DomainError):
    """Money that came otherwise cannot be given back to an account."""

    code = "not_on_account"
    sentence = "Payment {payment} was not charged to a customer account."
    cure = "Choose how the money is handed back."
