"""The laws an order keeps whatever was written, by whom, in whichever order it arrives."""

from collections.abc import Iterable
from typing import Any

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crdt_models.canonical_cbor import encode
from crdt_models.change import Change
from crdt_models.disputes import disputes_of
from crdt_models.documents.orders.bill_commands import CloseBill, TakePayment
from crdt_models.documents.orders.commands import EditOrder, NewLine, OpenOrder
from crdt_models.documents.orders.facts import (
    BillClosed,
    BillReopened,
    PaymentConfirmed,
    PaymentReceived,
)
from crdt_models.documents.orders.view import OrderView
from crdt_models.fact import Entry, Unknown, body_of, fact_of
from crdt_models.ids import OrderId
from crdt_models.pedido import JSON, order_json
from crdt_models.read_models import rows_of
from tests.crdt_models.documents.histories import (
    CLOCKS,
    DOCUMENT,
    bills,
    changes,
    facts,
    money,
    raw_change,
    resolved,
)
from tests.crdt_models.documents.laws import applied, check_commutes, entries_of
from tests.crdt_models.documents.shop import NOW_MS, Till

FEW = settings(max_examples=120, deadline=None)


def view_of(entries: Iterable[Entry]) -> OrderView:
    return applied(OrderView(DOCUMENT), entries)


def seen(view: OrderView) -> dict[str, Any]:
    """Everything public about an order, comparable."""
    skipped = {"apply", "copy", "all", "told", "same", "same_all", "field", "text", "flag"}
    skipped |= {"payments_under", "UNDERSTANDS", "fields", "flags", "split"}
    skipped |= {"joined", "orders", "home_of", "homes", "moves_known"}
    names = [name for name in dir(view) if not name.startswith("_") and name not in skipped]
    found = {name: getattr(view, name) for name in names}
    for registers in (view.fields, view.flags):
        for name, register in registers.items():
            found[f"register {name}"] = (register.heads, register.current, register.writes)
    found["split"] = (view.split.heads, view.split.current, view.split.writes)
    found["rows"] = rows_of(DOCUMENT, view)
    found["json"] = JSON.encode(order_json(view, "v"))
    found["disputes"] = disputes_of(view)
    return found


@FEW
@given(changes(), st.randoms(use_true_random=False))
def test_apply_commutes_and_tolerates_repetition(written: list[Change], dice: Any) -> None:
    check_commutes(written, dice, lambda: OrderView(DOCUMENT), seen)


@FEW
@given(changes())
def test_every_fact_is_kept(written: list[Change]) -> None:
    entries = entries_of(written)
    view = view_of(entries)
    assert view.fact_count == len(entries) == sum(len(change.facts) for change in written)
    assert {entry.id for entry in view.entries} == {entry.id for entry in entries}


@FEW
@given(changes())
def test_nothing_is_ever_negative(written: list[Change]) -> None:
    view = view_of(entries_of(written))
    figures = [view.total, view.paid, view.received, view.refunded, view.residual, view.revenue]
    for line in view.lines:
        figures += [line.left, line.cancelled, line.excess, line.unit, line.amount]
        parts = sum(each.quantity for each in view.lines if each.parent == line.id)
        assert line.left + line.cancelled + parts == line.quantity <= line.fact.thousandths
    assert min(figures) >= 0
    assert len({line.id for line in view.lines}) == len(view.lines)


@settings(FEW, max_examples=200)
@given(changes(of=bills | facts))
def test_a_bill_and_its_shares_add_up(written: list[Change]) -> None:
    view = view_of(entries_of(written))
    if view.closed is None:
        charged = sum(each.centavos for each in view.figures.charges)
        gross = sum(line.amount for line in view.lines)
        assert view.total == gross - view.figures.discount + charged
        assert all(line.amount_centavos >= 0 for line in view.bill)
    assert sum(each.owed for each in view.shares) == view.total
    assert sum(each.paid for each in view.shares) == view.received - view.refunded
    assert min(each.owed for each in view.shares) >= 0 or view.closed is not None


@settings(FEW, max_examples=200)
@given(changes(of=money) | changes())
def test_no_payment_is_lost_or_counted_twice(written: list[Change]) -> None:
    """Against a plain reading: distinct (command, place, meaning), then distinct transactions."""
    entries = entries_of(written)
    meant: dict[tuple[bytes, int, bytes], Entry] = {}
    for entry in sorted(entries, key=lambda entry: entry.stamp):
        if isinstance(entry.fact, PaymentReceived):
            meant.setdefault((*entry.command_key, entry.intent()), entry)
    confirmations = _confirmations(entries)
    received, transactions = 0, set()
    for entry in meant.values():
        fact = entry.fact
        assert isinstance(fact, PaymentReceived)
        if fact.is_pending and fact.payment not in confirmations:
            continue
        named = [fact.acquirer, *confirmations.get(fact.payment, [])]
        known = [a.transaction for a in named if a is not None and a.transaction]
        if known and (known[0], fact.centavos) in transactions:
            continue
        transactions |= {(each, fact.centavos) for each in known[:1]}
        received += fact.centavos
    view = view_of(entries)
    assert view.received == received
    assert {each.received.id for each in view.payments} == {entry.id for entry in meant.values()}


def _confirmations(entries: list[Entry]) -> dict[bytes, list[Any]]:
    """Acquirers named by confirmations, by payment; each meaning once, by stamp."""
    found: dict[bytes, list[Any]] = {}
    meant = set()
    for entry in sorted(entries, key=lambda entry: entry.stamp):
        key = (*entry.command_key, entry.intent())
        if isinstance(entry.fact, PaymentConfirmed) and key not in meant:
            meant.add(key)
            found.setdefault(entry.fact.payment, []).append(entry.fact.acquirer)
    return found


@FEW
@given(changes(max_size=5), changes(max_size=8), st.sampled_from(CLOCKS))
def test_a_closed_bill_never_changes_whatever_arrives_later(
    before: list[Change], after: list[Change], clock: int
) -> None:
    """Unless it is reopened, or another closing contests it: then the other one is shown whole."""
    open_view = view_of(entries_of(before))
    closing = raw_change([body_of(_closing(open_view))], device=0, hlc=clock, command=200)
    view = view_of([*entries_of(before), *entries_of([closing])])
    closed = view.closed
    if closed is None or closed.entry.id != next(closing.entries())[1].id:
        return  # another closing of `before` has the greater stamp
    shown = _bill(view)
    for entry in entries_of(after):
        if not isinstance(entry.fact, BillClosed | BillReopened):
            view.apply(entry)
            assert _bill(view) == shown
            assert view.total == closed.fact.total


def _closing(view: OrderView) -> BillClosed:
    return BillClosed(lines=view.bill, total=view.total, payments=(), paid=view.paid)


def _bill(view: OrderView) -> bytes:
    assert view.closed is not None
    pedido = order_json(view, "v")
    items = [
        [item["id"], item["nome"], item["quantidade_milesimos"], item["total_centavos"]]
        for item in pedido["itens"]
    ]
    body = msgspec.to_builtins(view.closed.entry.body, builtin_types=(bytes,))
    return encode([items, pedido["total_centavos"], body])


@FEW
@given(changes())
def test_a_copy_lives_its_own_life(written: list[Change]) -> None:
    entries = entries_of(written)
    first = view_of(entries[: len(entries) // 2])
    before = seen(first)
    second = first.copy()
    for entry in entries[len(entries) // 2 :]:
        second.apply(entry)
    assert seen(first) == before
    assert seen(second) == seen(view_of(entries))


@FEW
@given(
    st.lists(
        st.tuples(st.sampled_from([-50 * 365 * 24, 0, 0, 3, 10 * 365 * 24]), st.integers(0, 2)),
        min_size=1,
        max_size=6,
    )
)
@example([(10 * 365 * 24, 0), (-50 * 365 * 24, 1)])
def test_an_edit_made_on_top_of_another_sticks_whatever_the_clocks(
    edits: list[tuple[int, int]],
) -> None:
    """Each edit sees the previous one; the till that makes it has a clock of its own."""
    tills = [Till(letters) for letters in "ABC"]
    order = OrderId(tills[0].give(OpenOrder(service_type="mesa"))["order"])
    for number, (hours, which) in enumerate(edits):
        for till in tills:
            till.sync(tills[which])
        tills[which].clock_ms = max(1, NOW_MS + hours * 3_600_000)
        note = f"edit {number}"
        edit = EditOrder(order=order, fields={"note": note}, flags={"financeiro": number % 2 == 0})
        tills[which].give(edit)
    holder = tills[edits[-1][1]]
    for till in tills:
        till.sync(holder)
        assert till.order(order).text("note") == note
        assert till.order(order).flag("financeiro") == (len(edits) % 2 == 1)


@FEW
@given(st.permutations(range(3)), st.integers(0, 2))
def test_concurrent_edits_are_all_replaced_by_the_next(order_of: list[int], last: int) -> None:
    tills = [Till(letters, clock_ms=NOW_MS + 10**9 * i) for i, letters in enumerate("ABC")]
    order = OrderId(tills[0].give(OpenOrder(service_type="mesa"))["order"])
    for till in tills[1:]:
        till.sync(tills[0])
    for index in order_of:
        tills[index].give(EditOrder(order=order, fields={"waiter": f"w{index}"}))
    for _ in range(2):
        for till in tills:
            till.sync(tills[last])
    assert len(tills[last].order(order).fields["waiter"].heads) == 3
    assert tills[last].order(order).text("waiter") == "w2"
    assert len(tills[last].order(order).fields["waiter"].losers) == 2
    tills[last].clock_ms = 1
    tills[last].give(EditOrder(order=order, fields={"waiter": "last"}))
    assert len(tills[last].order(order).fields["waiter"].heads) == 1
    assert tills[last].order(order).text("waiter") == "last"


@FEW
@given(facts)
def test_every_fact_reads_back_from_its_body(fact: Any) -> None:
    body = resolved(body_of(fact), [])
    assert encode(body_of(fact_of(body))) == encode(body)


def test_equal_ids_with_different_bodies_settle_alike_in_every_order() -> None:
    """Needs a collision of 16 hash bytes; the choice must then still be the same everywhere."""
    written = [
        next(raw_change([["flag_set", False, {"name": "x", "value": value}]], **who).entries())[1]
        for who in ({"device": 0, "hlc": 5, "command": 1}, {"device": 1, "hlc": 5, "command": 1})
        for value in (True, False)
    ]
    collided = [
        msgspec.structs.replace(entry, id=written[0].id, stamp=written[0].stamp)
        for entry in written
    ]
    forward, backward = view_of(collided), view_of(reversed(collided))
    assert seen(forward) == seen(backward)
    assert forward.fact_count == 1


def test_facts_of_another_document_are_kept_and_mean_nothing() -> None:
    area = ["area_added", True, {"area": bytes(16), "name": "Salão"}]
    view = view_of(entries_of([raw_change([area], device=0, hlc=1, command=1)]))
    assert view.fact_count == 1
    assert view.needs_upgrade
    assert not isinstance(view.not_understood[0].fact, Unknown)


def test_two_closings_show_the_later_one_whole() -> None:
    a, b = Till("A"), Till("B", clock_ms=NOW_MS + 60_000)
    line = NewLine(product="p", name="n", unit_centavos=100)
    order = OrderId(a.give(OpenOrder(service_type="mesa", lines=(line,)))["order"])
    b.sync(a)
    b.give(EditOrder(order=order, add=(line,)))
    for till in (a, b):
        total = till.order(order).total
        till.give(TakePayment(order=order, centavos=total, method="dinheiro"))
        till.give(CloseBill(order=order))
    a.sync(b)
    view = a.order(order)
    assert view.total == 200
    assert len(view.closings.standing) == 2
    assert view.balance == -100


def entry_of(fact: list[Any], *, device: int, hlc: int, command: int) -> Entry:
    return next(raw_change([fact], device=device, hlc=hlc, command=command).entries())[1]


def note(text: str, *replaces: Entry) -> list[Any]:
    fields = {"field": "note", "value": text, "replaces": [each.id for each in replaces]}
    return ["field_set", False, fields]


def test_the_id_of_any_telling_stands_for_the_fact() -> None:
    first = entry_of(note("x"), device=0, hlc=1, command=1)
    again = entry_of(note("x"), device=1, hlc=9, command=1)
    on_top = entry_of(note("y", again), device=1, hlc=0, command=2)
    view = view_of([first, again, on_top])
    assert view.text("note") == "y"
    assert view.fields["note"].heads == (on_top.id,)


def test_what_all_tellings_rely_on_is_united() -> None:
    one, other = (entry_of(note(text), device=0, hlc=50, command=n) for n, text in enumerate("xy"))
    at_a = entry_of(note("z", one), device=0, hlc=1, command=7)
    at_b = entry_of(note("z", other), device=1, hlc=2, command=7)
    view = view_of([one, other, at_a, at_b])
    assert view.text("note") == "z"
    assert view.reused_commands == ()


def test_a_fact_that_is_not_understood_contradicts_nothing() -> None:
    known = entry_of(note("x"), device=0, hlc=1, command=1)
    newer = entry_of(["from_the_future", False, {}], device=1, hlc=2, command=1)
    assert view_of([known, newer]).reused_commands == ()


def test_one_transaction_with_two_amounts_is_two_payments() -> None:
    paid = [
        entry_of(
            ["payment_received", False, {
                "payment": bytes([centavos]) * 16, "centavos": centavos, "method": "pix",
                "acquirer": {"name": "stone", "transaction": "1"},
            }],
            device=0, hlc=1, command=centavos,
        )
        for centavos in (5, 7)
    ]  # fmt: skip
    assert view_of(paid).received == 12


def test_a_late_line_that_was_cancelled_again_is_no_residual() -> None:
    line = {"line": bytes(16), "product": "p", "name": "n", "thousandths": 5, "unit_centavos": 5}
    closing = {"lines": [], "total": 0, "payments": [], "paid": 0}
    entries = [
        entry_of(body, device=0, hlc=1, command=index)
        for index, body in enumerate(
            [
                ["line_added", False, line],
                ["line_cancelled", False, {"line": bytes(16), "thousandths": 5}],
                ["bill_closed", False, closing],
            ]
        )
    ]
    assert view_of(entries).late.lines == ()


def test_a_denied_card_does_not_hide_the_same_card_when_it_goes_through() -> None:
    card = {"centavos": 5, "method": "credito", "acquirer": {"name": "stone", "transaction": "1"}}
    first, second = bytes(16), b"2" * 16
    told = [
        ["payment_received", False, {**card, "payment": first, "is_pending": True}],
        ["payment_denied", False, {"payment": first}],
        ["payment_received", False, {**card, "payment": second}],
    ]
    entries = [entry_of(body, device=0, hlc=i, command=i) for i, body in enumerate(told)]
    assert view_of(entries).received == 5
