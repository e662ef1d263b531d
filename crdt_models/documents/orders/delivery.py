"""Where an order goes now."""

from crdt_models.documents.orders.facts import Delivery, DeliverySet
from crdt_models.documents.register import Register, Write
from crdt_models.documents.view import View

NOWHERE = Delivery()


def delivery_register(view: View) -> Register[Delivery]:
    """What was written, and what it replaced."""
    return Register(
        Write(each.id, each.stamp, each.fact.delivery, view.same_all(each.fact.replaces))
        for each in view.all(DeliverySet)
    )


def delivery_set(view: View, delivery: Delivery) -> list[DeliverySet]:
    """The fact that writes it, none when it is so already."""
    register = delivery_register(view)
    if len(register.heads) <= 1 and register.value(NOWHERE) == delivery:
        return []
    return [DeliverySet(delivery=delivery, replaces=register.replaced_next)]
