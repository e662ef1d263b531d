"""The JSON of where an order goes."""

from crdt_models.documents.orders.delivery import NOWHERE
from crdt_models.documents.orders.facts import Delivery
from crdt_models.pedido.figures import JsonObject


def delivery_json(delivery: Delivery) -> JsonObject | None:
    """None when nothing is known."""
    if delivery == NOWHERE:
        return None
    return {
        "nome": delivery.name,
        "telefone": delivery.phone,
        "logradouro": delivery.street,
        "numero": delivery.number,
        "complemento": delivery.complement,
        "bairro": delivery.district,
        "cidade": delivery.city,
        "cep": delivery.postal_code,
        "referencia": delivery.reference,
    }
