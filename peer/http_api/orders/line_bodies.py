"""What front ends send about the lines of an order."""

from decimal import Decimal
from typing import Annotated, Literal

import msgspec

from crdt_models.barcodes import read_barcode
from crdt_models.documents.catalog.pricing import Chosen
from crdt_models.documents.orders.commands import (
    AnyLine,
    CatalogLine,
    LineCancellation,
    Named,
    NewLine,
)
from crdt_models.documents.orders.errors import UnknownLine
from crdt_models.documents.orders.facts import MAX_COURSE, Modifier
from crdt_models.ids import LineId
from crdt_models.money import ONE
from peer.http_api.values import OpaqueId, centavos, clean_text, id_of, text_or_none, thousandths
from peer.service.http_errors import InvalidField

_ONLY_OF_THE_CATALOG = "sem preço vale o do cardápio; com preço, informe só produto_id e nome"


class ModifierBody(msgspec.Struct, frozen=True, kw_only=True):
    """Um adicional (ou desconto) por unidade do item: `nome` e preço; ou `opcao`, o id de uma
    escolha que o produto oferece, e quantas vezes."""

    nome: str = ""
    opcao: OpaqueId | None = None
    produto_id: str | None = None
    quantidade: Decimal | None = None
    quantidade_milesimos: int | None = None
    preco_unitario: Decimal | None = None
    preco_unitario_centavos: int | None = None

    def modifier(self) -> Modifier:
        """Raises InvalidField, InvalidAmount."""
        if self.opcao is not None:
            raise InvalidField(field="itens[].modificadores[].opcao", reason=_ONLY_OF_THE_CATALOG)
        price = centavos(self.preco_unitario, self.preco_unitario_centavos, field="preco_unitario")
        return Modifier(
            name=clean_text(self.nome),
            thousandths=self._quantity(),
            unit_centavos=price or 0,
            product=clean_text(self.produto_id or ""),
        )

    def chosen(self) -> Chosen:
        """Raises InvalidField, InvalidAmount."""
        quantity = self._quantity()
        if quantity % ONE:
            raise InvalidField(field="itens[].modificadores[].quantidade", reason="não é inteira")
        return Chosen(option=clean_text(str(self.opcao)), count=quantity // ONE)

    def _quantity(self) -> int:
        quantity = thousandths(self.quantidade, self.quantidade_milesimos)
        return ONE if quantity is None else quantity


class NewModifierBody(ModifierBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Um adicional (ou desconto) por unidade de um item novo."""


class NamedBody(msgspec.Struct, frozen=True, kw_only=True):
    """Um produto do cardápio: pelo id, pelo código ou pelo código de barras."""

    produto_id: OpaqueId | None = None
    codigo: OpaqueId | None = None
    codigo_barras: OpaqueId | None = None

    def named(self) -> tuple[Named, ...]:
        """The one way in which it is named, or none. Raises InvalidField for several,
        InvalidBarcode."""
        given: dict[Literal["id", "code", "barcode"], OpaqueId | None] = {
            "id": self.produto_id,
            "code": self.codigo,
            "barcode": self.codigo_barras,
        }
        ways = {by: clean_text(str(text)) for by, text in given.items() if text is not None}
        if len(ways) > 1:
            raise InvalidField(field="itens[]", reason="informe id, codigo ou codigo_barras, um só")
        if "barcode" in ways:
            ways["barcode"] = read_barcode(ways["barcode"])
        return tuple(Named(by, text) for by, text in ways.items())


class PartBody(NamedBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Uma parte de um inteiro: meia pizza."""


class ItemBody(NamedBody, frozen=True, kw_only=True):
    """Um item como deve ficar. `id`: o que já foi lançado; o que faltar nele fica como está.

    Sem preço, o do cardápio. `partes`: de duas a quatro, em vez de um produto.
    """

    id: str | None = None
    partes: tuple[PartBody, ...] | None = None
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

    def new_line(self) -> AnyLine:
        """With a price: as it says. Without: from the catalog. Raises InvalidField,
        InvalidAmount."""
        named = self._named()
        if self.preco_unitario is not None or self.preco_unitario_centavos is not None:
            if self.partes is not None or any(each.by != "id" for each in named):
                raise InvalidField(field="itens[].preco_unitario", reason=_ONLY_OF_THE_CATALOG)
            return self.line()
        return self._catalog_line(named) if named else self.line()

    def _named(self) -> tuple[Named, ...]:
        if self.partes is None:
            return self.named()
        named = tuple(name for part in self.partes for name in part.named())
        if self.named() or len(named) < max(2, len(self.partes)):
            reason = "informe o produto de cada uma de duas a quatro partes"
            raise InvalidField(field="itens[].partes", reason=reason)
        return named

    def _catalog_line(self, named: tuple[Named, ...]) -> CatalogLine:
        modifiers = self.modificadores or ()
        return CatalogLine(
            products=named,
            chosen=tuple(each.chosen() for each in modifiers if each.opcao is not None),
            modifiers=tuple(each.modifier() for each in modifiers if each.opcao is None),
            thousandths=thousandths(self.quantidade, self.quantidade_milesimos),
            name=clean_text(self.nome or ""),
            note=clean_text(self.observacao or ""),
            course=self.etapa or 0,
            station=clean_text(self.estacao or ""),
            category=clean_text(self.categoria or ""),
            external_id=text_or_none(self.id_externo),
        )


class NewItemBody(ItemBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Um item a lançar: um produto do cardápio, ou nome e o preço sem os adicionais."""

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


class ChosenLinesBody(LinesBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Itens escolhidos."""

    itens: tuple[str, ...]


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
