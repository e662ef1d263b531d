"""What a technician looks at from a screen: the log, and what this terminal keeps but cannot use.

Rule of this file: it reads and counts; nothing is repaired or thrown away from here. Repair is the
links' work, and what is not understood waits for a newer program.
"""

from collections.abc import Iterator
from itertools import islice

from crdt_models.ids import DocumentId
from crdt_models.read_models import DISPUTE
from peer.http_api.api import Api, json_answer, limit_of
from peer.node.members import members
from peer.service.log_lines import LEVELS, LogLine, newest_lines
from peer.service.routes import Answer, Call
from peer.storage.projections import Condition, Query


async def show_log(api: Api, call: Call) -> Answer:
    """GET /api/logs."""
    lines = await api.environment.run_blocking(_lines, api, call)
    return json_answer({"linhas": [_shown(each) for each in lines], "total": len(lines)})


def _lines(api: Api, call: Call) -> list[LogLine]:
    if api.log_file is None:
        return []
    level, words = call.text("nivel"), (call.text("busca") or "").lower()
    before, least = call.text("antes"), LEVELS.index(level) if level else 0
    found = (
        each
        for each in newest_lines(api.log_file)
        if (not level or (each.level in LEVELS and LEVELS.index(each.level) >= least))
        and (not words or words in _whole(each))
        and (not before or (each.at and each.at < before))
    )
    return list(islice(found, limit_of(call)))


def _whole(line: LogLine) -> str:
    return " ".join([line.event, *(f"{name}={text}" for name, text in line.rest.items())]).lower()


def _shown(line: LogLine) -> dict[str, object]:
    return {"em": line.at, "nivel": line.level, "evento": line.event, "dados": line.rest}


async def show_held(api: Api, call: Call) -> Answer:
    """GET /api/sync/retidas."""
    status, limit = api.node.status(), limit_of(call)
    gaps = api.node.log.missing()
    return json_answer(
        {
            "esperando_autor": status.waiting,
            "recusadas": status.refused,
            "em_quarentena": status.poisoned,
            "recusadas_pela_nuvem": None if api.uplink is None else api.uplink.status().set_aside,
            "faltando": list(islice(_missing(api), limit)),
            "total_faltando": len(gaps),
            "nao_entendidos": list(islice(_not_understood(api), limit)),
        }
    )


def _missing(api: Api) -> Iterator[dict[str, object]]:
    """Changes that others name and that have not come: whose follower waits for them."""
    gaps, known = api.node.log.missing(), members(api.node.view)
    headers = api.node.log.headers(gap.below for gap in gaps)
    for gap in gaps:
        device = headers[gap.below].device
        yield {
            "alteracao": gap.missing.hex(),
            "citada_por": gap.below.hex(),
            "dispositivo": device.hex(),
            "letras": known[device].letters if device in known else "",
        }


def _not_understood(api: Api) -> Iterator[dict[str, object]]:
    """Documents with facts that this program must understand and does not."""
    where = (Condition("kind", "needs_upgrade"), Condition("is_open", 1))
    for row in api.node.log.projections.rows(Query(table=DISPUTE.name, where=where)):
        document = DocumentId(str(row["document_id"]))
        view = api.node.view(document)
        kinds = {entry.body[0] for entry in view.not_understood if entry.body[1]}
        yield {
            "documento": document,
            "fatos": str(row["facts"]).split(" "),
            "tipos": sorted(str(kind) for kind in kinds),
        }
