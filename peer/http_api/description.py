"""The OpenAPI description of the local API: the table of routes, and what does not stand in it.

The meanings of fields come from the tables of names, the WebSockets from `live_messages`. Nothing
here is checked against a request; the tests hold every answer they receive against it.
"""

from collections.abc import Sequence
from typing import Any

import crdt_models
from crdt_models.pedido import (
    CARD_NAMES,
    ITEM_NAMES,
    ORDER_NAMES,
    PAYMENT_NAMES,
    RESERVATION_NAMES,
    SHIFT_NAMES,
    TABLE_NAMES,
)
from peer.http_api.live_messages import described_websockets
from peer.service.openapi import openapi
from peer.service.routes import Route

TITLE = "Malha: API local do terminal"
DESCRIPTION = (
    "Cada terminal atende seus front-ends em 127.0.0.1. Toda escrita responde depois de gravada em"
    " disco. Valores em centavos são exatos; decimais vêm como números JSON e podem ser enviados"
    " como número ou texto. Envie Idempotency-Key em toda escrita e If-Match para não sobrescrever"
    " o que não viu. Campo desconhecido é recusado (422); só em PUT volta tudo o que se leu."
    " Todo endereço de /api atende também em /api/v1."
    " Endereço que não existe: 404 not_found; método que um endereço não aceita: 405"
    " method_not_allowed, com Allow. Ao vivo: /ws/sync e /ws/pedidos, em x-websocket."
)
_MEANINGS = {
    "Pedido": ORDER_NAMES,
    "Item": ITEM_NAMES,
    "Pagamento": PAYMENT_NAMES,
    "Mesa": TABLE_NAMES,
    "Comanda": CARD_NAMES,
    "Reserva": RESERVATION_NAMES,
    "Caixa": SHIFT_NAMES,
}


def described(routes: Sequence[Route]) -> dict[str, Any]:
    """The whole document."""
    document = openapi(routes, TITLE, crdt_models.__version__, DESCRIPTION)
    schemas = document["components"]["schemas"]
    for name, meanings in _MEANINGS.items():
        for member, meaning in meanings.items():
            schemas[name]["properties"][member]["description"] = meaning
    for name in ("Pedido", "PatchBody"):
        schemas[name]["additionalProperties"] = {"type": "boolean"}  # flags, by name
    paths, messages = described_websockets()
    document["paths"] |= paths
    schemas |= messages
    return document
