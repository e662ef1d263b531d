"""What an import and a scanner are answered."""

from typing import Literal

from msgspec import UNSET, UnsetType

from crdt_models.catalog_files.refusals import Why
from peer.http_api.answers.answer_shape import AnswerShape
from peer.http_api.answers.catalog import Produto


class LinhaImportada(AnswerShape, frozen=True, kw_only=True):
    """Uma linha que criou ou alterou um produto, e os campos que alterou."""

    linha: int
    nome: str
    situacao: Literal["novo", "alterado"]
    campos: list[str]


class LinhaRecusada(AnswerShape, frozen=True, kw_only=True):
    """Por que uma linha ficou de fora. `campo` e `valor`: como estão no arquivo; `codigo`: do
    motivo, para programas."""

    linha: int
    campo: str
    valor: str
    codigo: Why
    motivo: str
    como_resolver: str


class Importacao(AnswerShape, frozen=True, kw_only=True):
    """O que um arquivo trouxe. `lidas` = `novos` + `alterados` + `iguais` + `recusadas`, em linhas
    (numa lista JSON: a ordem, a partir de 1). `simulado`: nada foi gravado."""

    simulado: bool
    lidas: int
    novos: int
    alterados: int
    iguais: int
    recusadas: int
    colunas_ignoradas: list[str]
    linhas: list[LinhaImportada]
    recusas: list[LinhaRecusada]


class ItemLido(AnswerShape, frozen=True, kw_only=True):
    """Um item como `POST /api/pedidos/{id}/itens` o recebe. Com preço próprio só quando a etiqueta
    diz o total, que o item então custa exatamente."""

    produto_id: str
    quantidade_milesimos: int
    nome: str | UnsetType = UNSET
    preco_unitario_centavos: int | UnsetType = UNSET
    categoria: str | UnsetType = UNSET
    estacao: str | UnsetType = UNSET


class CodigoLido(AnswerShape, frozen=True, kw_only=True):
    """O produto de um código, e o item a lançar."""

    codigo: str
    etiqueta_balanca: bool
    item: ItemLido
    produto: Produto
