"""The JSON of a dining table and of a reservation."""

from crdt_models.dining_room import MINUTE_MS, DiningRoom, SeenTable
from crdt_models.documents.floor.reservations import Reservation
from crdt_models.documents.tables.view import DiningTable
from crdt_models.hybrid_logical_clock import iso
from crdt_models.ids import TableId
from crdt_models.pedido.figures import JsonObject, iso_day
from crdt_models.pedido.names import RESERVATION_STATUS, TABLE_STATUS


def table_json(table: DiningTable, room: DiningRoom) -> JsonObject:
    """The mesa, as it is at the moment of the room."""
    seen = room.seen(table)
    area = None if table.area is None else room.furniture.areas.get(table.area)
    x, y = table.position
    return {
        "id": table.id.hex(),
        "numero": table.number,
        "nome": table.label,
        "area_id": None if table.area is None else table.area.hex(),
        "area": None if area is None else area.name,
        "lugares": table.seats,
        "posicao": {"x": x, "y": y},
        "garcom": seen.waiter,
        "garcom_fixo": table.waiter,
        "status": TABLE_STATUS[seen.state],
        "reserva": _kept_for(seen),
        "limpeza": seen.needs_cleaning,
        "ativa": table.is_active,
        "pessoas": sum(tab.people for tab in seen.tabs),
        "pedidos": [tab.order.hex() for tab in seen.tabs],
        "grupo": None
        if seen.group is None
        else {
            "mesas": [each.hex() for each in seen.group.tables],
            "lugares": seen.group.seats,
            "pessoas": sum(tab.people for tab in seen.group.tabs),
            "pedidos": [tab.order.hex() for tab in seen.group.tabs],
        },
    }


def _kept_for(seen: SeenTable) -> JsonObject | None:
    """A reservation before a sign: it says more."""
    if seen.awaited is not None:
        place = seen.awaited.place
        return {
            "id": seen.awaited.id.hex(),
            "nome": seen.awaited.who.name,
            "de_ms": place.from_minute * MINUTE_MS,
            "ate_ms": place.until_minute * MINUTE_MS,
        }
    if seen.hold is not None:
        return {"id": None, "nome": seen.hold.name, "de_ms": None, "ate_ms": seen.hold.until_ms}
    return None


def reservation_json(found: Reservation, day: int) -> JsonObject:
    """The reserva. day: its service day."""
    mark = found.mark
    return {
        "id": found.id.hex(),
        "dia": iso_day(day),
        "nome": found.who.name,
        "telefone": found.phone,
        "pessoas": found.who.people,
        "de_ms": found.place.from_minute * MINUTE_MS,
        "ate_ms": found.place.until_minute * MINUTE_MS,
        "mesas": [each.hex() for each in found.place.tables],
        "observacao": found.who.note,
        "status": RESERVATION_STATUS[found.state],
        "motivo": "" if mark is None else mark.reason,
        "pedido_id": None if found.order is None else found.order.hex(),
        "marcas_simultaneas": [
            {"status": RESERVATION_STATUS[each.state], "motivo": each.reason}
            for each in found.overruled
        ],
        "criada_em": iso(found.booked.hlc),
    }


def waiter_history_json(room: DiningRoom, table: TableId) -> list[JsonObject]:
    """Who was assigned today to the table and to its area, by the clock of whoever wrote it."""
    found = room.furniture.tables[table]
    history = [
        (write.stamp, {"onde": where, "garcom": write.value, "em": iso(write.stamp.hlc)})
        for where, place in (("mesa", table), ("area", found.area))
        if place is not None and place in room.floor.waiters
        for write in room.floor.waiters[place].writes
    ]
    return [told for _, told in sorted(history, key=lambda each: each[0])]
