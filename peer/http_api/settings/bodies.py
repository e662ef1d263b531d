"""What front ends send about the shop, and the values it becomes.

Rule of this file: what a body leaves out stays as it is. The lists and `flags` are whole: what they
do not name is taken out. Configurações that were read may be sent back, with all they hold.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from crdt_models.documents.fields import ServiceType
from crdt_models.documents.settings.facts import Printer, PrinterKind, SettingsValues, Station
from crdt_models.documents.settings.view import SettingsView
from crdt_models.pedido.names import PRINTER_KIND
from peer.http_api.values import basis_points, clean_text
from peer.service.http_errors import InvalidField

T = TypeVar("T")
_CUTOFF = re.compile(r"(0\d|1[01]):([0-5]\d)", re.ASCII)


class StationBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Onde se faz. `codigo`: o que os produtos dizem em `estacao`."""

    codigo: str
    nome: str

    def station(self) -> Station:
        """Raises InvalidField."""
        return Station(name=clean_text(self.nome))


class PrinterBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Uma impressora. `endereco`: servidor:porta, dispositivo ou arquivo, conforme o `tipo`."""

    codigo: str
    nome: str
    tipo: Literal["rede", "usb", "arquivo"]
    endereco: str
    colunas: int = 48
    estacoes: tuple[str, ...] = ()
    imprime_contas: bool = False

    def printer(self) -> Printer:
        """Raises InvalidField."""
        kinds: dict[str, PrinterKind] = {name: code for code, name in PRINTER_KIND.items()}  # type: ignore[misc]  # the table is of plain text
        return Printer(
            name=clean_text(self.nome),
            kind=kinds[self.tipo],
            address=clean_text(self.endereco),
            columns=self.colunas,
            stations=tuple(map(clean_text, self.estacoes)),
            prints_bills=self.imprime_contas,
        )


class SettingsBody(msgspec.Struct, frozen=True, kw_only=True):
    """As configurações da loja: o que vier é alterado, o resto fica como está.

    `virada_do_dia`: HH:MM até 11:59; nulo: a de cada terminal. `taxa_servico`: por cento, nos
    `taxa_servico_tipos`. `estacoes`, `impressoras` e `flags` vêm inteiras.
    """

    nome: str | UnsetType = UNSET
    documento: str | UnsetType = UNSET
    endereco: str | UnsetType = UNSET
    telefone: str | UnsetType = UNSET
    taxa_servico: Decimal | UnsetType = UNSET
    taxa_servico_tipos: tuple[ServiceType, ...] | UnsetType = UNSET
    virada_do_dia: str | UnsetType | None = UNSET
    couvert_centavos: int | UnsetType = UNSET
    consumacao_minima_centavos: int | UnsetType = UNSET
    tolerancia_caixa_centavos: int | UnsetType = UNSET
    estacoes: tuple[StationBody, ...] | UnsetType = UNSET
    impressoras: tuple[PrinterBody, ...] | UnsetType = UNSET
    flags: dict[str, bool] | UnsetType = UNSET

    def values(self, now: SettingsView) -> SettingsValues:
        """What is given. now: what a list takes out. Raises InvalidField, InvalidAmount."""
        given: dict[str, Any] = {
            "name": _text(self.nome),
            "tax_number": _text(self.documento),
            "address": _text(self.endereco),
            "phone": _text(self.telefone),
            "service_basis_points": self._service(),
            "service_types": self.taxa_servico_tipos,
            "day_cutoff": self._cutoff(),
            "couvert_centavos": self.couvert_centavos,
            "minimum_centavos": self.consumacao_minima_centavos,
            "cash_tolerance_centavos": self.tolerancia_caixa_centavos,
            "stations": _whole(self.estacoes, StationBody.station, now.stations, "estacoes"),
            "printers": _whole(self.impressoras, PrinterBody.printer, now.printers, "impressoras"),
            "flags": self._flags(now.flags),
        }
        return SettingsValues(**given)

    def _service(self) -> int | UnsetType:
        if isinstance(self.taxa_servico, UnsetType):
            return UNSET
        return basis_points(self.taxa_servico, field="taxa_servico") or 0

    def _cutoff(self) -> int | UnsetType | None:
        if self.virada_do_dia is None or isinstance(self.virada_do_dia, UnsetType):
            return self.virada_do_dia
        found = _CUTOFF.fullmatch(self.virada_do_dia)
        if found is None:
            raise InvalidField(field="virada_do_dia", reason="escreva HH:MM, de 00:00 a 11:59")
        return int(found[1]) * 60 + int(found[2])

    def _flags(self, now: Mapping[str, bool]) -> dict[str, bool | None] | UnsetType:
        if isinstance(self.flags, UnsetType):
            return UNSET
        return {**dict.fromkeys(now), **self.flags}


def _text(given: str | UnsetType) -> str | UnsetType:
    return given if isinstance(given, UnsetType) else clean_text(given)


def _whole(given: Any, convert: Any, now: Iterable[str], field: str) -> Any:
    """By key, with None for what is there now and is not given. Raises InvalidField."""
    if given is UNSET:
        return UNSET
    found = {clean_text(each.codigo): convert(each) for each in given}
    if len(found) < len(given):
        raise InvalidField(field=f"{field}[].codigo", reason="dois têm o mesmo código")
    return {**dict.fromkeys(now), **found}
