"""A lean service: most orders are opened, paid and closed, and something happens to a few.

Rules of this file:
1. The seed draws which parts of the shop a service uses at all (Groce et al., "Swarm Testing",
   ISSTA 2012): a family or some, a few scenes of them, and those often. What two scenes do to one
   order shows as in a full service, and most of what costs time and repeats itself is left out.
2. All parts are reached by many seeds, not by one: the table of scenes is shared out evenly, and
   in each service it is the turn of one scene to happen often.
3. What a service does not use is not furnished: no customers on trust, no products, few tables.
"""

from collections.abc import Mapping, Sequence
from random import Random

from msgspec.structs import replace

from simulations.workload.plan import Habits, ServicePlan, draw_service

ALWAYS = ("settle",)  # what comes of every family: somebody decides what only a person can
EVENTFUL = (0.03, 0.06, 0.08, 0.1, 0.12)  # share of parties to which anything happens
PLAYS = (1.0, 2.0, 3.0)  # scenes that happen to one of them, on average
FAMILIES = (1, 1, 2, 3, 99)  # that a service uses; 99: all
SCENES = (3, 6, 10, 20)  # of those
OFTEN = 0.9  # the highest probability of a scene
TRUST, CATALOG = "trust_scenes", "catalog_scenes"  # families that need something furnished
MOST_TABLES = 3


def draw_lean(
    dice: Random,
    orders: int,
    seconds: float,
    families: Mapping[str, Sequence[str]],
    usual: Mapping[str, float],
    turn: int = 0,
) -> ServicePlan:
    """families: name → its scenes · usual: scene or habit → probability in an ordinary run · turn:
    of which scene it is, by number."""
    plan = draw_service(dice, orders, seconds, {})
    used = dice.sample(sorted(families), min(dice.choice(FAMILIES), len(families)))
    pool = sorted({scene for family in used for scene in families[family]}.union(ALWAYS))
    chosen = dice.sample(pool, min(dice.choice(SCENES), len(pool)))
    weights = {scene: dice.uniform(0.3, 1.0) for scene in chosen}
    share = dice.choice(PLAYS) / sum(weights.values())
    chances = {scene: round(min(weight * share, OFTEN), 4) for scene, weight in weights.items()}
    everything = sorted({scene for scenes in families.values() for scene in scenes})
    chances[everything[turn % len(everything)]] = OFTEN
    playing = {name for name, scenes in families.items() if not chances.keys().isdisjoint(scenes)}
    for name in usual.keys() - {scene for scenes in families.values() for scene in scenes}:
        chances[name] = dice.choice((0.0, usual[name]))
    return replace(
        plan,
        tables=dice.randint(1, MOST_TABLES),
        chances=dict(sorted(chances.items())),
        habits=Habits(
            eventful=dice.choice(EVENTFUL),
            kitchen=dice.choice((0.0, 0.0, 0.0, 0.1)),
            pays=dice.choice((1.0, 0.5, 0.3, 0.1)),
            closes=dice.choice((1.0, 0.5, 0.2, 0.2)),
            cooked=dice.choice((1.0, 0.5, 0.2)),
            asks=dice.choice((0.0, 0.0, 0.2)),
            at_once=1.0,
            rounds=dice.choice(((1,), (1,), (1, 1, 1, 2))),
            payments=dice.choice(((1,), (1,), (1, 1, 2, 3))),
            trusts=TRUST in playing,
            sells=CATALOG in playing,
        ),
    )
