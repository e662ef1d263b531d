"""What is on hand, as front ends read it."""

from collections.abc import Mapping

from crdt_models.documents.catalog.view import Product
from crdt_models.documents.stock.ledger import Figure
from crdt_models.pedido.figures import JsonObject, iso_day, quantity


def stock_json(product: str, known: Product | None, figures: Mapping[str, Figure]) -> JsonObject:
    """Keys are in Portuguese. known: the product of that id, None when no catalog has it. figures:
    by place."""
    total = sum(each.on_hand for each in figures.values())
    minimum = None if known is None else known.stock_minimum
    return {
        "produto_id": product,
        "nome": "" if known is None else known.name,
        "codigo": "" if known is None else known.code,
        "quantidade": quantity(total),
        "milesimos": total,
        "minimo_milesimos": minimum,
        "abaixo_do_minimo": minimum is not None and total < minimum,
        "negativo": total < 0,
        "locais": [_place(place, figures[place]) for place in sorted(figures)],
    }


def _place(place: str, figure: Figure) -> JsonObject:
    count = figure.current
    return {
        "local": place,
        "quantidade": quantity(figure.on_hand),
        "milesimos": figure.on_hand,
        "contado_milesimos": None if count is None else count.thousandths,
        "contado_dia": None if count is None else iso_day(count.day),
        "a_conferir": bool(figure.doubtful),
    }
