"""What people ask of tables, waiters and reservations, drawn at random: see `histories`."""

from random import Random

from crdt_models.dining_room import MINUTE_MS
from crdt_models.documents.command import Command
from crdt_models.documents.floor.commands import (
    AssignWaiter,
    CleanTable,
    JoinTables,
    SeparateTables,
)
from crdt_models.documents.floor.reservation_commands import (
    BookTable,
    ChangeReservation,
    MarkReservation,
)
from crdt_models.documents.floor.reservations import Guests, Place
from crdt_models.documents.tables.card_commands import (
    BlockCard,
    CodeCard,
    RegisterCards,
    ReplaceCard,
    UnblockCard,
    WithdrawCards,
)
from crdt_models.documents.tables.commands import (
    AddArea,
    ChangeTable,
    ReleaseTable,
    RenameArea,
    ReserveTable,
)
from crdt_models.ids import CreatedId, TableId
from tests.simulations.reference.replicas import HOUR_MS, NOW_MS, Replica


def room_command(dice: Random, replica: Replica) -> Command:
    room = replica.room
    table = dice.choice(list(room.tables) or [TableId(bytes(16))])
    areas = list(room.areas)
    if dice.random() < 0.3:
        return (
            AddArea(name="Salão")
            if not areas
            else RenameArea(area=dice.choice(areas), name=dice.choice(("Terraço", "Salão")))
        )
    field, value = dice.choice((
        ("label", dice.choice("12")),
        ("number", dice.choice((None, "31"))),
        ("seats", dice.choice((2, 4))),
        ("waiter", dice.choice((None, "Caio"))),
        ("cleaning", dice.random() < 0.5),
        ("active", dice.random() < 0.8),
        ("area", None if not areas else dice.choice(areas).hex()),
    ))  # fmt: skip
    return dice.choice([
        ChangeTable(table=table, fields={field: value}),
        ChangeTable(table=table, position=(dice.randrange(3), 1)),
        ReserveTable(
            table=table,
            name=dice.choice(("Rui", "Lia")),
            until_ms=dice.choice((None, NOW_MS, NOW_MS + 6 * HOUR_MS)),
        ),
        ReleaseTable(table=table),
    ])  # fmt: skip


def card_command(dice: Random, replica: Replica) -> Command:
    cards = list(replica.room.cards)
    if not cards or dice.random() < 0.15:
        return RegisterCards(first=1, last=dice.choice((2, 3)))
    card, to = dice.choice(cards), dice.choice(cards)
    return dice.choice([
        BlockCard(card=card, reason=dice.choice(("lost", "stolen"))),
        BlockCard(card=card, reason="lost", note="bar"),
        UnblockCard(card=card),
        UnblockCard(card=card),
        ReplaceCard(card=card, to=to),
        *[CodeCard(card=card, code=dice.choice((None, "zé", "zé", "zé")))] * 3,
        WithdrawCards(first=card, last=to),
    ])  # fmt: skip


def floor_command(dice: Random, replica: Replica) -> Command:
    room = replica.room
    tables = list(room.tables) or [TableId(bytes(16))]
    waiter = dice.choice((None, "Ana", "Bia"))
    return dice.choice([
        AssignWaiter(table=dice.choice(tables), waiter=waiter),
        AssignWaiter(area=dice.choice(list(room.areas) or [CreatedId(bytes(16))]), waiter=waiter),
        JoinTables(tables=tuple(dice.sample(tables, min(2, len(tables))))),
        SeparateTables(table=dice.choice(tables)),
        CleanTable(table=dice.choice(tables)),
        CleanTable(table=dice.choice(tables)),
    ])  # fmt: skip


def reservation_command(dice: Random, replica: Replica) -> Command:
    known = [
        (day, each)
        for day, floor in replica.floors().items()
        for each in floor.reservations.values()
    ]
    place = _place(dice, replica)
    if not known or dice.random() < 0.4:
        return BookTable(
            name=dice.choice(("Rui", "Lia")),
            people=dice.choice((2, 8)),
            from_minute=place.from_minute,
            until_minute=place.until_minute,
            tables=place.tables,
            phone=dice.choice((None, "11 5555-1234")),
        )
    day, found = dice.choice(known)
    if dice.random() < 0.35:
        guests = dice.choice((None, Guests("Zé", 3, "janela")))
        phone = dice.choice((None, "", "11 5555-4321"))
        return ChangeReservation(
            day=day,
            reservation=found.id,
            place=dice.choice((None, place)),
            guests=guests,
            phone=phone,
        )
    state = dice.choice(("arrived", "seated", "no_show", "cancelled", "booked"))
    order = dice.choice([None, *(each.order for each in replica.orders[:2])])
    return MarkReservation(day=day, reservation=found.id, state=state, order=order, reason="x")


def _place(dice: Random, replica: Replica) -> Place:
    """Half hours of one evening: they overlap often."""
    begin = NOW_MS // MINUTE_MS + 30 * dice.randrange(12)
    tables = list(replica.room.tables)
    some = dice.sample(tables, dice.randrange(min(3, len(tables) + 1)))
    return Place(begin, begin + 30 * dice.choice((1, 3, 5)), tuple(some))
