"""The plan of one service: how many come, when, for what, and how clumsy everybody is.

Rules of this file:
1. A plan holds probabilities, not events; the events are drawn while the service runs.
2. The seed draws the probabilities too, and leaves some acts out altogether: a fault that hides
   behind a frequent act shows in a run without it ("swarm testing", Groce et al., ISSTA 2012).
3. The curve is a Friday of a Brazilian restaurant, squeezed into the service's virtual length.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from random import Random

from msgspec import Struct

from simulations.workload.till import JSON

# Half hours of a Friday from 11:00: lunch 11:30–14:00, a quiet afternoon, dinner 19:00–22:30.
RUSH = (
    1, 4, 8, 9, 7, 4, 1.5, 0.6, 0.4, 0.3, 0.3, 0.4, 0.5,
    0.7, 1, 2, 5, 8, 10, 10, 8, 6, 3, 1,
)  # fmt: skip
ARRIVALS_END = 0.8  # of the service: who comes last still eats and pays
LEFT_OUT = 0.2  # share of acts that a run leaves out altogether
USUAL_SECONDS = 1800.0  # the length for which the paces below were chosen
LONGEST_PACE = 10.0  # in a long service people do not eat for hours

SERVICE_TYPES = ("mesa", "comanda", "balcao", "viagem", "entrega")
_MIX = (8, 4, 6, 3, 4)

# name, centavos, station, weight in thousandths (0: by the piece)
MENU: tuple[tuple[str, int, str, int], ...] = (
    ("Prato feito", 2890, "cozinha", 0),
    ("Comida a quilo", 7990, "balança", 455),
    ("Feijoada completa", 5990, "cozinha", 0),
    ("Picanha na chapa", 11890, "chapa", 0),
    ("Pizza calabresa", 6450, "forno", 0),
    ("Pizza meia a meia", 6999, "forno", 0),
    ("X-salada", 2650, "chapa", 0),
    ("Porção de fritas", 3100, "fritadeira", 0),
    ("Coxinha", 850, "fritadeira", 0),
    ("Pão de queijo", 633, "forno", 0),
    ("Salada da casa", 1990, "cozinha", 0),
    ("Chope 300 ml", 1190, "bar", 0),
    ("Refrigerante lata", 750, "bar", 0),
    ("Suco de laranja", 1150, "bar", 0),
    ("Água com gás", 550, "bar", 0),
    ("Caipirinha", 2250, "bar", 0),
    ("Pudim", 1350, "confeitaria", 0),
    ("Café", 600, "bar", 0),
    ("Couvert", 0, "", 0),  # free today: an order may cost nothing
)
_EXTRAS = (("Bacon", 500), ("Borda recheada", 900), ("Sem cebola", 0), ("Meia porção", -400))


class Habits(Struct, frozen=True, kw_only=True):
    """What people do with every order; scenes come beside it.

    eventful: probability of a party to whom scenes happen at all · of the others, who just eat and
    go: kitchen, pays, closes: probabilities of sending the order to the kitchen, paying it, closing
    it once it is paid · cooked: as kitchen, of the eventful · at_once: of the first lines coming
    with the opening · asks: of asking for the bill · rounds: how often they order · payments: in
    how many parts somebody pays · trusts, sells: whether there are customers on trust, products.
    """

    eventful: float = 1.0
    kitchen: float = 1.0
    pays: float = 1.0
    closes: float = 1.0
    cooked: float = 1.0
    at_once: float = 0.8
    asks: float = 0.5  # the others just get up and pay
    rounds: tuple[int, ...] = (1, 1, 2)
    payments: tuple[int, ...] = (1, 1, 1, 2, 3)
    trusts: bool = True
    sells: bool = True


class ServicePlan(Struct, frozen=True):
    """orders, tables, waiters, cashiers, cooks: counts · seconds: virtual length · mix: weight of
    each service type · chances: probability of each scene · think_seconds, cook_seconds: means ·
    tries: most attempts at one deed · retry_seconds: longest wait before the next · walks:
    probability of another terminal then · gives_up: of no further try · at_home: of acting at one's
    own terminal · habits: of everybody."""

    orders: int
    seconds: float
    tables: int
    waiters: int
    cashiers: int
    cooks: int
    mix: Mapping[str, float]
    chances: Mapping[str, float]
    think_seconds: float
    cook_seconds: float
    tries: int
    retry_seconds: float
    walks: float
    gives_up: float
    at_home: float
    habits: Habits = Habits()

    def chance(self, scene: str) -> float:
        """Zero for a scene that this run leaves out."""
        return self.chances.get(scene, 0.0)


class Visit(Struct, frozen=True):
    """Somebody comes. at: virtual seconds · rounds: bodies of lines, without marks."""

    number: int
    at: float
    service_type: str
    rounds: tuple[tuple[JSON, ...], ...]


def draw_service(
    dice: Random, orders: int, seconds: float, usual: Mapping[str, float]
) -> ServicePlan:
    """usual: scene → probability in an ordinary run."""
    pace = min(seconds / USUAL_SECONDS, LONGEST_PACE)
    chances = {}
    for scene, chance in usual.items():
        left_out, factor = dice.random() < LEFT_OUT, dice.uniform(0.2, 2)
        chances[scene] = 0.0 if left_out else round(min(chance * factor, 0.95), 4)
    return ServicePlan(
        orders=orders,
        seconds=seconds,
        tables=dice.randint(2, 12),
        waiters=dice.randint(1, 5),
        cashiers=dice.randint(1, 3),
        cooks=dice.randint(1, 3),
        mix={
            each: weight * dice.uniform(0.2, 2)
            for each, weight in zip(SERVICE_TYPES, _MIX, strict=True)
        },
        chances=chances,
        think_seconds=pace * dice.uniform(2, 9),
        cook_seconds=pace * dice.uniform(10, 60),
        tries=dice.randint(3, 9),
        retry_seconds=dice.uniform(2, 25),
        walks=dice.uniform(0.1, 0.9),
        gives_up=dice.uniform(0, 0.15),
        at_home=dice.uniform(0.2, 0.95),
    )


def arrivals(dice: Random, count: int, seconds: float) -> list[float]:
    """Virtual seconds at which so many come, in order."""
    width = ARRIVALS_END * seconds / len(RUSH)
    slots = dice.choices(range(len(RUSH)), RUSH, k=count)
    return sorted((slot + dice.random()) * width for slot in slots)


def visits(dice: Random, plan: ServicePlan) -> list[Visit]:
    """Who comes, by time."""
    kinds = dice.choices(list(plan.mix), list(plan.mix.values()), k=plan.orders)
    times, rounds = arrivals(dice, plan.orders, plan.seconds), plan.habits.rounds
    return [
        Visit(number, at, kind, tuple(draw_round(dice) for _ in range(dice.choice(rounds))))
        for number, (at, kind) in enumerate(zip(times, kinds, strict=True), start=1)
    ]


def draw_round(dice: Random, most: int = 3) -> tuple[JSON, ...]:
    """Bodies of one to `most` lines."""
    return tuple(_line(dice) for _ in range(dice.randint(1, most)))


def split(dice: Random, centavos: int, parts: int) -> Sequence[int]:
    """An amount in at most so many parts, each above zero."""
    cuts = sorted({dice.randint(1, centavos - 1) for _ in range(parts - 1)}) if centavos > 1 else []
    ends = [0, *cuts, centavos]
    return [after - before for before, after in pairwise(ends)]


def _line(dice: Random) -> JSON:
    name, centavos, station, grams = MENU[dice.randrange(len(MENU))]
    quantity = grams + dice.randrange(400) if grams else 1000 * dice.choice((1, 1, 1, 2, 3))
    line: JSON = {
        "produto_id": name.lower().replace(" ", "-"),
        "nome": name,
        "preco_unitario_centavos": centavos,
        "quantidade_milesimos": quantity,
        "estacao": station,
    }
    if dice.random() < 0.15:
        extra, price = _EXTRAS[dice.randrange(len(_EXTRAS))]
        line["modificadores"] = [{"nome": extra, "preco_unitario_centavos": price}]
    return line
