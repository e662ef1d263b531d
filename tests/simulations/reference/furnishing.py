"""What a manager writes about the shop, drawn at random: see `histories`."""

from random import Random

from crdt_models.documents.command import Command
from crdt_models.documents.settings.commands import ChangeSettings
from crdt_models.documents.settings.facts import Printer, SettingsValues, Station
from tests.simulations.reference.replicas import Replica

_WRITINGS: tuple[SettingsValues, ...] = (
    SettingsValues(name="Um", phone="1"),
    SettingsValues(name="Dois"),
    SettingsValues(service_basis_points=1_000),
    SettingsValues(service_basis_points=0, service_types=("mesa", "balcao")),
    SettingsValues(day_cutoff=300, couvert_centavos=500),
    SettingsValues(day_cutoff=None),
    SettingsValues(stations={"bar": Station("Bar"), "forno": None}),
    SettingsValues(stations={"bar": None, "forno": Station("Forno")}),
    SettingsValues(printers={"p": Printer("P", "network", "p:9100", stations=("bar",))}),
    SettingsValues(printers={"p": Printer("P", "usb", "/dev/lp0", columns=32), "q": None}),
    SettingsValues(flags={"a": True, "b": None}),
    SettingsValues(flags={"a": None, "b": False}, minimum_centavos=100),
)


def settings_command(dice: Random, replica: Replica) -> Command:
    return ChangeSettings(values=dice.choice(_WRITINGS))
