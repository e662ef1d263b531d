"""Customers who buy on trust (fiado) over HTTP: `/api/clientes`.

Rules of this file:
1. What is bought stands in the order, whose payment names the customer (`orders.payments`); here is
   who the customers are, what they owe, and what they pay of it.
2. Every write answers with the customer as committed; one about money also with the movement.
"""

from decimal import Decimal
from typing import Any

import msgspec

from crdt_models.documents.accounts.commands import (
    EditAccount,
    OpenAccount,
    ReceiveOnAccount,
    RefundReceipt,
    SettleReceipt,
)
from crdt_models.documents.accounts.errors import UnknownAccount
from crdt_models.documents.accounts.facts import AccountField, AccountValue
from crdt_models.documents.accounts.view import AccountView
from crdt_models.documents.command import Command
from crdt_models.documents.fields import PaymentMethod
from crdt_models.documents.orders.errors import UnknownPayment
from crdt_models.ids import (
    AccountId,
    CreatedId,
    DocumentId,
    PaymentId,
    account_document,
    account_of,
)
from crdt_models.pedido import JsonObject, account_json, statement_json
from crdt_models.read_models import CUSTOMER_ACCOUNT
from peer.http_api.api import (
    Api,
    execute,
    json_answer,
    limit_of,
    list_version,
    page_of,
    quoted,
    replay_header,
    replayed,
    unchanged,
)
from peer.http_api.orders.payment_bodies import OutcomeBody, ReceiptBody, RefundBody
from peer.http_api.orders.payments import all_of, check_not_denied
from peer.http_api.values import centavos, clean_text, id_of, iso_date, text_or_none
from peer.node.requests import Outcome
from peer.service.routes import Answer, Call
from peer.storage.projections import Condition, Is, Query

_UNSET = msgspec.UNSET


class CustomerBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Um cliente: o que vier é alterado, o resto fica como está. `limite` nulo: sem limite."""

    nome: str | msgspec.UnsetType = _UNSET
    documento: str | msgspec.UnsetType | None = _UNSET
    telefone: str | msgspec.UnsetType | None = _UNSET
    observacao: str | msgspec.UnsetType = _UNSET
    limite: Decimal | msgspec.UnsetType | None = _UNSET
    limite_centavos: int | msgspec.UnsetType | None = _UNSET
    bloqueado: bool | msgspec.UnsetType = _UNSET

    def fields(self) -> dict[AccountField, AccountValue]:
        """What is given. Raises InvalidField, InvalidAmount."""
        found: dict[AccountField, AccountValue] = {}
        if not isinstance(self.nome, msgspec.UnsetType):
            found["name"] = clean_text(self.nome)
        if not isinstance(self.documento, msgspec.UnsetType):
            found["tax_number"] = text_or_none(self.documento)
        if not isinstance(self.telefone, msgspec.UnsetType):
            found["phone"] = text_or_none(self.telefone)
        if not isinstance(self.observacao, msgspec.UnsetType):
            found["note"] = clean_text(self.observacao)
        if not isinstance(self.bloqueado, msgspec.UnsetType):
            found["is_blocked"] = self.bloqueado
        amount, exact = self.limite, self.limite_centavos
        if amount is not _UNSET or exact is not _UNSET:
            given = None if isinstance(amount, msgspec.UnsetType) else amount
            figure = None if isinstance(exact, msgspec.UnsetType) else exact
            found["limit_centavos"] = centavos(given, figure, field="limite")
        return found


class NewCustomerBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Um cliente novo. Sem `limite`, compra fiado sem limite."""

    nome: str
    documento: str | None = None
    telefone: str | None = None
    observacao: str = ""
    limite: Decimal | None = None
    limite_centavos: int | None = None

    def command(self) -> OpenAccount:
        """Raises InvalidField, InvalidAmount."""
        return OpenAccount(
            name=clean_text(self.nome),
            tax_number=text_or_none(self.documento),
            phone=text_or_none(self.telefone),
            note=clean_text(self.observacao),
            limit_centavos=centavos(self.limite, self.limite_centavos, field="limite"),
        )


class SettlementBody(ReceiptBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Um pagamento do que o cliente deve. `valor_recebido`: o dinheiro entregue, que dá o troco."""

    forma: PaymentMethod = "dinheiro"


class SettlementRefundBody(RefundBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Um estorno; sem valor, tudo o que resta do pagamento."""

    forma: PaymentMethod | None = None


# --- customers


async def list_customers(api: Api, call: Call) -> Answer:
    """GET /api/clientes."""
    version = list_version(api, call)
    if same := unchanged(call, version):
        return same
    query = Query(
        table=CUSTOMER_ACCOUNT.name,
        where=_conditions(call),
        order=("name",),
        limit=limit_of(call),
        cursor=call.text("desde"),
    )
    projections = api.node.log.projections
    page = projections.page(query)
    documents = [DocumentId(str(row["document_id"])) for row in page.rows]
    shown = {
        "clientes": [shown_customer(api, account_of(each)) for each in documents],
        "total": projections.count(query),
        "proximo": page.next,
    }
    return json_answer(shown, headers={"etag": version})


def _conditions(call: Call) -> tuple[Condition, ...]:
    """`?bloqueado`, `?devendo`. Raises InvalidField."""
    found = [Condition("is_known", 1)]
    blocked, owing = call.flag("bloqueado"), call.flag("devendo")
    if blocked is not None:
        found.append(Condition("is_blocked", int(blocked)))
    if owing is not None:
        compared = Is.MORE if owing else Is.AT_MOST
        found.append(Condition("balance_centavos", 0, compared))
    return tuple(found)


async def show_customer(api: Api, call: Call) -> Answer:
    """GET /api/clientes/{id}."""
    return _shown(api, _account(call))


async def add_customer(api: Api, call: Call) -> Answer:
    """POST /api/clientes."""
    outcome = await execute(api, call, call.body_as(NewCustomerBody).command())
    account = AccountId(outcome.ids["account"])
    answer = _shown(api, account, outcome, status=201)
    location = {"location": f"/api/clientes/{account.hex()}"}
    return msgspec.structs.replace(answer, headers={**answer.headers, **location})


async def change_customer(api: Api, call: Call) -> Answer:
    """PATCH /api/clientes/{id}."""
    account, fields = _account(call), call.body_as(CustomerBody).fields()
    command = EditAccount(account=account, fields=fields)
    outcome = await execute(api, call, command, account_document(account))
    return _shown(api, account, outcome)


async def show_statement(api: Api, call: Call) -> Answer:
    """GET /api/clientes/{id}/extrato: oldest first; `de` and `ate` are business days."""
    account = _account(call)
    view = known_account(api, account)
    lines = _of_days(call, list(zip(view.statement, statement_json(view), strict=True)))
    page, following = page_of(call, lines, lambda each: str(each[0].entry.id), limit=limit_of(call))
    return json_answer(
        {
            "cliente": shown_customer(api, account),
            "movimentos": [shown for _, shown in page],
            "proximo": following,
        }
    )


def _of_days(call: Call, lines: list[Any]) -> list[Any]:
    """Those from `?de` to `?ate`. Raises InvalidField."""
    first, last = _day(call, "de"), _day(call, "ate")
    return [
        (line, shown)
        for line, shown in lines
        if (first is None or line.entry.business_day >= first)
        and (last is None or line.entry.business_day <= last)
    ]


def _day(call: Call, name: str) -> int | None:
    given = call.text(name)
    return None if given is None else iso_date(given, field=name, reason="use AAAA-MM-DD")


# --- money received on an account


async def receive(api: Api, call: Call) -> Answer:
    """POST …/pagamentos."""
    account, body = _account(call), call.body_as(SettlementBody)
    command = ReceiveOnAccount(
        account=account,
        centavos=body.amount(),
        method=body.forma,
        tendered=body.tendered(),
        acquirer=body.acquirer(),
        is_pending=body.pendente,
        note=clean_text(body.observacao),
    )
    return await _moved(api, call, account, command, "payment", status=201)


async def confirm(api: Api, call: Call) -> Answer:
    """POST …/pagamentos/{pagamento}/confirmar."""
    account, payment = _account(call), _payment(call)
    if await replayed(api, call) is None:
        check_not_denied(known_account(api, account).payments_under(payment), payment)
    acquirer = call.body_as(OutcomeBody).acquirer()
    command = SettleReceipt(
        account=account, payment=payment, outcome="confirmed", acquirer=acquirer
    )
    return await _moved(api, call, account, command, payment)


async def deny(api: Api, call: Call) -> Answer:
    """POST …/pagamentos/{pagamento}/negar."""
    account, payment = _account(call), _payment(call)
    reason = clean_text(call.body_as(OutcomeBody).motivo)
    command = SettleReceipt(account=account, payment=payment, outcome="denied", reason=reason)
    return await _moved(api, call, account, command, payment)


async def refund(api: Api, call: Call) -> Answer:
    """POST …/pagamentos/{pagamento}/estornar."""
    account, payment = _account(call), _payment(call)
    body = call.body_as(SettlementRefundBody)
    first = await replayed(api, call)
    if first is not None:
        return _told(api, account, first, first.ids["refund"], status=201)
    view = known_account(api, account)
    found = view.payments_under(payment)
    methods = [each.received.fact.method for each in found if each.account is None]
    if not found or not methods:
        raise UnknownPayment(payment=payment.hex())
    amount, method = body.amount(), body.forma or methods[0]
    assert method != "fiado", "what is received on an account is money"
    command = RefundReceipt(
        account=account,
        payment=payment,
        centavos=all_of(found, payment, view.settled) if amount is None else amount,
        method=method,
        reason=clean_text(body.motivo),
    )
    return await _moved(api, call, account, command, "refund", status=201)


async def _moved(
    api: Api,
    call: Call,
    account: AccountId,
    command: Command,
    movement: CreatedId | str,
    *,
    status: int = 200,
) -> Answer:
    """Execute, and answer with the customer and the movement: of this id, or the id of this name
    that the command created."""
    outcome = await execute(api, call, command, account_document(account))
    made = outcome.ids[movement] if isinstance(movement, str) else movement
    return _told(api, account, outcome, made, status=status)


def _told(
    api: Api, account: AccountId, outcome: Outcome, movement: CreatedId, *, status: int = 200
) -> Answer:
    lines = statement_json(known_account(api, account))
    shown = {
        "cliente": shown_customer(api, account),
        "movimento": next(each for each in lines if each["id"] == movement.hex()),
    }
    return json_answer(shown, status=status, headers=_headers(api, account, outcome))


# --- both


def known_account(api: Api, account: AccountId) -> AccountView:
    """The account. Raises UnknownAccount while its opening is not known here."""
    view = api.node.view(account_document(account))
    assert isinstance(view, AccountView), "the kind of a document decides its view"
    if view.opening is None:
        raise UnknownAccount(account=account.hex())
    return view


def _account(call: Call) -> AccountId:
    return AccountId(id_of(call.path["id"], UnknownAccount, "account"))


def _payment(call: Call) -> PaymentId:
    return PaymentId(id_of(call.path["pagamento"], UnknownPayment, "payment"))


def _shown(
    api: Api, account: AccountId, outcome: Outcome | None = None, *, status: int = 200
) -> Answer:
    shown = shown_customer(api, account)
    return json_answer(shown, status=status, headers=_headers(api, account, outcome))


def _headers(api: Api, account: AccountId, outcome: Outcome | None) -> dict[str, str]:
    version = quoted(api.node.version(account_document(account)))
    return {"etag": version, **replay_header(outcome)}


def shown_customer(api: Api, account: AccountId) -> JsonObject:
    return account_json(known_account(api, account), api.node.version(account_document(account)))
