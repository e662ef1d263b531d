"""Every kind of dispute, a hundred times: alike at all replicas, and closed by what weighed it all.

How each comes about stands in the rooms of `scenes`; a kind without a scene there fails here.
"""

from random import Random

import pytest

from crdt_models.change import Change
from crdt_models.disputes import KINDS, Dispute, Kind, dispute_id
from crdt_models.documents.command import InvalidField
from crdt_models.documents.resolution import Resolution
from crdt_models.documents.staff.commands import staff_view
from crdt_models.fact import fact_of
from crdt_models.ids import CreatedId, fact_prefix
from tests.crdt_models.disputes.looking import everything_about, seen_by
from tests.crdt_models.disputes.play import SCENES, Play
from tests.crdt_models.disputes.scenes import (
    bills,
    cash,
    catalog,
    days,
    dining_room,
    orders,
    people,
    site,
    stock,
)
from tests.crdt_models.documents.shop import Till, settling

ROOMS = (bills, cash, catalog, days, dining_room, orders, people, site, stock)
"""Importing them fills SCENES."""

TIMES = 100
REPLICAS = 3


def test_every_kind_has_a_scene() -> None:
    """Add one in a room of scenes: a function of some five lines with `@scene("kind")`."""
    assert SCENES.keys() == KINDS.keys()


def replica(changes: list[Change], dice: Random) -> Till:
    """Somebody who hears everything in any order, some of it twice."""
    till = Till("R")
    arriving = changes + dice.sample(changes, len(changes) // 4)
    dice.shuffle(arriving)
    till.receive(arriving)
    return till


def now(till: Till, found: Dispute, *, rivals: bool = False) -> Dispute | None:
    """The dispute as that till sees it; or the one about decisions on it."""
    wanted = dispute_id("two_resolutions", f"{found.kind}:{found.subject}") if rivals else found.id
    seen = everything_about(till, found.kind, found.document)
    return next((each for each in seen if each.id == wanted), None)


def is_settled(till: Till, found: Dispute) -> bool:
    seen = now(till, found)
    assert seen is not None
    return not seen.is_open


def decide(
    till: Till, dispute: Dispute, dice: Random, weighs: tuple[str, ...] | None = None
) -> Change:
    """Somebody settles it at that till."""
    before = set(till.changes)
    key = f"decision {dice.random()}"
    owners = staff_view(till.read).owners  # where roles are known, who settles has one
    by = CreatedId(owners[0].id) if owners else None
    till.give(settling(dispute, dice.choice(dispute.choices), weighs), key, by)
    (made,) = [change for change in till.changes.values() if change.id not in before]
    return made


@pytest.mark.parametrize("kind", SCENES)
def test_it_is_the_same_at_every_replica_and_settled_in_any_order(kind: Kind) -> None:
    for seed in range(TIMES):
        play = Play(seed)
        SCENES[kind](play)
        changes = play.changes()
        found = check_alike(kind, changes, play.dice)
        if not found.choices:
            check_nobody_settles(found, changes, play.dice)
            continue
        check_arrival(found, changes, play.dice, seed % 3)
        check = check_rivals if seed % 2 else check_new_evidence
        check(found, changes, play.dice)


def check_alike(kind: Kind, changes: list[Change], dice: Random) -> Dispute:
    """One of the disputes that all replicas see alike."""
    seen = [seen_by(replica(changes, dice), kind) for _ in range(REPLICAS)]
    assert seen[0] and all(each == seen[0] for each in seen), kind
    assert all(each.is_open for each in seen[0])
    found = dice.choice(seen[0])
    assert found.id == dispute_id(kind, found.subject)
    assert len(set(found.facts)) == len(found.facts) > 0
    return found


def check_arrival(found: Dispute, changes: list[Change], dice: Random, when: int) -> None:
    """A decision arrives before (0), between (1) or after (2) what it weighed: after each arrival
    the dispute is closed exactly when the decision is there and weighed all that is."""
    decision = decide(replica(changes, dice), found, dice)
    told = [each for each in changes if _bears_on(each, found)]
    dice.shuffle(told)
    place = (0, dice.randint(0, len(told)), len(told))[when]
    till = Till("R")
    till.receive(each for each in changes if each not in told)
    for change in [*told[:place], decision, *told[place:]]:
        till.receive([change])
        _check_state(till, found, decision)
    last = now(till, found)
    assert last is not None and not last.is_open and last.facts == found.facts


def _bears_on(change: Change, found: Dispute) -> bool:
    return fact_prefix(change.id) in {fact.partition(".")[0] for fact in found.facts}


def _check_state(till: Till, found: Dispute, decision: Change) -> None:
    seen = now(till, found)
    if seen is None:
        return  # not all that makes the situation is there
    fact = fact_of(decision.facts[0][1])
    assert isinstance(fact, Resolution)
    view = till.read(found.document)
    weighed = view.same_all(fact.weighs) if decision.id in till.changes else frozenset()
    assert seen.is_open == (not set(seen.facts) <= weighed)


def check_new_evidence(found: Dispute, changes: list[Change], dice: Random) -> None:
    """Who did not see one of the facts closes nothing; a later decision over all of it does."""
    till = replica(changes, dice)
    missed = dice.choice(found.facts)
    decide(till, found, dice, tuple(each for each in found.facts if each != missed))
    still = now(till, found)
    assert still is not None and still.is_open and len(still.resolutions) == 1
    decide(till, still, dice)
    assert is_settled(till, found)


def check_rivals(found: Dispute, changes: list[Change], dice: Random) -> None:
    """Two who decide apart make one more dispute; a decision that saw both ends both."""
    tills = [replica(changes, dice) for _ in range(2)]
    decisions = [decide(till, found, dice) for till in tills]
    for till in tills:
        till.receive(decisions)
        rivals = now(till, found, rivals=True)
        assert rivals is not None and rivals.is_open and len(rivals.facts) == 2
        assert not is_settled(till, found)
    last = decide(tills[0], found, dice)
    tills[1].receive([last])
    for till in tills:
        assert now(till, found, rivals=True) is None
        assert is_settled(till, found)


def check_nobody_settles(found: Dispute, changes: list[Change], dice: Random) -> None:
    """It ends with its situation alone: rivals with a decision over both."""
    till = replica(changes, dice)
    with pytest.raises(InvalidField):
        till.give(settling(found, "seen"))
    if found.kind == "two_resolutions":
        about, _, subject = found.subject.partition(":")
        overpaid = next(each for each in seen_by(till, "overpaid") if each.subject == subject)
        assert about == "overpaid" and overpaid.is_open
        decide(till, overpaid, dice)
        assert seen_by(till, "two_resolutions") == []
