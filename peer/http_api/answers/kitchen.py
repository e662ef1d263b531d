"""The kitchen's queue as an answer."""

from crdt_models.documents.fields import ServiceType
from peer.http_api.answers.answer_shape import AnswerShape
from peer.http_api.answers.orders import Item


class FichaCozinha(AnswerShape, frozen=True, kw_only=True):
    """O que uma estação tem de um pedido: enviado e ainda não entregue. `enviado_em`: o primeiro
    envio. Um item com `disparado` false espera sua etapa: ainda não é para fazer."""

    pedido_id: str
    numero: str | None
    estacao: str
    enviado_em: str
    tipo: ServiceType | None
    mesa_id: str | None
    mesa_nome: str | None
    comanda: str | None
    garcom: str | None
    cliente: str | None
    observacao: str | None
    itens: list[Item]


class EstacaoCozinha(AnswerShape, frozen=True, kw_only=True):
    """Quantos itens há em uma estação. `esperando`: destes, os que esperam sua etapa."""

    estacao: str
    itens: int
    esperando: int


class Cozinha(AnswerShape, frozen=True, kw_only=True):
    """Uma página da fila, o envio mais antigo primeiro. `total`: fichas de todas as páginas ·
    `estacoes`: todas as do dia, também as que não foram pedidas."""

    fila: list[FichaCozinha]
    total: int
    estacoes: list[EstacaoCozinha]
    proximo: str | None
