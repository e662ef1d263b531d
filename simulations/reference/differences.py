"""Where a real terminal and the reference do not agree, one sentence each.

Rules of this file:
1. The reference is right until somebody shows from the design that it is not.
2. A sentence names the order (or table, dispute, day), the field, and both values. They come in one
   sequence, whatever the hash seed.
3. Money is compared in centavos. Wording, times of day and what only the terminal knows (whether
   the cloud has it) are not compared.
4. Disputes and totals are compared here, all else in the `*_differences` of this folder.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from simulations.reference.account_differences import of_accounts
from simulations.reference.cash_differences import of_shifts
from simulations.reference.catalog_differences import of_products
from simulations.reference.compared import compared
from simulations.reference.day_differences import of_days
from simulations.reference.order_differences import of_kitchen, of_orders
from simulations.reference.peer_shop import ALL_DAYS, Json, PeerShop
from simulations.reference.room_differences import of_comandas, of_reservations, of_tables
from simulations.reference.settings_differences import of_settings, of_staff
from simulations.reference.shop import DayTotals, ReferenceShop
from simulations.reference.stock_differences import of_stock
from simulations.reference.stored import EPOCH


def differences(reference: ReferenceShop, peer: PeerShop) -> list[str]:
    """Empty when they agree."""
    return [
        *of_orders(reference, peer),
        *of_tables(reference, peer),
        *of_comandas(reference, peer),
        *of_kitchen(reference, peer),
        *of_accounts(reference, peer),
        *of_products(reference, peer),
        *of_shifts(reference, peer),
        *of_days(reference, peer),
        *of_reservations(reference, peer),
        *of_settings(reference, peer),
        *of_stock(reference, peer),
        *of_staff(reference, peer),
        *_of_disputes(reference, peer),
        *_of_totals(reference, peer),
    ]


def _of_disputes(reference: ReferenceShop, peer: PeerShop) -> Iterator[str]:
    ours = {
        key: {"fatos": sorted(dispute.facts), "aberto": dispute.is_open}
        for key, dispute in reference.disputes.items()
    }
    theirs: dict[tuple[Any, Any, Any], Json] = {
        (each["tipo"], each["assunto"], each["documento"]): each for each in peer.disputes
    }
    if len(theirs) < len(peer.disputes):
        yield "conflitos: one is listed twice"
    for key in sorted(ours.keys() | theirs.keys()):
        kind, subject, document = key
        name = f"conflito {kind} of {_named(reference, document)}, {subject}"
        if key not in theirs:
            yield f"{name}: should be told, and is not"
        elif key not in ours:
            yield f"{name}: is told, and should not be"
        else:
            shown = {**theirs[key], "fatos": sorted(theirs[key]["fatos"])}
            yield from compared(name, ours[key], shown)


def _named(reference: ReferenceShop, document: str) -> str:
    order = reference.orders.get(document.removeprefix("order:"))
    return document if order is None else f"pedido {order.name}"


def _of_totals(reference: ReferenceShop, peer: PeerShop) -> Iterator[str]:
    """Of the days that the terminal was asked about."""
    ours = {str(EPOCH + timedelta(days=day)): _totals(each) for day, each in _days(reference)}
    each_day = [_totals(totals) for totals in reference.totals.values()]
    nothing = _totals(DayTotals())
    ours[ALL_DAYS] = {field: sum(day[field] for day in each_day) for field in nothing}
    for day, theirs in peer.totals.items():
        yield from compared(f"dia {day}", ours.get(day, nothing), theirs)


def _days(reference: ReferenceShop) -> Iterator[tuple[int, DayTotals]]:
    """Those that a calendar reaches; nobody can ask for others."""
    last = (date.max - EPOCH).days
    return ((day, totals) for day, totals in reference.totals.items() if day <= last)


def _totals(totals: DayTotals) -> Json:
    return {
        "pedidos": totals.orders,
        "itens": totals.lines,
        "abertos": totals.open,
        "cancelados": totals.cancelled,
        "receita_centavos": totals.revenue,
        "desconto_centavos": totals.discount,
        "taxa_servico_centavos": totals.service,
        "gorjeta_centavos": totals.tips,
        "recebido_centavos": totals.received,
        "fiado_centavos": totals.on_trust,
    }
