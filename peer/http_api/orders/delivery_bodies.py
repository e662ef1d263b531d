"""What front ends send about where an order goes."""

from typing import Any

import msgspec

from crdt_models.documents.orders.facts import Delivery
from peer.http_api.values import clean_text
from peer.service.strict_json import shaped

MEMBER = "entrega"  # of an order, in every body and answer


class DeliveryBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Para quem e para onde vai. Vale inteiro: o que faltar fica vazio. Dados pessoais."""

    nome: str = ""
    telefone: str = ""
    logradouro: str = ""
    numero: str = ""
    complemento: str = ""
    bairro: str = ""
    cidade: str = ""
    cep: str = ""
    referencia: str = ""

    def delivery(self) -> Delivery:
        return Delivery(
            name=clean_text(self.nome),
            phone=clean_text(self.telefone),
            street=clean_text(self.logradouro),
            number=clean_text(self.numero),
            complement=clean_text(self.complemento),
            district=clean_text(self.bairro),
            city=clean_text(self.cidade),
            postal_code=clean_text(self.cep),
            reference=clean_text(self.referencia),
        )


def delivery_of(given: dict[str, Any]) -> Delivery | None:
    """What a body says of it: None nothing at all; null, that nothing is known any more. Raises
    InvalidField."""
    if MEMBER not in given:
        return None
    value = given[MEMBER]
    return Delivery() if value is None else shaped(value, DeliveryBody).delivery()
