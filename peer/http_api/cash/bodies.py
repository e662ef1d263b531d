"""What front ends send about a cash shift."""

from decimal import Decimal

import msgspec

from crdt_models.documents.cash.commands import Amounts
from crdt_models.documents.fields import PaymentMethod
from peer.http_api.values import centavos, needed_centavos


class OpeningBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Um caixa que abre. `fundo_troco`: o dinheiro que já está na gaveta."""

    gaveta: str = "1"
    fundo_troco: Decimal | None = None
    fundo_troco_centavos: int | None = None
    observacao: str = ""

    def float_centavos(self) -> int:
        """Raises InvalidAmount."""
        return centavos(self.fundo_troco, self.fundo_troco_centavos, field="fundo_troco") or 0


class CashBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Dinheiro que sai da gaveta, ou entra, sem venda."""

    valor: Decimal | None = None
    valor_centavos: int | None = None
    motivo: str = ""

    def amount(self) -> int:
        """Centavos. Raises InvalidField, InvalidAmount."""
        return needed_centavos(self.valor, self.valor_centavos, field="valor")


class GivenReasonBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Por que; não pode ficar vazio."""

    motivo: str


class NoteBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Uma observação; pode ficar vazia."""

    observacao: str = ""


class CountBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """O que foi contado, por forma de pagamento; `dinheiro` é obrigatório. Forma que ninguém contou
    não entra na diferença."""

    valores: dict[PaymentMethod, Decimal] = msgspec.field(default_factory=dict)
    valores_centavos: dict[PaymentMethod, int] = msgspec.field(default_factory=dict)
    observacao: str = ""

    def amounts(self) -> Amounts:
        """Centavos by method. Raises InvalidAmount."""
        found: Amounts = dict(self.valores_centavos)
        for method, given in self.valores.items():
            exact = self.valores_centavos.get(method)
            found[method] = needed_centavos(given, exact, field="valores")
        return found
