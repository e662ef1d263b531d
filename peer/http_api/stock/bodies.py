"""What front ends send about the stock, and the commands it becomes.

Rule of this file: a body names several products, as people count and receive them; quantities are
decimals, or exact thousandths beside them.
"""

from decimal import Decimal
from typing import TypeVar

import msgspec

from crdt_models.documents.stock.commands import (
    CountStock,
    LoseStock,
    ReceiveStock,
    TransferStock,
)
from crdt_models.documents.stock.facts import Counted, Item
from crdt_models.ids import ProductId
from peer.http_api.catalog.bodies import product_id
from peer.http_api.values import clean_text, thousandths
from peer.service.http_errors import InvalidField

T = TypeVar("T", Item, Counted)


class StockItemBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Quanto de um produto: `quantidade`, ou `quantidade_milesimos` exatos."""

    produto_id: str
    quantidade: Decimal | None = None
    quantidade_milesimos: int | None = None

    def amount(self) -> tuple[ProductId, int]:
        """Raises UnknownProduct, InvalidAmount, InvalidField."""
        much = thousandths(self.quantidade, self.quantidade_milesimos)
        if much is None:
            raise InvalidField(field="itens[].quantidade", reason="falta a quantidade")
        return product_id(self.produto_id), much


class _ItemsBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    itens: tuple[StockItemBody, ...]

    def told(self, kind: type[T]) -> tuple[T, ...]:
        """Raises UnknownProduct, InvalidAmount, InvalidField."""
        return tuple(kind(*each.amount()) for each in self.itens)

    @property
    def products(self) -> list[ProductId]:
        """Those it names, each once."""
        return list(dict.fromkeys(product_id(each.produto_id) for each in self.itens))


class EntryBody(_ItemsBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Mercadoria que chegou. `local` vazio: o principal, de onde saem as vendas."""

    local: str = ""
    fornecedor: str = ""
    observacao: str = ""

    def command(self) -> ReceiveStock:
        """Raises UnknownProduct, InvalidAmount, InvalidField."""
        return ReceiveStock(
            items=self.told(Item),
            place=clean_text(self.local),
            supplier=clean_text(self.fornecedor),
            note=clean_text(self.observacao),
        )


class LossBody(_ItemsBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Mercadoria que se perdeu, e por quê."""

    motivo: str
    local: str = ""

    def command(self) -> LoseStock:
        """Raises UnknownProduct, InvalidAmount, InvalidField."""
        reason, place = clean_text(self.motivo), clean_text(self.local)
        return LoseStock(items=self.told(Item), reason=reason, place=place)


class TransferBody(_ItemsBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Mercadoria que mudou de local. Sem `origem` ela vem de outra loja, sem `destino` vai para
    outra: então `loja` diz qual, e lá se registra o outro lado."""

    origem: str | None = None
    destino: str | None = None
    loja: str = ""
    observacao: str = ""

    def command(self) -> TransferStock:
        """Raises UnknownProduct, InvalidAmount, InvalidField."""
        origin, target, site = self.origem, self.destino, clean_text(self.loja)
        if origin == target or (origin is None or target is None) != bool(site):
            raise InvalidField(
                field="destino", reason="informe origem e destino, ou um deles e a outra loja"
            )
        return TransferStock(
            items=self.told(Item),
            origin=None if origin is None else clean_text(origin),
            target=None if target is None else clean_text(target),
            site=site,
            note=clean_text(self.observacao),
        )


class CountBody(_ItemsBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """O que se contou em um local. Vale no lugar de tudo o que veio antes."""

    local: str = ""
    observacao: str = ""

    def command(self, *, is_opening: bool) -> CountStock:
        """Raises UnknownProduct, InvalidAmount, InvalidField."""
        return CountStock(
            items=self.told(Counted),
            place=clean_text(self.local),
            is_opening=is_opening,
            note=clean_text(self.observacao),
        )


class MinimumBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`minimo` nulo: sem mínimo."""

    minimo: Decimal | None = None
    minimo_milesimos: int | None = None

    def thousandths(self) -> int | None:
        """Raises InvalidAmount."""
        return thousandths(self.minimo, self.minimo_milesimos, field="minimo")
