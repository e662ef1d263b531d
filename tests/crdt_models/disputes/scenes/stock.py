"""The last ones, sold and counted at several tills."""

from tests.crdt_models.disputes.play import Play, scene
from tests.crdt_models.documents.stock.stockroom import count, keep, receive, sell


@scene("oversold")
def _the_last_ones_sold_apart(play: Play) -> None:
    soda = keep(play.tills[0])
    receive(play.tills[0], soda, play.beers)
    play.meet()
    for till in play.two():
        sell(till, soda, play.dice.randint(play.beers // 2 + 1, play.beers))


@scene("count_to_confirm")
def _sold_before_it_was_counted_there(play: Play) -> None:
    soda = keep(play.tills[0])
    receive(play.tills[0], soda, 9)
    play.meet()
    one, other = play.two()
    for _ in range(play.dice.randint(1, 3)):
        sell(one, soda)
    other.clock_ms += 300_000  # by the clocks it is the later
    count(other, soda, 9)
