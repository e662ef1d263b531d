"""Customers who buy on trust: what is charged, refused, paid; and what two cut-off tills can do."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crdt_models.canonical_cbor import encode
from crdt_models.change import Change, decode_change
from crdt_models.disputes import disputes_of, open_disputes
from crdt_models.documents.accounts.charging import PayOnAccount
from crdt_models.documents.accounts.commands import (
    EditAccount,
    OpenAccount,
    ReceiveOnAccount,
    RefundReceipt,
    SettleReceipt,
)
from crdt_models.documents.accounts.errors import (
    AccountIsBlocked,
    CreditLimitExceeded,
    NotOnAccount,
    SettlementAboveBalance,
    UnknownAccount,
)
from crdt_models.documents.accounts.facts import (
    AccountCharged,
    AccountFieldSet,
    AccountOpened,
    ChargeReversed,
)
from crdt_models.documents.accounts.view import AccountView
from crdt_models.documents.command import InvalidField, NotEveryoneUpdated
from crdt_models.documents.orders.bill_commands import CloseBill, RefundPayment, TakePayment
from crdt_models.documents.orders.commands import CancelOrder, NewLine, OpenOrder
from crdt_models.documents.orders.errors import PaidOrder, PaymentAboveBalance, RefundAbovePaid
from crdt_models.documents.orders.facts import (
    PaidOnAccount,
    PaymentConfirmed,
    PaymentDenied,
    PaymentReceived,
    PaymentRefunded,
)
from crdt_models.fact import Fact, body_of
from crdt_models.ids import (
    AccountId,
    CreatedId,
    OrderId,
    PaymentId,
    account_document,
    account_of,
    order_document,
)
from crdt_models.pedido import JSON, account_json, statement_json
from crdt_models.read_models import rows_of
from tests.crdt_models.documents.histories import (
    CLOCKS,
    acquirers,
    amounts,
    bodies,
    lines,
    payments,
    resolved,
    some,
)
from tests.crdt_models.documents.laws import applied, check_commutes, entries_of
from tests.crdt_models.documents.shop import Till, settling

ACCOUNT = AccountId(CreatedId(b"a" * 16))


def account_at(till: Till, account: CreatedId) -> AccountView:
    view = till.read(account_document(AccountId(account)))
    assert isinstance(view, AccountView)
    return view


def opened(till: Till, limit: int | None = 10_000) -> AccountId:
    return AccountId(till.give(OpenAccount(name="Zé", limit_centavos=limit))["account"])


def order_of(till: Till, centavos: int = 6_000) -> OrderId:
    line = NewLine(product="p", name="Pizza", unit_centavos=centavos)
    return OrderId(till.give(OpenOrder(service_type="balcao", lines=(line,)))["order"])


def on_trust(till: Till, account: AccountId, centavos: int, key: str = "") -> PaymentId:
    """An order of so much, sold on trust."""
    command = PayOnAccount(order=order_of(till, centavos), account=account, centavos=centavos)
    return PaymentId(till.give(command, key)["payment"])


def kinds(view: AccountView) -> set[str]:
    return {each.kind for each in open_disputes(view)}


def test_what_is_sold_on_trust_is_paid_in_the_order_and_owed_on_the_account(till: Till) -> None:
    account, order = opened(till), order_of(till)
    payment = till.give(PayOnAccount(order=order, account=account, centavos=6_000))["payment"]
    view, owed = till.order(order), account_at(till, account)
    assert (view.balance, view.paid, view.on_account, view.is_paid) == (0, 6_000, 6_000, True)
    assert (owed.balance, owed.available) == (6_000, 4_000)
    assert [each.account for each in view.payments] == [account]
    till.give(CloseBill(order=order))
    closed = till.order(order).closed
    assert closed is not None
    assert [tuple(each) for each in map(_figures, closed.fact.payments)] == [
        (payment, "fiado", 6_000)
    ]


def _figures(payment: Any) -> tuple[bytes, str, int]:
    return payment.payment, payment.method, payment.centavos


def test_one_change_holds_the_payment_and_the_charge(till: Till) -> None:
    account = opened(till)
    on_trust(till, account, 500)
    (last,) = [each for each in till.changes.values() if len(each.documents) == 2]
    assert [body[0] for _, body in last.facts] == ["paid_on_account", "account_charged"]
    assert [body[1] for _, body in last.facts] == [True, False]  # the order must be understood


def test_the_limit_and_the_block_are_kept_as_far_as_is_known(till: Till) -> None:
    account = opened(till, limit=1_000)
    on_trust(till, account, 800)
    with pytest.raises(CreditLimitExceeded) as refused:
        on_trust(till, account, 201)
    assert refused.value.details == {"asked": 201, "limit": 1_000, "balance": 800}
    on_trust(till, account, 200)
    till.give(EditAccount(account=account, fields={"limit_centavos": None}))
    on_trust(till, account, 50_000)
    till.give(EditAccount(account=account, fields={"is_blocked": True}))
    with pytest.raises(AccountIsBlocked):
        on_trust(till, account, 1)
    till.give(ReceiveOnAccount(account=account, centavos=51_000, method="pix"))
    assert (account_at(till, account).balance, account_at(till, account).is_blocked) == (0, True)


def test_nobody_pays_more_on_trust_than_is_owed_for_the_order(till: Till) -> None:
    account, order = opened(till), order_of(till, 500)
    with pytest.raises(PaymentAboveBalance):
        till.give(PayOnAccount(order=order, account=account, centavos=501))
    with pytest.raises(UnknownAccount):
        till.give(PayOnAccount(order=order, account=ACCOUNT, centavos=500))
    assert account_at(till, account).balance == 0


def test_a_refund_takes_it_from_the_account_whatever_its_method_says(till: Till) -> None:
    account, order = opened(till), order_of(till)
    paid = till.give(PayOnAccount(order=order, account=account, centavos=6_000))["payment"]
    with pytest.raises(RefundAbovePaid):  # no cash for what nobody paid in money
        till.give(RefundPayment(order=order, centavos=1))
    till.give(RefundPayment(order=order, centavos=2_000, payment=PaymentId(paid)))
    view, owed = till.order(order), account_at(till, account)
    assert (view.paid, view.on_account, owed.balance, owed.credited) == (4_000, 4_000, 4_000, 2_000)
    assert [each.fact.method for each in view.all(PaymentRefunded)] == ["fiado"]
    with pytest.raises(RefundAbovePaid):
        till.give(RefundPayment(order=order, centavos=4_001, payment=PaymentId(paid)))


def test_money_is_not_given_back_to_an_account(till: Till) -> None:
    order = order_of(till, 500)
    payment = PaymentId(
        till.give(TakePayment(order=order, centavos=500, method="dinheiro"))["payment"]
    )
    with pytest.raises(NotOnAccount):
        till.give(RefundPayment(order=order, centavos=1, payment=payment, method="fiado"))
    with pytest.raises(NotOnAccount):
        till.give(RefundPayment(order=order, centavos=1, method="fiado"))


def test_an_order_on_trust_is_cancelled_after_its_refund(till: Till) -> None:
    account, order = opened(till), order_of(till)
    paid = till.give(PayOnAccount(order=order, account=account, centavos=6_000))["payment"]
    with pytest.raises(PaidOrder):
        till.give(CancelOrder(order=order))
    till.give(RefundPayment(order=order, centavos=6_000, payment=PaymentId(paid)))
    till.give(CancelOrder(order=order))
    assert (account_at(till, account).balance, till.order(order).account) == (0, "cancelled")


def test_a_debt_is_paid_confirmed_denied_and_handed_back(till: Till) -> None:
    account = opened(till)
    on_trust(till, account, 1_000)
    with pytest.raises(SettlementAboveBalance):
        till.give(ReceiveOnAccount(account=account, centavos=1_001, method="pix"))
    card = PaymentId(
        till.give(
            ReceiveOnAccount(account=account, centavos=400, method="credito", is_pending=True)
        )["payment"]
    )
    assert account_at(till, account).balance == 1_000
    till.give(SettleReceipt(account=account, payment=card, outcome="denied"))
    assert account_at(till, account).balance == 1_000
    till.give(SettleReceipt(account=account, payment=card, outcome="confirmed"))
    assert account_at(till, account).balance == 600
    till.give(RefundReceipt(account=account, payment=card, centavos=150))
    assert account_at(till, account).balance == 750
    with pytest.raises(RefundAbovePaid):
        till.give(RefundReceipt(account=account, payment=card, centavos=251))


def test_a_statement_tells_every_movement_and_what_was_owed_then(till: Till) -> None:
    account, order = opened(till), order_of(till)
    paid = till.give(PayOnAccount(order=order, account=account, centavos=6_000))["payment"]
    till.give(RefundPayment(order=order, centavos=1_000, payment=PaymentId(paid)))
    cash = till.give(
        ReceiveOnAccount(account=account, centavos=2_000, method="dinheiro", tendered=5_000)
    )["payment"]
    till.give(RefundReceipt(account=account, payment=PaymentId(cash), centavos=500))
    told = statement_json(account_at(till, account))
    assert [(each["tipo"], each["valor_centavos"], each["saldo_centavos"]) for each in told] == [
        ("compra", 6_000, 6_000),
        ("estorno_de_compra", -1_000, 5_000),
        ("pagamento", -2_000, 3_000),
        ("estorno_de_pagamento", 500, 3_500),
    ]
    assert [each["pedido_id"] for each in told] == [order.hex(), order.hex(), None, None]


def test_two_tills_apart_charge_up_to_the_limit_and_a_person_is_told(till: Till) -> None:
    other = Till("B")
    account = opened(till, limit=1_000)
    till.sync(other)
    on_trust(till, account, 900)
    on_trust(other, account, 800)
    assert (account_at(till, account).balance, account_at(other, account).balance) == (900, 800)
    till.sync(other)
    for each in (till, other):
        view = account_at(each, account)
        assert (view.balance, view.available, kinds(view)) == (
            1_700, 0, {"credit_limit_exceeded"},
        )  # fmt: skip
    (dispute,) = open_disputes(account_at(till, account))
    assert len(dispute.facts) == 3  # both charges, and what the limit was said to be
    till.give(settling(dispute, "kept"))
    assert kinds(account_at(till, account)) == set()
    till.give(EditAccount(account=account, fields={"limit_centavos": 500}))
    assert kinds(account_at(till, account)) == {"credit_limit_exceeded"}
    till.give(ReceiveOnAccount(account=account, centavos=1_200, method="pix"))
    assert disputes_of(account_at(till, account)) == ()


def test_what_is_sold_to_somebody_who_was_blocked_meanwhile(till: Till) -> None:
    other = Till("B")
    account = opened(till, limit=None)
    on_trust(till, account, 100)  # the blocker knows of it
    till.sync(other)
    till.give(EditAccount(account=account, fields={"is_blocked": True}))
    charged = on_trust(other, account, 800)
    assert disputes_of(account_at(till, account)) == ()
    till.sync(other)
    assert account_at(till, account).balance == 900
    (dispute,) = open_disputes(account_at(till, account))
    assert (dispute.kind, dispute.subject) == ("sold_to_blocked_account", account.hex())
    assert open_disputes(account_at(other, account)) == (dispute,)
    assert len(dispute.facts) == 2  # the block, and the charge that it did not know
    other.give(settling(dispute, "kept"))
    assert kinds(account_at(other, account)) == set()
    till.sync(other)
    # Whoever opens it again, although the one who blocked it is gone, ends it; and a block by who
    # knows of the charge says nothing of it.
    other.give(EditAccount(account=account, fields={"is_blocked": False}))
    assert disputes_of(account_at(other, account)) == ()
    other.give(EditAccount(account=account, fields={"is_blocked": True}))
    assert disputes_of(account_at(other, account)) == ()
    assert charged


def test_what_is_given_back_was_not_sold_to_a_blocked_account(till: Till) -> None:
    other = Till("B")
    account = opened(till, limit=None)
    till.sync(other)
    till.give(EditAccount(account=account, fields={"is_blocked": True}))
    on_trust(other, account, 800)
    till.sync(other)
    view = account_at(till, account)
    (charge,) = view.charges
    back = RefundPayment(
        order=charge.charged.fact.order, centavos=800, payment=charge.charged.fact.payment
    )
    till.give(back)
    assert disputes_of(account_at(till, account)) == ()


def test_the_evidence_is_what_makes_up_the_debt_not_what_was_paid_long_ago(till: Till) -> None:
    account = opened(till, limit=None)
    for _ in range(5):
        on_trust(till, account, 100)
        till.give(ReceiveOnAccount(account=account, centavos=100, method="pix"))
    on_trust(till, account, 100)
    on_trust(till, account, 100)
    till.give(EditAccount(account=account, fields={"limit_centavos": 50}))
    (dispute,) = open_disputes(account_at(till, account))
    newest = [each.charged.id for each in account_at(till, account).charges[-2:]]
    assert set(newest) < set(dispute.facts)
    assert len(dispute.facts) == 3


def test_a_debt_that_two_tills_receive_leaves_the_shop_owing(till: Till) -> None:
    other = Till("B")
    account = opened(till)
    on_trust(till, account, 700)
    till.sync(other)
    for each in (till, other):
        each.give(ReceiveOnAccount(account=account, centavos=700, method="dinheiro"))
    till.sync(other)
    view = account_at(other, account)
    assert (view.balance, view.settled, kinds(view)) == (-700, 1_400, {"account_overpaid"})
    on_trust(till, account, 700)
    assert disputes_of(account_at(till, account)) == ()


def test_one_command_at_two_tills_charges_once(till: Till) -> None:
    other = Till("B")
    account, order = opened(till), order_of(till)
    till.sync(other)
    for each in (till, other):
        each.give(PayOnAccount(order=order, account=account, centavos=6_000), key="once")
    till.sync(other)
    assert (account_at(till, account).balance, till.order(order).balance) == (6_000, 0)


def test_one_order_that_two_tills_sell_on_trust_is_overpaid_and_charged_twice(till: Till) -> None:
    other = Till("B")
    account, order = opened(till), order_of(till)
    till.sync(other)
    for each in (till, other):
        each.give(PayOnAccount(order=order, account=account, centavos=6_000))
    till.sync(other)
    assert {each.kind for each in open_disputes(till.order(order))} == {"overpaid"}
    assert (till.order(order).on_account, account_at(till, account).balance) == (12_000, 12_000)


def test_a_version_without_accounts_needs_an_upgrade(till: Till) -> None:
    """What it would read: facts of the order whose tag it does not know."""
    order = order_of(till)
    [tag, must_understand, _] = body_of(PaidOnAccount(PaymentId(bytes(16)), ACCOUNT, 1))
    assert (tag, must_understand) == ("paid_on_account", True)
    newer = encode([
        1, till.site, till.device, bytes(8), 99, [], 2**60, 16_766, None, bytes(16), 0,
        [[order_document(order), ["paid_on_account_2", True, {}]]], bytes(64),
    ])  # fmt: skip
    till.receive([decode_change(newer)])
    assert till.order(order).needs_upgrade


def test_nothing_is_sold_on_trust_before_everyone_knows_of_it(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = opened(till)
    monkeypatch.setattr(
        "crdt_models.documents.terminals.TerminalsView.all_understand", lambda *_: False
    )
    with pytest.raises(NotEveryoneUpdated):
        on_trust(till, account, 1)


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", None), ("name", ""), ("limit_centavos", "x"), ("is_blocked", 1), ("owner", "x")],
)
def test_a_field_holds_only_what_it_can(till: Till, field: Any, value: Any) -> None:
    account = opened(till)
    with pytest.raises(InvalidField):
        till.give(EditAccount(account=account, fields={field: value}))


def test_what_is_so_already_is_not_written_again(till: Till) -> None:
    account = opened(till)
    count = len(till.changes)
    till.give(EditAccount(account=account, fields={"name": "Zé", "is_blocked": False}))
    assert len(till.changes) == count


# --- laws, whatever was written by whomever

facts: st.SearchStrategy[Fact] = st.one_of(
    st.builds(AccountOpened, name=st.just("n"), limit_centavos=st.none() | amounts),
    st.builds(
        AccountFieldSet,
        field=st.just("limit_centavos"),
        value=st.none() | amounts,
        replaces=some,
    ),
    st.builds(
        AccountFieldSet,
        field=st.just("is_blocked"),
        value=st.booleans(),
        replaces=some,
        seen=some,
    ),
    st.builds(AccountCharged, order=lines, payment=payments, centavos=amounts),
    st.builds(ChargeReversed, refund=lines, order=lines, payment=payments, centavos=amounts),
    st.builds(
        PaymentReceived,
        payment=payments,
        centavos=amounts,
        method=st.just("pix"),
        acquirer=acquirers,
        is_pending=st.booleans(),
    ),
    st.builds(PaymentConfirmed, payment=payments, acquirer=acquirers),
    st.builds(PaymentDenied, payment=payments),
    st.builds(PaymentRefunded, refund=lines, centavos=amounts, payment=st.none() | payments),
)


@st.composite
def accounts(draw: st.DrawFn) -> list[Change]:
    """Changes of several devices to one account."""
    written: list[Change] = []
    for number in range(draw(st.integers(1, 8))):
        known = [entry.id for change in written for _, entry in change.entries()]
        told = resolved(draw(st.lists(bodies(facts), min_size=1, max_size=3)), known)
        device, clock = draw(st.integers(0, 2)), draw(st.sampled_from(CLOCKS))
        command = draw(st.integers(0, 5))
        data = encode([
            1, bytes(16), bytes([device]) * 32, bytes(8), number + 1, [], clock, 16_766, None,
            bytes([command]) * 16, 0, [[account_document(ACCOUNT), body] for body in told],
            bytes(64),
        ])  # fmt: skip
        written.append(decode_change(data))
    return written


def seen(view: AccountView) -> Any:
    registers = {name: (each.current, each.heads) for name, each in view.fields.items()}
    shown = JSON.encode([account_json(view, "v"), statement_json(view)])
    return registers, shown, rows_of(view.document, view), disputes_of(view)


@settings(max_examples=150, deadline=None)
@given(accounts(), st.randoms(use_true_random=False))
def test_apply_commutes_and_tolerates_repetition(written: list[Change], dice: Any) -> None:
    check_commutes(written, dice, lambda: AccountView(account_document(ACCOUNT)), seen)


@settings(max_examples=150, deadline=None)
@given(accounts())
def test_what_is_owed_is_the_sum_of_the_statement(written: list[Change]) -> None:
    view = applied(AccountView(account_document(ACCOUNT)), entries_of(written))
    assert view.balance == sum(line.centavos for line in view.statement)
    assert all(0 <= each.reversed <= each.charged.fact.centavos for each in view.charges)
    limit = view.limit
    is_told = "credit_limit_exceeded" in {each.kind for each in disputes_of(view)}
    assert is_told == (limit is not None and view.balance > limit)


def test_the_id_of_a_document_is_read_back() -> None:
    assert account_of(account_document(ACCOUNT)) == ACCOUNT
    with pytest.raises(ValueError, match="no customer account"):
        account_of(order_document(OrderId(ACCOUNT)))
