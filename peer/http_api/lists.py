"""Lists and sums over many orders: read from the rows, shown from the views.

Rules of this file:
1. Which orders, and in which order, is asked of the read model; what an order says, of its view.
2. A list carries an entity tag made of the log's position: nothing committed, nothing new.
3. A sum is computed over all rows of its day, never over a page.
"""

from collections.abc import Mapping

import msgspec

from crdt_models.ids import DocumentId, order_of
from crdt_models.pedido import STATUS, decimal, iso_day
from crdt_models.read_models import ORDER_ROW
from peer.http_api.api import Api, json_answer, limit_of, list_version, unchanged
from peer.http_api.shown import shown_orders
from peer.http_api.values import iso_date
from peer.service.routes import Answer, Call
from peer.storage.projections import Condition, Is, Projections, Query

TODAY = "hoje"
ALL_DAYS = "todos"
_OPENED = Condition("business_day", 0, Is.AT_LEAST)  # before its opening came, an order has no day
_STATES = {shown: state for state, shown in STATUS.items()}


async def list_orders(api: Api, call: Call) -> Answer:
    """GET /api/pedidos."""
    day = asked_day(api, call, TODAY)
    version = list_version(api, call, day)
    if same := unchanged(call, version):
        return same
    where = _conditions(api, call)
    query = Query(
        table=ORDER_ROW.name,
        where=where,
        order=("opened_hlc",),
        descending=True,
        limit=limit_of(call),
        cursor=call.text("desde"),
    )
    projections = api.node.log.projections
    page = projections.page(query)
    orders = [order_of(DocumentId(str(row["document_id"]))) for row in page.rows]
    shown = {
        "pedidos": shown_orders(api, orders),
        "total": projections.count(query),
        "proximo": page.next,
    }
    return json_answer(shown, headers={"etag": version})


async def statistics(api: Api, call: Call) -> Answer:
    """GET /api/estatisticas."""
    day = asked_day(api, call, ALL_DAYS)
    uplink = None if api.uplink is None else api.uplink.status()
    pending = None if uplink is None else uplink.pending
    version = list_version(api, call, day, pending)
    if same := unchanged(call, version):
        return same
    where = () if day is None else (Condition("business_day", day),)
    sums = await api.environment.run_blocking(_sums, api.node.log.projections, where)
    return json_answer(
        {
            "dia": None if day is None else iso_day(day),
            "pedidos": sums.orders,
            "itens": sums.lines,
            "abertos": sums.standing,
            "cancelados": sums.cancelled,
            "receita": decimal(sums.revenue),
            "receita_centavos": sums.revenue,
            "desconto_centavos": sums.discount,
            "taxa_servico_centavos": sums.service,
            "gorjeta_centavos": sums.tips,
            "recebido": decimal(sums.received),
            "recebido_centavos": sums.received,
            "fiado_centavos": sums.on_account,
            "digest": api.node.content_digest().hex(),
            "posicao": api.node.position,
            "pendentes": pending,
        },
        headers={"etag": version},
    )


class Sums(msgspec.Struct):
    """orders and lines: without the cancelled ones · standing: still open · revenue: sold, paid or
    not, without service and tips, which are the staff's · received: payments less refunds, of the
    same orders · on_account: of that, what customers owe instead. Money in centavos."""

    orders: int = 0
    lines: int = 0
    standing: int = 0
    cancelled: int = 0
    revenue: int = 0
    received: int = 0
    on_account: int = 0
    discount: int = 0
    service: int = 0
    tips: int = 0


def _sums(projections: Projections, where: tuple[Condition, ...]) -> Sums:
    sums = Sums()
    for row in projections.rows(Query(table=ORDER_ROW.name, where=where)):
        _add(sums, row)
    return sums


def _add(sums: Sums, row: Mapping[str, object]) -> None:
    if row["business_day"] is None:
        return  # its opening has not come: nobody knows yet what it is
    sums.revenue += _number(row["revenue_centavos"])
    sums.received += _number(row["paid_centavos"])
    sums.on_account += _number(row["on_account_centavos"])
    sums.discount += _number(row["discount_centavos"])
    sums.service += _number(row["service_centavos"])
    sums.tips += _number(row["tips_centavos"])
    if row["state"] == "cancelled":
        sums.cancelled += 1
        return
    sums.orders += 1
    sums.lines += _number(row["line_count"])
    sums.standing += _number(row["is_open"])


def _conditions(api: Api, call: Call) -> tuple[Condition, ...]:
    """`?dia`, `?status`, `?mesa`. Raises InvalidField."""
    day = asked_day(api, call, TODAY)
    found = [_OPENED if day is None else Condition("business_day", day)]
    status = call.text("status")
    if status is not None:
        found.append(Condition("state", _STATES[status]))
    table = call.text("mesa")
    if table is not None:
        found.append(Condition("table_id", table))
    return tuple(found)


def asked_day(api: Api, call: Call, absent: str) -> int | None:
    """`?dia`: days since 1970-01-01, None for all. Raises InvalidField."""
    return day_of(call, absent, today=api.node.business_day)


def day_of(call: Call, absent: str, *, today: int) -> int | None:
    """As `asked_day`. absent: what no `?dia` means. today: what `hoje` means."""
    given = call.text("dia") or absent
    if given == ALL_DAYS:
        return None
    if given == TODAY:
        return today
    return iso_date(given, field="dia", reason="use AAAA-MM-DD, hoje ou todos")


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
