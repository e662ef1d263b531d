"""Discounts, service, couvert, minimum, delivery fee, tips, and who pays what."""

from crdt_models.documents.orders.charge_commands import (
    GiveDiscount,
    ReceiveTip,
    ReturnTips,
    SetCouvert,
    SetDeliveryFee,
    SetMinimum,
    SetService,
    SplitBill,
    WithdrawDiscounts,
)
from crdt_models.documents.orders.errors import UnknownDiscount, UnknownTip
from crdt_models.documents.orders.facts import DiscountKind
from crdt_models.ids import LineId
from peer.http_api.api import Api
from peer.http_api.orders.answering import done, order_of_call
from peer.http_api.orders.charge_bodies import (
    AuthorisedBody,
    CourtesyBody,
    CouvertBody,
    DiscountBody,
    FeeBody,
    MinimumBody,
    ServiceBody,
    SplitBody,
    TipBody,
    fact_of_path,
)
from peer.http_api.orders.line_bodies import line_id
from peer.http_api.values import ReasonBody, clean_text
from peer.service.http_errors import InvalidField
from peer.service.routes import Answer, Call


async def give_discount(api: Api, call: Call) -> Answer:
    """POST …/descontos."""
    body = call.body_as(DiscountBody)
    rate, amount = body.rate(), body.amount()
    if (rate is None) == (amount is None):
        raise InvalidField(field="percentual", reason="diga percentual ou valor, um dos dois")
    if rate is None:
        return await _give(api, call, body, "value", amount or 0)
    return await _give(api, call, body, "percent", rate)


async def give_courtesy(api: Api, call: Call) -> Answer:
    """POST …/cortesia."""
    return await _give(api, call, call.body_as(CourtesyBody), "courtesy", 0)


async def _give(
    api: Api, call: Call, body: CourtesyBody, kind: DiscountKind, amount: int
) -> Answer:
    order = order_of_call(call)
    line: LineId | None = None if body.item_id is None else line_id(body.item_id)
    command = GiveDiscount(
        order=order,
        kind=kind,
        amount=amount,
        line=line,
        **body.authority(),
    )
    return await done(api, call, order, command, status=201)


async def withdraw_discount(api: Api, call: Call) -> Answer:
    """POST …/descontos/{desconto}/cancelar."""
    order, body = order_of_call(call), call.body_as(AuthorisedBody)
    command = WithdrawDiscounts(
        order=order,
        discounts=(fact_of_path(call.path["desconto"], UnknownDiscount, "discount"),),
        **body.authority(),
    )
    return await done(api, call, order, command)


async def set_service(api: Api, call: Call) -> Answer:
    """POST …/taxa-servico."""
    order, body = order_of_call(call), call.body_as(ServiceBody)
    command = SetService(order=order, basis_points=body.rate(), **body.authority())
    return await done(api, call, order, command)


async def set_couvert(api: Api, call: Call) -> Answer:
    """POST …/couvert."""
    order, body = order_of_call(call), call.body_as(CouvertBody)
    command = SetCouvert(
        order=order,
        unit_centavos=body.amount(),
        people=body.pessoas,
        **body.authority(),
    )
    return await done(api, call, order, command)


async def set_minimum(api: Api, call: Call) -> Answer:
    """POST …/consumacao-minima."""
    order, body = order_of_call(call), call.body_as(MinimumBody)
    command = SetMinimum(
        order=order,
        centavos=body.amount(),
        is_per_person=body.por_pessoa,
        **body.authority(),
    )
    return await done(api, call, order, command)


async def set_delivery_fee(api: Api, call: Call) -> Answer:
    """POST …/taxa-entrega."""
    order, body = order_of_call(call), call.body_as(FeeBody)
    command = SetDeliveryFee(order=order, centavos=body.amount(), **body.authority())
    return await done(api, call, order, command)


async def split_bill(api: Api, call: Call) -> Answer:
    """POST …/divisao."""
    order, body = order_of_call(call), call.body_as(SplitBody)
    command = SplitBill(order=order, shares=tuple(each.share() for each in body.partes))
    return await done(api, call, order, command)


async def receive_tip(api: Api, call: Call) -> Answer:
    """POST …/gorjetas."""
    order, body = order_of_call(call), call.body_as(TipBody)
    command = ReceiveTip(
        order=order,
        centavos=body.amount(),
        method=body.forma,
        note=clean_text(body.observacao),
    )
    return await done(api, call, order, command, status=201)


async def return_tip(api: Api, call: Call) -> Answer:
    """POST …/gorjetas/{gorjeta}/devolver."""
    order, reason = order_of_call(call), clean_text(call.body_as(ReasonBody).motivo)
    tip = fact_of_path(call.path["gorjeta"], UnknownTip, "tip")
    return await done(api, call, order, ReturnTips(order=order, tips=(tip,), reason=reason))
