"""The messages of `/ws/sync` and `/ws/pedidos`, described: OpenAPI has no words for them.

Rules of this file:
1. A WebSocket is a GET that answers 101; `x-websocket` says what each side may send, as schemas.
2. Nothing is made from these structs: messages are plain objects, made by `live_events`.
"""

from typing import Any, Literal, TypeAlias

import msgspec

from peer.http_api import answers
from peer.http_api.answers import CardapioMudou, EstoqueContado
from peer.live_sightings import EventType
from peer.service.problems import MEDIA_TYPE

_REFERENCE = "#/components/schemas/{name}"


class _Message(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class Autenticacao(_Message, frozen=True, kw_only=True):
    """A primeira mensagem de um navegador, que não pode enviar cabeçalhos; em até 5 segundos."""

    type: Literal["auth"]
    key: str


class Assinatura(_Message, frozen=True, kw_only=True):
    """Escolhe tipos (`kinds` vazio: todos) e, com `cursor`, conta antes o que veio depois dele."""

    type: Literal["subscribe"]
    kinds: list[EventType] = []
    cursor: int | None = None


class Ping(_Message, frozen=True, kw_only=True):
    """Pede um `pong`."""

    type: Literal["ping"]


class PedePedidos(_Message, frozen=True, kw_only=True):
    """Pede um `refresh_required`."""

    type: Literal["get_pedidos"]


class Conexao(_Message, frozen=True, kw_only=True):
    """A primeira mensagem do terminal. Tudo que vier depois de `cursor` será contado."""

    type: Literal["connection"]
    status: Literal["connected"]
    message: str
    cursor: int
    timestamp: str


class ConexaoPedidos(_Message, frozen=True, kw_only=True):
    """A primeira mensagem do terminal. Tudo que vier depois será contado; busque os pedidos."""

    type: Literal["connection"]
    status: Literal["connected"]
    message: str
    timestamp: str


class Assinado(_Message, frozen=True, kw_only=True):
    """A resposta a `subscribe`, depois do que faltava."""

    type: Literal["subscribed"]
    cursor: int
    kinds: list[str]
    timestamp: str


class Pong(_Message, frozen=True, kw_only=True):
    """A resposta a `ping`."""

    type: Literal["pong"]
    timestamp: str


class Recarregar(_Message, frozen=True, kw_only=True):
    """Busque tudo de novo: o que houve até `cursor` não será contado."""

    type: Literal["refresh_required"]
    message: str
    cursor: int
    timestamp: str


class RecarregarPedidos(_Message, frozen=True, kw_only=True):
    """Busque os pedidos de novo: o que houve até aqui não será contado."""

    type: Literal["refresh_required"]
    message: str
    timestamp: str


class Erro(_Message, frozen=True, kw_only=True):
    """A mensagem não foi entendida; a conversa continua."""

    type: Literal["error"]
    message: str
    timestamp: str


class Evento(_Message, frozen=True, kw_only=True):
    """O que foi gravado. `data`: o pedido, a mesa, os produtos, o estoque, as configurações, o
    caixa, o dia, o cliente ou o conflito depois disso. De um outro terminal (`peer:…`): o que falta
    entre os dois agora; não é contado de novo a quem retoma, e `peer:lagging` conta o começo e o
    fim.

    `cursor`: para retomar com `subscribe` · `version`: a ETag do documento · `origin`: letras do
    terminal que escreveu. Quem retoma recebe de novo, nunca de menos.
    """

    type: EventType
    cursor: int
    document: str
    version: str
    data: dict[str, Any]
    timestamp: str
    origin: str


class PedidoMudou(_Message, frozen=True, kw_only=True):
    """Um pedido foi aberto, alterado ou cancelado."""

    type: Literal["pedido_update"]
    action: Literal["create", "update", "delete"]
    pedido_id: str
    data: answers.Pedido
    timestamp: str


class MarcaMudou(_Message, frozen=True, kw_only=True):
    """Uma marca do pedido (financeiro, producao, expedicao …) mudou."""

    type: Literal["status_update"]
    pedido_id: str
    status_field: str
    new_value: bool
    timestamp: str


Messages: TypeAlias = tuple[type[_Message], ...]
SENT: dict[str, Messages] = {
    "/ws/sync": (Autenticacao, Assinatura, Ping),
    "/ws/pedidos": (Autenticacao, PedePedidos, Ping),
}
"""What a client may send."""
HEARD: dict[str, Messages] = {
    "/ws/sync": (Conexao, Evento, Assinado, Recarregar, Pong, Erro),
    "/ws/pedidos": (ConexaoPedidos, PedidoMudou, MarcaMudou, RecarregarPedidos, Pong, Erro),
}
"""What it hears."""
CLOSINGS = {
    "1001": "o terminal está encerrando",
    "1008": "chave ausente, inválida ou revogada; ou mensagens demais (o motivo vem no fechamento)",
    "1013": "conexões demais; tente mais tarde",
}
_SUMMARIES = {
    "/ws/sync": "Ao vivo: tudo que for gravado a partir de agora, ou depois de um cursor",
    "/ws/pedidos": "Ao vivo: só pedidos, na forma de painéis que já existem",
}
_ENTRANCE = (
    "WebSocket. A chave vem no handshake (x-api-key ou Authorization: Bearer), no cookie da página"
    ' deste terminal, ou na primeira mensagem: {"type": "auth", "key": "…"}, em até 5 segundos.'
    " Sem chave a conversa acaba com 1008. Mensagens são textos JSON."
)
_DATA = (
    "Pedido",
    "Mesa",
    "CardapioMudou",
    "EstoqueContado",
    "Configuracoes",
    "Caixa",
    "Dia",
    "Cliente",
    "Conflito",
    "Atraso",
)
_OF_EVENTS = (CardapioMudou, EstoqueContado)  # only events have them, no route answers them


def described_websockets() -> tuple[dict[str, Any], dict[str, Any]]:
    """(path items, schemas of the messages). The schemas of answers are named, not repeated."""
    kinds: dict[str, type] = {
        kind.__name__: kind for path in SENT for kind in (*SENT[path], *HEARD[path])
    }
    kinds |= {kind.__name__: kind for kind in _OF_EVENTS}
    _, components = msgspec.json.schema_components(list(kinds.values()), ref_template=_REFERENCE)
    schemas = {name: schema for name, schema in components.items() if name in kinds}
    schemas["Evento"]["properties"]["data"] = {"anyOf": [_reference(name) for name in _DATA]}
    return {path: {"get": _operation(path)} for path in SENT}, schemas


def _operation(path: str) -> dict[str, Any]:
    return {
        "summary": _SUMMARIES[path],
        "description": _ENTRANCE,
        "operationId": "follow_" + path.rpartition("/")[2],
        "x-papel": "front_end",
        "parameters": [],
        "responses": {
            "101": {"description": "Daqui em diante, WebSocket"},
            "404": {
                "description": "not_found: não pediu um WebSocket",
                "content": {MEDIA_TYPE: {"schema": _reference("Problem")}},
                "x-codigos": ["not_found"],
            },
        },
        "security": [{"chave": []}, {"portador": []}, {}],
        "x-websocket": {
            "envia": [_reference(each.__name__) for each in SENT[path]],
            "recebe": [_reference(each.__name__) for each in HEARD[path]],
            "fechamentos": CLOSINGS,
        },
    }


def _reference(name: str) -> dict[str, str]:
    return {"$ref": _REFERENCE.format(name=name)}
