"""What a manager writes about the shop, drawn at random: see `histories`."""

from random import Random

from crdt_models.documents.command import Command
from crdt_models.documents.settings.commands import ChangeSettings
from crdt_models.documents.settings.facts import Printer, SettingsValues, Station
from crdt_models.documents.staff.acts import ACTS, ROLES
from crdt_models.documents.staff.commands import (
    AddOperator,
    ChangeOperator,
    SetPermission,
    staff_view,
)
from crdt_models.documents.staff.facts import (
    ActAllowed,
    OperatorAdded,
    OperatorChanged,
    OperatorValues,
    PermissionSet,
)
from crdt_models.fact import Fact
from crdt_models.ids import CreatedId, OperatorId
from simulations.fuzz.nonsense import ORDER_DOCUMENTS
from tests.simulations.reference.replicas import Replica

_WRITINGS: tuple[SettingsValues, ...] = (
    SettingsValues(name="Um", phone="1"),
    SettingsValues(name="Dois"),
    SettingsValues(service_basis_points=1_000),
    SettingsValues(service_basis_points=0, service_types=("mesa", "balcao")),
    SettingsValues(day_cutoff=300, couvert_centavos=500),
    SettingsValues(day_cutoff=None, cash_tolerance_centavos=50),
    SettingsValues(stations={"bar": Station("Bar"), "forno": None}),
    SettingsValues(stations={"bar": None, "forno": Station("Forno")}),
    SettingsValues(printers={"p": Printer("P", "network", "p:9100", stations=("bar",))}),
    SettingsValues(printers={"p": Printer("P", "usb", "/dev/lp0", columns=32), "q": None}),
    SettingsValues(flags={"a": True, "b": None}),
    SettingsValues(flags={"a": None, "b": False}, minimum_centavos=100),
)


def staff_command(dice: Random, replica: Replica) -> tuple[Command, OperatorId | None]:
    """And who gives it: mostly an owner."""
    staff = staff_view(replica.read)
    people = list(staff.operators)
    owners = [each.id for each in staff.owners]
    who = dice.choice(people or [OperatorId(bytes(16))])
    values = dice.choice((
        OperatorValues(active=False),
        OperatorValues(active=True),
        OperatorValues(role=dice.choice(ROLES)),
        OperatorValues(role=dice.choice(ROLES), name=dice.choice(("Ana", "Rui"))),
    ))  # fmt: skip
    command = dice.choice((
        AddOperator(name="Lia", role=dice.choice(ROLES)),
        ChangeOperator(who=who, values=values),
        ChangeOperator(who=who, values=values),
        SetPermission(act=dice.choice(ACTS[-3:]), least=dice.choice(ROLES[1:])),
    ))  # fmt: skip
    by = dice.choice([*owners, *owners, *people, None])
    return command, by


_GRANTS = (CreatedId(b"g" * 16), CreatedId(b"h" * 16))


def unchecked_writing(dice: Random, replica: Replica) -> tuple[Fact, OperatorId | None]:
    """What a terminal that checks no role writes; it names what it relies on, or some of it."""
    staff = staff_view(replica.read)
    by = dice.choice([*staff.operators, None])
    who = dice.choice([*staff.operators, OperatorId(bytes(16))])
    act = dice.choice(ACTS[-3:-1])
    named = staff.authority(by, act, who)
    authority = tuple(sorted(dice.sample(named, dice.randrange(len(named) + 1))))
    fact = dice.choice((
        OperatorChanged(who=who, values=OperatorValues(active=True), authority=named),
        OperatorChanged(
            who=who, values=OperatorValues(role=dice.choice(ROLES)), authority=authority
        ),
        OperatorAdded(who=OperatorId(bytes(16)), name="Eva", role="owner", authority=authority),
        PermissionSet(act=act, least=dice.choice(ROLES), authority=named),
        ActAllowed(
            document=ORDER_DOCUMENTS[0],
            act=dice.choice(("refund", "reopen_bill", "cancel_order", "fly")),
            by=dice.choice((by or who, by or who, who)),
            grant=dice.choice((None, None, *_GRANTS)),
            authority=dice.choice((named, authority)),
        ),
    ))  # fmt: skip
    return fact, by


def settings_command(dice: Random, replica: Replica) -> Command:
    return ChangeSettings(values=dice.choice(_WRITINGS))
