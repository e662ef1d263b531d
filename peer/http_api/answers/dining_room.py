"""Dining tables and areas as answers."""

from typing import Literal

from peer.http_api.answers.answer_shape import AnswerShape


class Posicao(AnswerShape, frozen=True, kw_only=True):
    """Lugar na planta do salão."""

    x: int
    y: int


class Espera(AnswerShape, frozen=True, kw_only=True):
    """Por quem a mesa espera agora. `id`: da reserva, ou nulo: é só um aviso na mesa."""

    id: str | None
    nome: str
    de_ms: int | None
    ate_ms: int | None


class Grupo(AnswerShape, frozen=True, kw_only=True):
    """Mesas juntas, que valem por uma, e tudo que têm."""

    mesas: list[str]
    lugares: int
    pessoas: int
    pedidos: list[str]


class Mesa(AnswerShape, frozen=True, kw_only=True):
    """Uma mesa do salão, como está agora. `version` cobre todas as mesas, e o salão de hoje."""

    id: str
    numero: str
    nome: str
    area_id: str | None
    area: str | None
    lugares: int
    posicao: Posicao
    garcom: str | None
    garcom_fixo: str | None
    status: Literal["inativa", "ocupada", "limpeza", "reservada", "livre"]
    reserva: Espera | None
    limpeza: bool
    ativa: bool
    pessoas: int
    pedidos: list[str]
    grupo: Grupo | None
    version: str
    updatedAt: str  # noqa: N815 - its name for front ends


class Area(AnswerShape, frozen=True, kw_only=True):
    """Uma área do salão. `garcom`: quem atende hoje as mesas que não têm outro."""

    id: str
    nome: str
    garcom: str | None


class Mesas(AnswerShape, frozen=True, kw_only=True):
    """Todas as mesas e áreas. `dia`: de operação · `agora_ms`: a hora em que são vistas assim."""

    mesas: list[Mesa]
    areas: list[Area]
    total: int
    dia: str
    agora_ms: int


class Designacao(AnswerShape, frozen=True, kw_only=True):
    """Alguém foi posto a atender a mesa, ou a área dela. `garcom` nulo: deixou de."""

    onde: Literal["mesa", "area"]
    garcom: str | None
    em: str


class Atendimento(AnswerShape, frozen=True, kw_only=True):
    """Quem atende uma mesa, e o que se disse disso hoje, do mais antigo ao mais novo."""

    garcom: str | None
    historico: list[Designacao]


class Marca(AnswerShape, frozen=True, kw_only=True):
    """O que alguém marcou numa reserva sem saber do que outro marcou, e que vale menos."""

    status: Literal["reservada", "chegou", "sentada", "nao_veio", "cancelada"]
    motivo: str


class Reserva(AnswerShape, frozen=True, kw_only=True):
    """Uma reserva."""

    id: str
    dia: str
    nome: str
    telefone: str | None
    pessoas: int
    de_ms: int
    ate_ms: int
    mesas: list[str]
    observacao: str
    status: Literal["reservada", "chegou", "sentada", "nao_veio", "cancelada"]
    motivo: str
    pedido_id: str | None
    marcas_simultaneas: list[Marca]
    criada_em: str
    version: str
    conflito: bool


class Reservas(AnswerShape, frozen=True, kw_only=True):
    """As reservas de um dia, na ordem em que começam."""

    reservas: list[Reserva]
    total: int
