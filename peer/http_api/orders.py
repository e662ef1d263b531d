"""Orders over HTTP: `/api/pedidos`.

Rules of this file:
1. One request is one command, so it happens completely or not at all, and a retry under the same
   Idempotency-Key repeats the answer, not the act.
2. Every write answers with the order as committed, and its version as ETag.
3. A PUT compares the body with the version that If-Match names. Without If-Match it sets fields and
   adds lines that have no id, and never takes anything away: a stale screen cannot cancel another
   waiter's lines.
"""

from typing import Any

import msgspec

from crdt_models.documents.command import Command
from crdt_models.documents.fields import PaymentMethod
from crdt_models.documents.orders.bill_commands import (
    AskBill,
    CloseBill,
    RefundPayment,
    ReopenBill,
    SettlePayment,
    TakePayment,
)
from crdt_models.documents.orders.commands import (
    AddLines,
    AdvanceLines,
    CancelLines,
    CancelOrder,
    EditOrder,
    LineCancellation,
    NewLine,
    OpenOrder,
    RestoreOrder,
    SendLines,
)
from crdt_models.documents.orders.errors import RefundAbovePaid, UnknownOrder, UnknownPayment
from crdt_models.documents.orders.lines import Line
from crdt_models.documents.orders.view import OrderView
from crdt_models.errors import MalhaError
from crdt_models.ids import OrderId, PaymentId, order_document
from crdt_models.pedido import ORDER_NAMES
from peer.http_api.api import (
    Api,
    execute,
    json_answer,
    matched_version,
    quoted,
    refusal,
    replayed,
)
from peer.http_api.order_bodies import (
    FIELDS,
    CancellationBody,
    ItemBody,
    ItemsBody,
    LinesBody,
    OrderBody,
    OutcomeBody,
    PaymentBody,
    ReasonBody,
    RefundBody,
    ReplacementBody,
    fields_of,
    line_id,
    optional_text,
    table_id,
)
from peer.http_api.shown import known_order, shown_order
from peer.http_api.values import clean_text, id_of
from peer.node.requests import Outcome, StaleVersion
from peer.service.http_errors import InvalidField
from peer.service.routes import Answer, Call
from peer.service.strict_json import shaped

DELETED = "cancelado pelo sistema de vendas"  # the reason when a DELETE gives none
REPLACED = "alterado no pedido"


class PaymentIsDenied(MalhaError):
    """A denied payment cannot be confirmed here: the money has to be received again."""

    code = "payment_is_denied"
    sentence = "The payment {payment} was denied."
    cure = "Receive the money as another payment."


async def open_order(api: Api, call: Call) -> Answer:
    """POST /api/pedidos."""
    body = call.body_as(OrderBody)
    command = OpenOrder(
        service_type=body.service_type(),
        table=table_id(body.mesa_id),
        tab=body.tab(),
        waiter=optional_text(body.garcom),
        customer=optional_text(body.cliente),
        note=optional_text(body.observacao),
        people=body.pessoas,
        external_id=optional_text(body.id_externo),
        lines=tuple(item.line() for item in body.itens),
    )
    outcome = await execute(api, call, command)
    order = OrderId(outcome.ids["order"])
    answer = _shown(api, order, outcome, status=201)
    location = {"location": f"/api/pedidos/{order.hex()}"}
    return msgspec.structs.replace(answer, headers={**answer.headers, **location})


async def show_order(api: Api, call: Call) -> Answer:
    """GET /api/pedidos/{id}."""
    order = _order(call)
    known_order(api.node, order)
    version = quoted(api.node.version(order_document(order)))
    if call.headers.get("if-none-match") == version:
        return Answer(status=304, headers={"etag": version}, content=b"")
    return _shown(api, order)


async def replace_order(api: Api, call: Call) -> Answer:
    """PUT /api/pedidos/{id}."""
    order = _order(call)
    first = await replayed(api, call)
    if first is not None:
        return _shown(api, order, first)
    view = known_order(api.node, order)
    body = _replacement(api, order, call.body_as(dict))
    try:
        is_current = matched_version(api, call, order_document(order)) is not None
    except StaleVersion as error:
        return _stale(api, order, error)
    add, cancel = _line_changes(view, body, is_current=is_current)
    command = EditOrder(
        order=order,
        fields=fields_of(body.members()),
        flags=body.marks({name: view.flag(name) for name in view.flags}),
        add=tuple(add),
        cancel=tuple(cancel),
        reason=clean_text(body.motivo) or REPLACED,
    )
    return await _done(api, call, order, command)


def _replacement(api: Api, order: OrderId, given: dict[str, Any]) -> ReplacementBody:
    """The body of a PUT: an order that was read may be sent back, with all it holds.

    Raises InvalidField for a member that no order has and nobody can set.
    """
    known = {*ORDER_NAMES, *ReplacementBody.__struct_fields__, *shown_order(api, order)}
    for name, value in given.items():
        if name not in known and not isinstance(value, bool):
            raise InvalidField(field=name[:60], reason="este campo não existe")
    return shaped(given, ReplacementBody)


async def edit_order(api: Api, call: Call) -> Answer:
    """PATCH /api/pedidos/{id}: fields by name, marks as truth values."""
    order = _order(call)
    first = await replayed(api, call)
    if first is not None:
        return _shown(api, order, first)
    given: dict[str, Any] = call.body_as(dict)
    flags = {n: v for n, v in given.items() if isinstance(v, bool) and n not in ORDER_NAMES}
    flags |= shaped(given.get("flags", {}), dict[str, bool])
    readable = given.keys() - flags.keys() - FIELDS.keys() - {"flags"}
    if readable:
        _check_unchanged(api, order, {name: given[name] for name in readable})
    command = EditOrder(order=order, fields=fields_of(given), flags=flags)
    return await _done(api, call, order, command)


def _check_unchanged(api: Api, order: OrderId, given: dict[str, Any]) -> None:
    """Members that can only be read may be sent back as they are. Raises InvalidField."""
    shown = shown_order(api, order)
    for name, value in given.items():
        if name not in shown or shown[name] != value:
            raise InvalidField(field=name[:60], reason="não pode ser alterado aqui")


async def delete_order(api: Api, call: Call) -> Answer:
    """DELETE /api/pedidos/{id}: cancels; nothing is ever erased."""
    order = _order(call)
    reason = clean_text(call.text("motivo") or "") or DELETED
    return await _done(api, call, order, CancelOrder(order=order, reason=reason))


async def add_lines(api: Api, call: Call) -> Answer:
    """POST …/itens."""
    order = _order(call)
    lines = tuple(item.line() for item in call.body_as(ItemsBody).itens)
    return await _done(api, call, order, AddLines(order=order, lines=lines), status=201)


async def cancel_line(api: Api, call: Call) -> Answer:
    """POST …/itens/{item}/cancelar."""
    order, body = _order(call), call.body_as(CancellationBody)
    cancel = (body.cancellation(line_id(call.path["item"])),)
    reason = clean_text(body.motivo)
    return await _done(api, call, order, CancelLines(order=order, cancel=cancel, reason=reason))


async def send_lines(api: Api, call: Call) -> Answer:
    """POST …/enviar."""
    order = _order(call)
    lines = call.body_as(LinesBody).lines()
    return await _done(api, call, order, SendLines(order=order, lines=lines))


async def mark_preparing(api: Api, call: Call) -> Answer:
    """POST …/preparando."""
    order = _order(call)
    lines = call.body_as(LinesBody).lines()
    return await _done(api, call, order, AdvanceLines(order=order, to="preparing", lines=lines))


async def mark_ready(api: Api, call: Call) -> Answer:
    """POST …/pronto."""
    order = _order(call)
    lines = call.body_as(LinesBody).lines()
    return await _done(api, call, order, AdvanceLines(order=order, to="ready", lines=lines))


async def mark_delivered(api: Api, call: Call) -> Answer:
    """POST …/entregue."""
    order = _order(call)
    lines = call.body_as(LinesBody).lines()
    return await _done(api, call, order, AdvanceLines(order=order, to="delivered", lines=lines))


async def take_payment(api: Api, call: Call) -> Answer:
    """POST …/pagamentos."""
    order, body = _order(call), call.body_as(PaymentBody)
    command = TakePayment(
        order=order,
        centavos=body.amount(),
        method=body.forma,
        tendered=body.tendered(),
        acquirer=None if body.adquirente is None else body.adquirente.acquirer(),
        is_pending=body.pendente,
        note=clean_text(body.observacao),
    )
    return await _done(api, call, order, command, status=201)


async def confirm_payment(api: Api, call: Call) -> Answer:
    """POST …/pagamentos/{pagamento}/confirmar."""
    order, body = _order(call), call.body_as(OutcomeBody)
    acquirer = None if body.adquirente is None else body.adquirente.acquirer()
    payment = _payment(call)
    if await replayed(api, call) is None:
        _check_not_denied(api, order, payment)
    command = SettlePayment(order=order, payment=payment, outcome="confirmed", acquirer=acquirer)
    return await _done(api, call, order, command)


def _check_not_denied(api: Api, order: OrderId, payment: PaymentId) -> None:
    """What the acquirer denied is received again, not confirmed. Raises PaymentIsDenied."""
    found = known_order(api.node, order).payments_under(payment)
    if any(each.state == "denied" for each in found):
        raise PaymentIsDenied(payment=payment.hex())


async def deny_payment(api: Api, call: Call) -> Answer:
    """POST …/pagamentos/{pagamento}/negar."""
    order, reason = _order(call), clean_text(call.body_as(OutcomeBody).motivo)
    command = SettlePayment(order=order, payment=_payment(call), outcome="denied", reason=reason)
    return await _done(api, call, order, command)


async def refund_payment(api: Api, call: Call) -> Answer:
    """POST …/pagamentos/{pagamento}/estornar."""
    order, body, payment = _order(call), call.body_as(RefundBody), _payment(call)
    first = await replayed(api, call)
    if first is not None:
        return _shown(api, order, first, status=201)
    amount, method = _refund_defaults(api, order, payment, body)
    command = RefundPayment(
        order=order,
        centavos=amount,
        payment=payment,
        method=method,
        reason=clean_text(body.motivo),
    )
    return await _done(api, call, order, command, status=201)


async def ask_bill(api: Api, call: Call) -> Answer:
    """POST …/conta."""
    order = _order(call)
    return await _done(api, call, order, AskBill(order=order))


async def close_bill(api: Api, call: Call) -> Answer:
    """POST …/fechar."""
    order = _order(call)
    return await _done(api, call, order, CloseBill(order=order))


async def reopen_bill(api: Api, call: Call) -> Answer:
    """POST …/reabrir."""
    order, reason = _order(call), clean_text(call.body_as(ReasonBody).motivo)
    return await _done(api, call, order, ReopenBill(order=order, reason=reason))


async def cancel_order(api: Api, call: Call) -> Answer:
    """POST …/cancelar."""
    order, reason = _order(call), clean_text(call.body_as(ReasonBody).motivo)
    return await _done(api, call, order, CancelOrder(order=order, reason=reason))


async def restore_order(api: Api, call: Call) -> Answer:
    """POST …/restaurar."""
    order, reason = _order(call), clean_text(call.body_as(ReasonBody).motivo)
    return await _done(api, call, order, RestoreOrder(order=order, reason=reason))


async def _done(
    api: Api, call: Call, order: OrderId, command: Command, *, status: int = 200
) -> Answer:
    """Execute one command on one order, and answer with the order."""
    try:
        outcome = await execute(api, call, command, order_document(order))
    except StaleVersion as error:
        return _stale(api, order, error)
    return _shown(api, order, outcome, status=status)


def _stale(api: Api, order: OrderId, error: StaleVersion) -> Answer:
    """412 with the order as it is now, so that the person can decide again without asking."""
    headers = {"etag": quoted(api.node.version(order_document(order)))}
    return refusal(error, headers=headers, beside={"atual": shown_order(api, order)})


def _shown(
    api: Api,
    order: OrderId,
    outcome: Outcome | None = None,
    *,
    status: int = 200,
) -> Answer:
    headers = {"etag": quoted(api.node.version(order_document(order)))}
    if outcome is not None and outcome.replayed:
        headers["idempotency-replayed"] = "true"
    return json_answer(shown_order(api, order), status=status, headers=headers)


def _order(call: Call) -> OrderId:
    return OrderId(id_of(call.path["id"], UnknownOrder, "order"))


def _payment(call: Call) -> PaymentId:
    return PaymentId(id_of(call.path["pagamento"], UnknownPayment, "payment"))


def _refund_defaults(
    api: Api, order: OrderId, payment: PaymentId, body: RefundBody
) -> tuple[int, PaymentMethod]:
    """Without an amount all that is left of the payment; without a method, the one it came by."""
    found = known_order(api.node, order).payments_under(payment)
    if not found:
        raise UnknownPayment(payment=payment.hex())
    paid = found[0]
    given = body.amount()
    left = max(0, sum(each.centavos for each in found) - paid.refunded)
    if given is None and left == 0:
        raise RefundAbovePaid(asked=paid.received.fact.centavos, paid=0)
    return left if given is None else given, body.forma or paid.received.fact.method


def _line_changes(
    view: OrderView, body: ReplacementBody, *, is_current: bool
) -> tuple[list[NewLine], list[LineCancellation]]:
    """Lines to add and to cancel so that the order becomes what the body says."""
    if isinstance(body.itens, msgspec.UnsetType):
        return [], []
    add = [item.line() for item in body.itens if item.id is None]
    if not is_current:
        return add, []
    kept = {line_id(item.id): item for item in body.itens if item.id is not None}
    cancel: list[LineCancellation] = []
    for line in view.lines:
        if line.left:
            more, less = _line_change(line, kept.pop(line.id, None))
            add.extend(more)
            cancel.extend(less)
    for sent_back in kept:
        # Lines of which nothing is left are sent back too; only an id nobody knows is a mistake.
        if sent_back not in view.lines_by_id:
            raise InvalidField(field="itens[].id", reason="este item não é deste pedido")
    return add, cancel


def _line_change(line: Line, item: ItemBody | None) -> tuple[list[NewLine], list[LineCancellation]]:
    """What makes `line` into `item`: nothing, less of it, more of it, or another in its place."""
    if item is None:
        return [], [LineCancellation(line.id)]
    wanted, current = _wanted(line, item), _as_it_is(line)
    if msgspec.structs.replace(wanted, thousandths=line.left) != current:
        return [wanted], [LineCancellation(line.id)]
    more = wanted.thousandths - line.left
    if more > 0:
        return [msgspec.structs.replace(current, thousandths=more)], []
    return [], [LineCancellation(line.id, -more)] if more < 0 else []


def _as_it_is(line: Line) -> NewLine:
    fact = line.fact
    return NewLine(
        product=fact.product,
        name=fact.name,
        unit_centavos=fact.unit_centavos,
        thousandths=line.left,
        modifiers=fact.modifiers,
        note=fact.note,
        course=fact.course,
        station=fact.station,
        category=fact.category,
        external_id=fact.external_id,
    )


def _wanted(line: Line, item: ItemBody) -> NewLine:
    """The line as the body has it. What the body leaves out stays as it is."""
    given = msgspec.structs.replace(item, **_inherited(line, item)).line()
    if item.modificadores is None:
        return msgspec.structs.replace(given, modifiers=line.fact.modifiers)
    return given


def _inherited(line: Line, item: ItemBody) -> dict[str, Any]:
    fact = line.fact
    told = {
        "produto_id": fact.product,
        "nome": fact.name,
        "observacao": fact.note,
        "estacao": fact.station,
        "categoria": fact.category,
        "id_externo": fact.external_id,
    }
    kept: dict[str, Any] = {n: v for n, v in told.items() if getattr(item, n) is None}
    if item.preco_unitario is None and item.preco_unitario_centavos is None:
        kept["preco_unitario_centavos"] = fact.unit_centavos
    if item.quantidade is None and item.quantidade_milesimos is None:
        kept["quantidade_milesimos"] = line.left
    if item.etapa is None:
        kept["etapa"] = fact.course
    return kept
