"""Shops written by hand, with figures worked out by hand: no product code has a part in them."""

import hashlib
from typing import Any

import cbor2
import pytest

from simulations.reference.account import trust_is_conserved
from simulations.reference.chains import NOTHING, chains
from simulations.reference.differences import differences
from simulations.reference.peer_shop import PeerShop
from simulations.reference.shop import read_shop

ORDER, LINE, PAYMENT, TABLE = (letter * 16 for letter in (b"o", b"l", b"p", b"t"))
DOCUMENT = f"order:{ORDER.hex()}"
OPENED = ["order_opened", False, {"service_type": "mesa", "table": TABLE}]
NUMBERED = ["order_numbered", False, {"number": 17, "letters": "A"}]


class Pen:
    """Writes changes; every one has another command unless it is told which."""

    def __init__(self) -> None:
        self.told: list[bytes] = []

    def write(
        self,
        *bodies: list[Any],
        clock: int = 0,
        command: str = "",
        document: str = DOCUMENT,
        device: bytes = b"a",
        epoch: bytes = b"e",
        sequence: int = 0,
        previous: tuple[bytes, ...] = (),
    ) -> str:
        """The prefix of the fact ids of the change: `{prefix}.0` is its first."""
        number = len(self.told) + 1
        key, _, request = (command or f"command {number}").partition("/")
        key = hashlib.sha256(key.encode()).digest()[:12] + request.encode()[:4].ljust(4)
        facts = [[document, body] for body in bodies]
        data = cbor2.dumps([
            1, bytes(16), device * 32, epoch * 8, sequence or number, list(previous),
            clock or number, 20_000, None, key, 0, facts, bytes(64),
        ], canonical=True)  # fmt: skip
        self.told.append(data)
        (fact,) = [fact for fact in _facts(data) if fact.endswith(".0")]
        return fact.removesuffix(".0")

    def id(self, at: int = -1) -> bytes:
        return hashlib.sha256(self.told[at]).digest()

    @property
    def order(self) -> Any:
        return read_shop(reversed(self.told)).orders[ORDER.hex()]

    @property
    def disputes(self) -> dict[str, bool]:
        """Kinds to whether they are open."""
        return {key[0]: each.is_open for key, each in read_shop(self.told).disputes.items()}


def _facts(data: bytes) -> list[str]:
    shop = read_shop([data])
    return [fact.id for change in shop.changes.values() for fact in change.facts]


def line(thousandths: int, centavos: int, name: bytes = LINE, **more: Any) -> list[Any]:
    fields = {"line": name, "product": "p", "name": "n", "thousandths": thousandths}
    return ["line_added", False, {**fields, "unit_centavos": centavos, **more}]


def cancelled(thousandths: int) -> list[Any]:
    return ["line_cancelled", False, {"line": LINE, "thousandths": thousandths}]


def paid(centavos: int, payment: bytes = PAYMENT, **more: Any) -> list[Any]:
    fields = {"payment": payment, "centavos": centavos, "method": "pix"}
    return ["payment_received", False, {**fields, **more}]


def noted(waiter: str, *replaces: str) -> list[Any]:
    fields = {"field": "waiter", "value": waiter, "replaces": list(replaces)}
    return ["field_set", False, fields]


@pytest.fixture
def pen() -> Pen:
    pen = Pen()
    pen.write(OPENED, NUMBERED)
    return pen


@pytest.mark.parametrize(
    ("thousandths", "centavos", "amount"),
    [(1000, 1325, 1325), (333, 1325, 441), (500, 1, 1), (499, 1, 0), (1, 499, 0), (1, 500, 1)],
)
def test_half_a_centavo_goes_up(pen: Pen, thousandths: int, centavos: int, amount: int) -> None:
    pen.write(line(thousandths, centavos))
    assert (pen.order.total, pen.order.balance) == (amount, amount)


def test_modifiers_are_rounded_each_and_never_make_a_price_negative(pen: Pen) -> None:
    half = {"name": "m", "thousandths": 500, "unit_centavos": 1}
    pen.write(line(1000, 100, modifiers=[half, half]))
    pen.write(line(1000, 100, name=b"m" * 16, modifiers=[{"name": "x", "unit_centavos": -900}]))
    assert [each.unit for each in pen.order.lines] == [102, 0]


def test_two_terminals_cancel_the_same_line(pen: Pen) -> None:
    pen.write(line(2000, 500))
    pen.write(cancelled(2000), device=b"a", clock=9)
    pen.write(cancelled(1500), device=b"b", clock=9)
    (only,) = pen.order.lines
    assert (only.left, only.cancelled, only.excess) == (0, 2000, 1500)
    assert (pen.order.total, pen.disputes) == (0, {"over_cancelled": True})


def test_a_command_at_two_terminals_is_one_fact_and_another_body_is_another(pen: Pen) -> None:
    pen.write(line(1000, 500), command="add")
    pen.write(line(1000, 500), command="add", device=b"b")
    assert pen.order.total == 500
    pen.write(line(1000, 700), command="add", device=b"c")
    assert (pen.order.total, pen.disputes) == (1200, {"command_used_twice": True})


def test_an_edit_beats_what_it_saw_and_the_clock_decides_the_rest(pen: Pen) -> None:
    first = pen.write(noted("Ana"), clock=2**60)
    pen.write(noted("Bia", f"{first}.0"), clock=2)
    assert pen.order.register("waiter") == "Bia"
    pen.write(noted("Caio"), clock=3)
    assert pen.order.register("waiter") == "Caio"


def test_equal_clocks_are_decided_by_the_change_and_then_by_the_place(pen: Pen) -> None:
    pen.write(noted("Ana"), clock=9)
    pen.write(noted("Bia"), clock=9)
    greater = "Ana" if pen.id(-2) > pen.id(-1) else "Bia"
    assert pen.order.register("waiter") == greater
    pen.write(noted("Caio"), noted("Davi"), clock=10)
    assert pen.order.register("waiter") == "Davi"


def test_writes_that_replace_each_other_leave_a_value(pen: Pen) -> None:
    one = pen.write(noted("Ana"), command="one", clock=5)
    pen.write(noted("Bia", f"{one}.0"), clock=9)
    two = _facts(pen.told[-1])[0]
    pen.write(noted("Ana", two), command="one", device=b"b", clock=11)
    assert pen.order.register("waiter") == "Bia"  # of the circle, it has the greatest stamp


def close(pen: Pen, total: int, *counted: str, clock: int = 0) -> str:
    rows = [[LINE, "n", 1000, total, total]]
    fields = {"lines": rows, "total": total, "payments": [], "paid": 0, "counted": list(counted)}
    return pen.write(["bill_closed", False, fields], clock=clock)


def test_a_closed_bill_is_read_from_its_closing(pen: Pen) -> None:
    added = pen.write(line(1000, 500))
    received = pen.write(paid(500))
    closing = close(pen, 500, f"{added}.0", f"{received}.0")
    assert pen.order.account == "settled"
    pen.write(cancelled(1000))
    pen.write(line(1000, 300, name=b"m" * 16))
    assert (pen.order.total, pen.order.residual, pen.order.account) == (500, 300, "settled")
    assert pen.disputes == {"late_change_to_closed_bill": True, "paid_with_residual": True}
    pen.write(["bill_reopened", False, {"closing": f"{closing}.0"}])
    assert (pen.order.total, pen.order.account, pen.order.balance) == (300, "open", -200)


def test_two_closings_are_told_and_the_later_answers(pen: Pen) -> None:
    added = pen.write(line(1000, 500))
    close(pen, 500, f"{added}.0", clock=9)
    close(pen, 400, f"{added}.0", clock=8)
    assert (pen.order.total, pen.disputes) == (500, {"two_closings": True})


def test_an_order_is_paid_and_cancelled(pen: Pen) -> None:
    pen.write(line(1000, 500))
    pen.write(paid(500))
    cancellation = pen.write(["order_cancelled", False, {}])
    assert (pen.order.account, pen.order.owed, pen.order.paid) == ("cancelled", 0, 500)
    assert pen.disputes == {"paid_and_cancelled": True}
    refund = {"refund": b"r" * 16, "centavos": 500}
    pen.write(["payment_refunded", False, refund])
    assert (pen.order.paid, pen.disputes) == (0, {})
    pen.write(["order_restored", False, {"cancellations": [f"{cancellation}.0"]}])
    assert (pen.order.account, pen.order.balance) == ("open", 500)


def test_only_an_acquirers_number_makes_two_payments_one(pen: Pen) -> None:
    pen.write(line(1000, 500))
    pen.write(paid(500))
    pen.write(paid(500, payment=b"q" * 16))
    assert (pen.order.paid, pen.disputes) == (1000, {"overpaid": True})
    for name in (b"x", b"y"):
        acquirer = {"name": "rede", "transaction": "7"}
        pen.write(paid(100, payment=name * 16, acquirer=acquirer))
    assert pen.order.paid == 1100


def test_a_pending_payment_counts_when_it_is_confirmed(pen: Pen) -> None:
    pen.write(paid(500, is_pending=True))
    pen.write(["payment_denied", False, {"payment": PAYMENT}])
    assert (pen.order.paid, pen.disputes) == (0, {})
    pen.write(["payment_confirmed", False, {"payment": PAYMENT}])
    assert pen.order.paid == 500
    assert "payment_outcome_unknown" in pen.disputes


def test_a_resolution_holds_until_there_is_new_evidence(pen: Pen) -> None:
    received = pen.write(paid(500))
    assert pen.disputes == {"overpaid": True}
    decision = {"kind": "overpaid", "subject": ORDER.hex(), "choice": "tip"}
    pen.write(["resolution", False, {**decision, "weighs": [f"{received}.0"]}])
    assert pen.disputes == {"overpaid": False}
    pen.write(["resolution", False, {**decision, "choice": "x", "weighs": [f"{received}.0"]}])
    assert pen.disputes == {"overpaid": True, "two_resolutions": True}


def test_a_resolution_does_not_cover_what_came_later(pen: Pen) -> None:
    received = pen.write(paid(500))
    decision = {"kind": "overpaid", "subject": ORDER.hex(), "choice": "tip"}
    pen.write(["resolution", False, {**decision, "weighs": [f"{received}.0"]}])
    pen.write(paid(1, payment=b"q" * 16))
    assert pen.disputes == {"overpaid": True}


def test_what_is_not_understood_has_no_effect_but_may_stop_the_closing(pen: Pen) -> None:
    pen.write(["discount_granted", False, {}], ["line_added", False, {"line": LINE}])
    assert (pen.order.total, pen.order.needs_upgrade, pen.disputes) == (0, False, {})
    pen.write(["discount_granted", True, {}])
    assert (pen.order.needs_upgrade, pen.disputes) == (True, {"needs_upgrade": True})


def test_equal_numbers_are_ranked_and_two_tabs_told(pen: Pen) -> None:
    other = f"order:{(b'0' * 16).hex()}"
    pen.write(OPENED, NUMBERED, document=other)
    shop = read_shop(pen.told)
    assert [order.number for order in shop.orders.values()] in (
        ["A-017", "A-017/2"],
        ["A-017/2", "A-017"],
    )
    assert shop.orders[ORDER.hex()].number == "A-017"  # opened first
    assert pen.disputes == {"equal_numbers": True, "two_tabs_at_once": True}
    assert (shop.totals[20_000].orders, shop.totals[20_000].open) == (2, 2)


def test_one_key_for_two_orders_is_seen_here(pen: Pen) -> None:
    pen.write(["bill_asked", False, {}], command="ask/1")
    assert pen.disputes == {}
    pen.write(["bill_asked", False, {}], command="ask/2", document=f"order:{bytes(16).hex()}")
    assert pen.disputes == {"command_used_twice": True}


def test_forks_of_a_chain() -> None:
    pen = Pen()
    author = ["author_opened", False, {"chain": b""}]
    pen.write(author, document="terminals")
    first = pen.id()
    assert chains(pen.told)[(b"a" * 32).hex()].tips == {first}
    pen.write(OPENED, sequence=2, previous=(first,))
    pen.write(NUMBERED, sequence=2, previous=(first,))
    pen.write(author, document="terminals", epoch=b"f", sequence=2, previous=(first,))
    pen.write(author, document="terminals", epoch=b"g", sequence=1)
    (chain,) = chains([*pen.told, *pen.told]).values()
    assert (chain.sequence, len(chain.ids), len(chain.tips)) == (2, 5, 4)
    assert set(chain.author_forks) == {(b"e" * 8, 2)}
    assert {previous: set(epochs) for previous, epochs in chain.lineage_forks.items()} == {
        first: {b"e" * 8, b"f" * 8},
        NOTHING: {b"e" * 8, b"g" * 8},
    }
    assert pen.disputes == {"author_forked": True, "lineage_forked": True}


def test_a_difference_names_the_order_the_field_and_both_values(pen: Pen) -> None:
    pen.write(line(1000, 500))
    nothing = PeerShop(orders={}, tables={}, disputes=[], totals={}, kitchen=[])
    assert differences(read_shop(pen.told), nothing) == [
        "pedido A-017: the terminal does not have it"
    ]
    lists = "itens itens_residuais pagamentos estornos descontos taxas gorjetas divisao"
    row: dict[str, Any] = {name: [] for name in lists.split()}
    said = nothing.orders | {ORDER.hex(): {**row, "numero": "A-017", "total_centavos": 1}}
    peer = PeerShop(orders=said, tables={}, disputes=[], totals={}, kitchen=[])
    found = differences(read_shop(pen.told), peer)
    assert "pedido A-017: total_centavos is 1, and should be 500" in found


def test_what_is_sold_on_trust_is_owed_until_it_is_paid_or_taken_back(pen: Pen) -> None:
    name, customer = b"c" * 16, f"account:{(b'c' * 16).hex()}"
    fields = {"payment": PAYMENT, "account": name, "centavos": 700}
    charge = {"order": ORDER, "payment": PAYMENT, "centavos": 700}
    pen.write(["account_opened", False, {"name": "z", "limit_centavos": 600}], document=customer)
    pen.write(line(1000, 700))
    pen.write(["paid_on_account", True, fields])
    shop = read_shop(pen.told)
    (missing,) = trust_is_conserved(shop.orders.values(), shop.accounts.values())
    assert "[700] paid on trust" in missing and "[] charged" in missing
    pen.write(["account_charged", False, charge], document=customer)
    assert (pen.order.balance, pen.order.received) == (0, 700)
    shop = read_shop(pen.told)
    assert [*trust_is_conserved(shop.orders.values(), shop.accounts.values())] == []
    (account,) = shop.accounts.values()
    assert (account.balance, pen.disputes) == (700, {"credit_limit_exceeded": True})
    pen.write(paid(100), document=customer)
    pen.write(["charge_reversed", False, {**charge, "refund": b"r" * 16, "centavos": 250}],
              document=customer)  # fmt: skip
    shop = read_shop(pen.told)
    (account,) = shop.accounts.values()
    assert (account.balance, account.settled, pen.disputes) == (350, 100, {})
    (missing,) = trust_is_conserved(shop.orders.values(), shop.accounts.values())
    assert "[] refunded on trust" in missing and "[250] taken back" in missing
