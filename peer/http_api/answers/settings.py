"""The shop's settings as an answer."""

from decimal import Decimal
from typing import Literal

from crdt_models.documents.fields import ServiceType
from peer.http_api.answers.answer_shape import AnswerShape


class EstacaoDaLoja(AnswerShape, frozen=True, kw_only=True):
    """Onde se faz. `codigo`: o que os produtos dizem em `estacao`."""

    codigo: str
    nome: str


class Impressora(AnswerShape, frozen=True, kw_only=True):
    """Uma impressora, e o que sai nela."""

    codigo: str
    nome: str
    tipo: Literal["rede", "usb", "arquivo"]
    endereco: str
    colunas: int
    estacoes: list[str]
    imprime_contas: bool


class Configuracoes(AnswerShape, frozen=True, kw_only=True):
    """As configurações da loja. `virada_do_dia` nula: a de cada terminal."""

    nome: str
    documento: str
    endereco: str
    telefone: str
    taxa_servico: Decimal
    taxa_servico_tipos: list[ServiceType]
    virada_do_dia: str | None
    couvert_centavos: int
    consumacao_minima_centavos: int
    tolerancia_caixa_centavos: int
    estacoes: list[EstacaoDaLoja]
    impressoras: list[Impressora]
    flags: dict[str, bool]
    version: str
