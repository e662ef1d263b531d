"""What a person needs to decide a dispute, and the trail of an order, as answers."""

from decimal import Decimal
from typing import Literal

from peer.http_api.answers.answer_shape import AnswerShape
from peer.http_api.answers.disputes import Conflito
from peer.http_api.answers.orders import OrderStatus

Situacao = Literal["vale", "perdeu", "substituido", "desfeito", "repetido", "nao_entendido"]


class FatoContado(AnswerShape, frozen=True, kw_only=True):
    """O que alguém fez: quem, em que terminal (letras), quando (pelo relógio de lá) e o quê.

    `situacao`: vale, perdeu (escrito ao mesmo tempo que outro), substituido, desfeito, repetido (de
    `o_mesmo_que`) ou nao_entendido · `conhecia`: fatos que quem escreveu diz que conhecia.
    """

    id: str
    tipo: str
    documento: str
    frase: str
    em: str
    data_operacao: str
    terminal: str | None
    terminal_nome: str | None
    terminal_id: str
    operador_id: str | None
    situacao: Situacao
    situacao_texto: str
    o_mesmo_que: str | None
    conhecia: list[str]


class PedidoEmConflito(AnswerShape, frozen=True, kw_only=True):
    """Os valores de agora de um pedido que as provas mencionam."""

    id: str
    numero: str | None
    status: OrderStatus
    total: Decimal
    total_centavos: int
    pago: Decimal
    pago_centavos: int
    saldo: Decimal
    saldo_centavos: int
    residual_centavos: int


class EscolhaOferecida(AnswerShape, frozen=True, kw_only=True):
    """Uma decisão possível. Ela não muda valor nenhum: `antes` diz o que fazer antes, e `rota` por
    onde, se for por aqui."""

    escolha: str
    texto: str
    significa: str
    antes: str | None
    rota: str | None


class Decisao(AnswerShape, frozen=True, kw_only=True):
    """Uma decisão tomada. `vale`: nenhuma outra a substitui · `nao_pesou`: provas que não viu."""

    id: str
    escolha: str
    texto: str
    observacao: str
    em: str
    terminal: str | None
    vale: bool
    nao_pesou: list[str]


class ConflitoComProvas(Conflito, frozen=True, kw_only=True):
    """Um conflito com o que é preciso para decidir. `provas`: em ordem de hora, de todos os lados;
    `novas`: as que nenhuma decisão pesou."""

    provas: list[FatoContado]
    novas: list[str]
    pedidos: list[PedidoEmConflito]
    escolhas: list[EscolhaOferecida]
    decisoes: list[Decisao]


class Auditoria(AnswerShape, frozen=True, kw_only=True):
    """Tudo o que houve com um pedido, em ordem de hora. `total`: de todas as páginas."""

    pedido_id: str
    numero: str | None
    fatos: list[FatoContado]
    total: int
    proximo: str | None
