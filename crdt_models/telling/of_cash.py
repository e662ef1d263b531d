"""What is told of cash shifts."""

from collections.abc import Mapping

from crdt_models.documents.cash.facts import (
    CashSupplied,
    CashWithdrawn,
    CountDeclared,
    CountRepeated,
    DrawerOpened,
    ShiftClosed,
    ShiftMoney,
    ShiftOpened,
    ShiftWrittenOff,
)
from crdt_models.documents.cash.view import differences
from crdt_models.documents.fields import PaymentMethod
from crdt_models.money import to_brl
from crdt_models.telling.names import Names, because, method
from crdt_models.telling.of_orders import Sentences

_MONEY = {
    "payment": "Entrou no caixa",
    "refund": "Saiu do caixa, por estorno,",
    "tip": "Entrou no caixa, de gorjeta,",
    "tip_return": "Saiu do caixa, gorjeta devolvida,",
}


def _amounts(amounts: Mapping[PaymentMethod, int]) -> str:
    """`R$ 124,00 em dinheiro, R$ 44,00 por pix`."""
    told = [f"{to_brl(much)} {method(each)}" for each, much in sorted(amounts.items())]
    return ", ".join(told) or "nada"


def _money(fact: ShiftMoney, names: Names) -> str:
    where = "" if fact.order is None else f" ({names.order(fact.order)})"
    return f"{_MONEY[fact.kind]} {to_brl(fact.centavos)} {method(fact.method)}{where}"


def _closed(fact: ShiftClosed, _names: Names) -> str:
    found = {each: much for each, much in differences(fact.declared, fact.figures).items() if much}
    difference = f", diferença de {_amounts(found)}" if found else ", sem diferença"
    return f"Fechou o caixa: contado {_amounts(fact.declared)}{difference}"


SENTENCES: Sentences = {
    ShiftOpened: lambda fact, _: (
        f"Abriu o caixa na gaveta {fact.drawer} com {to_brl(fact.float_centavos)}"
    ),
    ShiftMoney: _money,
    CashWithdrawn: lambda fact, _: f"Sangria de {to_brl(fact.centavos)}{because(fact.reason)}",
    CashSupplied: lambda fact, _: f"Suprimento de {to_brl(fact.centavos)}{because(fact.reason)}",
    DrawerOpened: lambda fact, _: f"Abriu a gaveta sem venda{because(fact.reason)}",
    CountDeclared: lambda fact, _: f"Contou {_amounts(fact.amounts)}",
    CountRepeated: lambda fact, _: f"Contou de novo {_amounts(fact.amounts)}",
    ShiftClosed: _closed,
    ShiftWrittenOff: lambda fact, _: f"Deu baixa no caixa{because(fact.reason)}",
}
