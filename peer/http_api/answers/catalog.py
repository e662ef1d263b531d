"""Products as answers; the fields are those of `PRODUCT_NAMES`."""

from decimal import Decimal
from typing import Literal

from crdt_models.documents.fields import ServiceType
from peer.http_api.answers.answer_shape import AnswerShape

Weekday = Literal["seg", "ter", "qua", "qui", "sex", "sab", "dom"]


class PrecoPorHora(AnswerShape, frozen=True, kw_only=True):
    """Um preço para certos dias (nenhum: todos), horas e tipos de pedido (nenhum: todos).

    `ate` não faz parte; se não for depois de `de`, é no dia seguinte.
    """

    preco: Decimal
    preco_centavos: int
    dias: list[Weekday]
    de: str
    ate: str
    tipos: list[ServiceType]


class Opcao(AnswerShape, frozen=True, kw_only=True):
    """Uma escolha: o que soma ao preço, e o produto que é, se for a parte de um combo."""

    id: str
    nome: str
    preco: Decimal
    preco_centavos: int
    produto_id: str | None


class GrupoOpcoes(AnswerShape, frozen=True, kw_only=True):
    """O que se escolhe junto, e quantas escolhas se fazem."""

    id: str
    nome: str
    minimo: int
    maximo: int
    opcoes: list[Opcao]


class Insumo(AnswerShape, frozen=True, kw_only=True):
    """Quanto uma unidade gasta de um insumo."""

    insumo_id: str
    quantidade: Decimal
    quantidade_milesimos: int


class Produto(AnswerShape, frozen=True, kw_only=True):
    """Um produto. `version` cobre o cardápio todo: está em um documento só."""

    id: str
    nome: str
    codigo: str
    categoria: str
    estacao: str
    preco: Decimal
    preco_centavos: int
    precos: list[PrecoPorHora]
    fiscal: dict[str, str]
    codigos_barras: list[str]
    vendido_por: Literal["unidade", "peso"]
    etiqueta_balanca: Literal["preco", "peso"] | None
    ativo: bool
    imagem: str
    id_externo: str | None
    grupos: list[GrupoOpcoes]
    meio_a_meio: Literal["mais_caro", "media"] | None
    receita: list[Insumo]
    controla_estoque: bool
    estoque_minimo_milesimos: int | None
    esgotado: bool
    restante: Decimal | None
    restante_milesimos: int | None
    disponivel: bool
    version: str


class Produtos(AnswerShape, frozen=True, kw_only=True):
    """Produtos, na ordem em que foram criados. `total`: de todas as páginas · `categorias`: as dos
    produtos ativos · `proximo`: para `desde`, ou nulo."""

    produtos: list[Produto]
    categorias: list[str]
    total: int
    proximo: str | None


class CardapioMudou(AnswerShape, frozen=True, kw_only=True):
    """O que mudou no cardápio, em um evento `catalog:updated`. `todos`: mudou demais para contar;
    busque a lista de novo."""

    produtos: list[Produto]
    todos: bool
