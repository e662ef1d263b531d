"""This terminal, its health, its front ends."""

from typing import Literal

from peer.http_api.answers.answer_shape import AnswerShape


class Saude(AnswerShape, frozen=True, kw_only=True):
    """O terminal atende. `avisos`: códigos dos que `/api/sync/status` explica."""

    status: Literal["ok"]
    versao: str
    avisos: list[Literal["copias_demais", "disco_cheio"]]


class Terminal(AnswerShape, frozen=True, kw_only=True):
    """Este terminal. `numeros`: contadores desde que o programa começou."""

    letras: str
    nome: str
    loja: str
    dispositivo: str
    posicao: int
    digest: str
    versao: str
    conexoes: dict[str, int]
    numeros: dict[str, int]


class Aviso(AnswerShape, frozen=True, kw_only=True):
    """O que uma pessoa precisa saber porque nada o conserta sozinho. `letras`: do terminal de que
    se trata, vazio se não se sabe quem é."""

    codigo: Literal["copias_demais", "disco_cheio"]
    mensagem: str
    dispositivo: str
    letras: str


class Acompanhantes(AnswerShape, frozen=True, kw_only=True):
    """Quantos acompanham ao vivo."""

    total_connections: int
    connections_by_type: dict[str, int]
    active_types: list[str]


class FrontEndConhecido(AnswerShape, frozen=True, kw_only=True):
    """Um front-end com chave."""

    nome: str
    papel: Literal["front_end", "admin"]


class FrontEndsConhecidos(AnswerShape, frozen=True, kw_only=True):
    """Os front-ends com chave, sem as chaves."""

    front_ends: list[FrontEndConhecido]
    total: int


class ChaveEmitida(AnswerShape, frozen=True, kw_only=True):
    """A única resposta que mostra a chave."""

    nome: str
    chave: str
