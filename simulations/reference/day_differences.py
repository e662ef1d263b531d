"""Where a real terminal and the reference do not agree about business days; see `differences`."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from simulations.reference.compared import compared
from simulations.reference.day import Close, closes_of, sheet, state_of
from simulations.reference.day_schema import MONEY_KINDS
from simulations.reference.once import Meaning
from simulations.reference.peer_shop import Json, PeerShop
from simulations.reference.shop import ReferenceShop
from simulations.reference.stored import EPOCH

_SHOWN = dict(
    zip(
        MONEY_KINDS,
        (
            "vendas_centavos",
            "estornos_centavos",
            "gorjetas_centavos",
            "gorjetas_devolvidas_centavos",
        ),
        strict=True,
    )
)


def of_days(reference: ReferenceShop, peer: PeerShop) -> Iterator[str]:
    """What they came to, drawer by drawer, and each close. Of those that were asked about."""
    for name, shown in sorted(peer.days.items()):
        ours = _day(reference, (date.fromisoformat(name) - EPOCH).days)
        theirs = {**shown, **_figures_shown(shown)}
        theirs["fechamentos"] = [_close_shown(each) for each in shown["fechamentos"]]
        yield from compared(f"dia {name}", ours, theirs)


def _day(reference: ReferenceShop, day: int) -> Json:
    meaning = reference.days.get(day) or Meaning("", ())
    deeds = [each for each in reference.deeds if each.day == day]
    closes = closes_of(meaning)
    found = sheet(deeds)
    by_shift = [{"shift": shift, "money": money} for shift, money in found["shifts"].items()]
    shown = _figures(reference, {**found, "shifts": by_shift})
    return {
        "situacao": state_of(closes),
        **shown,
        "caixas_abertos": sorted(
            shift.id
            for shift in reference.shifts.values()
            if shift.state in ("aberto", "contado")
            and shift.opening is not None
            and shift.opening.day <= day
        ),
        "fechamentos": [
            {
                **_close(reference, close),
                "adendos": len({each.what for each in deeds if not close.counted(each)}),
            }
            for close in closes
        ],
        "fechamentos_substituidos": len(meaning.of("day_closed"))
        - sum(len(close.closings) for close in closes),
        "versao": len(meaning.facts),
    }


def _close(reference: ReferenceShop, close: Close) -> Json:
    by_shift = [{**each, "shift": each["shift"].hex()} for each in close.figures["shifts"]]
    return {
        "id": close.closings[0].id,
        "definitivo": not close.missing and not close.open_shifts,
        "faltam": sorted(each.hex() for each in close.missing),
        "caixas_abertos": sorted(each.hex() for each in close.open_shifts),
        **_figures(reference, {**close.figures, "shifts": by_shift}),
    }


def _figures(reference: ReferenceShop, figures: dict[str, Any]) -> Json:
    """As they may be shown: counting is blind."""
    hidden = {each["shift"] for each in figures["shifts"] if _is_hidden(reference, each["shift"])}
    return {
        "total": _money(figures["total"], is_hidden=bool(hidden)),
        "caixas": sorted(
            (each["shift"], _money(each["money"], is_hidden=each["shift"] in hidden))
            for each in figures["shifts"]
        ),
        "sem_caixa": _money(figures["no_shift"]),
        "alem_dos_pedidos": _money(figures["beyond"], is_hidden=bool(hidden)),
    }


def _is_hidden(reference: ReferenceShop, shift: str) -> bool:
    known = reference.shifts.get(shift)
    return known is None or (known.end is None and not known.counts)


def _money(money: dict[str, Any], *, is_hidden: bool = False) -> list[Any]:
    return [None if is_hidden else sorted(money[name].items()) for name in MONEY_KINDS]


def _close_shown(shown: Json) -> Json:
    names = ("id", "definitivo", "caixas_abertos")
    return {
        **{name: shown[name] for name in names},
        "faltam": [each["terminal_id"] for each in shown["faltam"]],
        **_figures_shown(shown),
        "adendos": shown["adendos"]["quantos"],
    }


def _figures_shown(shown: Json) -> Json:
    found: Json = {
        name: _money_shown(shown[name]) for name in ("total", "sem_caixa", "alem_dos_pedidos")
    }
    caixas = sorted((each["caixa_id"], _money_shown(each)) for each in shown["caixas"])
    return {**found, "caixas": caixas}


def _money_shown(shown: Json) -> list[Any]:
    given = (shown[name] for name in _SHOWN.values())
    return [None if each is None else sorted(each.items()) for each in given]
