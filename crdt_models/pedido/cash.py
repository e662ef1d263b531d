"""The JSON of a cash shift (caixa) and of its report.

Rules of this file:
1. Counting is blind: while nobody has declared a count, whatever would tell what should be in the
   drawer is null: sales, change, what is expected. What the operator did by hand is shown.
2. The report tells what the shift's end counted, nothing else, and so do its bytes: they are equal
   on every terminal that holds it, and so is the hash. While something is on its way there is none.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from crdt_models.canonical_cbor import encode
from crdt_models.disputes import open_disputes
from crdt_models.documents.cash.facts import (
    CashSupplied,
    CashWithdrawn,
    CountRepeated,
    DrawerOpened,
    ShiftFigures,
    ShiftMoney,
    ShiftWrittenOff,
)
from crdt_models.documents.cash.view import Count, ShiftView
from crdt_models.documents.view import Once
from crdt_models.fact import Entry
from crdt_models.hybrid_logical_clock import iso
from crdt_models.pedido.disputes import dispute_json
from crdt_models.pedido.figures import JsonObject, iso_day
from crdt_models.pedido.names import SHIFT_MOVEMENT, SHIFT_STATUS

_OF_MONEY = {
    "payment": "venda",
    "refund": "estorno",
    "tip": "gorjeta",
    "tip_return": "gorjeta_devolvida",
}
_FIGURES_BY_HAND = (
    "fundo_troco_centavos",
    "sangrias_centavos",
    "suprimentos_centavos",
    "aberturas_sem_venda",
)


def shift_json(shift: ShiftView, version: str) -> JsonObject:
    """The caixa. version: of its document."""
    opening, end = shift.opening, shift.end
    return {
        "id": shift.shift.hex(),
        "terminal_id": None if shift.owner is None else shift.owner.hex(),
        "gaveta": shift.drawer,
        "operador_id": _hex(opening),
        "status": SHIFT_STATUS[shift.state],
        "data_operacao": None if opening is None else iso_day(opening.business_day),
        "dia_operacao": None if opening is None else opening.business_day,
        **_blind(shift),
        "contagens": [_count(each) for each in shift.counts],
        "declarado_centavos": shift.declared if shift.counts or shift.closings else None,
        "diferenca_centavos": shift.differences if shift.closings else None,
        "movimentos": [_movement(each) for each in _by_hand(shift)],
        "ajustes_tardios": [_movement(each) for each in shift.late],
        "lancamentos_alheios": len(shift.foreign),
        "motivo_baixa": shift.write_offs[0].fact.reason if shift.write_offs else None,
        "completo": shift.cut is None or shift.cut.is_complete,
        "conflitos": [dispute_json(each) for each in open_disputes(shift)],
        "precisa_atualizar": shift.needs_upgrade,
        "version": version,
        "versao": shift.fact_count,
        "criado_em": None if opening is None else iso(opening.stamp.hlc),
        "encerrado_em": None if end is None else iso(end.stamp.hlc),
        "atualizado_em": iso(shift.updated),
    }


def _blind(shift: ShiftView) -> JsonObject:
    """The figures; before a count is declared only those that nobody needs to be kept from."""
    figures = _figures(shift.figures)
    by_hand = {name: figures.pop(name) for name in _FIGURES_BY_HAND}
    is_hidden = shift.end is None and not shift.counts
    return {**by_hand, **(dict.fromkeys(figures) if is_hidden else figures)}


def _by_hand(shift: ShiftView) -> list[Once[Any]]:
    """What the operator did beside selling, by stamp."""
    kinds = (CashWithdrawn, CashSupplied, DrawerOpened)
    found: list[Once[Any]] = [each for kind in kinds for each in shift.mine(kind)]
    return sorted(found, key=lambda each: each.stamp)


def _count(count: Count) -> JsonObject:
    return {
        "id": count.id,
        "recontagem": isinstance(count.fact, CountRepeated),
        "valores_centavos": count.fact.amounts,
        "observacao": count.fact.note,
        "operador_id": _hex(count.entry),
        "criado_em": iso(count.stamp.hlc),
    }


def _movement(once: Once[Any]) -> JsonObject:
    """A sale, a sangria, a suprimento …: whatever may fall into a drawer, or be late for it."""
    fact = once.fact
    is_money = isinstance(fact, ShiftMoney)
    return {
        "id": once.id,
        "tipo": _OF_MONEY[fact.kind] if is_money else SHIFT_MOVEMENT[fact.tag()],
        "forma": fact.method if is_money else None,
        "valor_centavos": getattr(fact, "centavos", None),
        "motivo": getattr(fact, "reason", None) or getattr(fact, "note", ""),
        "pedido_id": fact.order.hex() if is_money and fact.order else None,
        "cliente_id": fact.account.hex() if is_money and fact.account else None,
        "operador_id": _hex(once.entry),
        "criado_em": iso(once.stamp.hlc),
    }


def _hex(entry: Entry | None) -> str | None:
    return None if entry is None or entry.operator is None else entry.operator.hex()


def report_json(shift: ShiftView) -> JsonObject:
    """The report of a shift that has ended."""
    opening, end, cut = shift.opening, shift.end, shift.cut
    assert opening is not None and end is not None and cut is not None, "it has ended"
    told = sorted((each for kind in _TOLD for each in shift.mine(kind)), key=lambda e: e.stamp)
    movements = [_movement(each) for each in told if cut.inside.intersection(each.ids)]
    status = "written_off" if isinstance(end.fact, ShiftWrittenOff) else "closed"
    shown = {
        "caixa_id": shift.shift.hex(),
        "terminal_id": opening.device.hex(),
        "gaveta": shift.drawer,
        "operador_id": _hex(opening),
        "data_operacao": iso_day(opening.business_day),
        "status": SHIFT_STATUS[status],
        "aberto_em": iso(opening.stamp.hlc),
        "encerrado_em": iso(end.stamp.hlc),
        **_figures(shift.figures),
        "declarado_centavos": shift.declared if shift.closings else None,
        "diferenca_centavos": shift.differences if shift.closings else None,
        "contagens": [_count(each) for each in shift.counts if cut.inside.intersection(each.ids)],
        "movimentos": movements,
    }
    is_whole = cut.is_complete
    return {**shown, "completo": is_whole, "hash": report_hash(shown) if is_whole else None}


_TOLD = (ShiftMoney, CashWithdrawn, CashSupplied, DrawerOpened)


def _figures(figures: ShiftFigures) -> JsonObject:
    return {
        "fundo_troco_centavos": figures.float_centavos,
        "vendas_centavos": figures.payments,
        "estornos_centavos": figures.refunds,
        "gorjetas_centavos": figures.tips,
        "gorjetas_devolvidas_centavos": figures.tip_returns,
        "sangrias_centavos": figures.withdrawn,
        "suprimentos_centavos": figures.supplied,
        "troco_centavos": figures.change,
        "aberturas_sem_venda": figures.unpaid_openings,
        "esperado_centavos": figures.expected,
    }


def report_hash(shown: Mapping[str, Any]) -> str:
    """64 hexadecimal digits: SHA-256 of the report without `completo` and `hash`, as canonical
    CBOR."""
    plain = msgspec.to_builtins(shown, builtin_types=(bytes,))
    return hashlib.sha256(b"malha-shift-report-v1" + encode(plain)).hexdigest()
