"""Where a terminal and the reference do not agree on orders and what the kitchen has of them."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from simulations.reference.charges import ReferenceTip
from simulations.reference.compared import PAYMENTS, compared
from simulations.reference.lines import ReferenceLine
from simulations.reference.order import ReferenceOrder
from simulations.reference.peer_shop import Json, PeerShop
from simulations.reference.shares import ReferenceShare
from simulations.reference.shop import ReferenceShop

_ACCOUNTS: Final = {
    "open": "aberto",
    "bill_asked": "conta_pedida",
    "closed": "fechado",
    "settled": "pago",
    "cancelled": "cancelado",
    "merged": "juntado",
}
_STAGES: Final = {
    "new": "novo",
    "sent": "enviado",
    "preparing": "preparando",
    "ready": "pronto",
    "delivered": "entregue",
}
_DISCOUNTS: Final = {"percent": "percentual", "value": "valor", "courtesy": "cortesia"}
_CHARGES: Final = {
    "minimum": "consumacao_minima",
    "service": "servico",
    "couvert": "couvert",
    "delivery_fee": "entrega",
}
_TIPS: Final = {"counted": "vale", "uncounted": "sem_pagamento", "returned": "devolvida"}
_REGISTERS: Final = {
    "tipo": "service_type",
    "mesa_id": "table",
    "comanda": "tab",
    "garcom": "waiter",
    "cliente": "customer",
    "observacao": "note",
    "pessoas": "people",
    "id_externo": "external_id",
}
_DELIVERY: Final = {
    "nome": "name",
    "telefone": "phone",
    "logradouro": "street",
    "numero": "number",
    "complemento": "complement",
    "bairro": "district",
    "cidade": "city",
    "cep": "postal_code",
    "referencia": "reference",
}
_TICKET: Final = ["id", "quantidade_milesimos", "status", "disparado"]
_USUAL_FLAGS: Final = ("financeiro", "producao", "expedicao")


def of_orders(reference: ReferenceShop, peer: PeerShop) -> Iterator[str]:
    known = {order.id: order for order in reference.orders.values() if order.opening is not None}
    for order in sorted(known.keys() | peer.orders.keys()):
        if order not in peer.orders:
            yield f"pedido {known[order].name}: the terminal does not have it"
        elif order not in known:
            yield f"pedido {peer.orders[order].get('numero')}: nobody opened it"
        else:
            subject = f"pedido {known[order].name}"
            yield from compared(subject, _order(known[order]), peer.orders[order])
            yield from _of_lists(subject, known[order], peer.orders[order])


def _order(order: ReferenceOrder) -> Json:
    flags = {**dict.fromkeys(_USUAL_FLAGS, False), **order.flags}
    return {
        "numero": order.number,
        "status": _ACCOUNTS[order.account],
        "status_producao": _STAGES[order.production],
        **{name: order.register(register) for name, register in _REGISTERS.items()},
        "entrega": _delivery(order.delivery),
        "total_centavos": order.total,
        "pago_centavos": order.paid,
        "saldo_centavos": order.balance,
        "residual_centavos": order.residual,
        "subtotal_centavos": order.consumption + order.discount,
        "desconto_centavos": order.discount,
        "taxa_servico_centavos": order.charge("service"),
        "gorjeta_centavos": order.tipped,
        "flags": flags,
        "precisa_atualizar": order.needs_upgrade,
        "versao": order.fact_count,
        "juntado_a": order.mergings[-1]["into"].hex() if order.mergings else None,
        "originNodeId": None if order.device is None else order.device.hex(),
        "dia_operacao": order.day,
    }


def _delivery(known: dict[str, str]) -> Json | None:
    return {name: known.get(field, "") for name, field in _DELIVERY.items()} if known else None


def _of_lists(subject: str, order: ReferenceOrder, peer: Json) -> Iterator[str]:
    """Rows are compared as a multiset: one id may stand twice, and the sequence is for the eye."""
    for name, ours in (
        ("itens", _bill(order)),
        ("itens_residuais", [_line(order, line) for line in order.late_lines]),
        ("pagamentos", [_payment(order, at) for at in range(len(order.payments))]),
        ("estornos", [_refund(order, at) for at in range(len(order.refunds))]),
        ("descontos", list(_discounts(order))),
        ("taxas", [_charge(*each) for each in order.charges]),
        ("gorjetas", [_tip(each) for each in order.tips]),
        ("divisao", [_share(each) for each in order.shares] if order.split else []),
    ):
        fields = list(ours[0]) if ours else ["id"]
        mine, other = (Counter(_row(row, fields) for row in rows) for rows in (ours, peer[name]))
        for row in (other - mine).elements():
            yield f"{subject}: {name} has {row}, and should not"
        for row in (mine - other).elements():
            yield f"{subject}: {name} should have {row}, and has not"


def _row(row: Json, fields: list[str]) -> str:
    return ", ".join(f"{field} {row.get(field)!r}" for field in fields)


def _bill(order: ReferenceOrder) -> list[Json]:
    """The lines as shown: of a closed bill as billed, else all, cancelled ones too."""
    if order.closing is None:
        return [_line(order, line) for line in order.lines]
    by_id = {line.id: line for line in reversed(order.lines)}
    return [_billed(order, by_id.get(billed[0]), *billed) for billed in order.bill]


def _billed(
    order: ReferenceOrder, known: ReferenceLine | None, name: bytes, label: str, *figures: int
) -> Json:
    """What is known of a line beside what the closing says; nothing when it has not come."""
    thousandths, unit, amount, off = figures
    is_from_elsewhere = known is not None and known.home != order.id
    return {
        "id": name.hex(),
        "produto_id": None if known is None else known.added["product"],
        "nome": label,
        "quantidade_milesimos": thousandths,
        "preco_unitario_com_modificadores_centavos": unit,
        "total_centavos": amount + off,
        "desconto_centavos": off,
        "status": _STAGES["new" if known is None else known.stage],
        "estacao": "" if known is None else known.station,
        "disparado": known is None or known.is_fired,
        "pedido_origem_id": known.home if known is not None and is_from_elsewhere else None,
        "cancelado_apos_envio": known is not None and known.was_cancelled_after_send,
    }


def _line(order: ReferenceOrder, line: ReferenceLine) -> Json:
    off = 0 if line in order.late_lines else sum(order.off.get(line.id, (0, 0)))
    figures = (line.left, line.unit, line.amount - off, off)
    shown = _billed(order, line, line.id, line.added["name"], *figures)
    return shown if line.left else {**shown, "status": "cancelado"}


def _payment(order: ReferenceOrder, at: int) -> Json:
    payment = order.payments[at]
    return {
        "id": payment.id.hex(),
        "forma": payment.method,
        "valor_centavos": payment.centavos,
        "troco_centavos": payment.change,
        "status": PAYMENTS[payment.state],
        "gorjeta_centavos": sum(
            each.received["centavos"]
            for each in order.tips
            if each.received["payment"] == payment.id and each.state != "returned"
        ),
        "parte_id": None if payment.received["share"] is None else payment.received["share"].hex(),
    }


def _discounts(order: ReferenceOrder) -> Iterator[Json]:
    for (kind, line), standing in order.discounts.items():
        for told in standing:
            yield {
                "id": told.id,
                "tipo": _DISCOUNTS[kind],
                "percentual": told["amount"] / 100 if kind == "percent" else 0.0,
                "valor_centavos": 0 if kind == "percent" else told["amount"],
                "item_id": None if line is None else line.hex(),
                "pedido_origem_id": None,
                "vale": told is standing[-1],
            }
    for told in order.carried:
        yield {
            "id": told.id,
            "tipo": _DISCOUNTS[told["kind"]],
            "percentual": told["basis_points"] / 100 if told["kind"] == "percent" else 0.0,
            "valor_centavos": told["centavos"] if told["kind"] == "value" else 0,
            "item_id": None,
            "pedido_origem_id": told["source"].hex(),
            "vale": True,
        }


def _charge(kind: str, rate: int, people: int, centavos: int) -> Json:
    return {
        "tipo": _CHARGES.get(kind, kind),
        "percentual": rate / 100 if kind == "service" else 0.0,
        "valor_unitario_centavos": 0 if kind == "service" else rate,
        "pessoas": people,
        "valor_centavos": centavos,
    }


def _tip(tip: ReferenceTip) -> Json:
    payment = tip.received["payment"]
    return {
        "id": tip.received.id,
        "forma": tip.received["method"],
        "valor_centavos": tip.received["centavos"],
        "pagamento_id": None if payment is None else payment.hex(),
        "status": _TIPS[tip.state],
    }


def _share(share: ReferenceShare) -> Json:
    return {
        "id": None if share.id is None else share.id.hex(),
        "nome": share.name,
        "total_centavos": share.owed,
        "pago_centavos": share.paid,
        "saldo_centavos": share.owed - share.paid,
    }


def _refund(order: ReferenceOrder, at: int) -> Json:
    refund = order.refunds[at]
    payment = refund["payment"]
    return {
        "id": refund["refund"].hex(),
        "pagamento_id": None if payment is None else payment.hex(),
        "forma": refund["method"],
        "valor_centavos": refund["centavos"],
    }


def of_kitchen(reference: ReferenceShop, peer: PeerShop) -> Iterator[str]:
    """Every line that a station has, with how far it is. Tickets come by time of sending."""
    orders = [order for order in reference.orders.values() if order.opening is not None]
    ours = Counter(
        f"{order.name} at {station!r}: {_row(_line(order, line), _TICKET)}"
        for order in orders
        for station, lines in order.tickets.items()
        for line in lines
    )
    theirs = Counter(
        f"{reference.orders[each['pedido_id']].name} at {each['estacao']!r}: {_row(item, _TICKET)}"
        for each in peer.kitchen
        for item in each["itens"]
    )
    for row in sorted((theirs - ours).elements()):
        yield f"cozinha: has {row}, and should not"
    for row in sorted((ours - theirs).elements()):
        yield f"cozinha: should have {row}, and has not"
    sent = [each["enviado_em"] for each in peer.kitchen]
    if sent != sorted(sent):
        yield "cozinha: the queue is not by time of sending"
