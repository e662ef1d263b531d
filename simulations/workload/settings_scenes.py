"""Scenes in the office: the shop's settings are changed while people eat. See `scenes`."""

from random import Random

from simulations.workload import acts
from simulations.workload.ledger import SETTINGS
from simulations.workload.people import Actor, Party
from simulations.workload.till import JSON


async def change_settings(party: Party) -> None:
    """A manager changes something about the shop, and looks whether it is so."""
    manager = party.send_for("manager")
    await _write(manager)
    await manager.get("settings", SETTINGS)


async def two_managers(party: Party) -> None:
    """Two do it at the same time, at two terminals."""
    await acts.together(party, ("manager", _write), ("manager", _write))


async def _write(manager: Actor) -> None:
    await manager.send("change_settings", SETTINGS, _some(manager.dice), method="PATCH")


def _some(dice: Random) -> JSON:
    """The day ends about when it always did: when it ends is no matter of an evening."""
    return dice.choice((
        {"nome": f"Cantina {dice.randint(1, 9)}", "telefone": f"11 {dice.randint(1, 9)}"},
        {"taxa_servico": dice.choice((0, 10, 12))},
        {"taxa_servico_tipos": dice.choice((["mesa"], ["mesa", "comanda"], ["balcao"]))},
        {"couvert_centavos": dice.choice((0, 700, 1_500))},
        {"consumacao_minima_centavos": dice.choice((0, 0, 3_000))},
        {"tolerancia_caixa_centavos": dice.choice((0, 500))},
        {"virada_do_dia": dice.choice((None, "04:00", "03:45"))},
        {"estacoes": [{"codigo": dice.choice(("bar", "forno", "chapa")), "nome": "Praça"}]},
        {"impressoras": [_printer(dice)]},
        {"flags": {dice.choice(("musica", "varanda")): dice.random() < 0.5}},
    ))  # fmt: skip


def _printer(dice: Random) -> JSON:
    name = dice.choice(("bar", "caixa"))
    return {"codigo": name, "nome": name, "tipo": "rede", "endereco": f"{name}:9100"}
