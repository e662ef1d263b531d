"""Business days as answers."""

from typing import Literal

from crdt_models.documents.fields import AnyMethod
from peer.http_api.answers.answer_shape import AnswerShape
from peer.http_api.answers.disputes import Conflito

_ByMethod = dict[AnyMethod, int]


class ValoresDoDia(AnswerShape, frozen=True, kw_only=True):
    """Por forma de pagamento. Nulo: um caixa que entra na soma ainda não foi contado."""

    vendas_centavos: _ByMethod | None
    estornos_centavos: _ByMethod | None
    gorjetas_centavos: _ByMethod | None
    gorjetas_devolvidas_centavos: _ByMethod | None


class CaixaDoDia(AnswerShape, frozen=True, kw_only=True):
    """O que entrou num caixa neste dia; nulo enquanto ele não foi contado."""

    caixa_id: str
    terminal_id: str | None
    gaveta: str
    status: Literal["desconhecido", "aberto", "contado", "fechado", "baixado"]
    vendas_centavos: _ByMethod | None
    estornos_centavos: _ByMethod | None
    gorjetas_centavos: _ByMethod | None
    gorjetas_devolvidas_centavos: _ByMethod | None


class LancamentoDoDia(AnswerShape, frozen=True, kw_only=True):
    """Dinheiro que entrou ou saiu, e os caixas onde entrou; nulo enquanto um deles não foi
    contado."""

    tipo: Literal["venda", "estorno", "gorjeta", "gorjeta_devolvida"]
    forma: AnyMethod
    valor_centavos: int | None
    pedido_id: str | None
    cliente_id: str | None
    caixas: list[str]


class LancamentosDoDia(AnswerShape, frozen=True, kw_only=True):
    """`quantos` são; `itens` mostra até 200."""

    quantos: int
    itens: list[LancamentoDoDia]


class TerminalQueFalta(AnswerShape, frozen=True, kw_only=True):
    """De quem não havia notícia. `terminal`: as letras dele."""

    terminal_id: str
    terminal: str


class FechamentoDoDia(AnswerShape, frozen=True, kw_only=True):
    """Um resultado do dia, que não muda mais: caixas + sem caixa − além dos pedidos = total.

    `definitivo`: de todos havia notícia · `adendos`: o que chegou depois, em nenhum valor daqui ·
    `confere`: o que foi contado ainda soma o mesmo; nulo enquanto falta chegar algo · `hash`:
    SHA-256 dos valores, igual em todos os terminais.
    """

    id: str
    criado_em: str
    terminal_id: str
    operador_id: str | None
    observacao: str
    definitivo: bool
    faltam: list[TerminalQueFalta]
    caixas_abertos: list[str]
    total: ValoresDoDia
    caixas: list[CaixaDoDia]
    sem_caixa: ValoresDoDia
    alem_dos_pedidos: ValoresDoDia
    adendos: LancamentosDoDia
    confere: bool | None
    hash: str


class Dia(AnswerShape, frozen=True, kw_only=True):
    """Um dia de operação como está agora: caixas + sem caixa − além dos pedidos = total.

    `alem_dos_pedidos`: o que as gavetas contam a mais que os pedidos, como um pagamento em duas
    delas; a lista nomeia cada um com os caixas · `fechamentos`: mais de um é um conflito.
    """

    data: str
    dia: int
    situacao: Literal["aberto", "provisorio", "divergente", "final"]
    total: ValoresDoDia
    caixas: list[CaixaDoDia]
    sem_caixa: ValoresDoDia
    alem_dos_pedidos: ValoresDoDia
    lancamentos_sem_caixa: LancamentosDoDia
    lancamentos_alem_dos_pedidos: LancamentosDoDia
    caixas_abertos: list[str]
    fechamentos: list[FechamentoDoDia]
    fechamentos_substituidos: int
    conflitos: list[Conflito]
    precisa_atualizar: bool
    version: str
    versao: int
