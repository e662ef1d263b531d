"""Cash shifts over HTTP: `/api/caixa`.

Rules of this file:
1. Every write answers with the shift as committed. Before a count is declared the answer tells
   nothing from which the expected amount could be told; see `pedido.cash`.
2. A shift is written of at its own terminal; every terminal shows all of them.
3. The report is of a shift that has ended, and the same bytes everywhere.
"""

from crdt_models.documents.cash.commands import (
    CloseShift,
    DeclareCount,
    OpenDrawer,
    OpenShift,
    RepeatCount,
    SupplyCash,
    WithdrawCash,
    WriteOffShift,
)
from crdt_models.documents.cash.errors import UnknownShift
from crdt_models.documents.cash.view import ShiftView
from crdt_models.documents.command import Command
from crdt_models.errors import MalhaError
from crdt_models.ids import DocumentId, ShiftId, shift_document, shift_of
from crdt_models.pedido import JsonObject, report_json, shift_json
from crdt_models.read_models import CASH_SHIFT
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
from peer.http_api.cash.bodies import CashBody, CountBody, GivenReasonBody, NoteBody, OpeningBody
from peer.http_api.lists import ALL_DAYS, asked_day
from peer.http_api.values import clean_text, id_of
from peer.node.requests import Outcome
from peer.service.routes import Answer, Call
from peer.storage.projections import Condition, Query


class ShiftGoesOn(MalhaError):
    """A report tells what a shift came to: it has to have ended."""

    code = "shift_goes_on"
    sentence = "The shift {shift} has not ended: there is no report of it."
    cure = "Count the drawer and close the shift first."


async def open_shift(api: Api, call: Call) -> Answer:
    """POST /api/caixa/abrir."""
    body = call.body_as(OpeningBody)
    command = OpenShift(
        drawer=clean_text(body.gaveta),
        float_centavos=body.float_centavos(),
        note=clean_text(body.observacao),
    )
    outcome = await execute(api, call, command)
    shift = ShiftId(outcome.ids["shift"])
    location = {"location": f"/api/caixa/{shift.hex()}"}
    return _shown(api, shift, outcome, status=201, headers=location)


async def list_shifts(api: Api, call: Call) -> Answer:
    """GET /api/caixa: newest first."""
    version = list_version(api, call, asked_day(api, call, ALL_DAYS))
    if same := unchanged(call, version):
        return same
    query = Query(
        table=CASH_SHIFT.name,
        where=_conditions(api, call),
        order=("opened_hlc",),
        descending=True,
        limit=limit_of(call),
        cursor=call.text("desde"),
    )
    projections = api.node.log.projections
    page = projections.page(query)
    shifts = [shift_of(DocumentId(str(row["document_id"]))) for row in page.rows]
    shown = {
        "caixas": [shown_shift(api, each) for each in shifts],
        "total": projections.count(query),
        "proximo": page.next,
    }
    return json_answer(shown, headers={"etag": version})


def _conditions(api: Api, call: Call) -> tuple[Condition, ...]:
    """`?aberto`, `?dia`, `?neste_terminal`. Raises InvalidField."""
    found = [Condition("is_known", 1)]
    is_open, here = call.flag("aberto"), call.flag("neste_terminal")
    day = asked_day(api, call, ALL_DAYS)
    if is_open is not None:
        found.append(Condition("is_open", int(is_open)))
    if here:
        found.append(Condition("device", api.node.device.hex()))
    if day is not None:
        found.append(Condition("business_day", day))
    return tuple(found)


async def show_shift(api: Api, call: Call) -> Answer:
    """GET /api/caixa/{id}."""
    return _shown(api, _shift(call))


async def withdraw(api: Api, call: Call) -> Answer:
    """POST …/sangria."""
    shift, body = _shift(call), call.body_as(CashBody)
    reason = clean_text(body.motivo)
    return await _done(
        api, call, WithdrawCash(shift=shift, centavos=body.amount(), reason=reason), status=201
    )


async def supply(api: Api, call: Call) -> Answer:
    """POST …/suprimento."""
    shift, body = _shift(call), call.body_as(CashBody)
    reason = clean_text(body.motivo)
    return await _done(
        api, call, SupplyCash(shift=shift, centavos=body.amount(), reason=reason), status=201
    )


async def open_drawer(api: Api, call: Call) -> Answer:
    """POST …/abrir-gaveta."""
    shift, reason = _shift(call), clean_text(call.body_as(GivenReasonBody).motivo)
    return await _done(api, call, OpenDrawer(shift=shift, reason=reason), status=201)


async def declare(api: Api, call: Call) -> Answer:
    """POST …/declarar: blind; what should be there is told afterwards."""
    shift, body = _shift(call), call.body_as(CountBody)
    note = clean_text(body.observacao)
    command = DeclareCount(shift=shift, amounts=body.amounts(), note=note)
    return await _done(api, call, command, status=201)


async def recount(api: Api, call: Call) -> Answer:
    """POST …/recontar."""
    shift, body = _shift(call), call.body_as(CountBody)
    note = clean_text(body.observacao)
    command = RepeatCount(shift=shift, amounts=body.amounts(), note=note)
    return await _done(api, call, command, status=201)


async def close(api: Api, call: Call) -> Answer:
    """POST …/fechar."""
    shift, note = _shift(call), clean_text(call.body_as(NoteBody).observacao)
    return await _done(api, call, CloseShift(shift=shift, note=note))


async def write_off(api: Api, call: Call) -> Answer:
    """POST …/baixar."""
    shift, reason = _shift(call), clean_text(call.body_as(GivenReasonBody).motivo)
    return await _done(api, call, WriteOffShift(shift=shift, reason=reason))


async def report(api: Api, call: Call) -> Answer:
    """GET …/relatorio."""
    shift = _known(api, _shift(call))
    if shift.end is None:
        raise ShiftGoesOn(shift=shift.shift.hex())
    return json_answer(report_json(shift))


async def _done(api: Api, call: Call, command: Command, *, status: int = 200) -> Answer:
    shift = _shift(call)
    outcome = await execute(api, call, command, shift_document(shift))
    return _shown(api, shift, outcome, status=status)


def _known(api: Api, shift: ShiftId) -> ShiftView:
    """Raises UnknownShift while its opening is not known here."""
    view = api.node.view(shift_document(shift))
    assert isinstance(view, ShiftView), "the kind of a document decides its view"
    if view.opening is None:
        raise UnknownShift(shift=shift.hex())
    return view


def _shift(call: Call) -> ShiftId:
    return ShiftId(id_of(call.path["id"], UnknownShift, "shift"))


def _shown(
    api: Api,
    shift: ShiftId,
    outcome: Outcome | None = None,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Answer:
    _known(api, shift)
    version = {"etag": quoted(api.node.version(shift_document(shift)))}
    every = {**version, **replay_header(outcome), **(headers or {})}
    return json_answer(shown_shift(api, shift), status=status, headers=every)


def shown_shift(api: Api, shift: ShiftId) -> JsonObject:
    """The caixa as committed."""
    document = shift_document(shift)
    view = api.node.view(document)
    assert isinstance(view, ShiftView), "the kind of a document decides its view"
    return shift_json(view, api.node.version(document))
