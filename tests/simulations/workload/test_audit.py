"""The audit is silent about a true evening, and says what was changed in a false one."""

import copy
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import msgspec
import pytest

from simulations.workload.audit import check_ledger
from simulations.workload.ledger import Attempt, Deed, Ledger
from simulations.workload.promises import Excused, Excuses, cases, meaning_of
from simulations.workload.till import Answer
from tests.simulations.workload.falsehoods import FALSE, paid_one, payment_twice, untouched


@pytest.mark.parametrize("falsify", FALSE, ids=lambda each: each.__name__)
def test_what_was_changed_is_said(falsify: Any, busy_evenings: Any) -> None:
    ledger, orders = _told_falsely(falsify, busy_evenings)
    said = check_ledger(ledger, orders)
    assert re.search(FALSE[falsify], " / ".join(said)), said


def _told_falsely(falsify: Any, evenings: Any) -> tuple[Ledger, Any]:
    """The first evening in which there is what this one tells falsely."""
    for evening in evenings:
        orders = copy.deepcopy(evening.orders)
        with suppress(StopIteration):
            falsify(orders, evening.ledger)
            return evening.ledger, orders
    pytest.fail("this never happened")


def _retold(ledger: Ledger, change: Callable[[Deed], Deed | None]) -> Ledger:
    """Another ledger in which the first deed that `change` takes is another."""
    other, is_done = Ledger(), False
    for deed in ledger.deeds:
        changed = None if is_done else change(deed)
        is_done = is_done or changed is not None
        other.begin(changed or deed)
    assert is_done, "this never happened"
    return other


def test_a_refused_key_with_an_effect_is_said(busy_evening: Any) -> None:
    def refuse(deed: Deed) -> Deed | None:
        if meaning_of(deed) != "add" or deed.outcome != "acknowledged":
            return None
        refused = [msgspec.structs.replace(each, status=409) for each in deed.attempts]
        return msgspec.structs.replace(deed, attempts=refused)

    said = check_ledger(_retold(busy_evening.ledger, refuse), busy_evening.orders)
    assert said and all("was refused, yet line" in each for each in said)


def test_a_course_that_nobody_fired_is_said(busy_evening: Any) -> None:
    """As if a line that may be made had been ordered for the first course."""
    unfired = set(untouched(busy_evening.ledger, "fire"))

    def of_a_course(deed: Deed) -> Deed | None:
        if deed.order not in unfired or meaning_of(deed) not in ("open", "add"):
            return None
        items = [{**each, "etapa": 1} for each in deed.body.get("itens", ())]
        shown = {each["id_externo"]: each for each in busy_evening.orders[deed.order]["itens"]}
        made = [shown.get(each["id_externo"], {"status": "entregue"}) for each in items]
        if not any(each["status"] in ("novo", "enviado") for each in made):
            return None
        return msgspec.structs.replace(deed, body={**deed.body, "itens": items})

    said = check_ledger(_retold(busy_evening.ledger, of_a_course), busy_evening.orders)
    assert said and all("though nobody fired course 1" in each for each in said), said


def test_a_key_that_one_terminal_executed_twice_is_said(busy_evening: Any) -> None:
    def twice(deed: Deed) -> Deed | None:
        if meaning_of(deed) != "pay" or not any(each.replayed for each in deed.attempts):
            return None
        if len({each.letters for each in deed.attempts}) > 1:
            return None
        fresh = [msgspec.structs.replace(each, replayed=False) for each in deed.attempts]
        told = [each for each in fresh if each.outcome == "acknowledged"]
        return msgspec.structs.replace(deed, attempts=fresh) if len(told) > 1 else None

    said = check_ledger(_retold(busy_evening.ledger, twice), busy_evening.orders)
    assert any("twice under key" in each for each in said)


def test_a_terminal_that_forgot_an_order_is_said(busy_evening: Any) -> None:
    late = busy_evening.ledger.deeds[-1].attempts[-1]
    order = busy_evening.ledger.orders[0]
    ledger = _retold(busy_evening.ledger, lambda deed: deed if deed.order == order else None)
    look = Deed("look", "waiter 1", "GET", f"/api/pedidos/{order}", order=order)
    ledger.begin(look)
    gone = Answer(404, {"code": "unknown_order"})
    ledger.attempted(look, "A", late.until + 1, late.until + 2, gone)
    (said,) = check_ledger(ledger, busy_evening.orders)
    assert f"order {order}: A did not know it" in said


def test_a_terminal_that_forgot_a_payment_is_said(busy_evening: Any) -> None:
    def forget(deed: Deed) -> Deed | None:
        last = deed.attempts[-1] if deed.attempts else None
        if deed.act != "look" or last is None or last.sight is None or not last.sight.payments:
            return None
        sight = msgspec.structs.replace(last.sight, payments=())
        late = msgspec.structs.replace(last, at=last.at + 9000, until=last.at + 9001, sight=sight)
        return msgspec.structs.replace(deed, attempts=[*deed.attempts, late])

    said = check_ledger(_retold(busy_evening.ledger, forget), busy_evening.orders)
    assert said and all("forgot payment" in each for each in said)


def test_what_is_excused_need_not_hold(busy_evening: Any) -> None:
    ledger, orders = busy_evening.ledger, copy.deepcopy(busy_evening.orders)
    alone = [
        each
        for each in set(ledger.orders) & orders.keys()
        if not any(it["pedido_origem_id"] for it in orders[each]["itens"])
    ]
    order = max(alone, key=ledger.orders.index)  # no other's lines go with it
    del orders[order]
    case = cases(ledger.deeds)[order]
    lost = {each.until for deed in case.deeds for each in deed.attempts}
    assert len(check_ledger(ledger, orders)) == 1
    assert check_ledger(ledger, orders, Lost(lost)) == []


class Lost(Excuses):
    """Attempts, by when they were answered."""

    def __init__(self, until: set[float]) -> None:
        self.until = until

    def of(self, deed: Deed, attempt: Attempt) -> Excused:
        return Excused.WHOLLY if attempt.until in self.until else Excused.NOT


class Meddled(Excuses):
    """Nothing is promised of one order."""

    def __init__(self, order: str) -> None:
        self.order = order

    def knows(self, order: str) -> bool:
        return order != self.order


class Forgetful(Excuses):
    """A lost all that it showed before that moment."""

    def __init__(self, at: float) -> None:
        self.at = at

    def forgot(self, letters: str, shown: float, asked: float) -> bool:
        return letters == "A" and shown <= self.at <= asked


def test_a_payment_that_a_stranger_signed_is_nobody_s_second_effect(busy_evening: Any) -> None:
    orders = copy.deepcopy(busy_evening.orders)
    payment_twice(orders, busy_evening.ledger)
    meddled = paid_one(orders)["id"]
    assert any("has 2 effects" in it for it in check_ledger(busy_evening.ledger, orders))
    assert check_ledger(busy_evening.ledger, orders, Meddled(meddled)) == []
    another = next(each for each in orders if each != meddled)
    assert check_ledger(busy_evening.ledger, orders, Meddled(another)) != []


def test_absurd_requests_about_a_meddled_order_are_no_surprise(busy_evening: Any) -> None:
    ledger = _retold(busy_evening.ledger, lambda deed: deed)
    order = ledger.orders[0]
    body = {"valor_centavos": 2**53}
    pay = Deed("pay", "cashier 1", "POST", f"/api/pedidos/{order}/pagamentos", body, order=order)
    ledger.begin(pay)
    ledger.attempted(pay, "A", 1.0, 2.0, Answer(422, {"code": "invalid_field"}))
    assert len(check_ledger(ledger, busy_evening.orders)) == 1
    assert check_ledger(ledger, busy_evening.orders, Meddled(order)) == []
    ledger.attempted(pay, "A", 3.0, 4.0, Answer(500, {"code": "internal_error"}))
    assert len(check_ledger(ledger, busy_evening.orders, Meddled(order))) == 1


def test_an_order_forgotten_with_its_disk_is_no_finding(busy_evening: Any) -> None:
    late = busy_evening.ledger.deeds[-1].attempts[-1].until
    order = busy_evening.ledger.orders[0]
    ledger = _retold(busy_evening.ledger, lambda deed: deed if deed.order == order else None)
    path = f"/api/pedidos/{order}"
    gone = Answer(404, {"code": "unknown_order"})

    def look(at: float, answer: Answer) -> None:
        deed = ledger.begin(Deed("look", "waiter 1", "GET", path, order=order))
        ledger.attempted(deed, "A", at, at + 1, answer)

    look(late + 20, gone)
    assert check_ledger(ledger, busy_evening.orders, Forgetful(late + 10)) == []
    look(late + 30, Answer(200, busy_evening.orders[order]))
    look(late + 40, gone)
    (said,) = check_ledger(ledger, busy_evening.orders, Forgetful(late + 10))
    assert f"A did not know it at {late + 40:.3f}" in said


def test_the_first_sighting_makes_no_promise_of_the_whole(busy_evening: Any) -> None:
    """An order that nobody here was told of may be among the final ones."""
    orders = copy.deepcopy(busy_evening.orders)
    stranger = {**orders[busy_evening.ledger.orders[0]], "id": "e" * 32, "id_externo": None}
    stranger |= {"itens": [], "itens_residuais": [], "pagamentos": [], "estornos": []}
    stranger |= {"gorjetas": [], "divisao": []}
    assert check_ledger(busy_evening.ledger, {**orders, "e" * 32: stranger}) == []
