"""What is told of the catalog, the dining room, reservations, terminals and decisions."""

from typing import Any

from msgspec import UNSET

from crdt_models import dispute_texts
from crdt_models.certificates import AuthorOpened, decode_chain
from crdt_models.documents.catalog.facts import ProductAdded, ProductChanged, ProductValues
from crdt_models.documents.catalog.view import FIELDS
from crdt_models.documents.floor.facts import (
    TableCleaned,
    TablesJoined,
    TablesSeparated,
    WaiterAssigned,
)
from crdt_models.documents.floor.reservation_facts import (
    ReservationBooked,
    ReservationChanged,
    ReservationContact,
    ReservationMarked,
    ReservationMoved,
)
from crdt_models.documents.resolution import Resolution
from crdt_models.documents.settings.facts import SettingsChanged
from crdt_models.documents.tables.facts import (
    AreaAdded,
    AreaRenamed,
    TableAdded,
    TableFieldSet,
    TablePlaced,
    TableReserved,
)
from crdt_models.documents.trust import MemberAdmitted
from crdt_models.errors import UntrustedCertificate
from crdt_models.hybrid_logical_clock import COUNTER_BITS, iso
from crdt_models.ids import CreatedId
from crdt_models.money import to_brl
from crdt_models.telling.names import Names, because
from crdt_models.telling.of_orders import Sentences

_PRODUCT = {
    "name": "nome",
    "unit_centavos": "preço",
    "code": "código",
    "category": "categoria",
    "station": "estação",
    "prices": "preços por hora",
    "tax": "dados fiscais",
    "barcodes": "códigos de barras",
    "sold_by": "como é vendido",
    "scale": "etiqueta de balança",
    "active": "se está no cardápio",
    "picture": "imagem",
    "external_id": "id externo",
    "groups": "grupos de opções",
    "halves": "meio a meio",
    "recipe": "receita",
    "sold_out": "se está esgotado",
    "left": "quanto resta",
    "stocked": "se o estoque o controla",
    "stock_minimum": "o estoque mínimo",
}
_TABLE = {
    "label": "o nome",
    "number": "o número",
    "area": "a área",
    "seats": "os lugares",
    "waiter": "o garçom",
    "cleaning": "a limpeza",
    "active": "se está em uso",
}
_MARKS = {
    "booked": "Reabriu uma reserva",
    "arrived": "Quem reservou chegou",
    "seated": "Quem reservou foi à mesa",
    "no_show": "Quem reservou não veio",
    "cancelled": "Cancelou uma reserva",
}
_MINUTE_MS = 60_000


def _product_added(fact: ProductAdded, _names: Names) -> str:
    price = fact.values.unit_centavos
    return f"Cadastrou {fact.values.name}" + (
        f" a {to_brl(price)}" if isinstance(price, int) else ""
    )


def _product_changed(fact: ProductChanged, names: Names) -> str:
    changed = [_changed(field, fact.values) for field in FIELDS if _is_given(fact.values, field)]
    return f"Mudou {names.product(fact.product)}: {', '.join(changed)}"


def _is_given(values: ProductValues, field: str) -> bool:
    return getattr(values, field) is not UNSET


def _changed(field: str, values: ProductValues) -> str:
    value: Any = getattr(values, field)
    if field == "unit_centavos":
        return f"preço {to_brl(value)}"
    if field in ("name", "code", "external_id"):
        return f"{_PRODUCT[field]} {value or 'nenhum'}"
    return _PRODUCT.get(field, field)


def _assigned(fact: WaiterAssigned, names: Names) -> str:
    where = names.area(fact.area or b"") if fact.table is None else names.table(fact.table)
    return f"Pôs {fact.waiter} na {where}" if fact.waiter else f"Tirou o garçom da {where}"


def _when(begin: int, end: int) -> str:
    start, stop = (iso(minute * _MINUTE_MS << COUNTER_BITS)[:16] + "Z" for minute in (begin, end))
    return f"de {start} a {stop}"


def _booked(fact: ReservationBooked, names: Names) -> str:
    at = f", {names.tables(fact.tables)}" if fact.tables else ""
    return f"Reservou para {fact.people}, {_when(fact.from_minute, fact.until_minute)}{at}"


def _moved(fact: ReservationMoved, names: Names) -> str:
    at = f", {names.tables(fact.tables)}" if fact.tables else ""
    return f"Remarcou uma reserva: {_when(fact.from_minute, fact.until_minute)}{at}"


def _sign(fact: TableReserved, names: Names) -> str:
    table = names.table(fact.table)
    return f"Reservou a {table}" if fact.name else f"Tirou a reserva da {table}"


def _resolved(fact: Resolution, _names: Names) -> str:
    about, choice = dispute_texts.title(fact.kind), dispute_texts.label(fact.choice)
    return f"Decidiu “{about}”: {choice}" + (f" ({fact.note})" if fact.note else "")


def _letters(chain: bytes) -> str:
    try:
        return decode_chain(chain).certificates[-1].letters
    except UntrustedCertificate:
        return "?"


def _table_set(fact: TableFieldSet, names: Names) -> str:
    value = fact.value
    if fact.field == "area" and isinstance(value, str):
        value = names.area(CreatedId(bytes.fromhex(value)))
    told = "" if value is None or isinstance(value, bool) else f" para {value}"
    return f"Mudou {_TABLE[fact.field]} da {names.table(fact.table)}{told}"


_SETTINGS = {
    "name": "nome",
    "tax_number": "CNPJ",
    "address": "endereço",
    "phone": "telefone",
    "service_basis_points": "taxa de serviço",
    "service_types": "quem paga a taxa de serviço",
    "day_cutoff": "fim do dia",
    "couvert_centavos": "couvert",
    "minimum_centavos": "consumação mínima",
    "cash_tolerance_centavos": "tolerância do caixa",
    "stations": "estações",
    "printers": "impressoras",
    "flags": "marcas",
}


def _settings(fact: SettingsChanged, _: Names) -> str:
    given = (told for field, told in _SETTINGS.items() if getattr(fact.values, field) is not UNSET)
    return f"Mudou as configurações: {', '.join(given)}"


SENTENCES: Sentences = {
    SettingsChanged: _settings,
    ProductAdded: _product_added,
    ProductChanged: _product_changed,
    WaiterAssigned: _assigned,
    TablesJoined: lambda fact, names: f"Juntou {names.tables(fact.tables)}",
    TablesSeparated: lambda fact, names: f"Separou a {names.table(fact.table)} das outras",
    TableCleaned: lambda fact, names: f"Limpou a {names.table(fact.table)}",
    ReservationBooked: _booked,
    ReservationMoved: _moved,
    ReservationChanged: lambda fact, _: f"Mudou quem vem de uma reserva: {fact.people} pessoas",
    ReservationContact: lambda _fact, _: "Mudou o telefone de uma reserva",
    ReservationMarked: lambda fact, _: _MARKS[fact.state] + because(fact.reason),
    AreaAdded: lambda fact, _: f"Criou a área {fact.name}",
    AreaRenamed: lambda fact, _: f"Mudou o nome de uma área para {fact.name}",
    TableAdded: lambda fact, _: f"Criou a mesa {fact.label}",
    TableFieldSet: _table_set,
    TablePlaced: lambda fact, names: f"Mudou o lugar da {names.table(fact.table)} na planta",
    TableReserved: _sign,
    MemberAdmitted: lambda fact, _: f"Admitiu o terminal {_letters(fact.chain)}",
    AuthorOpened: lambda fact, _: f"O terminal {_letters(fact.chain)} foi ligado",
    Resolution: _resolved,
}
