"""Comandas as answers."""

from decimal import Decimal
from typing import Literal

from peer.http_api.answers.answer_shape import AnswerShape


class Bloqueio(AnswerShape, frozen=True, kw_only=True):
    """Por que nada mais é aberto na comanda."""

    motivo: Literal["perdida", "roubada", "danificada", "outro"]
    observacao: str
    desde: str


class Comanda(AnswerShape, frozen=True, kw_only=True):
    """Uma comanda. `registrada` false: só um texto, que algum pedido aberto tem."""

    numero: str
    registrada: bool
    codigo: str | None
    status: Literal["livre", "ocupada", "bloqueada"]
    bloqueio: Bloqueio | None
    pedidos: list[str]
    total: Decimal
    total_centavos: int
    saldo: Decimal
    saldo_centavos: int
    version: str


class Cartoes(AnswerShape, frozen=True, kw_only=True):
    """Cartões registrados ou retirados. `registradas`: quantos há agora ao todo."""

    de: int
    ate: int
    registradas: int
    version: str


class Comandas(AnswerShape, frozen=True, kw_only=True):
    """As comandas registradas, por número, e depois as outras em uso. `total`: quantas são ao todo.
    `registradas`: quantos cartões há; zero: qualquer texto serve de comanda."""

    comandas: list[Comanda]
    total: int
    registradas: int
    proximo: str | None
