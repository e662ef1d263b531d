"""The sales of a business day, told by hour, product, waiter and terminal; its money, by method.

Rules of this file:
1. Nothing waits for the day's close: this is what the rows say now, and a late sale changes it.
2. Sales are those of the orders that were opened on the day; money is what moved on it, also for
   orders of other days and for what customers owed. So the two need not agree.
3. Sums by hour, waiter and terminal each make up the whole; those of products do with the charges
   of the bills (couvert, minimum consumption, delivery).
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

import msgspec

from crdt_models.hybrid_logical_clock import wall_ms
from crdt_models.pedido import decimal, iso_day
from crdt_models.pedido.figures import quantity
from crdt_models.read_models import ORDER_LINE, ORDER_ROW, PAYMENT
from peer.http_api.api import Api, json_answer, list_version, unchanged
from peer.http_api.lists import TODAY, asked_day
from peer.service.http_errors import InvalidField
from peer.service.routes import Answer, Call
from peer.storage.projections import Condition, Projections, Query

Row: TypeAlias = Mapping[str, object]
_CHARGES = ("couvert_centavos", "minimum_centavos", "delivery_fee_centavos")


class Group(msgspec.Struct):
    """What some orders of the day came to."""

    orders: int = 0
    revenue: int = 0
    service: int = 0
    tips: int = 0

    def add(self, order: Row) -> None:
        self.orders += 1
        self.revenue += _number(order["revenue_centavos"])
        self.service += _number(order["service_centavos"])
        self.tips += _number(order["tips_centavos"])

    def shown(self) -> dict[str, object]:
        return {
            "pedidos": self.orders,
            "receita": decimal(self.revenue),
            "receita_centavos": self.revenue,
            "taxa_servico_centavos": self.service,
            "gorjeta_centavos": self.tips,
        }


class Sold(msgspec.Struct):
    """What was sold of one product, under one name."""

    category: str = ""
    thousandths: int = 0
    revenue: int = 0
    discount: int = 0

    def add(self, line: Row) -> None:
        self.category = self.category or str(line["category"] or "")
        self.thousandths += _number(line["thousandths"])
        self.revenue += _number(line["amount_centavos"]) - _number(line["discount_centavos"])
        self.discount += _number(line["discount_centavos"])


class Money(msgspec.Struct):
    """What moved by one method."""

    payments: int = 0
    received: int = 0
    refunded: int = 0
    tips: int = 0

    def add(self, row: Row) -> None:
        centavos = _number(row["centavos"])
        match row["kind"], row["state"]:
            case "payment", "confirmed":
                self.payments += 1
                self.received += centavos
            case "refund", _:
                self.refunded += centavos
            case "tip", "counted":
                self.tips += centavos


async def sales(api: Api, call: Call) -> Answer:
    """GET /api/relatorios/vendas."""
    day = asked_day(api, call, TODAY)
    if day is None:
        raise InvalidField(field="dia", reason="use AAAA-MM-DD ou hoje")
    version = list_version(api, call, day)
    if same := unchanged(call, version):
        return same
    zone = ZoneInfo(api.time_zone)
    report = await api.environment.run_blocking(_report, api.node.log.projections, day, zone)
    return json_answer(report, headers={"etag": version})


def _report(projections: Projections, day: int, zone: ZoneInfo) -> dict[str, object]:
    rows = list(_of_day(projections, ORDER_ROW.name, day))
    orders = [each for each in rows if each["state"] not in ("cancelled", "merged")]
    whole = Group()
    for each in orders:
        whole.add(each)
    charges = sum(_number(each[name]) for each in orders for name in _CHARGES)
    return {
        "dia": iso_day(day),
        **whole.shown(),
        "cancelados": sum(each["state"] == "cancelled" for each in rows),
        "outras_taxas_centavos": charges,
        "horas": _by_hour(orders, zone),
        "produtos": _by_product(projections, orders),
        "garcons": _by_text(orders, "waiter", "garcom"),
        "terminais": _by_text(orders, "letters", "letras"),
        "formas": _by_method(_of_day(projections, PAYMENT.name, day)),
    }


def _of_day(projections: Projections, table: str, day: int) -> Iterator[Row]:
    return projections.rows(Query(table=table, where=(Condition("business_day", day),)))


def _by_hour(orders: Iterable[Row], zone: ZoneInfo) -> list[dict[str, object]]:
    """In the order of the day: what is sold after midnight comes last."""
    groups: dict[tuple[str, int], Group] = {}
    for each in sorted(orders, key=lambda order: _number(order["opened_hlc"])):
        moment = datetime.fromtimestamp(wall_ms(_number(each["opened_hlc"])) // 1000, UTC)
        local = moment.astimezone(zone)
        groups.setdefault((local.date().isoformat(), local.hour), Group()).add(each)
    return [{"data": date, "hora": hour, **it.shown()} for (date, hour), it in groups.items()]


def _by_text(orders: Iterable[Row], column: str, name: str) -> list[dict[str, object]]:
    """By what stands in a column; the orders that say nothing of it come last."""
    groups: dict[str, Group] = {}
    for each in orders:
        groups.setdefault(str(each[column] or ""), Group()).add(each)
    ordered = sorted(groups.items(), key=lambda group: (not group[0], group[0]))
    return [{name: text or None, **group.shown()} for text, group in ordered]


def _by_product(projections: Projections, orders: Iterable[Row]) -> list[dict[str, object]]:
    """The ones that brought most first."""
    found: dict[tuple[str, str], Sold] = {}
    for each in orders:
        where = (Condition("document_id", str(each["document_id"])), Condition("is_residual", 0))
        for line in projections.rows(Query(table=ORDER_LINE.name, where=where)):
            if _number(line["thousandths"]):
                key = str(line["product"] or ""), str(line["name"])
                found.setdefault(key, Sold()).add(line)
    ordered = sorted(found.items(), key=lambda each: (-each[1].revenue, each[0]))
    return [
        {
            "produto_id": product or None,
            "nome": name,
            "categoria": sold.category,
            "quantidade": quantity(sold.thousandths),
            "quantidade_milesimos": sold.thousandths,
            "receita": decimal(sold.revenue),
            "receita_centavos": sold.revenue,
            "desconto_centavos": sold.discount,
        }
        for (product, name), sold in ordered
    ]


def _by_method(rows: Iterable[Row]) -> list[dict[str, object]]:
    found: dict[str, Money] = {}
    for each in rows:
        found.setdefault(str(each["method"]), Money()).add(each)
    return [
        {
            "forma": method,
            "pagamentos": money.payments,
            "recebido": decimal(money.received),
            "recebido_centavos": money.received,
            "estornado_centavos": money.refunded,
            "gorjeta_centavos": money.tips,
        }
        for method, money in sorted(found.items())
    ]


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
