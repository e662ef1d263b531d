"""What the models say of a set of changes, in the form in which a terminal's API would."""

import json
from collections.abc import Iterable, Iterator
from random import Random
from typing import Any, NamedTuple

from crdt_models.change import Change, decode_change
from crdt_models.dining_room import MINUTE_MS, DiningRoom, Tab, left_by
from crdt_models.disputes import (
    Dispute,
    NumberedOrder,
    Opening,
    Place,
    author_forked,
    card_disputes,
    disputes_of,
    equal_numbers,
    key_uses,
    keys_used_twice,
    lineage_forked,
    number_ranks,
    open_disputes,
    stock_disputes,
    two_tabs,
)
from crdt_models.documents.accounts.view import AccountView
from crdt_models.documents.cash.view import ShiftView
from crdt_models.documents.catalog.left import left_of, taken_since
from crdt_models.documents.catalog.view import CatalogView
from crdt_models.documents.day.money import Known, Told, fallen_into, told_by
from crdt_models.documents.day.view import DayView
from crdt_models.documents.floor.reservation_facts import service_day
from crdt_models.documents.floor.view import FloorView
from crdt_models.documents.kinds import empty_view
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.settings.view import SettingsView
from crdt_models.documents.staff.view import StaffView
from crdt_models.documents.stock.ledger import Figure, figure_of
from crdt_models.documents.stock.movements import movements_once
from crdt_models.documents.stock.sales import movements_in
from crdt_models.documents.stock.situations import situations_of_product
from crdt_models.documents.stock.view import StockView
from crdt_models.documents.tables.view import TablesView
from crdt_models.documents.view import View
from crdt_models.ids import (
    SETTINGS,
    STAFF,
    TABLES,
    TERMINALS,
    DocumentId,
    FactId,
    OrderId,
    ProductId,
    ShiftId,
    day_document,
    day_of_floor,
    floor_document,
    order_document,
    shift_document,
)
from crdt_models.pedido import (
    JSON,
    OnCard,
    account_json,
    card_json,
    dispute_json,
    iso_day,
    order_json,
    product_json,
    reservation_json,
    settings_json,
    shift_json,
    staff_json,
    statement_json,
    stock_json,
    table_json,
    ticket_json,
)
from crdt_models.pedido.days import Around, day_json
from crdt_models.read_models import ORDER_ROW, rows_of
from peer.http_api import lists
from peer.node import site_disputes
from simulations.reference.differences import differences
from simulations.reference.peer_shop import ALL_DAYS, PeerShop, by_number
from simulations.reference.shop import read_shop
from tests.simulations.reference.replicas import DAY, HALF_HOUR_MS, NOW_MS

_COLUMNS = [name for name, _ in ORDER_ROW.columns]


def disagreements(told: list[bytes], seed: int = 0) -> list[str]:
    """What the models and the reference say differently, each told the changes in another order."""
    dice = Random(seed)
    one, other = [*told, *told[:5]], list(told)
    dice.shuffle(one)
    dice.shuffle(other)
    shop = models_shop([decode_change(each) for each in other], moment(dice))
    return differences(read_shop(one), shop)


class Moment(NamedTuple):
    """When somebody looks. day: the business day."""

    day: int
    now_ms: int


def moment(dice: Random) -> Moment:
    """Around the time of the histories."""
    return Moment(dice.choice((DAY, DAY, DAY + 1)), NOW_MS + dice.randrange(-2, 30) * HALF_HOUR_MS)


def models_shop(changes: list[Change], moment: Moment) -> PeerShop:
    views: dict[DocumentId, View] = {TABLES: empty_view(TABLES), TERMINALS: empty_view(TERMINALS)}
    for change in changes:
        for document, entry in change.entries():
            views.setdefault(document, empty_view(document)).apply(entry)
    alone = {view.order: view for view in views.values() if isinstance(view, OrderView)}
    for view in alone.values():
        views[view.document] = view.joined(
            lambda order: alone.get(order) or OrderView(order_document(order))
        )
    orders = [view for view in views.values() if isinstance(view, OrderView)]
    rows = [_row(order) for order in orders]
    numbered = [
        site_disputes._numbered(row)
        for row in rows
        if row["business_day"] is not None and row["number"] is not None
    ]
    ranks = number_ranks(numbered)
    shown = [
        _plain(order_json(each, "0", rank=ranks.get(each.order, 1)))
        for each in orders
        if each.opening is not None
    ]
    found = [each for view in views.values() for each in disputes_of(view)]
    found += _of_site(changes, views, orders, numbered)
    figures, short = _stock(views)
    found += short
    return PeerShop(
        orders={each["id"]: each for each in shown},
        tables=_tables(views, orders, moment),
        reservations=_reservations(views),
        comandas=_comandas(views, orders),
        cards=_cards(views),
        day=iso_day(moment.day),
        now_ms=moment.now_ms,
        disputes=[_plain(dispute_json(each)) for each in found],
        totals=_totals(rows),
        kitchen=_kitchen(orders, ranks),
        accounts=_accounts(views.values()),
        products=_products(views.values(), orders),
        settings=_settings(views),
        shifts=_shifts(views.values()),
        days={iso_day(day): _day(views, day) for day in (DAY, DAY + 1)},
        stock={each: _plain(stock_json(each, None, of)) for each, of in figures.items()},
        staff=_staff(views),
    )


def _kitchen(orders: list[OrderView], ranks: dict[OrderId, int]) -> list[Any]:
    tickets = [
        (ticket.sent_hlc, _plain(ticket_json(order, ticket, rank=ranks.get(order.order, 1))))
        for order in orders
        if order.opening is not None
        for ticket in order.tickets
    ]
    return [ticket for _, ticket in sorted(tickets, key=lambda each: each[0])]


def _accounts(views: Iterable[View]) -> dict[str, Any]:
    return {
        view.account.hex(): _plain({**account_json(view, "0"), "extrato": statement_json(view)})
        for view in views
        if isinstance(view, AccountView) and view.opening is not None
    }


def _shifts(views: Iterable[View]) -> dict[str, Any]:
    return {
        view.shift.hex(): _plain(shift_json(view, "0"))
        for view in views
        if isinstance(view, ShiftView) and view.opening is not None
    }


def _day(views: dict[DocumentId, View], day: int) -> Any:
    told: list[Told] = []
    for view in views.values():
        if isinstance(view, OrderView | AccountView):
            told += told_by(view)
        elif isinstance(view, ShiftView):
            told += fallen_into(view)
    is_open = [
        view
        for view in views.values()
        if isinstance(view, ShiftView) and view.is_open
        if view.opening is not None and view.opening.business_day <= day
    ]
    known = Known(tuple(each for each in told if each.day == day), tuple(is_open))
    view = views.get(day_document(day)) or empty_view(day_document(day))
    assert isinstance(view, DayView)
    return _plain(day_json(view, Around(known, {}, lambda shift: _shift(views, shift), {}), "0"))


def _shift(views: dict[DocumentId, View], shift: ShiftId) -> ShiftView:
    view = views.get(shift_document(shift)) or empty_view(shift_document(shift))
    assert isinstance(view, ShiftView)
    return view


def _products(views: Iterable[View], orders: list[OrderView]) -> dict[str, Any]:
    def taken(product: ProductId, since: int) -> int:
        return taken_since(orders, product, since)

    return {
        each.id.hex(): _plain(product_json(each, left_of(each, taken)))
        for view in views
        if isinstance(view, CatalogView)
        for each in view.products.values()
    }


def _settings(views: dict[DocumentId, View]) -> Any:
    view = views.get(SETTINGS) or empty_view(SETTINGS)
    assert isinstance(view, SettingsView)
    return _plain(settings_json(view))


def _stock(views: dict[DocumentId, View]) -> tuple[dict[str, dict[str, Figure]], list[Dispute]]:
    """By product and place; and the disputes."""
    days = [view for view in views.values() if isinstance(view, StockView)]
    moved = movements_once(each for view in views.values() for each in movements_in(view))
    counts = [each for view in days for each in view.counts]
    keys = {(each.product, each.place) for each in (*moved, *counts)}
    figures: dict[str, dict[str, Figure]] = {}
    for product, place in keys:
        figures.setdefault(product, {})[place] = figure_of(
            [each for each in counts if (each.product, each.place) == (product, place)],
            [each for each in moved if (each.product, each.place) == (product, place)],
        )
    situations = [
        found
        for product, of in figures.items()
        for found in situations_of_product(
            product,
            of,
            lambda day, product=product: [  # type: ignore[misc]
                each for each in moved if (each.product, each.day) == (product, day)
            ],
        )
    ]
    return figures, list(
        stock_disputes(situations, lambda name: views.get(name) or empty_view(name))
    )


def _staff(views: dict[DocumentId, View]) -> Any:
    view = views.get(STAFF) or empty_view(STAFF)
    assert isinstance(view, StaffView)
    return _plain(staff_json(view))


def _row(order: OrderView) -> dict[str, Any]:
    return dict(zip(_COLUMNS, rows_of(order.document, order)[ORDER_ROW.name][0], strict=True))


def _of_site(
    changes: list[Change],
    views: dict[DocumentId, View],
    orders: list[OrderView],
    numbered: list[NumberedOrder],
) -> Iterator[Dispute]:
    yield from two_tabs(orders, views[TABLES])
    furniture = views[TABLES]
    assert isinstance(furniture, TablesView)
    yield from card_disputes(orders, furniture)
    yield from equal_numbers(numbered, views[TERMINALS])
    yield from lineage_forked(_openings(changes), views[TERMINALS])
    places = [Place(each.device, each.epoch, each.sequence, each.id) for each in changes]
    yield from author_forked(places, views[TERMINALS])
    yield from keys_used_twice(
        key_uses(changes, lambda document: views[document]), views[TERMINALS]
    )


def _openings(changes: Iterable[Change]) -> Iterator[Opening]:
    """Every change that could follow on what another epoch follows on."""
    for change in changes:
        is_opening = any(body[0] == "author_opened" for _, body in change.facts)
        for previous in change.previous:
            yield Opening(change.device, change.epoch, (previous,), change.id)
        if is_opening and not change.previous:
            yield Opening(change.device, change.epoch, (), change.id)


def _tables(
    views: dict[DocumentId, View], orders: list[OrderView], moment: Moment
) -> dict[str, Any]:
    furniture = views[TABLES]
    assert isinstance(furniture, TablesView)
    tabs: dict[bytes | None, list[Tab]] = {}
    left: dict[bytes | None, list[tuple[FactId, ...]]] = {}
    for order in orders:
        if order.is_open:
            tabs.setdefault(order.table, []).append(Tab(order.order, order.people or 0))
        elif order.closed is not None and order.closed.entry.business_day == moment.day:
            left.setdefault(order.table, []).append(left_by(order))
    room = DiningRoom(
        furniture,
        _floor(views, moment.day),
        _floor(views, service_day(moment.now_ms // MINUTE_MS)),
        now_ms=moment.now_ms,
        tabs=lambda table: tabs.get(table, ()),
        left=lambda table: [each for each in left.get(table, ()) if each],
    )
    return {table.hex(): _plain(table_json(each, room)) for table, each in furniture.tables.items()}


def _comandas(views: dict[DocumentId, View], orders: list[OrderView]) -> dict[str, Any]:
    furniture = views[TABLES]
    assert isinstance(furniture, TablesView)
    there: dict[tuple[str, int | None], list[OnCard]] = {("", each): [] for each in furniture.cards}
    for order in orders:
        label = order.text("tab")
        if order.is_open and label is not None:
            card = furniture.cards.named(label)
            on_it = there.setdefault(("" if card else label, card), [])
            on_it.append(OnCard(order.order, order.total, order.balance))
    shown = [
        _plain(card_json(label, card, furniture.cards, on_it))
        for (label, card), on_it in there.items()
    ]
    return by_number([each for each in shown if each["status"] != "livre"])


def _cards(views: dict[DocumentId, View]) -> int:
    furniture = views[TABLES]
    assert isinstance(furniture, TablesView)
    return len(list(furniture.cards))


def _floor(views: dict[DocumentId, View], day: int) -> FloorView:
    document = floor_document(day)
    view = views.get(document) or empty_view(document)
    assert isinstance(view, FloorView)
    return view


def _reservations(views: dict[DocumentId, View]) -> dict[str, Any]:
    found = {}
    for document, view in views.items():
        if isinstance(view, FloorView):
            clashing = {
                reservation
                for each in open_disputes(view)
                if each.kind == "reservation_clash"
                for reservation in each.subject.split(":")
            }
            for each in view.reservations.values():
                shown = _plain(reservation_json(each, day_of_floor(document)))
                found[shown["id"]] = {**shown, "conflito": shown["id"] in clashing}
    return found


def _totals(rows: list[dict[str, Any]]) -> dict[str, Any]:
    days: dict[str, lists.Sums] = {ALL_DAYS: lists.Sums()}
    for row in rows:
        lists._add(days[ALL_DAYS], row)
        if row["business_day"] is not None:
            day = lists.iso_day(row["business_day"])
            lists._add(days.setdefault(day, lists.Sums()), row)
    return {
        day: {
            "pedidos": sums.orders,
            "itens": sums.lines,
            "abertos": sums.standing,
            "cancelados": sums.cancelled,
            "receita_centavos": sums.revenue,
            "desconto_centavos": sums.discount,
            "taxa_servico_centavos": sums.service,
            "gorjeta_centavos": sums.tips,
            "recebido_centavos": sums.received,
            "fiado_centavos": sums.on_account,
        }
        for day, sums in days.items()
        if day == ALL_DAYS or "-" in day
    }


def _plain(shown: Any) -> Any:
    return json.loads(JSON.encode(shown))
