"""What front ends send about the figures of a bill: discounts, charges, tips, its split."""

import re
from decimal import Decimal
from typing import TypedDict

import msgspec

from crdt_models.documents.fields import PaymentMethod
from crdt_models.documents.orders.charge_commands import NewShare
from crdt_models.documents.orders.errors import UnknownShare
from crdt_models.documents.orders.facts import ShareOfLine
from crdt_models.errors import MalhaError
from crdt_models.ids import FactId, OperatorId, ShareId
from peer.http_api.orders.line_bodies import line_id
from peer.http_api.values import (
    basis_points,
    centavos,
    clean_text,
    id_of,
    needed_centavos,
    shown_text,
    thousandths,
)
from peer.service.http_errors import InvalidField

_FACT_ID = re.compile(r"[0-9A-Za-z_-]{22}\.[0-9]{1,3}")
_OPERATOR = re.compile(r"[0-9a-f]{32}")


class Authority(TypedDict):
    """Why, and by whose leave: members of every command that needs them."""

    reason: str
    authorised_by: OperatorId | None


class AuthorisedBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`motivo`: por que · `autorizado_por`: id do operador que permitiu, se não foi quem lançou."""

    motivo: str = ""
    autorizado_por: str | None = None

    def reason(self) -> str:
        """Raises InvalidField."""
        return clean_text(self.motivo)

    def authority(self) -> Authority:
        """Raises InvalidField."""
        return {"reason": self.reason(), "authorised_by": self._operator()}

    def _operator(self) -> OperatorId | None:
        if self.autorizado_por is None:
            return None
        if not _OPERATOR.fullmatch(self.autorizado_por):
            raise InvalidField(field="autorizado_por", reason="use 32 dígitos hexadecimais")
        return OperatorId(bytes.fromhex(self.autorizado_por))


class CourtesyBody(AuthorisedBody, frozen=True, kw_only=True):
    """Cortesia de um item, ou do pedido todo. O motivo é obrigatório."""

    item_id: str | None = None

    def reason(self) -> str:
        """Raises InvalidField."""
        reason = clean_text(self.motivo)
        if not reason:
            raise InvalidField(field="motivo", reason="diga por quê")
        return reason


class DiscountBody(CourtesyBody, frozen=True, kw_only=True):
    """Desconto de um item, ou do pedido todo: `percentual` ou `valor`. O motivo é obrigatório."""

    percentual: Decimal | None = None
    valor: Decimal | None = None
    valor_centavos: int | None = None

    def rate(self) -> int | None:
        """Basis points. Raises InvalidField, InvalidAmount."""
        return basis_points(self.percentual, field="percentual", least=1)

    def amount(self) -> int | None:
        """Centavos. Raises InvalidField, InvalidAmount."""
        return centavos(self.valor, self.valor_centavos, field="valor")


class ServiceBody(AuthorisedBody, frozen=True, kw_only=True):
    """A taxa de serviço do pedido; 0 a retira."""

    percentual: Decimal = Decimal(10)

    def rate(self) -> int:
        """Basis points. Raises InvalidField, InvalidAmount."""
        return basis_points(self.percentual, field="percentual") or 0


class FeeBody(AuthorisedBody, frozen=True, kw_only=True):
    """Um valor; 0 o retira."""

    valor: Decimal | None = None
    valor_centavos: int | None = None

    def amount(self) -> int:
        """Centavos. Raises InvalidField, InvalidAmount."""
        return needed_centavos(self.valor, self.valor_centavos, field="valor")


class CouvertBody(FeeBody, frozen=True, kw_only=True):
    """Couvert por pessoa. `pessoas`: quantas pagam; sem elas, as da mesa."""

    pessoas: int = 0


class MinimumBody(FeeBody, frozen=True, kw_only=True):
    """Consumação mínima, do pedido ou (`por_pessoa`) de cada pessoa à mesa."""

    por_pessoa: bool = False


class AskBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`taxa_servico`: o percentual da casa, se ninguém ainda disse nada da taxa deste pedido."""

    motivo: str = ""
    taxa_servico: Decimal | None = None

    def service(self) -> int | None:
        """Basis points. Raises InvalidField, InvalidAmount."""
        return basis_points(self.taxa_servico, field="taxa_servico")


class TipBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Uma gorjeta sem pagamento; a que vem com um pagamento é dita nele."""

    forma: PaymentMethod = "dinheiro"
    valor: Decimal | None = None
    valor_centavos: int | None = None
    observacao: str = ""

    def amount(self) -> int:
        """Centavos. Raises InvalidField, InvalidAmount."""
        return needed_centavos(self.valor, self.valor_centavos, field="valor")


class TakenBody(msgspec.Struct, frozen=True, kw_only=True):
    """Quanto de um item uma parte paga: 0.5 de uma pizza para dois, 2 de três cervejas."""

    item_id: str
    quantidade: Decimal | None = None
    quantidade_milesimos: int | None = None

    def taken(self) -> ShareOfLine:
        """Raises UnknownLine, InvalidField, InvalidAmount."""
        much = thousandths(self.quantidade, self.quantidade_milesimos)
        if much is None or much < 1:
            raise InvalidField(field="quantidade", reason="diga quanto do item")
        return ShareOfLine(line_id(self.item_id), much)


class ShareBody(msgspec.Struct, frozen=True, kw_only=True):
    """Uma parte da conta: itens, um valor, ou uma fração igual para cada uma de `pessoas`; um dos
    três, ou vários. `id`: de uma parte que já existe, para que fique com o que já pagou."""

    id: str | None = None
    nome: str = ""
    itens: tuple[TakenBody, ...] = ()
    valor: Decimal | None = None
    valor_centavos: int | None = None
    pessoas: int = 0

    def share(self) -> NewShare:
        """Raises UnknownShare, UnknownLine, InvalidField, InvalidAmount."""
        return NewShare(
            share=share_id(self.id),
            name=clean_text(self.nome),
            lines=tuple(each.taken() for each in self.itens),
            centavos=centavos(self.valor, self.valor_centavos, field="valor") or 0,
            people=self.pessoas,
        )


class SplitBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Quem paga o quê; sem partes, ninguém em especial. Partes que vieram de um pedido podem ser
    mandadas de volta."""

    partes: tuple[ShareBody, ...]


def share_id(text: str | None) -> ShareId | None:
    """Raises UnknownShare."""
    return None if text is None else ShareId(id_of(text, UnknownShare, "share"))


def fact_of_path(text: str, missing: type[MalhaError], name: str) -> FactId:
    """The id of a discount or a tip. Raises `missing`: none of another form can exist."""
    if not _FACT_ID.fullmatch(text):
        raise missing(**{name: shown_text(text)})
    return FactId(text)
