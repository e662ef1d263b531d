"""The JSON of what a bill has beside its lines: discounts, charges, tips, the split."""

from crdt_models.documents.orders.charges import CHARGE_NAMES, Charge, Tip
from crdt_models.documents.orders.facts import DiscountGiven
from crdt_models.documents.orders.line_discounts import Carried
from crdt_models.documents.orders.split import ShareDue
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.view import Once
from crdt_models.hybrid_logical_clock import iso
from crdt_models.ids import LineId, PaymentId
from crdt_models.pedido.figures import JsonObject, decimal, quantity
from crdt_models.pedido.names import CHARGE_KIND, DISCOUNT_KIND, TIP_STATUS


def charges_json(order: OrderView) -> JsonObject:
    """The members of a pedido that say how its total comes about."""
    figures, service = order.figures, order.figures.charge("service")
    gross = figures.consumption + figures.discount
    return {
        "subtotal": decimal(gross),
        "subtotal_centavos": gross,
        "desconto": decimal(figures.discount),
        "desconto_centavos": figures.discount,
        "descontos": [
            discount_json(each, line, counts=each is standing[-1])
            for (_, line), standing in order.terms.discounts.items()
            for each in standing
        ]
        + [carried_json(each) for each in order.terms.carried],
        "taxas": [charge_json(each) for each in figures.charges],
        "taxa_servico": decimal(service),
        "taxa_servico_centavos": service,
        "taxa_servico_percentual": decimal(order.terms.service_basis_points),
        "gorjeta": decimal(order.tipped),
        "gorjeta_centavos": order.tipped,
        "gorjetas": [tip_json(each) for each in order.tips],
        "divisao": [share_json(each) for each in order.shares] if len(order.shares) > 1 else [],
    }


def tips_with_payments(order: OrderView) -> dict[PaymentId, int]:
    """Centavos of the tips that came with each payment and were not handed back."""
    found: dict[PaymentId, int] = {}
    for tip in order.tips:
        payment = tip.received.fact.payment
        if payment is not None and tip.state != "returned":
            found[payment] = found.get(payment, 0) + tip.centavos
    return found


def discount_json(given: Once[DiscountGiven], line: LineId | None, *, counts: bool) -> JsonObject:
    """A discount that stands. line: of the order, that has it; None: the order."""
    fact = given.fact
    is_percent = fact.kind == "percent"
    return {
        "id": given.id,
        "tipo": DISCOUNT_KIND[fact.kind],
        "percentual": decimal(fact.amount if is_percent else 0),
        "valor": decimal(0 if is_percent else fact.amount),
        "valor_centavos": 0 if is_percent else fact.amount,
        "item_id": None if line is None else line.hex(),
        "pedido_origem_id": None,
        "motivo": fact.reason,
        "autorizado_por": None if fact.authorised_by is None else fact.authorised_by.hex(),
        "vale": counts,
        "criado_em": iso(given.stamp.hlc),
    }


def carried_json(carried: Carried) -> JsonObject:
    """What items brought of a discount of an order that was joined with another: of those items
    alone."""
    fact = carried.counting.fact
    is_percent = fact.kind == "percent"
    centavos = fact.centavos if fact.kind == "value" else 0
    return {
        "id": carried.counting.id,
        "tipo": DISCOUNT_KIND[fact.kind],
        "percentual": decimal(fact.basis_points if is_percent else 0),
        "valor": decimal(centavos),
        "valor_centavos": centavos,
        "item_id": None,
        "pedido_origem_id": fact.source.hex(),
        "motivo": fact.reason,
        "autorizado_por": None if fact.authorised_by is None else fact.authorised_by.hex(),
        "vale": True,
        "criado_em": iso(carried.counting.stamp.hlc),
    }


def charge_json(charge: Charge) -> JsonObject:
    """A charge of a bill."""
    is_service = charge.kind == "service"
    return {
        "tipo": CHARGE_KIND.get(charge.kind, charge.kind),
        "nome": CHARGE_NAMES.get(charge.kind, charge.kind),
        "percentual": decimal(charge.rate if is_service else 0),
        "valor_unitario": decimal(0 if is_service else charge.rate),
        "valor_unitario_centavos": 0 if is_service else charge.rate,
        "pessoas": charge.people,
        "valor": decimal(charge.centavos),
        "valor_centavos": charge.centavos,
    }


def tip_json(tip: Tip) -> JsonObject:
    """A tip."""
    fact = tip.received.fact
    return {
        "id": tip.received.id,
        "forma": fact.method,
        "valor": decimal(fact.centavos),
        "valor_centavos": fact.centavos,
        "pagamento_id": None if fact.payment is None else fact.payment.hex(),
        "status": TIP_STATUS[tip.state],
        "observacao": fact.note,
        "criado_em": iso(tip.received.stamp.hlc),
    }


def share_json(due: ShareDue) -> JsonObject:
    """A share of a bill that is split; nobody's has no id."""
    share = due.share
    return {
        "id": None if share is None else share.share.hex(),
        "nome": "" if share is None else share.name,
        "itens": []
        if share is None
        else [
            {
                "item_id": each.line.hex(),
                "quantidade": quantity(each.thousandths),
                "quantidade_milesimos": each.thousandths,
            }
            for each in share.lines
        ],
        "valor": decimal(0 if share is None else share.centavos),
        "valor_centavos": 0 if share is None else share.centavos,
        "pessoas": 0 if share is None else share.people,
        "total": decimal(due.owed),
        "total_centavos": due.owed,
        "pago": decimal(due.paid),
        "pago_centavos": due.paid,
        "saldo": decimal(due.left),
        "saldo_centavos": due.left,
    }
