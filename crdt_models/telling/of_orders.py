"""What is told of an order's lines, of the kitchen, and of the order as a whole."""

from collections.abc import Callable, Mapping
from typing import Any

from crdt_models.documents.orders.facts import (
    CourseFired,
    DeliverySet,
    FieldSet,
    FiringRecalled,
    FlagSet,
    LineAdded,
    LineCancelled,
    LineRecalled,
    LineRouted,
    LinesArrived,
    LinesDelivered,
    LinesFired,
    LinesMoved,
    LineSplit,
    LinesPreparing,
    LinesReady,
    LinesSent,
    Modifier,
    OrderCancelled,
    OrderMergedInto,
    OrderNumbered,
    OrderOpened,
    OrderRestored,
)
from crdt_models.fact import Fact
from crdt_models.ids import CreatedId, OrderId, TableId
from crdt_models.money import to_brl
from crdt_models.telling.names import Names, amount, because

Sentences = Mapping[type[Fact], Callable[[Any, Names], str]]

_FIELDS = {
    "table": "a mesa",
    "tab": "a comanda",
    "waiter": "o garçom",
    "customer": "o cliente",
    "note": "a observação",
    "people": "quantas pessoas são",
    "service_type": "o tipo",
    "external_id": "o id externo",
}


def _opened(fact: OrderOpened, names: Names) -> str:
    parts = [
        fact.service_type,
        None if fact.table is None else names.table(fact.table),
        None if fact.tab is None else f"comanda {fact.tab}",
        None if fact.people is None else f"{fact.people} pessoas",
    ]
    others = "sem saber de outra comanda na mesa" if fact.table and not fact.tabs_seen else None
    return "Abriu o pedido: " + ", ".join(each for each in [*parts, others] if each)


def _added(fact: LineAdded, _names: Names) -> str:
    with_ = ", ".join(_modifier(each) for each in fact.modifiers)
    said = f"Lançou {amount(fact.thousandths)} de {fact.name} a {to_brl(fact.unit_centavos)}"
    return said + (f" com {with_}" if with_ else "") + (f" ({fact.note})" if fact.note else "")


def _modifier(given: Modifier) -> str:
    return given.name + (f" (+ {to_brl(given.unit_centavos)})" if given.unit_centavos else "")


def _cancelled(fact: LineCancelled, names: Names) -> str:
    when = "que a cozinha já tinha" if fact.sends_seen else "sem saber de envio à cozinha"
    what = f"{amount(fact.thousandths)} de {names.line(fact.line)}"
    return f"Cancelou {what}, {when}{because(fact.reason)}"


def _sent(fact: LinesSent, names: Names) -> str:
    knew = "" if fact.cancellations_seen else ", sem saber de cancelamento"
    return f"Enviou à cozinha: {names.lines(fact.lines)}{knew}"


def _set(fact: FieldSet, names: Names) -> str:
    if fact.value is None:
        return f"Apagou {_FIELDS[fact.field]}"
    value = str(fact.value)
    if fact.field == "table":
        value = names.table(TableId(CreatedId(bytes.fromhex(value))))
    return f"Mudou {_FIELDS[fact.field]} para {value}"


def _flag(fact: FlagSet, _names: Names) -> str:
    return f"{'Marcou' if fact.value else 'Desmarcou'} {fact.name}"


def _cancelled_order(fact: OrderCancelled, _names: Names) -> str:
    return f"Cancelou o pedido{because(fact.reason)}"


def _moved(fact: LinesMoved, names: Names) -> str:
    return f"Levou ao {names.order(fact.to)}: {names.lines(fact.lines)}"


def _arrived(fact: LinesArrived, names: Names) -> str:
    lines = names.lines(fact.lines, OrderId(fact.home))
    return f"Trouxe de {names.order(fact.home)}: {lines}"


def _split(fact: LineSplit, names: Names) -> str:
    return f"Separou {amount(fact.thousandths)} de {names.line(fact.line)}"


SENTENCES: Sentences = {
    OrderOpened: _opened,
    OrderNumbered: lambda fact, _: f"Deu o número {fact.letters}-{fact.number:03d}",
    OrderCancelled: _cancelled_order,
    OrderRestored: lambda fact, _: f"Restaurou o pedido{because(fact.reason)}",
    LineAdded: _added,
    LineCancelled: _cancelled,
    LinesSent: _sent,
    LinesPreparing: lambda fact, names: f"Começou o preparo: {names.lines(fact.lines)}",
    LinesReady: lambda fact, names: f"Ficou pronto: {names.lines(fact.lines)}",
    LinesDelivered: lambda fact, names: f"Entregou: {names.lines(fact.lines)}",
    LinesFired: lambda fact, names: f"Mandou fazer: {names.lines(fact.lines)}",
    CourseFired: lambda fact, _: f"Mandou fazer o tempo {fact.course}",
    FiringRecalled: lambda fact, _: f"Segurou o tempo {fact.course}",
    LineRecalled: lambda fact, names: f"Voltou atrás: {names.line(fact.line)}",
    LineRouted: lambda fact, names: f"Mandou {names.line(fact.line)} à estação {fact.station}",
    FieldSet: _set,
    FlagSet: _flag,
    DeliverySet: lambda _fact, _: "Informou para onde vai o pedido",  # to whom, the order tells
    LinesMoved: _moved,
    LinesArrived: _arrived,
    LineSplit: _split,
    OrderMergedInto: lambda fact, names: f"Juntou este pedido ao {names.order(fact.into)}",
}
