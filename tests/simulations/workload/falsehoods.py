"""Ways to tell an evening falsely, and what the audit says of each (`FALSE`): see `test_audit`."""

from collections.abc import Callable, Iterator
from typing import Any

from simulations.workload.ledger import Ledger
from simulations.workload.promises import cases, meaning_of

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


def paid_one(orders: Orders) -> Pedido:
    return _first(orders, lambda it: it["pagamentos"])


def untouched(ledger: Ledger, *meanings: str) -> Iterator[str]:
    """Orders about which nobody ever asked for any of these."""
    for order, case in cases(ledger.deeds).items():
        if not any(case.may(each) for each in meanings):
            yield order


def order_lost(orders: Orders, ledger: Ledger) -> None:
    del orders[ledger.orders[3]]


def payment_lost(orders: Orders, ledger: Ledger) -> None:
    paid_one(orders)["pagamentos"].pop()


def payment_lost_with_its_figures(orders: Orders, ledger: Ledger) -> None:
    pedido = _first(orders, lambda it: it["pagamentos"] and not it["estornos"])
    gone = pedido["pagamentos"].pop()
    if gone["status"] == "confirmado":
        pedido["pago_centavos"] -= gone["valor_centavos"]
        pedido["saldo_centavos"] += gone["valor_centavos"]


def payment_altered(orders: Orders, ledger: Ledger) -> None:
    paid_one(orders)["pagamentos"][0]["valor_centavos"] += 1


def payment_by_another_method(orders: Orders, ledger: Ledger) -> None:
    payment = paid_one(orders)["pagamentos"][0]
    payment["forma"] = "pix" if payment["forma"] != "pix" else "debito"


def payment_twice(orders: Orders, ledger: Ledger) -> None:
    payments = paid_one(orders)["pagamentos"]
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
        each for each in untouched(ledger, "reopen", "cancel") if orders[each]["fechado_em"]
    )
    orders[order] |= {"fechado_em": None, "status": "aberto"}


def paid_in_the_red(orders: Orders, ledger: Ledger) -> None:
    paid_one(orders)["saldo_centavos"] -= 1


def paid_but_not_received(orders: Orders, ledger: Ledger) -> None:
    paid_one(orders)["pago_centavos"] += 1


def cancelled_by_nobody(orders: Orders, ledger: Ledger) -> None:
    orders[next(untouched(ledger, "cancel"))]["status"] = "cancelado"


def cancelled_but_alive(orders: Orders, ledger: Ledger) -> None:
    order = next(
        each for each in untouched(ledger, "restore") if orders[each]["status"] == "cancelado"
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
    gone = {order for order in orders if order not in set(untouched(ledger, "withdraw"))}
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
