"""Holds the shop's final settings against what people were promised, in sentences.

Rules of this file:
1. A field says what somebody wrote who was not refused, and no longer what it began with once a
   write of it was acknowledged; where one terminal wrote it alone, the last word stands (see
   `product_audit`).
2. Lists are of many managers, a register for each name: the reference model judges them.
"""

from collections.abc import Iterator

from simulations.workload.ledger import SETTINGS, Deed, Ledger
from simulations.workload.product_audit import standing
from simulations.workload.promises import NOTHING_EXCUSED, Excuses, audited
from simulations.workload.till import JSON

_AT_FIRST = {
    "nome": "",
    "telefone": "",
    "taxa_servico": 0,
    "taxa_servico_tipos": ["mesa", "comanda"],
    "couvert_centavos": 0,
    "consumacao_minima_centavos": 0,
    "tolerancia_caixa_centavos": 0,
    "virada_do_dia": None,
}


def check_settings(
    ledger: Ledger, shown: JSON, excuses: Excuses = NOTHING_EXCUSED
) -> Iterator[str]:
    """Sentences, none when all is well. shown: the configuracoes of any one terminal in the end."""
    writes = [
        each
        for each in audited(ledger, excuses)
        if each.key and each.path == SETTINGS and each.outcome != "refused"
    ]
    first = Deed("", "", "PATCH", SETTINGS, _AT_FIRST)
    for field in _AT_FIRST:
        told = [first, *(each for each in writes if field in each.body)]
        allowed = [each.body[field] for each in standing(told, excuses)]
        if shown[field] not in allowed:
            which = "what stands" if len(allowed) < len(told) else "what was written"
            yield f"settings: {field} is {shown[field]!r}, {which} is {allowed!r}"
