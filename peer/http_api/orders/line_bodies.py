"""What front ends send about the lines of an order."""

from decimal import Decimal
from typing import Annotated

import msgspec

from crdt_models.documents.orders.commands import LineCancellation, NewLine
from crdt_models.documents.orders.errors import UnknownLine
from crdt_models.documents.orders.facts import MAX_COURSE, Modifier
from crdt_models.ids import LineId
from crdt_models.money import ONE
from peer.http_api.values import OpaqueId, centavos, clean_text, id_of, text_or_none, thousandths
from peer.service.http_errors import InvalidField


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
            external_id=text_or_none(self.id_externo),
        )


class NewItemBody(ItemBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Um item a lançar: nome ou produto_id, e o preço sem os adicionais."""

    modificadores: tuple[NewModifierBody, ...] | None = None


class ItemsBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Itens a acrescentar."""

    itens: tuple[NewItemBody, ...]


class LinesBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Itens a que a ação se refere; sem eles, todos os que faltam."""

    itens: tuple[str, ...] = ()

    def lines(self) -> tuple[LineId, ...]:
        """Raises UnknownLine."""
        return tuple(line_id(each) for each in self.itens)


class StageBody(LinesBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Itens que avançaram; sem eles, todos os que faltam e não esperam sua etapa. `estacao`: só os
    que são feitos ali."""

    estacao: str | None = None


class ChosenLinesBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Itens escolhidos."""

    itens: tuple[str, ...]

    def lines(self) -> tuple[LineId, ...]:
        """Raises UnknownLine."""
        return tuple(line_id(each) for each in self.itens)


class RouteBody(ChosenLinesBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Itens que passam a ser feitos em outra estação."""

    estacao: str


class FiringBody(LinesBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A etapa, inteira, ou só estes itens; ao disparar, nada: a primeira etapa que espera."""

    etapa: Annotated[int, msgspec.Meta(ge=1, le=MAX_COURSE)] | None = None


class CancellationBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Quanto do item cancelar; sem quantidade, tudo o que resta."""

    quantidade: Decimal | None = None
    quantidade_milesimos: int | None = None
    motivo: str = ""

    def cancellation(self, line: LineId) -> LineCancellation:
        """Raises InvalidAmount."""
        return LineCancellation(line, thousandths(self.quantidade, self.quantidade_milesimos))


def line_id(text: str) -> LineId:
    """Raises UnknownLine."""
    return LineId(id_of(text, UnknownLine, "line"))
