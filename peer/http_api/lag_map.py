"""The lag map: what is missing between this terminal and each other one, and what happens next.

Rules of this file:
1. Figures come from what terminals last said they have. Of one that is not linked nothing is known
   but what others claim it wrote.
2. Sequences are counted along a terminal's chain: their difference is a number of changes. Equal
   Haves alone prove that two terminals hold the same.
"""

from collections.abc import Iterator, Mapping, Sequence

from crdt_models.ids import DeviceId
from crdt_models.replication.figures import Lag, LinkStatistics
from peer.http_api.api import Api

_TALKING = "talking"
_NEXT = {
    "nada": "Nada: os dois têm o mesmo.",
    "receber": "Receber dele o que falta aqui; já foi pedido.",
    "enviar": "Ele pede o que lhe falta na próxima comparação, em segundos.",
    "esperar": "O que falta vem pelos terminais do caminho.",
    "ligar": "Nenhum caminho até ele agora: confira se está ligado e na rede da loja.",
}


def lag_map(api: Api, members: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
    """A row for each other member. members: as `known_members` shows them."""
    if api.mesh is None:
        return []
    statistics = api.mesh.statistics()
    talks = {it.peer: it for it in statistics.links.values() if it.state == _TALKING}
    letters = {str(each["dispositivo"]): str(each["letras"]) for each in members}
    letters[api.node.device.hex()] = api.node.letters
    return [
        _row(
            each, DeviceId(bytes.fromhex(str(each["dispositivo"]))), talks, statistics.lag, letters
        )
        for each in members
    ]


def _row(
    member: Mapping[str, object],
    device: DeviceId,
    talks: Mapping[DeviceId, LinkStatistics],
    lags: Mapping[DeviceId, Lag],
    letters: Mapping[str, str],
) -> dict[str, object]:
    talk, lag = talks.get(device), lags.get(device, Lag(0, 0))
    path = sorted(_path(device, talks, letters))
    authors = [] if talk is None else list(_authors(talk, lags, letters))
    action = _action(talk, path)
    return {
        "dispositivo": member["dispositivo"],
        "letras": member["letras"],
        "ligado": talk is not None,
        "caminho": path,
        "visto_em": member["visto_em"],
        "falta_receber": max(0, lag.claimed - lag.known),
        **_direct(talk, authors),
        "autores": authors,
        "proxima_acao": action,
        "proxima_acao_texto": _NEXT[action],
    }


def _direct(
    talk: LinkStatistics | None, authors: Sequence[Mapping[str, object]]
) -> dict[str, object]:
    """What only a link tells."""
    if talk is None:
        names = ("iguais", "buscando", "falta_la", "ida_e_volta_ms", "diferenca_relogio_ms")
        return dict.fromkeys(names)
    there = sum(max(0, int(str(it["aqui"])) - int(str(it["la"]))) for it in authors)
    trip = talk.round_trip
    return {
        "iguais": talk.in_step,
        "buscando": talk.wanted,
        "falta_la": there,
        "ida_e_volta_ms": None if trip is None else round(trip * 1000),
        "diferenca_relogio_ms": talk.clock_difference_ms,
    }


def _path(
    device: DeviceId, talks: Mapping[DeviceId, LinkStatistics], letters: Mapping[str, str]
) -> Iterator[str]:
    for peer, talk in talks.items():
        if peer == device or (device not in talks and device in talk.neighbours):
            yield letters.get(peer.hex(), talk.letters)


def _authors(
    talk: LinkStatistics, lags: Mapping[DeviceId, Lag], letters: Mapping[str, str]
) -> Iterator[dict[str, object]]:
    """Where the two differ, by letters."""
    devices = {*lags, *talk.claims}
    for device in sorted(devices, key=lambda each: (letters.get(each.hex(), ""), each)):
        here = lags[device].known if device in lags else 0
        there = talk.claims.get(device, 0)
        if here != there:
            hexadecimal = device.hex()
            yield {
                "dispositivo": hexadecimal,
                "letras": letters.get(hexadecimal, ""),
                "aqui": here,
                "la": there,
            }


def _action(talk: LinkStatistics | None, path: Sequence[str]) -> str:
    if talk is None:
        return "esperar" if path else "ligar"
    if talk.in_step:
        return "nada"
    return "receber" if talk.wanted else "enviar"
