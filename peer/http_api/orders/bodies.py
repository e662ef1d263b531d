"""What front ends send about an order as a whole, and the commands it becomes.

Rules of the bodies:
1. The structs are the documentation: every field a front end may write is named here, in
   Portuguese. An unknown one is refused; only in a PUT, where people send back what they got, are
   fields that may only be read passed over.
2. A quantity is `quantidade` (1, 1.5, "1.500") or `quantidade_milesimos`; money is a decimal with
   two places or `*_centavos`. Both forms together must agree.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from crdt_models.documents.fields import ServiceType
from crdt_models.documents.orders.facts import FieldName
from crdt_models.documents.orders.registers import DEFAULT_FLAGS, Value
from crdt_models.documents.tables.commands import UnknownTable
from crdt_models.ids import TableId
from peer.http_api.orders.delivery_bodies import DeliveryBody
from peer.http_api.orders.line_bodies import ItemBody, NewItemBody
from peer.http_api.values import OpaqueId, basis_points, id_of, optional_text, text_or_none
from peer.service.http_errors import InvalidField

# What a front end calls the registers of an order.
FIELDS: Mapping[str, FieldName] = {
    "mesa_id": "table",
    "comanda": "tab",
    "garcom": "waiter",
    "cliente": "customer",
    "observacao": "note",
    "pessoas": "people",
    "tipo": "service_type",
    "id_externo": "external_id",
}

_TEXTS = frozenset({"comanda", "garcom", "cliente", "observacao", "id_externo"})


class OrderBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Um pedido novo, com itens ou sem. Sem `tipo`: mesa, comanda ou balcão, pelo que vier.

    `tipo` mesa sem `mesa_id` é aceito: a mesa pode vir depois, por PATCH. `taxa_servico`: o
    percentual da casa para este tipo; sem ele, sem taxa enquanto ninguém a põe.
    `mesa_desconhecida`: a mesa foi criada em outro terminal e ainda não chegou aqui.
    """

    tipo: ServiceType | None = None
    mesa_id: OpaqueId | None = None
    mesa_desconhecida: bool = False
    comanda: OpaqueId | None = None
    comanda_id: OpaqueId | None = None
    garcom: str | None = None
    cliente: str | None = None
    observacao: str | None = None
    pessoas: int | None = None
    id_externo: str | None = None
    entrega: DeliveryBody | None = None
    taxa_servico: Decimal | None = None
    itens: tuple[NewItemBody, ...] = ()

    def service_type(self) -> ServiceType:
        """What was said, or what follows from the rest."""
        if self.tipo is not None:
            return self.tipo
        if self.mesa_id is not None:
            return "mesa"
        return "balcao" if self.tab() is None else "comanda"

    def service(self) -> int | None:
        """Basis points. Raises InvalidField, InvalidAmount."""
        return basis_points(self.taxa_servico, field="taxa_servico")

    def tab(self) -> str | None:
        """The label of the comanda; `comanda_id` serves where a front end has no other name."""
        return optional_text(self.comanda_id if self.comanda is None else self.comanda)


class ReplacementBody(msgspec.Struct, frozen=True, kw_only=True):
    """O pedido como deve ficar. Sem If-Match nada é retirado: campos mudam e itens novos entram."""

    tipo: ServiceType | msgspec.UnsetType = msgspec.UNSET
    mesa_id: OpaqueId | msgspec.UnsetType | None = msgspec.UNSET
    comanda: OpaqueId | msgspec.UnsetType | None = msgspec.UNSET
    garcom: str | msgspec.UnsetType | None = msgspec.UNSET
    cliente: str | msgspec.UnsetType | None = msgspec.UNSET
    observacao: str | msgspec.UnsetType | None = msgspec.UNSET
    pessoas: int | msgspec.UnsetType | None = msgspec.UNSET
    id_externo: str | msgspec.UnsetType | None = msgspec.UNSET
    entrega: DeliveryBody | msgspec.UnsetType | None = msgspec.UNSET
    itens: tuple[ItemBody, ...] | msgspec.UnsetType = msgspec.UNSET
    financeiro: bool | msgspec.UnsetType = msgspec.UNSET
    producao: bool | msgspec.UnsetType = msgspec.UNSET
    expedicao: bool | msgspec.UnsetType = msgspec.UNSET
    flags: dict[str, bool] = {}
    motivo: str = ""

    def members(self) -> dict[str, Any]:
        """What was given, by name."""
        given = msgspec.structs.asdict(self)
        return {name: value for name, value in given.items() if value is not msgspec.UNSET}

    def marks(self, current: Mapping[str, bool]) -> dict[str, bool]:
        """Marks that are to change. An order that was read names the default ones twice; the one
        that differs from `current` is what somebody changed."""
        named = {n: v for n, v in self.members().items() if n in DEFAULT_FLAGS}
        asked = [*self.flags.items(), *named.items()]
        return {name: value for name, value in asked if value != current.get(name, False)}


class PatchBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Só o que muda: campos, e marcas por nome (as três comuns ou outra), true ou false."""

    tipo: ServiceType | None = None
    mesa_id: OpaqueId | None = None
    comanda: OpaqueId | None = None
    garcom: str | None = None
    cliente: str | None = None
    observacao: str | None = None
    pessoas: int | None = None
    id_externo: str | None = None
    entrega: DeliveryBody | None = None
    financeiro: bool = False
    producao: bool = False
    expedicao: bool = False
    flags: dict[str, bool] = {}


def fields_of(given: Mapping[str, Any]) -> dict[FieldName, Value]:
    """The registers among decoded JSON members. Raises InvalidField, UnknownTable."""
    return {FIELDS[name]: _value(name, value) for name, value in given.items() if name in FIELDS}


def table_id(given: OpaqueId | None) -> TableId | None:
    """Raises UnknownTable."""
    return None if given is None else TableId(id_of(str(given), UnknownTable, "table"))


def _value(name: str, value: Any) -> Value:
    if value is None:
        return None
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if name == "mesa_id" and (is_number or isinstance(value, str)):
        return id_of(str(value), UnknownTable, "table").hex()
    if name in _TEXTS and (is_number or isinstance(value, str)):
        return text_or_none(str(value))
    if name == "pessoas" and is_number:
        return int(value)
    if name == "tipo" and isinstance(value, str):
        return value
    raise InvalidField(field=name, reason="tipo de valor inesperado")
