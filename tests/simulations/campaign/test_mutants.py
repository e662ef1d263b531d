"""Every mutant goes in and comes out cleanly; a few are run here, all of them by `malha-sim prove`.

The seeds were found by a campaign. When one is not caught any more, a check was weakened or the
workload has moved: prove it again and put the new seed here.
"""

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from simulations.campaign import prove as proving
from simulations.campaign.many import Outcome
from simulations.campaign.prove import prove_one, striking, table_of
from simulations.campaign.service_run import Choices, run
from simulations.faults.table import FAULTS
from simulations.mutants import MUTANTS, Patcher, mutated
from simulations.mutants.patching import Mutant
from simulations.scenarios.table import SCENARIOS

SHORT = Choices(terminals=3, orders=6, minutes=5.0)
CAUGHT = (
    ("brings_its_own_only", 1, "convergence"),
    ("kitchen_goes_back", 1, "meaning"),
    ("refusals_answered_as_done", 1, "promises"),
)

# Each by the first story that is named with it.
TOLD = {
    "a_form_is_one_field": "settings",
    "any_credit_is_given": "scenario",
    "carried_goods_stay_too": "fridge",
    "every_sale_is_of_one": "fridge",
    "charge_forgotten": "trust",
    "debts_are_never_paid": "meaning",
    "refund_leaves_the_debt": "trust",
    "answered_oldest_first": "convergence",
    "cancelling_withdraws_a_command": "scenario",
    "gaps_forgotten_at_a_boot": "convergence",
    "import_forgets_the_catalog": "scenario",
    "import_is_each_terminals_own": "scenario",
    "one_miss_is_for_ever": "convergence",
    "opening_of_anyone": "signatures",
    "paid_more_than_is_owed": "payments",
    "packed_for_everybody": "scenario",
    "receipts_not_verified": "receipts",
    "relay_gives_nothing_back": "promises",
    "versions_not_compared": "versions",
}


class Shelf:
    things = "as they were"


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_replaces_what_is_there_and_puts_it_back(name: str) -> None:
    patcher = Patcher()
    try:
        MUTANTS[name].patch(patcher)
        replaced = list(patcher._before)
        now = [owner.__dict__[attribute] for owner, attribute, _ in replaced]
    finally:
        patcher.undo()  # whatever fails here must not be blamed on every test that follows
    assert replaced, "a mutant that changes nothing"
    for (_, attribute, before), after in zip(replaced, now, strict=True):
        assert after is not before
        if inspect.isfunction(before) and inspect.isfunction(after):
            assert takes_the_same(before, after), f"{attribute} has other parameters by now"
    for owner, attribute, before in replaced:
        assert owner.__dict__[attribute] is before


def takes_the_same(before: Callable[..., Any], after: Callable[..., Any]) -> bool:
    """Whether `after` can be called as `before` is: else it breaks where it should be wrong."""
    parameters = inspect.signature(before).parameters.values()
    given = [each.name for each in parameters if each.kind is each.POSITIONAL_OR_KEYWORD]
    named = {each.name: None for each in parameters if each.kind is each.KEYWORD_ONLY}
    try:
        inspect.signature(after).bind(*given, **named)
    except TypeError:
        return False
    return True


def test_the_list() -> None:
    assert len(MUTANTS) >= 60
    for each in MUTANTS.values():
        assert each.sentence.endswith("."), each.name
        assert set(each.faults or ()) <= set(FAULTS), each.name
        assert set(each.scenes) <= set(SCENARIOS), each.name


def test_what_is_gone_cannot_be_replaced() -> None:
    with pytest.raises(KeyError):
        Patcher().put(Shelf, "nothing", 1)


def test_an_error_in_the_run_does_not_leave_the_bug_in(monkeypatch: pytest.MonkeyPatch) -> None:
    given = Mutant("m", "S.", None, lambda patch: patch.put(Shelf, "things", "broken"))
    monkeypatch.setitem(MUTANTS, "m", given)
    seen = []

    def breaks() -> None:
        with mutated("m"):
            seen.append(Shelf.things)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        breaks()
    assert seen == ["broken"]
    assert Shelf.things == "as they were"


@pytest.mark.parametrize(("name", "seed", "check"), CAUGHT)
def test_a_bug_is_found(name: str, seed: int, check: str) -> None:
    choices = Choices(
        terminals=SHORT.terminals,
        orders=SHORT.orders,
        minutes=SHORT.minutes,
        faults=MUTANTS[name].faults,
        mutant=name,
    )
    verdict = run(seed, choices)
    assert check in {each.partition(":")[0] for each in verdict.findings}


@pytest.mark.parametrize(("name", "check"), TOLD.items())
def test_a_story_tells_of_a_bug(name: str, check: str) -> None:
    proof = prove_one(name, (), SHORT)
    assert check in proof.checks
    assert (proof.scenario, proof.runs) == (MUTANTS[name].scenes[0], 1)
    assert proof.again.startswith(f"malha-sim run --seed 1 --scenario {proof.scenario} --small")


# --- how a proof is made, with runs that are only said to have happened


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[int, bool], str]:
    """(seed, with the mutant) → what that run finds; all others find nothing."""
    finds: dict[tuple[int, bool], str] = {}

    def attempt(seed: int, choices: Choices) -> Outcome:
        found = finds.get((seed, choices.mutant is not None), "")
        return Passed(seed, None) if not found else Outcome(seed, None, found)

    monkeypatch.setattr(proving, "attempt", attempt)
    monkeypatch.setitem(MUTANTS, "m", Mutant("m", "Wrong.", None, lambda patch: None))
    return finds


class Passed(Outcome, frozen=True):
    """A run without findings."""

    @property
    def passed(self) -> bool:
        return True


def test_what_no_run_finds_is_not_caught(said: dict[tuple[int, bool], str]) -> None:
    proof = prove_one("m", range(1, 4), SHORT)
    assert (proof.caught, proof.runs, proof.seed) == (False, 6, None)


def test_a_run_that_breaks_with_the_bug_only_catches_it(said: dict[tuple[int, bool], str]) -> None:
    said[2, True] = "Traceback\nKeyError: 'tip'"
    proof = prove_one("m", range(1, 4), SHORT)
    assert (proof.checks, proof.seed, proof.runs) == (("broke",), 2, 2)
    assert "KeyError" in proof.finding


def test_a_seed_that_fails_without_the_bug_proves_nothing(
    said: dict[tuple[int, bool], str],
) -> None:
    said[1, True] = said[1, False] = "Traceback\nKeyError: 'tip'"
    proof = prove_one("m", range(1, 4), SHORT)
    assert (proof.caught, proof.unsound, proof.runs) == (False, ("seed 1", "seed 1"), 6)


def test_stories_and_the_seed_that_showed_it_come_first(
    monkeypatch: pytest.MonkeyPatch, said: dict[tuple[int, bool], str]
) -> None:
    tried = []

    def attempt(seed: int, choices: Choices) -> Outcome:
        tried.append((choices.scenario, seed, choices.orders, choices.relay))
        return Passed(seed, None)

    monkeypatch.setattr(proving, "attempt", attempt)
    given = Mutant("m", "S.", None, lambda patch: None, False, ("paid_twice",), 3)
    monkeypatch.setitem(MUTANTS, "m", given)
    prove_one("m", range(1, 5), SHORT)
    first = [("paid_twice", 1, 6, True), (None, 3, 6, False), (None, 1, 6, False)]
    rest = [(None, seed, 6, False) for seed in (2, 4)]
    larger = [(None, seed, 18, False) for seed in (1, 2, 3, 4)]
    assert tried == [*first, *rest, *larger]


def test_it_says_how_long_it_will_take(
    monkeypatch: pytest.MonkeyPatch, said: dict[tuple[int, bool], str]
) -> None:
    now = iter((100.0, 112.0, 200.0, 212.0))
    monkeypatch.setattr("time.monotonic", lambda: next(now))
    monkeypatch.setitem(MUTANTS, "told", replace(MUTANTS["m"], scenes=("paid_twice",)))
    one = proving.minutes_for(["m"], SHORT, jobs=2)
    assert one == proving.COST_OF_A_SEARCH * 12 / 60
    both = proving.minutes_for(["m", "m", "told"], SHORT, jobs=1)
    assert both == pytest.approx(2 * one + proving.COST_OF_A_STORY * 12 / 60)


def test_a_run_without_end_is_ended(
    monkeypatch: pytest.MonkeyPatch, said: dict[tuple[int, bool], str]
) -> None:
    def attempt(seed: int, choices: Choices) -> Any:
        while choices.mutant is not None:
            pass
        return Passed(seed, None)

    monkeypatch.setattr(proving, "attempt", attempt)
    monkeypatch.setattr(proving, "RUN_SECONDS", 0.05)
    assert prove_one("m", range(1, 4), SHORT).checks == ("hangs",)


def test_seeds_that_hardly_strike_are_passed_over() -> None:
    faults = Choices(minutes=10.0, faults=("sigkill", "power_cut"))
    found = list(striking(range(1, 40), faults))
    assert 0 < len(found) < 39
    assert list(striking(range(1, 40), Choices())) == list(range(1, 40))


def test_the_table_begins_with_what_was_not_caught(said: dict[tuple[int, bool], str]) -> None:
    said[1, True] = "Traceback\nKeyError: 'tip'"
    caught = prove_one("m", (1,), SHORT)
    missed = prove_one("m", (2,), SHORT)
    assert "nothing" in str(next(iter(table_of([caught, missed]).columns[2].cells)))
