"""What front ends send about products, and the values it becomes.

Rule of this file: what a body leaves out stays as it is; null clears what can be empty. A produto
that was read may be sent back, with all it holds.
"""

import re
from decimal import Decimal
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from crdt_models.barcodes import read_barcode
from crdt_models.documents.catalog.errors import UnknownProduct
from crdt_models.documents.catalog.facts import (
    MINUTES_OF_A_DAY,
    Group,
    Ingredient,
    Option,
    PriceRule,
    ProductValues,
)
from crdt_models.documents.fields import ServiceType
from crdt_models.ids import ProductId
from crdt_models.pedido.names import HALVES, SCALE, SOLD_BY, WEEKDAYS
from peer.http_api.answers.catalog import Weekday
from peer.http_api.values import (
    OpaqueId,
    centavos,
    clean_text,
    id_of,
    needed_centavos,
    text_or_none,
    thousandths,
)
from peer.service.http_errors import InvalidField

T = TypeVar("T")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|(24):(00)", re.ASCII)

_NO_PRICE = "falta o preço"


class PriceBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Um preço por dia, hora e tipo. `de`, `ate`: HH:MM; até 24:00."""

    preco: Decimal | None = None
    preco_centavos: int | None = None
    dias: tuple[Weekday, ...] = ()
    de: str = "00:00"
    ate: str = "24:00"
    tipos: tuple[ServiceType, ...] = ()

    def rule(self) -> PriceRule:
        """Raises InvalidField, InvalidAmount."""
        start, end = _minute(self.de, "precos[].de"), _minute(self.ate, "precos[].ate")
        return PriceRule(
            unit_centavos=needed_centavos(
                self.preco, self.preco_centavos, field="precos[].preco", missing=_NO_PRICE
            ),
            weekdays=tuple(WEEKDAYS.index(day) for day in self.dias),
            from_minute=start % MINUTES_OF_A_DAY,
            to_minute=end or MINUTES_OF_A_DAY,
            services=self.tipos,
        )


class OptionBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Uma escolha de um grupo. `produto_id`: é a parte de um combo, e dá o nome se não há outro."""

    id: OpaqueId
    nome: str = ""
    preco: Decimal | None = None
    preco_centavos: int | None = None
    produto_id: str | None = None

    def option(self) -> Option:
        """Raises InvalidAmount, UnknownProduct."""
        price = centavos(self.preco, self.preco_centavos, field="grupos[].opcoes[].preco")
        return Option(
            key=clean_text(str(self.id)),
            name=clean_text(self.nome),
            unit_centavos=price or 0,
            product=None if self.produto_id is None else product_id(self.produto_id),
        )


class GroupBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """O que se escolhe junto: de `minimo` a `maximo` escolhas."""

    id: OpaqueId
    nome: str
    minimo: int = 0
    maximo: int = 1
    opcoes: tuple[OptionBody, ...]

    def group(self) -> Group:
        """Raises InvalidAmount, UnknownProduct."""
        return Group(
            key=clean_text(str(self.id)),
            name=clean_text(self.nome),
            least=self.minimo,
            most=self.maximo,
            options=tuple(each.option() for each in self.opcoes),
        )


class IngredientBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Quanto uma unidade gasta de um insumo, que é um produto do cardápio."""

    insumo_id: str
    quantidade: Decimal | None = None
    quantidade_milesimos: int | None = None

    def ingredient(self) -> Ingredient:
        """Raises InvalidField, InvalidAmount, UnknownProduct."""
        quantity = thousandths(self.quantidade, self.quantidade_milesimos)
        if quantity is None:
            raise InvalidField(field="receita[].quantidade", reason="falta a quantidade")
        return Ingredient(supply=product_id(self.insumo_id), thousandths=quantity)


class ProductBody(msgspec.Struct, frozen=True, kw_only=True):
    """Um produto: o que vier é alterado, o resto fica como está. Os campos são os da resposta.

    `restante`: quanto resta agora; cada venda tira dele. Nulo: deixa de contar.
    """

    nome: str | UnsetType = UNSET
    codigo: OpaqueId | UnsetType | None = UNSET
    categoria: str | UnsetType | None = UNSET
    estacao: str | UnsetType | None = UNSET
    preco: Decimal | UnsetType = UNSET
    preco_centavos: int | UnsetType = UNSET
    precos: tuple[PriceBody, ...] | UnsetType | None = UNSET
    fiscal: dict[str, str] | UnsetType | None = UNSET
    codigos_barras: tuple[str, ...] | UnsetType | None = UNSET
    vendido_por: Literal["unidade", "peso"] | UnsetType = UNSET
    etiqueta_balanca: Literal["preco", "peso"] | UnsetType | None = UNSET
    ativo: bool | UnsetType = UNSET
    imagem: str | UnsetType | None = UNSET
    id_externo: str | UnsetType | None = UNSET
    grupos: tuple[GroupBody, ...] | UnsetType | None = UNSET
    meio_a_meio: Literal["mais_caro", "media"] | UnsetType | None = UNSET
    receita: tuple[IngredientBody, ...] | UnsetType | None = UNSET
    controla_estoque: bool | UnsetType = UNSET
    estoque_minimo_milesimos: int | UnsetType | None = UNSET
    esgotado: bool | UnsetType = UNSET
    restante: Decimal | UnsetType | None = UNSET
    restante_milesimos: int | UnsetType | None = UNSET

    def values(self) -> ProductValues:
        """What is given. Raises InvalidField, InvalidAmount, UnknownProduct, InvalidBarcode."""
        given: dict[str, Any] = {
            "unit_centavos": self._base_price(),
            "left": self._left(),
            "sold_by": _code(SOLD_BY, self.vendido_por),
            "scale": _code(SCALE, self.etiqueta_balanca),
            "halves": _code(HALVES, self.meio_a_meio),
            "active": self.ativo,
            "sold_out": self.esgotado,
            "stocked": self.controla_estoque,
            "stock_minimum": self.estoque_minimo_milesimos,
            **self._texts(),
            **self._lists(),
        }
        return ProductValues(**given)

    def _texts(self) -> dict[str, Any]:
        return {
            "name": _text(self.nome),
            "code": _text(self.codigo),
            "category": _text(self.categoria),
            "station": _text(self.estacao),
            "picture": _text(self.imagem),
            "external_id": UNSET if self.id_externo is UNSET else _optional(self.id_externo),
        }

    def _lists(self) -> dict[str, Any]:
        return {
            "prices": _each(self.precos, PriceBody.rule),
            "barcodes": _barcodes(self.codigos_barras),
            "groups": _each(self.grupos, GroupBody.group),
            "recipe": _each(self.receita, IngredientBody.ingredient),
            "tax": UNSET if isinstance(self.fiscal, UnsetType) else _taxes(self.fiscal or {}),
        }

    def _base_price(self) -> int | UnsetType:
        if self.preco is UNSET and self.preco_centavos is UNSET:
            return UNSET
        given, exact = _or_none(self.preco), _or_none(self.preco_centavos)
        return needed_centavos(given, exact, field="preco", missing=_NO_PRICE)

    def _left(self) -> int | UnsetType | None:
        if self.restante is UNSET and self.restante_milesimos is UNSET:
            return UNSET
        given, exact = _or_none(self.restante), _or_none(self.restante_milesimos)
        return thousandths(given, exact, field="restante")


class NewProductBody(ProductBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Um produto novo: `nome` e `preco` são precisos."""


def product_id(text: str) -> ProductId:
    """Raises UnknownProduct."""
    return ProductId(id_of(text, UnknownProduct, "product"))


def _minute(text: str, field: str) -> int:
    found = _CLOCK.fullmatch(text)
    if found is None:
        raise InvalidField(field=field, reason="escreva HH:MM, de 00:00 a 24:00")
    hour, minute = (int(part) for part in found.groups() if part is not None)
    return hour * 60 + minute


def _text(given: OpaqueId | UnsetType | None) -> str | UnsetType:
    if isinstance(given, UnsetType):
        return given
    return "" if given is None else clean_text(str(given))


def _optional(given: str | UnsetType | None) -> str | None:
    return text_or_none(_or_none(given))


def _taxes(given: dict[str, str]) -> dict[str, str]:
    return {clean_text(name): clean_text(value) for name, value in given.items()}


def _code(names: dict[str, str], given: str | UnsetType | None) -> str | UnsetType | None:
    if given is None or isinstance(given, UnsetType):
        return given
    return next(code for code, name in names.items() if name == given)


def _each(given: Any, convert: Any) -> Any:
    return given if given is UNSET else tuple(convert(each) for each in given or ())


def _barcodes(given: tuple[str, ...] | UnsetType | None) -> Any:
    """Each once: a product has no use for a name that it has already."""
    read = _each(given, read_barcode)
    return read if read is UNSET else tuple(dict.fromkeys(read))


def _or_none(given: T | UnsetType | None) -> T | None:
    return None if isinstance(given, UnsetType) else given
