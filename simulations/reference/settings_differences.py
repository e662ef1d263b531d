"""Where a terminal's settings and the reference's do not agree; see `differences`."""

from collections.abc import Iterator
from typing import Final

from simulations.reference.compared import compared
from simulations.reference.peer_shop import Json, PeerShop
from simulations.reference.settings_schema import PRINTER_DEFAULTS
from simulations.reference.shop import ReferenceShop

_KINDS: Final = {"network": "rede", "usb": "usb", "file": "arquivo"}
_AS_THEY_ARE: Final = {
    "nome": "name",
    "documento": "tax_number",
    "endereco": "address",
    "telefone": "phone",
    "taxa_servico_tipos": "service_types",
    "couvert_centavos": "couvert_centavos",
    "consumacao_minima_centavos": "minimum_centavos",
    "tolerancia_caixa_centavos": "cash_tolerance_centavos",
    "flags": "flags",
}


def of_settings(reference: ReferenceShop, peer: PeerShop) -> Iterator[str]:
    """One sentence for each setting."""
    if peer.settings:
        yield from compared("configurações", _shown(reference.settings), peer.settings)


def _shown(settings: Json) -> Json:
    cutoff = settings["day_cutoff"]
    return {
        **{name: settings[field] for name, field in _AS_THEY_ARE.items()},
        "taxa_servico": settings["service_basis_points"] / 100,
        "virada_do_dia": None if cutoff is None else f"{cutoff // 60:02}:{cutoff % 60:02}",
        "estacoes": [
            {"codigo": key, "nome": station["name"]}
            for key, station in settings["stations"].items()
        ],
        "impressoras": [
            _printer(key, {**PRINTER_DEFAULTS, **each})
            for key, each in settings["printers"].items()
        ],
    }


def _printer(key: str, printer: Json) -> Json:
    return {
        "codigo": key,
        "nome": printer["name"],
        "tipo": _KINDS[printer["kind"]],
        "endereco": printer["address"],
        "colunas": printer["columns"],
        "estacoes": printer["stations"],
        "imprime_contas": printer["prints_bills"],
    }
