"""Disputes as answers."""

from crdt_models.disputes import Actor, Kind, Severity
from peer.http_api.answers.answer_shape import AnswerShape


class Conflito(AnswerShape, frozen=True, kw_only=True):
    """O que só uma pessoa decide. Códigos não mudam; os textos ao lado são para mostrar.

    `titulo`, `gravidade_texto`, `quem_texto`, `opcoes_textos`: em português · `numero`: do pedido
    em que está, se for um · `opcoes`: códigos que `/resolver` aceita em `escolha` · `fatos`: as
    provas, para devolver em `fatos`.
    """

    id: str
    tipo: Kind
    titulo: str
    assunto: str
    documento: str
    numero: str | None
    gravidade: Severity
    gravidade_texto: str
    quem: Actor
    quem_texto: str
    opcoes: list[str]
    opcoes_textos: dict[str, str]
    fatos: list[str]
    aberto: bool


class Conflitos(AnswerShape, frozen=True, kw_only=True):
    """Uma página de conflitos. `total`: desta página."""

    conflitos: list[Conflito]
    total: int
    proximo: str | None
