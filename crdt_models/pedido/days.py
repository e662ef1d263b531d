"""The JSON of a business day (dia): its money as it is, and each result that it was closed with.

Rules of this file:
1. Counting is blind: while a drawer is open and nobody has declared a count, nothing here tells
   what should be in it: neither its own figures nor a total that includes them, closed or not.
2. What a close counted is read from its fact; what came later is listed beside it. `hash` is of the
   counted figures alone, so it is equal on every terminal that holds the close.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import msgspec

from crdt_models.canonical_cbor import encode
from crdt_models.disputes import open_disputes
from crdt_models.documents.cash.view import ShiftView
from crdt_models.documents.day.facts import DayFigures, DayMoney, ShiftOfDay
from crdt_models.documents.day.money import Known, Line, lines_of, sheet_of
from crdt_models.documents.day.view import Close, DayState, DayView
from crdt_models.documents.stock.movements import Author
from crdt_models.hybrid_logical_clock import iso
from crdt_models.ids import ACCOUNT_KIND, ORDER_KIND, DeviceId, ShiftId, kind_of
from crdt_models.pedido.disputes import dispute_json
from crdt_models.pedido.figures import JsonObject, iso_day
from crdt_models.pedido.names import SHIFT_STATUS

DAY_STATUS: dict[DayState, str] = {
    "open": "aberto",
    "provisional": "provisorio",
    "disputed": "divergente",
    "final": "final",
}
MOST_LINES = 200  # of a list: a screen shows fifty, and `quantos` tells how many there are
_KINDS = {
    "payment": "venda",
    "refund": "estorno",
    "tip": "gorjeta",
    "tip_return": "gorjeta_devolvida",
}
_HIDDEN = dict.fromkeys((
    "vendas_centavos", "estornos_centavos", "gorjetas_centavos", "gorjetas_devolvidas_centavos",
))  # fmt: skip


class Around(NamedTuple):
    """What is known beside the day's own document. known: its money. clocks: how far each author is
    known here. shift: by id. letters: of terminals."""

    known: Known
    clocks: Mapping[Author, int]
    shift: Callable[[ShiftId], ShiftView]
    letters: Mapping[DeviceId, str]


def day_json(day: DayView, around: Around, version: str) -> JsonObject:
    """The dia. version: of its document."""
    sheet = sheet_of(around.known.told)
    return {
        "data": iso_day(day.day),
        "dia": day.day,
        "situacao": DAY_STATUS[day.state],
        **_figures(sheet.figures, around),
        "lancamentos_sem_caixa": _lines(sheet.no_shift, around),
        "lancamentos_alem_dos_pedidos": _lines(sheet.beyond, around),
        "caixas_abertos": sorted(each.shift.hex() for each in around.known.open_shifts),
        "fechamentos": [_close(day, each, around) for each in day.closes],
        "fechamentos_substituidos": len(day.closings) - len(day.standing),
        "conflitos": [dispute_json(each) for each in open_disputes(day)],
        "precisa_atualizar": day.needs_upgrade,
        "version": version,
        "versao": day.fact_count,
    }


def _close(day: DayView, close: Close, around: Around) -> JsonObject:
    told = around.known.told
    within = [each for each in told if each.is_within(close.seen)]
    late = lines_of(each for each in told if not each.is_within(close.seen))
    is_whole = all(around.clocks.get(who, -1) >= clock for who, clock in close.seen.items())
    entry = close.first.entry
    return {
        "id": close.first.id,
        "criado_em": iso(entry.stamp.hlc),
        "terminal_id": entry.device.hex(),
        "operador_id": None if entry.operator is None else entry.operator.hex(),
        "observacao": close.first.fact.note,
        "definitivo": close.is_final,
        "faltam": [
            {"terminal_id": each.hex(), "terminal": around.letters.get(each, "")}
            for each in close.missing
        ],
        "caixas_abertos": [each.hex() for each in close.open_shifts],
        **_figures(close.figures, around),
        "adendos": _lines(late, around),
        "confere": sheet_of(within).figures == close.figures if is_whole else None,
        "hash": figures_hash(iso_day(day.day), close.figures),
    }


def _figures(figures: DayFigures, around: Around) -> JsonObject:
    hidden = [
        each.shift for each in figures.shifts if _is_hidden(around.shift(ShiftId(each.shift)))
    ]
    return {
        "total": _HIDDEN if hidden else _money(figures.total),
        "caixas": [_of_shift(each, around.shift(ShiftId(each.shift))) for each in figures.shifts],
        "sem_caixa": _money(figures.no_shift),
        "alem_dos_pedidos": _HIDDEN if hidden else _money(figures.beyond),
    }


def _of_shift(of_day: ShiftOfDay, shift: ShiftView) -> JsonObject:
    return {
        "caixa_id": shift.shift.hex(),
        "terminal_id": None if shift.owner is None else shift.owner.hex(),
        "gaveta": shift.drawer,
        "status": SHIFT_STATUS[shift.state],
        **(_HIDDEN if _is_hidden(shift) else _money(of_day.money)),
    }


def _is_hidden(shift: ShiftView) -> bool:
    """Whether somebody has still to count it blind."""
    return shift.end is None and not shift.counts


def _money(money: DayMoney) -> JsonObject:
    return {
        "vendas_centavos": money.payments,
        "estornos_centavos": money.refunds,
        "gorjetas_centavos": money.tips,
        "gorjetas_devolvidas_centavos": money.tip_returns,
    }


def _lines(lines: Iterable[Line], around: Around) -> JsonObject:
    every = list(lines)
    return {"quantos": len(every), "itens": [_line(each, around) for each in every[:MOST_LINES]]}


def _line(line: Line, around: Around) -> JsonObject:
    kind, document, method, _ = line.key
    about = document.partition(":")[2]
    is_hidden = any(_is_hidden(around.shift(each)) for each in line.shifts)
    return {
        "tipo": _KINDS[kind],
        "forma": method,
        "valor_centavos": None if is_hidden else line.centavos,
        "pedido_id": about if kind_of(document) == ORDER_KIND else None,
        "cliente_id": about if kind_of(document) == ACCOUNT_KIND else None,
        "caixas": [each.hex() for each in line.shifts],
    }


def figures_hash(day: str, figures: DayFigures) -> str:
    """64 hexadecimal digits: SHA-256 of the date and the figures, as canonical CBOR."""
    plain = msgspec.to_builtins(figures, builtin_types=(bytes,))
    return hashlib.sha256(b"malha-day-report-v1" + encode([day, plain])).hexdigest()
