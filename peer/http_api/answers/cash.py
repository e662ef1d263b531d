"""Cash shifts as answers; the fields of a caixa are those of `SHIFT_NAMES`."""

from typing import Literal

from crdt_models.documents.fields import AnyMethod, PaymentMethod
from peer.http_api.answers.answer_shape import AnswerShape
from peer.http_api.answers.disputes import Conflito

_ByMethod = dict[AnyMethod, int]


class Contagem(AnswerShape, frozen=True, kw_only=True):
    """O que alguém contou na gaveta."""

    id: str
    recontagem: bool
    valores_centavos: dict[PaymentMethod, int]
    observacao: str
    operador_id: str | None
    criado_em: str


class MovimentoCaixa(AnswerShape, frozen=True, kw_only=True):
    """O que entrou na gaveta, saiu dela, ou chegou tarde. Sem valor: não moveu dinheiro."""

    id: str
    tipo: Literal[
        "venda",
        "estorno",
        "gorjeta",
        "gorjeta_devolvida",
        "sangria",
        "suprimento",
        "abertura_sem_venda",
        "contagem",
        "recontagem",
    ]
    forma: AnyMethod | None
    valor_centavos: int | None
    motivo: str
    pedido_id: str | None
    cliente_id: str | None
    operador_id: str | None
    criado_em: str


class Caixa(AnswerShape, frozen=True, kw_only=True):
    """Um caixa: o período de um operador numa gaveta de um terminal."""

    id: str
    terminal_id: str | None
    gaveta: str
    operador_id: str | None
    status: Literal["desconhecido", "aberto", "contado", "fechado", "baixado"]
    data_operacao: str | None
    dia_operacao: int | None
    fundo_troco_centavos: int
    sangrias_centavos: int
    suprimentos_centavos: int
    aberturas_sem_venda: int
    vendas_centavos: _ByMethod | None
    estornos_centavos: _ByMethod | None
    gorjetas_centavos: _ByMethod | None
    gorjetas_devolvidas_centavos: _ByMethod | None
    troco_centavos: int | None
    esperado_centavos: dict[PaymentMethod, int] | None
    contagens: list[Contagem]
    declarado_centavos: dict[PaymentMethod, int] | None
    diferenca_centavos: dict[PaymentMethod, int] | None
    movimentos: list[MovimentoCaixa]
    ajustes_tardios: list[MovimentoCaixa]
    lancamentos_alheios: int
    motivo_baixa: str | None
    completo: bool
    conflitos: list[Conflito]
    precisa_atualizar: bool
    version: str
    versao: int
    criado_em: str | None
    encerrado_em: str | None
    atualizado_em: str


class Caixas(AnswerShape, frozen=True, kw_only=True):
    """Uma página de caixas. `total`: de todas as páginas · `proximo`: para `desde`, ou nulo."""

    caixas: list[Caixa]
    total: int
    proximo: str | None


class RelatorioCaixa(AnswerShape, frozen=True, kw_only=True):
    """O que um caixa encerrado contou, e nada mais. `hash`: SHA-256 de tudo aqui menos `completo` e
    `hash`, igual em todos os terminais; nulo enquanto falta chegar algo do que foi contado."""

    caixa_id: str
    terminal_id: str
    gaveta: str
    operador_id: str | None
    data_operacao: str
    status: Literal["fechado", "baixado"]
    aberto_em: str
    encerrado_em: str
    fundo_troco_centavos: int
    vendas_centavos: _ByMethod
    estornos_centavos: _ByMethod
    gorjetas_centavos: _ByMethod
    gorjetas_devolvidas_centavos: _ByMethod
    sangrias_centavos: int
    suprimentos_centavos: int
    troco_centavos: int
    aberturas_sem_venda: int
    esperado_centavos: dict[PaymentMethod, int]
    declarado_centavos: dict[PaymentMethod, int] | None
    diferenca_centavos: dict[PaymentMethod, int] | None
    contagens: list[Contagem]
    movimentos: list[MovimentoCaixa]
    completo: bool
    hash: str | None
