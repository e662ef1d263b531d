"""The JSON of a dining table."""

from collections.abc import Sequence

from crdt_models.documents.tables import DiningTable, TablesView
from crdt_models.ids import OrderId
from crdt_models.pedido.figures import JsonObject


def table_json(table: DiningTable, view: TablesView, orders: Sequence[OrderId]) -> JsonObject:
    """The mesa. orders: the open orders that stand at it."""
    area = None if table.area is None else view.areas.get(table.area)
    reservation = table.reservation
    x, y = table.position
    return {
        "id": table.id.hex(),
        "numero": table.label,
        "nome": table.label,
        "area_id": None if table.area is None else table.area.hex(),
        "area": None if area is None else area.name,
        "lugares": table.seats,
        "posicao": {"x": x, "y": y},
        "garcom": table.waiter,
        "status": _table_status(table, orders),
        "reserva": None
        if reservation is None
        else {"nome": reservation.name, "ate_ms": reservation.until_ms},
        "limpeza": table.is_cleaning,
        "ativa": table.is_active,
        "pedidos": [order.hex() for order in orders],
    }


def _table_status(table: DiningTable, orders: Sequence[OrderId]) -> str:
    if not table.is_active:
        return "inativa"
    if orders:
        return "ocupada"
    if table.is_cleaning:
        return "limpeza"
    return "livre" if table.reservation is None else "reservada"
