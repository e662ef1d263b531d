"""The dining room: tables, who serves them, who is expected, and the comanda cards."""

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
from crdt_models.documents.floor.reservation_facts import service_day
from crdt_models.documents.floor.reservations import Guests, Place
from crdt_models.documents.orders.bill_commands import AskBill
from crdt_models.documents.orders.commands import AdvanceLines, EditOrder, OpenOrder, SendLines
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
    AddTable,
    ChangeTable,
    ReleaseTable,
    RenameArea,
    ReserveTable,
)
from crdt_models.ids import CreatedId, ReservationId, TableId
from simulations.disk.counter import Counter
from simulations.disk.flows.sales import DRINK, PIZZA, opened_order, pay_and_close
from simulations.fuzz.memory_terminal import START_MS

_NOON = START_MS // 60_000  # minutes since 1970


async def table_moved(counter: Counter) -> None:
    """An area, two tables, a sign on one, a guest who sits down, moves, and asks for the bill."""
    _, tables = await _room(counter, "1", "2")
    await counter.do(ReserveTable(table=tables[0], name="Ana"))
    await counter.do(ReleaseTable(table=tables[0]))
    opening = OpenOrder(service_type="mesa", table=tables[0], lines=(PIZZA,))
    order = await opened_order(counter, opening)
    await counter.do(EditOrder(order=order, fields={"table": tables[1].hex()}))
    await counter.do(SendLines(order=order))
    await counter.do(AdvanceLines(order=order, to="ready"))
    await counter.do(AskBill(order=order))


async def floor_of_a_day(counter: Counter) -> None:
    """Tables are set up, served, put together for a party, cleaned after it and taken apart."""
    area, tables = await _room(counter, "1", "2")
    await counter.do(RenameArea(area=area, name="Varanda"))
    await counter.do(ChangeTable(table=tables[0], fields={"seats": 6}, position=(2, 3)))
    await counter.do(AssignWaiter(waiter="Bia", area=area))
    await counter.do(AssignWaiter(waiter="Caio", table=tables[1]))
    await counter.do(JoinTables(tables=tuple(tables)))
    opening = OpenOrder(service_type="mesa", table=tables[0], lines=(PIZZA,), people=9)
    await pay_and_close(counter, await opened_order(counter, opening))
    await counter.do(CleanTable(table=tables[0]))
    await counter.do(SeparateTables(table=tables[1]))


async def guests_expected(counter: Counter) -> None:
    """A table is booked; it becomes another one, later, for more people; they come and sit down."""
    _, tables = await _room(counter, "1", "2")
    booking = BookTable(
        name="Ana",
        people=4,
        from_minute=_NOON + 60,
        until_minute=_NOON + 180,
        tables=(tables[0],),
        phone="11 5555-0101",
    )
    reservation = ReservationId(await counter.make(booking, "reservation"))
    day = service_day(_NOON + 60)
    change = ChangeReservation(
        day=day,
        reservation=reservation,
        place=Place(_NOON + 90, _NOON + 210, (tables[1],)),
        guests=Guests("Ana", 6, "aniversário"),
        phone="11 5555-0202",
    )
    await counter.do(change)
    await counter.do(MarkReservation(day=day, reservation=reservation, state="arrived"))
    opening = OpenOrder(service_type="mesa", table=tables[1], lines=(DRINK,))
    order = await opened_order(counter, opening)
    seated = MarkReservation(day=day, reservation=reservation, state="seated", order=order)
    await counter.do(seated)


async def comanda_cards(counter: Counter) -> None:
    """Two orders on a card, which is lost: both are on another one then; a third card is found."""
    await counter.do(RegisterCards(first=1, last=20))
    await counter.do(CodeCard(card=3, code="tag-0003"))
    for line in (PIZZA, DRINK):
        await opened_order(counter, OpenOrder(service_type="comanda", tab="3", lines=(line,)))
    await counter.do(ReplaceCard(card=3, to=7))
    await counter.do(BlockCard(card=5, reason="other", note="sumiu"))
    await counter.do(UnblockCard(card=5))
    await counter.do(WithdrawCards(first=15, last=20))


async def _room(counter: Counter, *labels: str) -> tuple[CreatedId, list[TableId]]:
    """(an area, its tables)."""
    area = await counter.make(AddArea(name="Salão"), "area")
    tables = [
        TableId(await counter.make(AddTable(label=label, area=area), "table")) for label in labels
    ]
    return area, tables
