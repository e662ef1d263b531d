"""Customers who buy on trust, as answers."""

from decimal import Decimal
from typing import Literal

from crdt_models.documents.fields import AnyMethod
from peer.http_api.answers.answer_shape import AnswerShape
from peer.http_api.answers.disputes import Conflito


class Cliente(AnswerShape, frozen=True, kw_only=True):
    """Um cliente que compra fiado, e o que ele deve."""

    id: str
    nome: str
    documento: str | None
    telefone: str | None
    observacao: str
    limite: Decimal | None
    limite_centavos: int | None
    disponivel_centavos: int | None
    bloqueado: bool
    saldo: Decimal
    saldo_centavos: int
    comprado_centavos: int
    estornado_centavos: int
    recebido_centavos: int
    conflitos: list[Conflito]
    precisa_atualizar: bool
    version: str
    versao: int
    criado_em: str | None
    atualizado_em: str


class Movimento(AnswerShape, frozen=True, kw_only=True):
    """Uma linha do extrato de um cliente."""

    id: str
    tipo: Literal["compra", "estorno_de_compra", "pagamento", "estorno_de_pagamento"]
    valor: Decimal
    valor_centavos: int
    saldo_centavos: int
    forma: AnyMethod
    status: Literal["confirmado", "pendente", "negado", "desconhecido", "duplicado"]
    pedido_id: str | None
    observacao: str
    data_operacao: str
    criado_em: str


class Clientes(AnswerShape, frozen=True, kw_only=True):
    """Uma página de clientes. `total`: de todas as páginas · `proximo`: para `desde`, ou nulo."""

    clientes: list[Cliente]
    total: int
    proximo: str | None


class Extrato(AnswerShape, frozen=True, kw_only=True):
    """O que mudou a dívida de um cliente. `proximo`: para `desde`, ou nulo."""

    cliente: Cliente
    movimentos: list[Movimento]
    proximo: str | None


class Recebimento(AnswerShape, frozen=True, kw_only=True):
    """O cliente como ficou, e o movimento de que se tratou."""

    cliente: Cliente
    movimento: Movimento
