"""The terminal itself over HTTP: health, relay, links, documents, and the keys of front ends.

Rules of this file:
1. `/health` needs no key and says nothing that a stranger could use.
2. What there is not (a relay, a mesh) is said to be absent, never invented.
"""

import msgspec

from crdt_models.documents.terminals import TerminalsView
from crdt_models.hybrid_logical_clock import iso
from crdt_models.ids import TERMINALS, DocumentId
from crdt_models.replication.messages import MAX_ENTRIES_PER_DEVICE
from peer.http_api.api import Api, Link, json_answer, limit_of, quoted
from peer.http_api.lag_map import lag_map
from peer.http_api.members import known_members
from peer.http_api.shown import MILLISECOND_BITS
from peer.service.http_errors import UnknownRoute
from peer.service.routes import Answer, Call
from peer.uplink.journal import SyncLogRow, UplinkStatus

YJS = "application/octet-stream"
_TOO_MANY_FORKS = (
    "{terminal} gravou {count} históricos paralelos; os terminais só conseguem comparar {limit}. "
    "Até que ele seja retirado da loja, os terminais podem mostrar dados diferentes sobre ele. "
    "Desligue-o e chame o técnico."
)


_DISK_FULL = (
    "O disco do terminal {terminal} está cheio: nada novo é gravado, e nada do que foi confirmado "
    "se perdeu. Libere espaço neste computador."
)


class FrontEndBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """O nome de um novo front-end."""

    nome: str


async def health(api: Api, call: Call) -> Answer:
    """GET /health."""
    warned = list(dict.fromkeys(each["codigo"] for each in _warnings(api)))
    return json_answer({"status": "ok", "versao": api.version, "avisos": warned})


async def terminal(api: Api, call: Call) -> Answer:
    """GET /api/terminal."""
    figures = msgspec.structs.asdict(api.node.status())
    return json_answer(
        {
            "letras": api.node.letters,
            "nome": api.name,
            "loja": api.node.site.hex(),
            "dispositivo": api.node.device.hex(),
            "posicao": api.node.position,
            "digest": api.node.content_digest().hex(),
            "versao": api.version,
            "conexoes": dict(api.live.connections()),
            "numeros": figures,
        }
    )


async def document(api: Api, call: Call) -> Answer:
    """GET /api/documentos/{id}: the Yjs update of a document."""
    wanted = DocumentId(call.path["id"])
    if api.node.log.document(wanted) is None:
        raise UnknownRoute
    update = await api.environment.run_blocking(lambda: api.node.document(wanted).update())
    headers = {"etag": quoted(api.node.version(wanted))}
    return Answer(content=update, media_type=YJS, headers=headers)


async def sync_status(api: Api, call: Call) -> Answer:
    """GET /api/sync/status."""
    if api.uplink is None:
        shown: dict[str, object] = {
            "configurado": False,
            "situacao": "sem_nuvem",
            "pendentes": 0,
        }
    else:
        shown = _uplink(api.uplink.status())
    return json_answer({**shown, "avisos": _warnings(api)})


async def sync_pending(api: Api, call: Call) -> Answer:
    """GET /api/sync/pendentes."""
    pending = 0 if api.uplink is None else api.uplink.status().pending
    return json_answer({"pendentes": pending, "total": pending})


async def sync_now(api: Api, call: Call) -> Answer:
    """POST /api/sync/iniciar."""
    if api.uplink is None:
        return json_answer({"iniciado": False, "mensagem": "Não há nuvem configurada."})
    if not api.uplink.request_now():
        return json_answer({"iniciado": False, "mensagem": "Este terminal está em modo offline."})
    return json_answer({"iniciado": True, "mensagem": "Sincronização pedida."}, status=202)


async def sync_log(api: Api, call: Call) -> Answer:
    """GET /api/sync/log."""
    if api.uplink is None:
        return json_answer({"log": [], "total": 0})
    rows = api.uplink.log(
        kind=call.text("tipo"), success=call.flag("sucesso"), limit=limit_of(call)
    )
    return json_answer({"log": [_log_row(row) for row in rows], "total": len(rows)})


async def mesh(api: Api, call: Call) -> Answer:
    """GET /api/sync/malha."""
    links = [] if api.mesh is None else api.mesh.links()
    shown = [_link(api, link) for link in links]
    known = known_members(api, {link.device for link in links})
    lags = lag_map(api, known)
    return json_answer(
        {"ligacoes": shown, "total": len(shown), "conhecidos": known, "atrasos": lags}
    )


async def live_statistics(api: Api, call: Call) -> Answer:
    """GET /ws/stats."""
    by_type = dict(api.live.connections())
    total = sum(by_type.values())
    shown = {
        "total_connections": total,
        "connections_by_type": by_type,
        "active_types": list(by_type),
    }
    return json_answer(shown)


async def list_front_ends(api: Api, call: Call) -> Answer:
    """GET /api/front-ends."""
    known = [{"nome": each.name, "papel": each.role} for each in api.front_ends.list()]
    return json_answer({"front_ends": known, "total": len(known)})


async def add_front_end(api: Api, call: Call) -> Answer:
    """POST /api/front-ends: the only answer that ever holds the key."""
    name = call.body_as(FrontEndBody).nome
    key = await api.environment.run_blocking(api.front_ends.issue, name)
    return json_answer({"nome": name.strip(), "chave": key}, status=201)


async def remove_front_end(api: Api, call: Call) -> Answer:
    """DELETE /api/front-ends/{nome}."""
    await api.environment.run_blocking(api.front_ends.revoke, call.path["nome"])
    api.live.dismiss(call.path["nome"])
    return Answer(status=204)


def _warnings(api: Api) -> list[dict[str, object]]:
    """What people must know, because no repair ends it: a full disk, and too many forks."""
    full: dict[str, object] = {
        "codigo": "disco_cheio",
        "mensagem": _DISK_FULL.format(terminal=api.node.letters),
        "dispositivo": api.node.device.hex(),
        "letras": api.node.letters,
    }
    return [*([full] if api.node.log.statistics().disk_full else []), *_forked(api)]


def _forked(api: Api) -> list[dict[str, object]]:
    view = api.node.view(TERMINALS)
    assert isinstance(view, TerminalsView), "the kind of a document decides its view"
    forked = api.node.log.forked_devices(MAX_ENTRIES_PER_DEVICE)
    return [
        {
            "codigo": "copias_demais",
            "mensagem": _TOO_MANY_FORKS.format(
                terminal=f"O terminal {known.letters}" if known else "Um terminal desconhecido",
                count=count,
                limit=MAX_ENTRIES_PER_DEVICE,
            ),
            "dispositivo": device.hex(),
            "letras": known.letters if known else "",
        }
        for device, count in sorted(forked.items())
        for known in (view.terminals.get(device),)
    ]


def _uplink(status: UplinkStatus) -> dict[str, object]:
    return {
        "configurado": True,
        "conectado": status.online,
        "situacao": status.state,
        "nuvem": status.relay,
        "pendentes": status.pending,
        "tentativas": status.attempts,
        "ultima_sincronizacao": _time(status.last_success_ms),
        "ultima_tentativa": _time(status.last_attempt_ms),
        "ultimo_erro": status.last_error,
    }


def _log_row(row: SyncLogRow) -> dict[str, object]:
    return {
        "id": row.id,
        "tipo": row.kind,
        "operacao": row.operation,
        "dados": row.summary,
        "sucesso": row.success,
        "erro": row.error,
        "criado_em": _time(row.at_ms),
    }


def _link(api: Api, link: Link) -> dict[str, object]:
    standing_ms = int((api.environment.monotonic() - link.since) * 1000)
    return {
        "dispositivo": link.device.hex(),
        "letras": link.letters,
        "nome": link.name,
        "endereco": link.address,
        "estado": "clone" if link.clone else "ligado",
        "discado_por_nos": link.dialled,
        "desde": _time(api.environment.wall_ms() - standing_ms),
    }


def _time(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else iso(milliseconds << MILLISECOND_BITS)
