"""What front ends send about orders, and the commands it becomes.

Rules of this file:
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

from crdt_models.documents.fields import PaymentMethod, ServiceType
from crdt_models.documents.orders.commands import LineCancellation, NewLine
from crdt_models.documents.orders.errors import UnknownLine
from crdt_models.documents.orders.facts import Acquirer, FieldName, Modifier
from crdt_models.documents.orders.view import DEFAULT_FLAGS, Value
from crdt_models.documents.table_commands import UnknownTable
from crdt_models.ids import LineId, TableId
from crdt_models.money import ONE
from peer.http_api.values import centavos, clean_text, id_of, thousandths
from peer.service.http_errors import InvalidField

OpaqueId = str | int  # front ends with numeric ids may keep sending numbers

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


class ModifierBody(msgspec.Struct, frozen=True, kw_only=True):
    """Um adicional (ou desconto) por unidade do item."""

    nome: str
    quantidade: Decimal | None = None
    quantidade_milesimos: int | None = None
    preco_unitario: Decimal | None = None
    preco_unitario_centavos: int | None = None

    def modifier(self) -> Modifier:
        """Raises InvalidAmount."""
        price = centavos(self.preco_unitario, self.preco_unitario_centavos, field="preco_unitario")
        quantity = thousandths(self.quantidade, self.quantidade_milesimos)
        return Modifier(
            name=clean_text(self.nome),
            thousandths=ONE if quantity is None else quantity,
            unit_centavos=price or 0,
        )


class NewModifierBody(ModifierBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Um adicional (ou desconto) por unidade de um item novo."""


class ItemBody(msgspec.Struct, frozen=True, kw_only=True):
    """Um item como deve ficar. `id`: o que já foi lançado; o que faltar nele fica como está."""

    id: str | None = None
    produto_id: OpaqueId | None = None
    nome: str | None = None
    quantidade: Decimal | None = None
    quantidade_milesimos: int | None = None
    preco_unitario: Decimal | None = None
    preco_unitario_centavos: int | None = None
    modificadores: tuple[ModifierBody, ...] | None = None
    observacao: str | None = None
    etapa: int | None = None
    estacao: str | None = None
    categoria: str | None = None
    id_externo: str | None = None

    def quantity(self) -> int:
        """Thousandths; one unit unless given. Raises InvalidAmount."""
        given = thousandths(self.quantidade, self.quantidade_milesimos)
        return ONE if given is None else given

    def line(self) -> NewLine:
        """Raises InvalidField, InvalidAmount."""
        product = "" if self.produto_id is None else clean_text(str(self.produto_id))
        name = clean_text(self.nome or "") or product
        price = centavos(self.preco_unitario, self.preco_unitario_centavos, field="preco_unitario")
        if not name:
            raise InvalidField(field="itens[].nome", reason="informe nome ou produto_id")
        if price is None:
            raise InvalidField(field="itens[].preco_unitario", reason="falta o preço")
        return NewLine(
            product=product,
            name=name,
            unit_centavos=price,
            thousandths=self.quantity(),
            modifiers=tuple(each.modifier() for each in self.modificadores or ()),
            note=clean_text(self.observacao or ""),
            course=self.etapa or 0,
            station=clean_text(self.estacao or ""),
            category=clean_text(self.categoria or ""),
            external_id=_optional(self.id_externo),
        )


class NewItemBody(ItemBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Um item a lançar: nome ou produto_id, e o preço sem os adicionais."""

    modificadores: tuple[NewModifierBody, ...] | None = None


class OrderBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Um pedido novo, com itens ou sem. Sem `tipo`: mesa, comanda ou balcão, pelo que vier.

    `tipo` mesa sem `mesa_id` é aceito: a mesa pode vir depois, por PATCH.
    """

    tipo: ServiceType | None = None
    mesa_id: OpaqueId | None = None
    comanda: OpaqueId | None = None
    comanda_id: OpaqueId | None = None
    garcom: str | None = None
    cliente: str | None = None
    observacao: str | None = None
    pessoas: int | None = None
    id_externo: str | None = None
    itens: tuple[NewItemBody, ...] = ()

    def service_type(self) -> ServiceType:
        """What was said, or what follows from the rest."""
        if self.tipo is not None:
            return self.tipo
        if self.mesa_id is not None:
            return "mesa"
        return "balcao" if self.tab() is None else "comanda"

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
    financeiro: bool = False
    producao: bool = False
    expedicao: bool = False
    flags: dict[str, bool] = {}


class ItemsBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Itens a acrescentar."""

    itens: tuple[NewItemBody, ...]


class LinesBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Itens a que a ação se refere; sem eles, todos os que faltam."""

    itens: tuple[str, ...] = ()

    def lines(self) -> tuple[LineId, ...]:
        """Raises UnknownLine."""
        return tuple(line_id(each) for each in self.itens)


class CancellationBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Quanto do item cancelar; sem quantidade, tudo o que resta."""

    quantidade: Decimal | None = None
    quantidade_milesimos: int | None = None
    motivo: str = ""

    def cancellation(self, line: LineId) -> LineCancellation:
        """Raises InvalidAmount."""
        return LineCancellation(line, thousandths(self.quantidade, self.quantidade_milesimos))


class ReasonBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Por que; pode ficar vazio."""

    motivo: str = ""


class AcquirerBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Quem moveu o dinheiro. Nunca dados do cartão."""

    nome: str
    transacao: str = ""
    autorizacao: str = ""
    bandeira: str = ""

    def acquirer(self) -> Acquirer:
        return Acquirer(
            name=clean_text(self.nome),
            transaction=clean_text(self.transacao),
            authorization=clean_text(self.autorizacao),
            brand=clean_text(self.bandeira),
        )


class PaymentBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Um pagamento. `valor_recebido`: o dinheiro entregue, de que sai o troco."""

    forma: PaymentMethod = "dinheiro"
    valor: Decimal | None = None
    valor_centavos: int | None = None
    valor_recebido: Decimal | None = None
    valor_recebido_centavos: int | None = None
    pendente: bool = False
    adquirente: AcquirerBody | None = None
    observacao: str = ""

    def amount(self) -> int:
        """Centavos. Raises InvalidField, InvalidAmount."""
        return _amount(self.valor, self.valor_centavos)

    def tendered(self) -> int | None:
        """Centavos handed over. Raises InvalidAmount."""
        return centavos(self.valor_recebido, self.valor_recebido_centavos, field="valor_recebido")


class RefundBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Um estorno; sem valor, tudo o que resta do pagamento."""

    valor: Decimal | None = None
    valor_centavos: int | None = None
    forma: PaymentMethod | None = None
    motivo: str = ""

    def amount(self) -> int | None:
        """Centavos, None for all of it. Raises InvalidAmount."""
        return centavos(self.valor, self.valor_centavos, field="valor")


class OutcomeBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """O que a adquirente respondeu sobre um pagamento pendente."""

    adquirente: AcquirerBody | None = None
    motivo: str = ""


def fields_of(given: Mapping[str, Any]) -> dict[FieldName, Value]:
    """The registers among decoded JSON members. Raises InvalidField, UnknownTable."""
    return {FIELDS[name]: _value(name, value) for name, value in given.items() if name in FIELDS}


def line_id(text: str) -> LineId:
    """Raises UnknownLine."""
    return LineId(id_of(text, UnknownLine, "line"))


def table_id(given: OpaqueId | None) -> TableId | None:
    """Raises UnknownTable."""
    return None if given is None else TableId(id_of(str(given), UnknownTable, "table"))


def optional_text(given: OpaqueId | None) -> str | None:
    """Clean text; empty and absent are both None."""
    return None if given is None else _optional(str(given))


def _value(name: str, value: Any) -> Value:
    if value is None:
        return None
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if name == "mesa_id" and (is_number or isinstance(value, str)):
        return id_of(str(value), UnknownTable, "table").hex()
    if name in _TEXTS and (is_number or isinstance(value, str)):
        return _optional(str(value))
    if name == "pessoas" and is_number:
        return int(value)
    if name == "tipo" and isinstance(value, str):
        return value
    raise InvalidField(field=name, reason="tipo de valor inesperado")


def _optional(text: str | None) -> str | None:
    return clean_text(text or "") or None


def _amount(value: Decimal | None, exact: int | None) -> int:
    amount = centavos(value, exact, field="valor")
    if amount is None:
        raise InvalidField(field="valor", reason="falta o valor")
    return amount
