"""The members of the site over HTTP: who they are, and when each was last seen.

Rules of this file:
1. Letters, name and role are what the site's certificates prove, whatever a terminal says.
2. A time by another terminal's clock is said as that terminal's claim. One that lies in our future
   is shown as claimed and counts for nothing: that clock is wrong, or ours is.
"""

from collections.abc import Mapping

import msgspec

from crdt_models.certificates import ADMIN, Certificate
from crdt_models.documents.command import InvalidField as RefusedValue
from crdt_models.documents.terminals import Terminal, TerminalsView
from crdt_models.hybrid_logical_clock import iso, wall_ms
from crdt_models.ids import TERMINALS, DeviceId
from peer.http_api.api import Api, json_answer
from peer.http_api.shown import MILLISECOND_BITS
from peer.node.members import announce, members
from peer.service.http_errors import InvalidField
from peer.service.routes import Answer, Call

_SECOND_MS = 1000


class AdmissionBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """O certificado de um terminal admitido, com os que o provam, em hexadecimal."""

    cadeia: str


async def announce_member(api: Api, call: Call) -> Answer:
    """POST /api/membros: `malha invite` tells it; the site is told of it once."""
    given = call.body_as(AdmissionBody).cadeia
    try:
        await announce(api.node, bytes.fromhex(given))
    except (ValueError, RefusedValue) as error:
        raise InvalidField(field="cadeia", reason="não é um certificado desta loja") from error
    return json_answer({"membros": len(members(api.node.view))}, status=201)


def known_members(api: Api, linked: set[DeviceId]) -> list[dict[str, object]]:
    """All other members, by letters."""
    view = api.node.view(TERMINALS)
    assert isinstance(view, TerminalsView), "the kind of a document decides its view"
    everyone = members(api.node.view)
    claims, links = _claimed(api), _linked_ms(api)
    return [
        {
            **_of_certificate(each, everyone),
            **_of_program(view.terminals.get(device)),
            **_seen(api, device in linked, claims.get(device), links.get(device)),
        }
        for device, each in sorted(everyone.items(), key=lambda it: (it[1].letters, it[0]))
        if device != api.node.device
    ]


def _of_certificate(
    member: Certificate, everyone: Mapping[DeviceId, Certificate]
) -> dict[str, object]:
    issuer = everyone.get(member.issued_by) if member.issued_by else None
    return {
        "dispositivo": member.device.hex(),
        "letras": member.letters,
        "nome": member.name,
        "papel": "administrador" if member.role == ADMIN else "terminal",
        "admitido_por": None if issuer is None else issuer.letters,
        "admitido_em": _time(member.not_before * _SECOND_MS),
        "vence_em": _time(member.not_after * _SECOND_MS),
    }


def _of_program(terminal: Terminal | None) -> dict[str, object]:
    """What it said of itself when it began to write; nothing when it never did."""
    return {
        "programa": "" if terminal is None else terminal.program,
        "iniciado_em": None if terminal is None else iso(terminal.opened),
    }


def _seen(
    api: Api, is_linked: bool, claimed: int | None, linked_ms: int | None
) -> dict[str, object]:
    """claimed: packed clock of its last change. linked_ms: when a link with it last stood."""
    now = api.environment.wall_ms()
    last = now if is_linked else linked_ms
    times = [] if last is None else [last]
    if claimed is not None and wall_ms(claimed) <= now:
        times.append(wall_ms(claimed))
    return {
        "alterou_em": None if claimed is None else iso(claimed),
        "ligado_em": _time(last),
        "visto_em": _time(max(times, default=None)),
        "ligado": is_linked,
    }


def _claimed(api: Api) -> dict[DeviceId, int]:
    """By device, the clock (packed) of the latest change of it that is held here."""
    tips = api.node.log.tips()
    headers = api.node.log.headers(tip.id for tip in tips)
    found: dict[DeviceId, int] = {}
    for header in headers.values():
        found[header.device] = max(found.get(header.device, 0), header.hlc)
    return found


def _linked_ms(api: Api) -> dict[DeviceId, int]:
    """By device, when a link with it last stood since our start, by our clock."""
    if api.mesh is None:
        return {}
    now_ms, now = api.environment.wall_ms(), api.environment.monotonic()
    return {
        device: now_ms - int((now - ended) * 1000)
        for device, ended in api.mesh.last_linked().items()
    }


def _time(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else iso(milliseconds << MILLISECOND_BITS)
