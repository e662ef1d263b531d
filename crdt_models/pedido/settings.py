"""The JSON of the shop's settings."""

from typing import Any

from crdt_models.documents.settings.facts import Printer
from crdt_models.documents.settings.view import SettingsView
from crdt_models.pedido.figures import JsonObject, clock, decimal
from crdt_models.pedido.names import PRINTER_KIND


def settings_json(settings: SettingsView) -> JsonObject:
    """The configuracoes. `virada_do_dia` is null while each terminal has its own."""
    values: Any = settings.values  # nothing of it is left out
    return {
        "nome": values.name,
        "documento": values.tax_number,
        "endereco": values.address,
        "telefone": values.phone,
        "taxa_servico": decimal(values.service_basis_points),
        "taxa_servico_tipos": list(values.service_types),
        "virada_do_dia": None if values.day_cutoff is None else clock(values.day_cutoff),
        "couvert_centavos": values.couvert_centavos,
        "consumacao_minima_centavos": values.minimum_centavos,
        "tolerancia_caixa_centavos": values.cash_tolerance_centavos,
        "estacoes": [
            {"codigo": key, "nome": station.name} for key, station in settings.stations.items()
        ],
        "impressoras": [_printer(key, each) for key, each in settings.printers.items()],
        "flags": settings.flags,
    }


def _printer(key: str, printer: Printer) -> JsonObject:
    return {
        "codigo": key,
        "nome": printer.name,
        "tipo": PRINTER_KIND[printer.kind],
        "endereco": printer.address,
        "colunas": printer.columns,
        "estacoes": list(printer.stations),
        "imprime_contas": printer.prints_bills,
    }
