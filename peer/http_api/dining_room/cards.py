"""Comanda cards over HTTP: `/api/comandas`.

Rules of this file:
1. In a path a comanda goes by its number, by its code, or by the text that an open order has.
2. A version (ETag) covers all furniture, cards among it; not what is on them.
"""

from collections import defaultdict
from collections.abc import Mapping
from itertools import islice
from typing import Literal, NamedTuple

import msgspec

from crdt_models.documents.command import Command
from crdt_models.documents.tables.card_commands import (
    BlockCard,
    CodeCard,
    RegisterCards,
    ReplaceCard,
    UnblockCard,
    WithdrawCards,
)
from crdt_models.documents.tables.card_errors import UnknownCard
from crdt_models.documents.tables.card_facts import MAX_CARD, BlockReason
from crdt_models.ids import TABLES, CreatedId, OrderId
from crdt_models.pedido import BLOCK_REASON, JsonObject, OnCard, card_json
from crdt_models.read_models import ORDER_ROW
from peer.http_api.api import (
    Api,
    execute,
    json_answer,
    limit_of,
    list_version,
    quoted,
    replay_header,
    unchanged,
)
from peer.http_api.dining_room.committed import furniture
from peer.http_api.values import OpaqueId, clean_text, shown_text, text_or_none
from peer.node.node import Node
from peer.node.requests import Outcome
from peer.service.http_errors import InvalidField
from peer.service.routes import Answer, Call
from peer.storage.projections import Condition, Query

Why = Literal["perdida", "roubada", "danificada", "outro"]
_REASONS: Mapping[str, BlockReason] = {shown: reason for reason, shown in BLOCK_REASON.items()}


class CardRangeBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Números de cartões, de 1 a 9999, o primeiro e o último incluídos."""

    de: int
    ate: int


class NewCardsBody(CardRangeBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Cartões novos. `codigo`: o que o leitor lê do cartão; só para um de cada vez."""

    codigo: str | None = None


class CodeBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """O que o leitor lê do cartão; nulo: nada."""

    codigo: str | None


class BlockBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Por que ninguém mais deve usar o cartão."""

    motivo: Why = "perdida"
    observacao: str = ""


class ReplacementCardBody(BlockBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`para`: o número do cartão que o cliente recebe no lugar deste."""

    para: OpaqueId


async def list_cards(api: Api, call: Call) -> Answer:
    """GET /api/comandas."""
    status, limit, desde = call.text("status"), limit_of(call), call.text("desde")
    version = list_version(api, call)
    if same := unchanged(call, version):
        return same
    room = _Comandas(api.node)
    places = room.places()
    after = None if desde is None else room.place(desde)
    shown = (room.shown(each) for each in places if after is None or each > after)
    found = list(islice((each for each in shown if status in (None, each["status"])), limit + 1))
    answer = {
        "comandas": found[:limit],
        "total": len(places),
        "registradas": sum(1 for place in places if place.card),
        "proximo": found[limit - 1]["numero"] if len(found) > limit else None,
    }
    return json_answer(answer, headers={"etag": version})


async def show_card(api: Api, call: Call) -> Answer:
    """GET /api/comandas/{numero}."""
    return _shown(api, call.path["numero"])


async def register(api: Api, call: Call) -> Answer:
    """POST /api/comandas."""
    body = call.body_as(NewCardsBody)
    if body.codigo is not None and body.de != body.ate:
        raise InvalidField(field="codigo", reason="um código é de um cartão só")
    command = RegisterCards(first=body.de, last=body.ate, code=text_or_none(body.codigo))
    return await _ranged(api, call, body, command)


async def withdraw(api: Api, call: Call) -> Answer:
    """POST /api/comandas/retirar."""
    body = call.body_as(CardRangeBody)
    return await _ranged(api, call, body, WithdrawCards(first=body.de, last=body.ate))


async def code_card(api: Api, call: Call) -> Answer:
    """PATCH /api/comandas/{numero}."""
    card, code = _card(api, call.path["numero"]), call.body_as(CodeBody).codigo
    return await _done(api, call, card, CodeCard(card=card, code=text_or_none(code)))


async def block(api: Api, call: Call) -> Answer:
    """POST /api/comandas/{numero}/bloquear."""
    card, body = _card(api, call.path["numero"]), call.body_as(BlockBody)
    why = _REASONS[body.motivo]
    return await _done(
        api, call, card, BlockCard(card=card, reason=why, note=clean_text(body.observacao))
    )


async def unblock(api: Api, call: Call) -> Answer:
    """POST /api/comandas/{numero}/desbloquear."""
    card = _card(api, call.path["numero"])
    return await _done(api, call, card, UnblockCard(card=card))


async def replace_card(api: Api, call: Call) -> Answer:
    """POST /api/comandas/{numero}/trocar: answers with the card that the guest has now."""
    card, body = _card(api, call.path["numero"]), call.body_as(ReplacementCardBody)
    to, note = _card(api, str(body.para)), clean_text(body.observacao)
    if to == card:
        raise InvalidField(field="para", reason="escolha outro cartão")
    why = _REASONS[body.motivo]
    return await _done(api, call, to, ReplaceCard(card=card, to=to, reason=why, note=note))


async def _ranged(api: Api, call: Call, body: CardRangeBody, command: Command) -> Answer:
    if not 1 <= body.de <= body.ate <= MAX_CARD:
        field = "de" if not 1 <= body.de <= MAX_CARD else "ate"
        raise InvalidField(field=field, reason=f"use de 1 a {MAX_CARD}, o menor antes")
    outcome = await execute(api, call, command, TABLES)
    there, version = sum(1 for _ in furniture(api.node).cards), api.node.version(TABLES)
    headers = {"etag": quoted(version), **replay_header(outcome)}
    answer = {"de": body.de, "ate": body.ate, "registradas": there, "version": version}
    return json_answer(answer, headers=headers)


async def _done(api: Api, call: Call, card: int, command: Command) -> Answer:
    return _shown(api, str(card), await execute(api, call, command, TABLES))


def _shown(api: Api, label: str, outcome: Outcome | None = None) -> Answer:
    room = _Comandas(api.node)
    place = room.place(label)
    if not place.card and not room.orders.get(place):
        raise UnknownCard(card=shown_text(label))
    shown = room.shown(place)
    headers = {"etag": quoted(shown["version"]), **replay_header(outcome)}
    return json_answer(shown, headers=headers)


class _Place(NamedTuple):
    """Where a comanda stands in the list: cards by number, then labels. card: 0 of a label."""

    is_label: bool
    card: int
    label: str


class _Comandas:
    """What is on each comanda now."""

    def __init__(self, node: Node) -> None:
        self._cards = furniture(node).cards
        self._version = node.version(TABLES)
        self.orders: dict[_Place, list[OnCard]] = defaultdict(list)
        query = Query(table=ORDER_ROW.name, where=_OPEN, order=("opened_hlc",))
        for row in node.log.projections.rows(query):
            if row["tab"] is not None:
                order = OrderId(CreatedId(bytes.fromhex(str(row["order_id"]))))
                total, balance = row["total_centavos"], row["balance_centavos"]
                assert isinstance(total, int) and isinstance(balance, int), "rows hold integers"
                self.orders[self.place(str(row["tab"]))].append(OnCard(order, total, balance))

    def place(self, label: str) -> _Place:
        card = self._cards.named(label)
        return _Place(is_label=True, card=0, label=label) if card is None else _card_place(card)

    def places(self) -> list[_Place]:
        """Of every card, and of every other comanda in use."""
        return sorted({*map(_card_place, self._cards), *self.orders})

    def shown(self, place: _Place) -> JsonObject:
        on_it = self.orders.get(place, ())
        shown = card_json(place.label, place.card or None, self._cards, on_it)
        return {**shown, "version": self._version}


_OPEN = (Condition("is_open", 1),)


def _card_place(card: int) -> _Place:
    return _Place(is_label=False, card=card, label="")


def _card(api: Api, label: str) -> int:
    """Raises UnknownCard."""
    card = furniture(api.node).cards.named(label)
    if card is None:
        raise UnknownCard(card=shown_text(label))
    return card
