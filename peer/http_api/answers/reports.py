"""Reports as answers."""

from decimal import Decimal

from peer.http_api.answers.answer_shape import AnswerShape


class Estatisticas(AnswerShape, frozen=True, kw_only=True):
    """Somas de um dia de operação, ou de todos (`dia` nulo).

    `receita`: vendido, pago ou não, sem taxa de serviço nem gorjeta, que são da equipe ·
    `recebido`: pagamentos menos estornos, fiado incluído · `fiado_centavos`: disso, o que os
    clientes ficaram devendo · `pendentes`: alterações que a nuvem ainda não tem; nulo sem nuvem ·
    `digest`: igual em todo terminal que sabe o mesmo.
    """

    dia: str | None
    pedidos: int
    itens: int
    abertos: int
    cancelados: int
    receita: Decimal
    receita_centavos: int
    desconto_centavos: int
    taxa_servico_centavos: int
    gorjeta_centavos: int
    recebido: Decimal
    recebido_centavos: int
    fiado_centavos: int
    digest: str
    posicao: int
    pendentes: int | None
