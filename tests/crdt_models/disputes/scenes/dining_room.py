"""Tables, their reservations and the cards of guests, used at several tills."""

from crdt_models.documents.floor.commands import JoinTables
from crdt_models.documents.floor.reservation_commands import BookTable
from crdt_models.documents.orders.commands import OpenOrder
from crdt_models.documents.tables.card_commands import BlockCard, RegisterCards
from crdt_models.documents.tables.commands import AddTable
from crdt_models.ids import TableId
from tests.crdt_models.disputes.play import Play, scene
from tests.crdt_models.documents.shop import DAY

EVENING = DAY * 24 * 60 + 23 * 60


@scene("two_tabs_at_once")
def _two_tabs_at_a_table(play: Play) -> None:
    table = TableId(play.tills[0].give(AddTable(label="7"))["table"])
    play.meet()
    tables, tills = (table, table), play.two()
    if play.dice.random() < 0.5:  # one of two that stand together, as one of the tills knows
        beside = TableId(play.tills[0].give(AddTable(label="8"))["table"])
        play.meet()
        tills[0].give(JoinTables(tables=(table, beside)))
        tables = (table, beside)
    for till, at in zip(tills, tables, strict=True):
        till.give(OpenOrder(service_type="mesa", table=at, lines=(play.line("Café"),)))


@scene("two_orders_on_a_card")
def _one_card_for_two_guests(play: Play) -> None:
    play.tills[0].give(RegisterCards(first=1, last=9))
    play.meet()
    for till in play.two():
        card = play.dice.choice(("7", "07"))
        till.give(OpenOrder(service_type="comanda", tab=card, lines=(play.line("Café"),)))


@scene("order_on_blocked_card")
def _sold_on_a_card_that_is_blocked_elsewhere(play: Play) -> None:
    play.tills[0].give(RegisterCards(first=1, last=9))
    play.meet()
    one, other = play.two()
    one.give(BlockCard(card=7, reason=play.dice.choice(("lost", "stolen"))))
    other.give(OpenOrder(service_type="comanda", tab="7", lines=(play.line("Café"),)))


@scene("reservation_clash")
def _two_reservations_of_a_table(play: Play) -> None:
    table = TableId(play.tills[0].give(AddTable(label="7"))["table"])
    play.meet()
    for till in play.two():
        begin = EVENING + play.dice.randint(0, 50)
        people = play.dice.randint(1, 9)
        till.give(
            BookTable(
                name=till.letters,
                people=people,
                from_minute=begin,
                until_minute=begin + 60,
                tables=(table,),
            )
        )
