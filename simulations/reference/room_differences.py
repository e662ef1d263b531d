"""Where a terminal and the reference do not agree on the dining room."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from simulations.reference.cards import ReferenceCard
from simulations.reference.compared import compared
from simulations.reference.floor import MINUTE_MS, ReferenceReservation
from simulations.reference.order import ReferenceOrder
from simulations.reference.peer_shop import Json, PeerShop
from simulations.reference.room import ReferenceRoom, ReferenceTable
from simulations.reference.shop import ReferenceShop
from simulations.reference.stored import EPOCH

_TABLES: Final = {
    "inactive": "inativa",
    "occupied": "ocupada",
    "cleaning": "limpeza",
    "reserved": "reservada",
    "free": "livre",
}
_REASONS: Final = {
    "lost": "perdida",
    "stolen": "roubada",
    "damaged": "danificada",
    "other": "outro",
}
_RESERVATIONS: Final = {
    "booked": "reservada",
    "arrived": "chegou",
    "seated": "sentada",
    "no_show": "nao_veio",
    "cancelled": "cancelada",
}


def of_tables(reference: ReferenceShop, peer: PeerShop) -> Iterator[str]:
    """At the moment at which the terminal was asked."""
    room = reference.room((date.fromisoformat(peer.day) - EPOCH).days, peer.now_ms)
    for table in sorted(room.tables.keys() | peer.tables.keys()):
        if table not in peer.tables:
            yield f"mesa {room.tables[table].name}: the terminal does not have it"
        elif table not in room.tables:
            yield f"mesa {peer.tables[table].get('nome')}: nobody added it"
        else:
            theirs = {**peer.tables[table], "pedidos": sorted(peer.tables[table]["pedidos"])}
            theirs["grupo"] = _group_sorted(theirs["grupo"])
            name = f"mesa {room.tables[table].name}"
            yield from compared(name, _table(room, room.tables[table]), theirs)


def _table(room: ReferenceRoom, table: ReferenceTable) -> Json:
    x, y = table.place
    tabs = room.tabs(table.id)
    return {
        "nome": table.fields["label"],
        "numero": table.fields["number"] or table.fields["label"],
        "area_id": table.fields["area"],
        "area": table.area_name,
        "lugares": table.fields["seats"],
        "posicao": {"x": x, "y": y},
        "garcom": room.waiter(table.id),
        "garcom_fixo": table.fields["waiter"],
        "status": _TABLES[room.state(table.id)],
        "reserva": _kept_for(room, table),
        "limpeza": room.is_dirty(table.id),
        "ativa": table.fields["active"],
        "pessoas": sum(each.people for each in tabs),
        "pedidos": sorted(each.id for each in tabs),
        "grupo": _group(room, table),
    }


def _kept_for(room: ReferenceRoom, table: ReferenceTable) -> Json | None:
    awaited, sign = room.awaited(table.id), room.sign(table.id)
    if awaited is not None:
        return {
            "id": awaited.id,
            "nome": awaited.who["name"],
            "de_ms": awaited.place["from_minute"] * MINUTE_MS,
            "ate_ms": awaited.place["until_minute"] * MINUTE_MS,
        }
    if sign is not None:
        return {"id": None, "nome": sign[0], "de_ms": None, "ate_ms": sign[1]}
    return None


def _group(room: ReferenceRoom, table: ReferenceTable) -> Json | None:
    group = room.group(table.id)
    if len(group) < 2:
        return None
    tabs = room.tabs(*group)
    return {
        "mesas": group,
        "lugares": sum(room.tables[each].fields["seats"] for each in group),
        "pessoas": sum(each.people for each in tabs),
        "pedidos": sorted(each.id for each in tabs),
    }


def _group_sorted(group: Json | None) -> Json | None:
    return group and {**group, "pedidos": sorted(group["pedidos"])}


def of_comandas(reference: ReferenceShop, peer: PeerShop) -> Iterator[str]:
    if len(reference.cards) != peer.cards:
        yield f"comandas: there are {peer.cards}, and should be {len(reference.cards)}"
    ours = reference.comandas
    for name in sorted(ours.keys() | peer.comandas.keys()):
        if name not in peer.comandas:
            yield f"comanda {name}: the terminal does not have it"
        elif name not in ours:
            yield f"comanda {name}: there is no such card, and no order on it"
        else:
            theirs = {**peer.comandas[name], "pedidos": sorted(peer.comandas[name]["pedidos"])}
            card = reference.cards.get(int(name)) if theirs["registrada"] else None
            yield from compared(f"comanda {name}", _comanda(card, ours[name]), theirs)


def _comanda(card: ReferenceCard | None, orders: list[ReferenceOrder]) -> Json:
    blocks = () if card is None else card.blocks
    return {
        "registrada": card is not None,
        "codigo": None if card is None else card.code,
        "status": "bloqueada" if blocks else "ocupada" if orders else "livre",
        "motivo": _REASONS[blocks[-1][1]] if blocks else None,
        "observacao": blocks[-1][2] if blocks else None,
        "pedidos": sorted(order.id for order in orders),
        "total_centavos": sum(order.total for order in orders),
        "saldo_centavos": sum(order.balance for order in orders),
    }


def of_reservations(reference: ReferenceShop, peer: PeerShop) -> Iterator[str]:
    found = {
        each.id: each for floor in reference.floors.values() for each in floor.reservations.values()
    }
    clashing = {
        each
        for kind, subject, _ in reference.open_disputes
        if kind == "reservation_clash"
        for each in subject.split(":")
    }
    for name in sorted(found.keys() | peer.reservations.keys()):
        if name not in peer.reservations:
            yield f"reserva {name}: the terminal does not have it"
        elif name not in found:
            yield f"reserva {name}: nobody booked it"
        else:
            ours = {**_reservation(found[name]), "conflito": name in clashing}
            yield from compared(f"reserva {name}", ours, peer.reservations[name])


def _reservation(found: ReferenceReservation) -> Json:
    return {
        "dia": str(EPOCH + timedelta(days=found.day)),
        "nome": found.who["name"],
        "telefone": found.phone,
        "pessoas": found.who["people"],
        "de_ms": found.place["from_minute"] * MINUTE_MS,
        "ate_ms": found.place["until_minute"] * MINUTE_MS,
        "mesas": [each.hex() for each in found.place["tables"]],
        "observacao": found.who["note"],
        "status": _RESERVATIONS[found.state],
        "motivo": found.reason,
        "pedido_id": found.order,
        "marcas_simultaneas": [
            {"status": _RESERVATIONS[state], "motivo": reason} for state, reason in found.unheard
        ],
    }
