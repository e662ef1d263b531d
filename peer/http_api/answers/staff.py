"""Those who work here."""

from typing import Literal

from peer.http_api.answers.answer_shape import AnswerShape


class OperadorConhecido(AnswerShape, frozen=True, kw_only=True):
    """Quem trabalha aqui, ou trabalhou."""

    id: str
    nome: str
    papel: Literal["garcom", "caixa", "gerente", "dono"]
    ativo: bool


class Operador(OperadorConhecido, frozen=True, kw_only=True):
    """`tem_pin`: neste terminal."""

    tem_pin: bool


class Permissao(AnswerShape, frozen=True, kw_only=True):
    """`papel`: o menor que pode."""

    ato: str
    papel: Literal["garcom", "caixa", "gerente", "dono"]


class Operadores(AnswerShape, frozen=True, kw_only=True):
    """Enquanto não há dono, ou ninguém tem PIN neste terminal, qualquer um pode tudo, menos mexer
    nos operadores. `pede_papel`: neste terminal, agora."""

    operadores: list[Operador]
    permissoes: list[Permissao]
    pede_papel: bool
    version: str


class Entrada(AnswerShape, frozen=True, kw_only=True):
    """`token`: para o cabeçalho X-Operador; `validade_segundos`: sem uso."""

    token: str
    operador: OperadorConhecido
    validade_segundos: int


class Autorizacao(AnswerShape, frozen=True, kw_only=True):
    """`token`: para o cabeçalho X-Autorizacao, uma vez."""

    token: str
    validade_segundos: int
