"""What is told of bills, payments, discounts and charges, and of customers' accounts."""

from crdt_models.documents.accounts.facts import (
    AccountCharged,
    AccountFieldSet,
    AccountOpened,
    ChargeReversed,
)
from crdt_models.documents.orders.facts import (
    BillAsked,
    BillClosed,
    BillReopened,
    BillSplit,
    CouvertSet,
    DeliveryFeeSet,
    DiscountCarried,
    DiscountGiven,
    DiscountWithdrawn,
    MinimumSet,
    PaidOnAccount,
    PaymentConfirmed,
    PaymentDenied,
    PaymentReceived,
    PaymentRefunded,
    PaymentUnknown,
    ServiceSet,
    TipReceived,
    TipReturned,
)
from crdt_models.money import to_brl
from crdt_models.telling.names import Names, amount, because, method
from crdt_models.telling.of_orders import Sentences

_FIELDS = {
    "name": "o nome",
    "tax_number": "o CPF ou CNPJ",
    "phone": "o telefone",
    "note": "a observação",
    "limit_centavos": "o limite",
}


def percent(basis_points: int) -> str:
    """`10 %`, `12,5 %`."""
    return f"{amount(basis_points * 10)} %"


def _received(fact: PaymentReceived, _names: Names) -> str:
    what = f"{to_brl(fact.centavos)} {method(fact.method)}"
    if fact.is_pending:
        return f"Registrou {what}, à espera da operadora"
    change = f" (troco {to_brl(fact.change_centavos)})" if fact.change_centavos else ""
    by = fact.acquirer
    traced = f", {by.name} {by.transaction}".rstrip() if by is not None else ""
    return f"Recebeu {what}{change}{traced}"


def _refunded(fact: PaymentRefunded, _names: Names) -> str:
    return f"Estornou {to_brl(fact.centavos)} {method(fact.method)}{because(fact.reason)}"


def _closed(fact: BillClosed, _names: Names) -> str:
    return (
        f"Fechou a conta: {len(fact.lines)} linhas, total {to_brl(fact.total)},"
        f" pago {to_brl(fact.paid)}"
    )


def _discount(fact: DiscountGiven, names: Names) -> str:
    where = "no pedido" if fact.line is None else f"em {names.line(fact.line)}"
    if fact.kind == "courtesy":
        return f"Deu cortesia {where}{because(fact.reason)}"
    size = percent(fact.amount) if fact.kind == "percent" else to_brl(fact.amount)
    return f"Deu desconto de {size} {where}{because(fact.reason)}"


def _withdrawn(fact: DiscountWithdrawn, names: Names) -> str:
    if fact.into is not None:
        return f"Levou o desconto junto com os itens ao {names.order(fact.into)}"
    return f"Retirou desconto{because(fact.reason)}"


def _carried(fact: DiscountCarried, names: Names) -> str:
    what = "cortesia" if fact.kind == "courtesy" else "desconto"
    size = percent(fact.basis_points) if fact.kind == "percent" else to_brl(fact.centavos)
    much = "" if fact.kind == "courtesy" else f" de {size}"
    lines = names.lines(fact.lines)
    return f"Manteve {what}{much} do {names.order(fact.source)} em {lines}{because(fact.reason)}"


def _service(fact: ServiceSet, _names: Names) -> str:
    if not fact.basis_points:
        return f"Retirou a taxa de serviço{because(fact.reason)}"
    return f"Pôs taxa de serviço de {percent(fact.basis_points)}{because(fact.reason)}"


def _couvert(fact: CouvertSet, _names: Names) -> str:
    if not fact.unit_centavos:
        return f"Retirou o couvert{because(fact.reason)}"
    people = f" de {fact.people} pessoas" if fact.people else " por pessoa"
    return f"Pôs couvert de {to_brl(fact.unit_centavos)}{people}{because(fact.reason)}"


def _minimum(fact: MinimumSet, _names: Names) -> str:
    if not fact.centavos:
        return f"Retirou o consumo mínimo{because(fact.reason)}"
    each = " por pessoa" if fact.is_per_person else ""
    return f"Pôs consumo mínimo de {to_brl(fact.centavos)}{each}{because(fact.reason)}"


def _fee(fact: DeliveryFeeSet, _names: Names) -> str:
    if not fact.centavos:
        return f"Retirou a taxa de entrega{because(fact.reason)}"
    return f"Pôs taxa de entrega de {to_brl(fact.centavos)}{because(fact.reason)}"


def _split(fact: BillSplit, _names: Names) -> str:
    return f"Dividiu a conta em {len(fact.shares)}" if fact.shares else "Desfez a divisão da conta"


def _tip(fact: TipReceived, _names: Names) -> str:
    return f"Recebeu gorjeta de {to_brl(fact.centavos)} {method(fact.method)}"


def _unknown(fact: PaymentUnknown, names: Names) -> str:
    return f"Ninguém soube dizer se entrou {names.payment(fact.payment)}{because(fact.reason)}"


def _denied(fact: PaymentDenied, names: Names) -> str:
    return f"A operadora negou {names.payment(fact.payment)}{because(fact.reason)}"


def _account_opened(fact: AccountOpened, _names: Names) -> str:
    limit = "" if fact.limit_centavos is None else f", limite {to_brl(fact.limit_centavos)}"
    return f"Abriu a conta do cliente{limit}"


def _account_set(fact: AccountFieldSet, _names: Names) -> str:
    """What a field says of a person is not told; a limit is none of that."""
    if fact.field == "is_blocked":
        return f"{'Bloqueou' if fact.value else 'Desbloqueou'} a conta do cliente"
    if fact.field == "limit_centavos" and isinstance(fact.value, int):
        return f"Mudou o limite da conta para {to_brl(fact.value)}"
    return f"Mudou {_FIELDS[fact.field]} da conta do cliente"


def _charged(fact: AccountCharged, names: Names) -> str:
    return f"Pôs na conta {to_brl(fact.centavos)} do {names.order(fact.order)}"


def _reversed(fact: ChargeReversed, names: Names) -> str:
    what = f"{to_brl(fact.centavos)} do {names.order(fact.order)}"
    return f"Tirou da conta {what}{because(fact.reason)}"


SENTENCES: Sentences = {
    PaymentReceived: _received,
    PaidOnAccount: lambda fact, _: f"Pôs no fiado do cliente {to_brl(fact.centavos)}",
    PaymentConfirmed: lambda f, names: f"A operadora confirmou {names.payment(f.payment)}",
    PaymentDenied: _denied,
    PaymentUnknown: _unknown,
    PaymentRefunded: _refunded,
    BillAsked: lambda _fact, _: "Pediu a conta",
    BillClosed: _closed,
    BillReopened: lambda fact, _: f"Reabriu a conta{because(fact.reason)}",
    BillSplit: _split,
    DiscountGiven: _discount,
    DiscountWithdrawn: _withdrawn,
    DiscountCarried: _carried,
    ServiceSet: _service,
    CouvertSet: _couvert,
    MinimumSet: _minimum,
    DeliveryFeeSet: _fee,
    TipReceived: _tip,
    TipReturned: lambda fact, _: f"Devolveu gorjeta{because(fact.reason)}",
    AccountOpened: _account_opened,
    AccountFieldSet: _account_set,
    AccountCharged: _charged,
    ChargeReversed: _reversed,
}
