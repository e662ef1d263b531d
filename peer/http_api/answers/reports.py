"""Reports as answers."""

from decimal import Decimal

from crdt_models.documents.fields import AnyMethod
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


class _Vendas(AnswerShape, frozen=True, kw_only=True):
    """O que pedidos do dia somam, sem os cancelados. `receita`: sem serviço nem gorjeta."""

    pedidos: int
    receita: Decimal
    receita_centavos: int
    taxa_servico_centavos: int
    gorjeta_centavos: int


class VendasPorHora(_Vendas, frozen=True, kw_only=True):
    """Pedidos abertos numa hora, pelo relógio da loja. `data`: a do calendário."""

    data: str
    hora: int


class VendasPorGarcom(_Vendas, frozen=True, kw_only=True):
    """Pedidos de um garçom; nulo: de nenhum."""

    garcom: str | None


class VendasPorTerminal(_Vendas, frozen=True, kw_only=True):
    """Pedidos abertos num terminal."""

    letras: str | None


class VendasPorProduto(AnswerShape, frozen=True, kw_only=True):
    """O que se vendeu de um produto sob um nome. `receita`: já com os descontos."""

    produto_id: str | None
    nome: str
    categoria: str
    quantidade: Decimal
    quantidade_milesimos: int
    receita: Decimal
    receita_centavos: int
    desconto_centavos: int


class DinheiroPorForma(AnswerShape, frozen=True, kw_only=True):
    """O que entrou e saiu no dia por uma forma, também de pedidos de outros dias e de fiado pago.
    `pagamentos`: quantos."""

    forma: AnyMethod
    pagamentos: int
    recebido: Decimal
    recebido_centavos: int
    estornado_centavos: int
    gorjeta_centavos: int


class RelatorioVendas(_Vendas, frozen=True, kw_only=True):
    """As vendas de um dia de operação, como estão agora: não espera o fechamento do dia.

    `outras_taxas_centavos`: couvert, consumação mínima e entrega; com a receita dos produtos somam
    a receita.
    """

    dia: str
    cancelados: int
    outras_taxas_centavos: int
    horas: list[VendasPorHora]
    produtos: list[VendasPorProduto]
    garcons: list[VendasPorGarcom]
    terminais: list[VendasPorTerminal]
    formas: list[DinheiroPorForma]
