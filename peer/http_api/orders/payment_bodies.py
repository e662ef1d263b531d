"""What front ends send about money."""

from decimal import Decimal

import msgspec

from crdt_models.documents.fields import AnyMethod
from crdt_models.documents.orders.facts import Acquirer
from peer.http_api.values import centavos, clean_text, needed_centavos


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


class ReceiptBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """O que todo recebimento diz, menos a forma."""

    valor: Decimal | None = None
    valor_centavos: int | None = None
    valor_recebido: Decimal | None = None
    valor_recebido_centavos: int | None = None
    pendente: bool = False
    adquirente: AcquirerBody | None = None
    observacao: str = ""

    def amount(self) -> int:
        """Centavos. Raises InvalidField, InvalidAmount."""
        return needed_centavos(self.valor, self.valor_centavos, field="valor")

    def tendered(self) -> int | None:
        """Centavos handed over. Raises InvalidAmount."""
        return centavos(self.valor_recebido, self.valor_recebido_centavos, field="valor_recebido")

    def acquirer(self) -> Acquirer | None:
        """Who moved the money, when somebody did."""
        return None if self.adquirente is None else self.adquirente.acquirer()


class PaymentBody(ReceiptBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Um pagamento. `valor_recebido`: o dinheiro entregue, de que sai o troco · `cliente_id`: quem
    fica devendo, só com a forma `fiado` · `gorjeta`: veio junto, fora do valor · `parte_id`: a
    parte da conta dividida que paga."""

    forma: AnyMethod = "dinheiro"
    cliente_id: str | None = None
    gorjeta: Decimal | None = None
    gorjeta_centavos: int | None = None
    parte_id: str | None = None

    def tip(self) -> int:
        """Centavos. Raises InvalidAmount."""
        return centavos(self.gorjeta, self.gorjeta_centavos, field="gorjeta") or 0


class RefundBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Um estorno; sem valor, tudo o que resta do pagamento."""

    valor: Decimal | None = None
    valor_centavos: int | None = None
    forma: AnyMethod | None = None
    motivo: str = ""

    def amount(self) -> int | None:
        """Centavos, None for all of it. Raises InvalidAmount."""
        return centavos(self.valor, self.valor_centavos, field="valor")


class OutcomeBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """O que a adquirente respondeu sobre um pagamento pendente."""

    adquirente: AcquirerBody | None = None
    motivo: str = ""

    def acquirer(self) -> Acquirer | None:
        """Who answered, when somebody is named."""
        return None if self.adquirente is None else self.adquirente.acquirer()
