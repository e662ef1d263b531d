"""What people ask of the end of a day, drawn at random: see `histories`."""

from random import Random

from msgspec.structs import replace

from crdt_models.documents.command import Command, Context, Decision, Read
from crdt_models.documents.day.commands import CloseDay
from crdt_models.documents.day.facts import DayClosed, DayMoney
from tests.simulations.reference.replicas import DAY, Replica


class CloseDayWrongly(CloseDay, frozen=True, kw_only=True, tag="test_close_day_wrongly"):
    """What a program that cannot add up would write."""

    def plan(self, read: Read, context: Context) -> Decision:
        ((document, closed),) = super().plan(read, context).facts
        assert isinstance(closed, DayClosed)
        figures = replace(closed.figures, no_shift=DayMoney(payments={"vale": 1}))
        return Decision(((document, replace(closed, figures=figures)),))


def day_command(dice: Random, replica: Replica) -> Command:
    """Closed with whoever is believed to be missing; those who have open shifts, at least."""
    owners = {each.owner for each in replica.shifts if each.is_open and each.owner is not None}
    others = {change.device for change in replica.changes.values()}
    missing = owners | {each for each in others if dice.random() < 0.2}
    kind = CloseDayWrongly if dice.random() < 0.1 else CloseDay
    return kind(
        day=dice.choice((DAY, DAY, DAY, DAY + 1)),
        missing=tuple(sorted(missing)) if dice.random() < 0.9 else (),
    )
