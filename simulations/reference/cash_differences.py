"""Where a real terminal and the reference do not agree about cash shifts; see `differences`."""

from collections.abc import Iterator

from simulations.reference.cash import ReferenceShift
from simulations.reference.compared import compared
from simulations.reference.peer_shop import Json, PeerShop
from simulations.reference.shop import ReferenceShop


def of_shifts(reference: ReferenceShop, peer: PeerShop) -> Iterator[str]:
    """Whose they are, what fell into them, and what was counted."""
    known = {each.id: each for each in reference.shifts.values() if each.opening is not None}
    for shift in sorted(known.keys() | peer.shifts.keys()):
        if shift not in peer.shifts:
            yield f"caixa {shift}: the terminal does not have it"
        elif shift not in known:
            yield f"caixa {shift}: nobody opened it"
        else:
            yield from compared(f"caixa {shift}", _shift(known[shift]), peer.shifts[shift])


def _shift(shift: ReferenceShift) -> Json:
    opening = shift.opening
    assert opening is not None, "only those that were opened are compared"
    return {
        "terminal_id": opening.device.hex(),
        "gaveta": shift.drawer,
        "operador_id": None if opening.operator is None else opening.operator.hex(),
        "status": shift.state,
        "dia_operacao": opening.day,
        "fundo_troco_centavos": shift.figures["float_centavos"],
        "sangrias_centavos": shift.figures["withdrawn"],
        "suprimentos_centavos": shift.figures["supplied"],
        "aberturas_sem_venda": shift.figures["unpaid_openings"],
        **_told_after_the_count(shift),
        "declarado_centavos": shift.declared if shift.counts or shift.closings else None,
        "diferenca_centavos": shift.differences if shift.closings else None,
        "lancamentos_alheios": len(shift.foreign),
        "completo": shift.end is None or shift.is_complete,
        "precisa_atualizar": shift.needs_upgrade,
        "versao": len(shift.meaning.facts),
    }


def _told_after_the_count(shift: ReferenceShift) -> Json:
    figures = shift.figures
    told = {
        "vendas_centavos": figures["payments"],
        "estornos_centavos": figures["refunds"],
        "gorjetas_centavos": figures["tips"],
        "gorjetas_devolvidas_centavos": figures["tip_returns"],
        "troco_centavos": figures["change"],
        "esperado_centavos": figures["expected"],
    }
    return told if shift.end is not None or shift.counts else dict.fromkeys(told)
