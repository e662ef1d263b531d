"""Rows of customers' accounts; what was received on them stands beside the payments of orders."""

from crdt_models.documents.accounts.view import AccountView
from crdt_models.ids import DocumentId
from crdt_models.read_models.definitions import Row, TableDefinition, stored

CUSTOMER_ACCOUNT = TableDefinition(
    "customer_account",
    (
        ("document_id", "TEXT"),
        ("account_id", "TEXT"),  # 32 hexadecimal digits
        ("name", "TEXT"),
        ("is_known", "INTEGER"),  # 1 once its opening has come
        ("is_blocked", "INTEGER"),
        ("limit_centavos", "INTEGER"),  # null: no limit
        ("balance_centavos", "INTEGER"),  # what the customer owes
        ("charged_centavos", "INTEGER"),
        ("reversed_centavos", "INTEGER"),
        ("settled_centavos", "INTEGER"),
        ("opened_hlc", "INTEGER"),
        ("updated_hlc", "INTEGER"),
    ),
    ("document_id",),
)


def account_row(document: DocumentId, account: AccountView) -> Row:
    """The row of `CUSTOMER_ACCOUNT`."""
    opening = account.opening
    return (
        document,
        account.account.hex(),
        account.name,
        int(opening is not None),
        int(account.is_blocked),
        stored(account.limit),
        stored(account.balance),
        stored(account.charged),
        stored(account.credited),
        stored(account.settled),
        None if opening is None else stored(opening.stamp.hlc),
        stored(account.updated),
    )
