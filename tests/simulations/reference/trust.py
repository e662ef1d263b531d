"""What people ask of accounts, drawn at random: see `histories`."""

from random import Random

from crdt_models.documents.accounts.charging import PayOnAccount
from crdt_models.documents.accounts.commands import (
    EditAccount,
    OpenAccount,
    ReceiveOnAccount,
    RefundReceipt,
    SettleReceipt,
)
from crdt_models.documents.accounts.view import AccountView
from crdt_models.documents.command import Command
from crdt_models.documents.orders.facts import Acquirer
from crdt_models.documents.orders.view import OrderView
from crdt_models.ids import AccountId, CreatedId, PaymentId, account_document
from tests.simulations.reference.replicas import Replica


def account_command(dice: Random, replica: Replica) -> Command:
    account = _account(dice, replica)
    view = replica.read(account_document(account))
    assert isinstance(view, AccountView)
    payments = [each.id for each in view.payments] or [PaymentId(bytes(16))]
    name, value = dice.choice((
        ("name", dice.choice(("Zé", "Lia"))),
        ("phone", dice.choice((None, "11 99999-0000"))),
        ("limit_centavos", dice.choice((None, 0, 1500, 6000))),
        ("is_blocked", dice.random() < 0.3),
    ))  # fmt: skip
    owed = max(1, view.balance)
    received = ReceiveOnAccount(
        account=account,
        centavos=dice.choice((owed, owed, min(owed, 200))),
        method=dice.choice(("pix", "dinheiro")),
        acquirer=dice.choice((None, None, Acquirer("rede", transaction="nsu1"))),
        is_pending=dice.random() < 0.25,
    )
    outcome = dice.choice(("confirmed", "denied", "unknown"))
    return dice.choice([
        OpenAccount(name="Lia", tax_number="123.456.789-09"),
        EditAccount(account=account, fields={name: value}),
        EditAccount(account=account, fields={name: value}),
        *[received] * 4,
        SettleReceipt(account=account, payment=dice.choice(payments), outcome=outcome),
        RefundReceipt(account=account, payment=dice.choice(payments), centavos=100),
    ])  # fmt: skip


def trust_command(dice: Random, replica: Replica, order: OrderView) -> PayOnAccount:
    owed = max(1, order.balance)
    amount = dice.choice((owed, owed, min(owed, 300)))
    return PayOnAccount(order=order.order, account=_account(dice, replica), centavos=amount)


def _account(dice: Random, replica: Replica) -> AccountId:
    known = [each.account for each in replica.accounts if each.opening is not None]
    return dice.choice(known[:2] or [AccountId(CreatedId(bytes(16)))])
