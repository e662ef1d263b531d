"""Reports as answers."""

from decimal import Decimal

from peer.http_api.answers.answer_shape import AnswerShape


class Estatisticas(AnswerShape, frozen=True, kw_only=True):
    """Somas de um dia de operação, ou de todos (`dia` nulo).

    `receita`: vendido, pago ou não · `recebido`: pagamentos menos estornos · `pendentes`:
    alterações que a nuvem ainda não tem; nulo sem nuvem · `digest`: igual em todo terminal que
    sabe o mesmo.
    """

    dia: str | None
    pedidos: int
    itens: int
    abertos: int
    cancelados: int
    receita: Decimal
    receita_centavos: int
    recebido: Decimal
    recebido_centavos: int
    digest: str
    posicao: int
    pendentes: int | None
