"""The stock as answers; the fields are those of `STOCK_NAMES`."""

from decimal import Decimal

from peer.http_api.answers.answer_shape import AnswerShape


class EstoqueLocal(AnswerShape, frozen=True, kw_only=True):
    """Quanto há de um produto em um local."""

    local: str
    quantidade: Decimal
    milesimos: int
    contado_milesimos: int | None
    contado_dia: str | None
    a_conferir: bool


class EstoqueProduto(AnswerShape, frozen=True, kw_only=True):
    """Quanto há de um produto."""

    produto_id: str
    nome: str
    codigo: str
    quantidade: Decimal
    milesimos: int
    minimo_milesimos: int | None
    abaixo_do_minimo: bool
    negativo: bool
    locais: list[EstoqueLocal]


class Estoque(AnswerShape, frozen=True, kw_only=True):
    """Uma página do estoque. `total`: de todas as páginas · `proximo`: para `desde`, ou nulo."""

    estoque: list[EstoqueProduto]
    total: int
    proximo: str | None


class EstoqueMudou(AnswerShape, frozen=True, kw_only=True):
    """O que há agora dos produtos de que se falou."""

    estoque: list[EstoqueProduto]


class EstoqueContado(AnswerShape, frozen=True, kw_only=True):
    """O que mudou no estoque, em um evento `inventory:updated`. `todos`: mudou demais para contar;
    busque a lista de novo."""

    estoque: list[EstoqueProduto]
    todos: bool
