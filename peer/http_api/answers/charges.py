"""What a bill has beside its lines, as answers."""

from decimal import Decimal
from typing import Literal

from crdt_models.documents.fields import PaymentMethod
from peer.http_api.answers.answer_shape import AnswerShape


class Desconto(AnswerShape, frozen=True, kw_only=True):
    """Um desconto ou uma cortesia, de um item ou (sem `item_id`) do pedido; com `pedido_origem_id`,
    só dos itens que vieram daquele pedido, que o tinha e foi juntado a outro.

    `vale`: false quando outro, dado ao mesmo tempo em outro terminal, vale no lugar dele.
    """

    id: str
    tipo: Literal["percentual", "valor", "cortesia"]
    percentual: Decimal
    valor: Decimal
    valor_centavos: int
    item_id: str | None
    pedido_origem_id: str | None
    motivo: str
    autorizado_por: str | None
    vale: bool
    criado_em: str


class Taxa(AnswerShape, frozen=True, kw_only=True):
    """O que a conta tem além dos itens. `percentual`: só do serviço."""

    tipo: str
    nome: str
    percentual: Decimal
    valor_unitario: Decimal
    valor_unitario_centavos: int
    pessoas: int
    valor: Decimal
    valor_centavos: int


class Gorjeta(AnswerShape, frozen=True, kw_only=True):
    """Dinheiro para a equipe, fora da conta. `sem_pagamento`: o pagamento com que veio não vale."""

    id: str
    forma: PaymentMethod
    valor: Decimal
    valor_centavos: int
    pagamento_id: str | None
    status: Literal["vale", "sem_pagamento", "devolvida"]
    observacao: str
    criado_em: str


class ItemDaParte(AnswerShape, frozen=True, kw_only=True):
    """Quanto de um item uma parte paga."""

    item_id: str
    quantidade: Decimal
    quantidade_milesimos: int


class Parte(AnswerShape, frozen=True, kw_only=True):
    """Uma parte da conta; a de ninguém não tem id. `itens`, `valor`, `pessoas`: como foi
    dividida."""

    id: str | None
    nome: str
    itens: list[ItemDaParte]
    valor: Decimal
    valor_centavos: int
    pessoas: int
    total: Decimal
    total_centavos: int
    pago: Decimal
    pago_centavos: int
    saldo: Decimal
    saldo_centavos: int
