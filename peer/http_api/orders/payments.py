"""Money received, confirmed, denied, refunded."""

from collections.abc import Iterable, Sequence

from crdt_models.documents.accounts.charging import PayOnAccount
from crdt_models.documents.accounts.errors import UnknownAccount
from crdt_models.documents.fields import ON_ACCOUNT, AnyMethod
from crdt_models.documents.orders.bill_commands import (
    RefundPayment,
    SettlePayment,
    TakePayment,
    refundable,
)
from crdt_models.documents.orders.errors import RefundAbovePaid, UnknownPayment
from crdt_models.documents.orders.payments import Payment
from crdt_models.errors import MalhaError
from crdt_models.ids import AccountId, OrderId, PaymentId
from peer.http_api.api import Api, replayed
from peer.http_api.orders.answering import done, order_of_call, shown
from peer.http_api.orders.charge_bodies import share_id
from peer.http_api.orders.payment_bodies import OutcomeBody, PaymentBody, RefundBody
from peer.http_api.shown import known_order
from peer.http_api.values import clean_text, id_of
from peer.service.http_errors import InvalidField
from peer.service.routes import Answer, Call


class PaymentIsDenied(MalhaError):
    """A denied payment cannot be confirmed here: the money has to be received again."""

    code = "payment_is_denied"
    sentence = "The payment {payment} was denied."
    cure = "Receive the money as another payment."


async def take_payment(api: Api, call: Call) -> Answer:
    """POST …/pagamentos."""
    order, body = order_of_call(call), call.body_as(PaymentBody)
    return await done(api, call, order, _payment_command(order, body), status=201)


def _payment_command(order: OrderId, body: PaymentBody) -> TakePayment | PayOnAccount:
    """Money, or a charge on the account that the body names. Raises InvalidField, InvalidAmount."""
    if body.forma == ON_ACCOUNT:
        return _on_account(order, body)
    if body.cliente_id is not None:
        raise InvalidField(field="cliente_id", reason="só com a forma fiado")
    return TakePayment(
        order=order,
        centavos=body.amount(),
        method=body.forma,
        tendered=body.tendered(),
        acquirer=body.acquirer(),
        is_pending=body.pendente,
        note=clean_text(body.observacao),
        share=share_id(body.parte_id),
        tip_centavos=body.tip(),
    )


def _on_account(order: OrderId, body: PaymentBody) -> PayOnAccount:
    if body.cliente_id is None:
        raise InvalidField(field="cliente_id", reason="falta dizer quem fica devendo")
    if body.tip():
        raise InvalidField(field="gorjeta", reason="fiado não tem gorjeta")
    if body.pendente or body.adquirente is not None or body.tendered() not in (None, body.amount()):
        raise InvalidField(field="forma", reason="fiado não tem troco, adquirente nem espera")
    account = AccountId(id_of(body.cliente_id, UnknownAccount, "account"))
    note = clean_text(body.observacao)
    return PayOnAccount(
        order=order,
        account=account,
        centavos=body.amount(),
        note=note,
        share=share_id(body.parte_id),
    )


async def confirm_payment(api: Api, call: Call) -> Answer:
    """POST …/pagamentos/{pagamento}/confirmar."""
    order, acquirer = order_of_call(call), call.body_as(OutcomeBody).acquirer()
    payment = _payment_of(call)
    if await replayed(api, call) is None:
        check_not_denied(known_order(api.node, order).payments_under(payment), payment)
    command = SettlePayment(order=order, payment=payment, outcome="confirmed", acquirer=acquirer)
    return await done(api, call, order, command)


def check_not_denied(found: Iterable[Payment], payment: PaymentId) -> None:
    """What the acquirer denied is received again, not confirmed. Raises PaymentIsDenied."""
    if any(each.state == "denied" for each in found):
        raise PaymentIsDenied(payment=payment.hex())


async def deny_payment(api: Api, call: Call) -> Answer:
    """POST …/pagamentos/{pagamento}/negar."""
    order, reason = order_of_call(call), clean_text(call.body_as(OutcomeBody).motivo)
    command = SettlePayment(order=order, payment=_payment_of(call), outcome="denied", reason=reason)
    return await done(api, call, order, command)


async def refund_payment(api: Api, call: Call) -> Answer:
    """POST …/pagamentos/{pagamento}/estornar."""
    order, body, payment = order_of_call(call), call.body_as(RefundBody), _payment_of(call)
    first = await replayed(api, call)
    if first is not None:
        return shown(api, order, first, status=201)
    amount, method = _refund_defaults(api, order, payment, body)
    command = RefundPayment(
        order=order,
        centavos=amount,
        payment=payment,
        method=method,
        reason=clean_text(body.motivo),
    )
    return await done(api, call, order, command, status=201)


def _payment_of(call: Call) -> PaymentId:
    return PaymentId(id_of(call.path["pagamento"], UnknownPayment, "payment"))


def _refund_defaults(
    api: Api, order: OrderId, payment: PaymentId, body: RefundBody
) -> tuple[int, AnyMethod]:
    """Without an amount all that is left of the payment; without a method, the one it came by."""
    view = known_order(api.node, order)
    found = view.payments_under(payment)
    if not found:
        raise UnknownPayment(payment=payment.hex())
    given = body.amount()
    amount = all_of(found, payment, view.paid) if given is None else given
    return amount, body.forma or found[0].received.fact.method


def all_of(found: Sequence[Payment], payment: PaymentId, paid: int) -> int:
    """What a refund without an amount hands back. found: under the id. paid: all that is there.
    Raises UnknownPayment, RefundAbovePaid."""
    left = refundable(found, payment, paid)
    if left == 0:
        raise RefundAbovePaid(asked=found[0].centavos, paid=0)
    return left
