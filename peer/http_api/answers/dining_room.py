"""Dining tables and areas as answers."""

from typing import Literal

from peer.http_api.answers.answer_shape import AnswerShape


class Posicao(AnswerShape, frozen=True, kw_only=True):
    """Lugar na planta do salão."""

    x: int
    y: int


class Reserva(AnswerShape, frozen=True, kw_only=True):
    """Para quem, e até quando (ms desde 1970, ou nulo)."""

    nome: str
    ate_ms: int | None


class Mesa(AnswerShape, frozen=True, kw_only=True):
    """Uma mesa do salão. `version` cobre todas as mesas: estão em um documento só."""

    id: str
    numero: str
    nome: str
    area_id: str | None
    area: str | None
    lugares: int
    posicao: Posicao
    garcom: str | None
    status: Literal["inativa", "ocupada", "limpeza", "reservada", "livre"]
    reserva: Reserva | None
    limpeza: bool
    ativa: bool
    pedidos: list[str]
    version: str
    updatedAt: str  # noqa: N815 - its name for front ends


class Area(AnswerShape, frozen=True, kw_only=True):
    """Uma área do salão."""

    id: str
    nome: str


class Mesas(AnswerShape, frozen=True, kw_only=True):
    """Todas as mesas e áreas."""

    mesas: list[Mesa]
    areas: list[Area]
    total: int
