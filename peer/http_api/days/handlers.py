"""Business days over HTTP: `/api/dia`.

Rules of this file:
1. A terminal is missing from a closing when it is a member of the site and is not linked here now,
   or somebody linked knows changes of it that have not come here.
2. What is shown is committed; counting stays blind, see `pedido.days`.
"""

from crdt_models.documents.cash.view import ShiftView
from crdt_models.documents.day.commands import CloseDay
from crdt_models.documents.day.view import DayView
from crdt_models.documents.stock.movements import author_of
from crdt_models.ids import DeviceId, ShiftId, day_document, shift_document
from crdt_models.pedido import JsonObject
from crdt_models.pedido.days import Around, day_json
from peer.http_api.api import Api, execute, json_answer, quoted, replay_header
from peer.http_api.cash.bodies import NoteBody
from peer.http_api.lists import TODAY
from peer.http_api.values import clean_text, iso_date
from peer.node.committed_state import known_clocks
from peer.node.days import money_of_day
from peer.node.members import members
from peer.node.requests import Outcome
from peer.service.routes import Answer, Call


async def show_today(api: Api, call: Call) -> Answer:
    """GET /api/dia."""
    return _shown(api, api.node.business_day)


async def show_day(api: Api, call: Call) -> Answer:
    """GET /api/dia/{data}. Raises InvalidField."""
    return _shown(api, _day(api, call))


async def close_day(api: Api, call: Call) -> Answer:
    """POST /api/dia/{data}/fechar."""
    day, note = _day(api, call), clean_text(call.body_as(NoteBody).observacao)
    command = CloseDay(day=day, missing=_missing(api), note=note)
    return _shown(api, day, await execute(api, call, command, day_document(day)))


def _day(api: Api, call: Call) -> int:
    given = call.path["data"]
    if given == TODAY:
        return api.node.business_day
    return max(0, iso_date(given, field="data", reason="use AAAA-MM-DD ou hoje"))


def _missing(api: Api) -> tuple[DeviceId, ...]:
    """Rule 1."""
    others = members(api.node.view).keys() - {api.node.device}
    if api.mesh is None:
        return tuple(sorted(others))
    lag = api.mesh.statistics().lag
    behind = {device for device, each in lag.items() if each.known < each.claimed}
    linked = {each.device for each in api.mesh.links()}
    return tuple(sorted(others - (linked - behind)))


def _shown(api: Api, day: int, outcome: Outcome | None = None) -> Answer:
    version = api.node.version(day_document(day))
    headers = {"etag": quoted(version), **replay_header(outcome)}
    return json_answer(shown_day(api, day), headers=headers)


def shown_day(api: Api, day: int) -> JsonObject:
    """The dia as committed."""
    document = day_document(day)
    view = api.node.view(document)
    assert isinstance(view, DayView), "the kind of a document decides its view"
    log = api.node.log
    around = Around(
        known=money_of_day(log.projections, api.node.view, day, {}),
        clocks={author_of(device): hlc for device, hlc in known_clocks(log).items()},
        shift=lambda shift: _shift(api, shift),
        letters={device: each.letters for device, each in members(api.node.view).items()},
    )
    return day_json(view, around, api.node.version(document))


def _shift(api: Api, shift: ShiftId) -> ShiftView:
    view = api.node.view(shift_document(shift))
    assert isinstance(view, ShiftView), "the kind of a document decides its view"
    return view
