"""The audit is silent about a true evening, and says what was changed in a false one."""

import copy
import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from simulations.workload.audit import check_ledger
from simulations.workload.ledger import Attempt, Deed, Ledger
from simulations.workload.promises import Excused, Excuses, cases, meaning_of
from simulations.workload.till import Answer

Pedido = dict[str, Any]
Orders = dict[str, Pedido]


def _first(orders: Orders, fits: Callable[[Pedido], object]) -> Pedido:
    return next(pedido for pedido in orders.values() if fits(pedido))


def _open_line(orders: Orders) -> tuple[Pedido, Pedido]:
    """A line that nobody struck out, on a bill that never was closed, and that neither gave lines
    to others nor got any."""
    givers = {line["pedido_origem_id"] for it in orders.values() for line in it["itens"]}

    def stays(it: Pedido) -> bool:
        came = any(line["pedido_origem_id"] for line in it["itens"])
        return not came and it["id"] not in givers

    pedido = _first(orders, lambda it: it["fechado_em"] is None and _whole(it) and stays(it))
    return pedido, _whole(pedido)[0]


def _whole(pedido: Pedido) -> list[Pedido]:
    return [each for each in pedido["itens"] if each["quantidade_cancelada"] == 0]


def _paid(orders: Orders) -> Pedido:
    return _first(orders, lambda it: it["pagamentos"])


def _untouched(ledger: Ledger, *meanings: str) -> Iterator[str]:
    """Orders about which nobody ever asked for any of these."""
    for order, case in cases(ledger.deeds).items():
        if not any(case.may(each) for each in meanings):
            yield order


def order_lost(orders: Orders, ledger: Ledger) -> None:
    del orders[ledger.orders[3]]


def payment_lost(orders: Orders, ledger: Ledger) -> None:
    _paid(orders)["pagamentos"].pop()


def payment_lost_with_its_figures(orders: Orders, ledger: Ledger) -> None:
    pedido = _first(orders, lambda it: it["pagamentos"] and not it["estornos"])
    gone = pedido["pagamentos"].pop()
    if gone["status"] == "confirmado":
        pedido["pago_centavos"] -= gone["valor_centavos"]
        pedido["saldo_centavos"] += gone["valor_centavos"]


def payment_altered(orders: Orders, ledger: Ledger) -> None:
    _paid(orders)["pagamentos"][0]["valor_centavos"] += 1


def payment_by_another_method(orders: Orders, ledger: Ledger) -> None:
    payment = _paid(orders)["pagamentos"][0]
    payment["forma"] = "pix" if payment["forma"] != "pix" else "debito"


def payment_twice(orders: Orders, ledger: Ledger) -> None:
    payments = _paid(orders)["pagamentos"]
    payments.append({**payments[0], "id": "f" * 32})


def pending_payment_counts(orders: Orders, ledger: Ledger) -> None:
    pedido = _first(orders, lambda it: any(p["status"] == "negado" for p in it["pagamentos"]))
    payment = next(each for each in pedido["pagamentos"] if each["status"] == "negado")
    payment["status"] = "confirmado"
    pedido["pago_centavos"] += payment["valor_centavos"]
    pedido["saldo_centavos"] -= payment["valor_centavos"]


def copy_counts_too(orders: Orders, ledger: Ledger) -> None:
    pedido = _first(orders, lambda it: any(p["status"] == "duplicado" for p in it["pagamentos"]))
    for payment in pedido["pagamentos"]:
        payment["status"] = payment["status"].replace("duplicado", "confirmado")


def refund_lost(orders: Orders, ledger: Ledger) -> None:
    _first(orders, lambda it: it["estornos"])["estornos"].pop()


def refund_altered(orders: Orders, ledger: Ledger) -> None:
    _first(orders, lambda it: it["estornos"])["estornos"][0]["valor_centavos"] -= 1


def line_lost(orders: Orders, ledger: Ledger) -> None:
    pedido, line = _open_line(orders)
    pedido["itens"].remove(line)


def line_dearer(orders: Orders, ledger: Ledger) -> None:
    _open_line(orders)[1]["preco_unitario_centavos"] += 10


def line_halved(orders: Orders, ledger: Ledger) -> None:
    _open_line(orders)[1]["quantidade_milesimos"] //= 2


def line_struck_out_by_nobody(orders: Orders, ledger: Ledger) -> None:
    _open_line(orders)[1]["quantidade_cancelada"] = 0.5


def line_struck_out_is_back(orders: Orders, ledger: Ledger) -> None:
    pedido = _first(
        orders,
        lambda it: it["fechado_em"] is None and any(i["quantidade_cancelada"] for i in it["itens"]),
    )
    line = next(each for each in pedido["itens"] if each["quantidade_cancelada"])
    line["quantidade_milesimos"] += round(1000 * line["quantidade_cancelada"])
    line["quantidade_cancelada"] = 0


def line_twice(orders: Orders, ledger: Ledger) -> None:
    pedido, line = _open_line(orders)
    pedido["itens"].append({**line, "id": "f" * 32})


def line_not_made_after_all(orders: Orders, ledger: Ledger) -> None:
    for pedido in orders.values():
        for line in pedido["itens"]:
            if line["status"] == "entregue":
                line["status"] = "pronto"


def line_made_where_nobody_sent_it(orders: Orders, ledger: Ledger) -> None:
    _open_line(orders)[1]["estacao"] = "copa"


def course_waits_for_ever(orders: Orders, ledger: Ledger) -> None:
    _open_line(orders)[1]["disparado"] = False


def _billed(orders: Orders, ledger: Ledger) -> Pedido:
    """A closed bill whose closings were all answered."""
    for order, case in cases(ledger.deeds).items():
        attempts = [each for deed in case.may("close") for each in deed.attempts]
        pedido = orders[order]
        if pedido["fechado_em"] and pedido["itens"] and all(each.status for each in attempts):
            return pedido
    raise AssertionError("no bill of which all is known")


def bill_altered(orders: Orders, ledger: Ledger) -> None:
    _billed(orders, ledger)["total_centavos"] += 100


def bill_altered_consistently(orders: Orders, ledger: Ledger) -> None:
    pedido = _billed(orders, ledger)
    pedido["itens"][0]["total_centavos"] += 100
    pedido["total_centavos"] += 100
    pedido["saldo_centavos"] += 100


def bill_open_again(orders: Orders, ledger: Ledger) -> None:
    order = next(
        each for each in _untouched(ledger, "reopen", "cancel") if orders[each]["fechado_em"]
    )
    orders[order] |= {"fechado_em": None, "status": "aberto"}


def paid_in_the_red(orders: Orders, ledger: Ledger) -> None:
    _paid(orders)["saldo_centavos"] -= 1


def paid_but_not_received(orders: Orders, ledger: Ledger) -> None:
    _paid(orders)["pago_centavos"] += 1


def cancelled_by_nobody(orders: Orders, ledger: Ledger) -> None:
    orders[next(_untouched(ledger, "cancel"))]["status"] = "cancelado"


def cancelled_but_alive(orders: Orders, ledger: Ledger) -> None:
    order = next(
        each for each in _untouched(ledger, "restore") if orders[each]["status"] == "cancelado"
    )
    orders[order]["status"] = "aberto"


def waiter_invented(orders: Orders, ledger: Ledger) -> None:
    orders[ledger.orders[0]]["garcom"] = "Ninguém"


def edit_lost(orders: Orders, ledger: Ledger) -> None:
    deed = next(
        each
        for each in ledger.acknowledged()
        if each.act == "edit" and str(each.body.get("observacao", "")).startswith("alergia")
    )
    orders[deed.order]["observacao"] = None


def mark_lost(orders: Orders, ledger: Ledger) -> None:
    flags = _first(orders, lambda it: any(it["flags"].values()))["flags"]
    flags |= dict.fromkeys(flags, False)


def discount_lost(orders: Orders, ledger: Ledger) -> None:
    gone = {order for order in orders if order not in set(_untouched(ledger, "withdraw"))}
    given = {deed.order for deed in ledger.acknowledged() if meaning_of(deed) == "discount"}
    for order in given - gone:
        orders[order]["descontos"] = []


def discount_of_nobody(orders: Orders, ledger: Ledger) -> None:
    _first(orders, lambda it: it["descontos"])["descontos"][0]["motivo"] = "de ninguém"


def discount_greater(orders: Orders, ledger: Ledger) -> None:
    for given in _first(orders, lambda it: it["descontos"])["descontos"]:
        given["percentual"] += 1
        given["valor_centavos"] += 1


def service_of_nobody(orders: Orders, ledger: Ledger) -> None:
    orders[ledger.orders[0]]["taxa_servico_percentual"] = 99


def charge_lost(orders: Orders, ledger: Ledger) -> None:
    _first(orders, lambda it: it["taxas"])["taxas"].pop()


def lines_and_bill_apart(orders: Orders, ledger: Ledger) -> None:
    _first(orders, lambda it: it["itens"])["subtotal_centavos"] += 1


def tip_lost(orders: Orders, ledger: Ledger) -> None:
    _first(orders, _has_own_tip)["gorjetas"] = []


def tip_twice(orders: Orders, ledger: Ledger) -> None:
    tips = _first(orders, _has_own_tip)["gorjetas"]
    tips += [each for each in tips if each["observacao"]]


def _has_own_tip(pedido: Pedido) -> bool:
    return any(each["observacao"] for each in pedido["gorjetas"])


def tip_not_counted(orders: Orders, ledger: Ledger) -> None:
    _first(orders, lambda it: it["gorjeta_centavos"])["gorjeta_centavos"] -= 1


def tip_of_a_payment_lost(orders: Orders, ledger: Ledger) -> None:
    for pedido in orders.values():
        for payment in pedido["pagamentos"]:
            payment["gorjeta_centavos"] = 0


def share_short_of_a_centavo(orders: Orders, ledger: Ledger) -> None:
    _first(orders, lambda it: it["divisao"])["divisao"][0]["total_centavos"] -= 1


def share_paid_by_nobody(orders: Orders, ledger: Ledger) -> None:
    _first(orders, lambda it: it["divisao"])["divisao"][0]["pago_centavos"] += 1


def order_opened_twice(orders: Orders, ledger: Ledger) -> None:
    order = ledger.orders[0]
    orders["f" * 32] = {**orders[order], "id": "f" * 32}


FALSE: dict[Callable[[Orders, Ledger], None], str] = {
    order_lost: "is absent",
    payment_lost: "payment .* is absent",
    payment_lost_with_its_figures: "payment .* is absent",
    payment_altered: "payment .* it was",
    payment_by_another_method: "payment .* it was",
    payment_twice: "effects: payment",
    pending_payment_counts: "is confirmado, not negado",
    copy_counts_too: "counts 2 times",
    refund_lost: "refund .* is absent",
    refund_altered: "refund .* it was",
    line_lost: "line .* is absent",
    line_dearer: "line .* costs",
    line_halved: "are left",
    line_struck_out_by_nobody: "are struck out",
    line_struck_out_is_back: "are struck out",
    line_twice: "effects: line",
    line_not_made_after_all: "back at stage",
    line_made_where_nobody_sent_it: "is made at 'copa'",
    course_waits_for_ever: "though its course 0 was fired",
    bill_altered: "is none of those closed|its closed bill changed",
    bill_altered_consistently: "is none of those closed|its closed bill changed",
    bill_open_again: "closed it at",
    paid_in_the_red: "balance",
    paid_but_not_received: "paid .* is not",
    cancelled_by_nobody: "cancelled, which nobody asked for",
    cancelled_but_alive: "although it was cancelled",
    waiter_invented: "garcom is 'Ninguém'",
    edit_lost: "observacao is None",
    mark_lost: " is False, which is none",
    discount_lost: "discount .* is absent",
    discount_of_nobody: "was given by nobody",
    discount_greater: "discount .* is .*, not",
    service_of_nobody: "service is 9900",
    charge_lost: "of charges",
    lines_and_bill_apart: "its lines are",
    tip_lost: "yet tip .* is not there",
    tip_twice: "effects: tip",
    tip_not_counted: "tips are",
    tip_of_a_payment_lost: "with a tip of 0, it was",
    share_short_of_a_centavo: "its shares are",
    share_paid_by_nobody: "its shares paid",
    order_opened_twice: "effects: order",
}


@pytest.mark.parametrize("falsify", FALSE, ids=lambda each: each.__name__)
def test_what_was_changed_is_said(falsify: Any, busy_evening: Any) -> None:
    ledger, orders = busy_evening.ledger, copy.deepcopy(busy_evening.orders)
    falsify(orders, ledger)
    said = check_ledger(ledger, orders)
    assert re.search(FALSE[falsify], " / ".join(said)), said


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
    unfired = set(_untouched(busy_evening.ledger, "fire"))

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
    del orders[ledger.orders[-1]]
    case = cases(ledger.deeds)[ledger.orders[-1]]
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
    meddled = _paid(orders)["id"]
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
