"""Every story holds; and what a story expects can fail to come."""

from collections.abc import Callable, Sequence
from importlib import import_module
from pkgutil import iter_modules

import pytest
from msgspec.structs import replace

from peer.node.authorship import Author, Authorship
from simulations import scenarios
from simulations.campaign.service_run import Choices, Verdict, run
from simulations.scenarios import table
from simulations.scenarios.shop import SimShop
from simulations.scenarios.table import SCENARIOS
from simulations.simulator.relay import SimRelay

SMALL = Choices(small=True)
BY_CLOCK = "last_write_by_clock"


def told(name: str) -> Verdict:
    return run(1, replace(SMALL, scenario=name))


def nothing(*_: object, **__: object) -> None:
    """Does not happen."""


async def nobody(*_: object, **__: object) -> None:
    """Does nothing."""


HOLD = [name for name, each in SCENARIOS.items() if not each.waits]
WAIT = [name for name, each in SCENARIOS.items() if each.waits]


@pytest.mark.parametrize("name", HOLD)
def test_it_holds(name: str) -> None:
    verdict = told(name)
    assert verdict.findings == ()
    assert verdict.acknowledged > 0
    assert verdict.fired  # something happened to the shop


@pytest.mark.parametrize("name", WAIT)
def test_what_it_waits_for_has_not_come(name: str) -> None:
    """When this fails the product has it: take the mark away."""
    findings = told(name).findings
    assert findings
    assert all(each.startswith("scenario: ") for each in findings)
    assert SCENARIOS[name].waits in SCENARIOS[name].sentence


# (story, whose, which act does not take place, what somebody then finds)
NOT_DONE: list[tuple[str, object, str, Callable[..., object], str]] = [
    ("chain_a_b_c", SimShop, "edit", nobody, "shows garcom None on an order, not 'Bia'"),
    ("paid_twice", SimShop, "cut", nothing, "tells of 0 open overpaid, not of 1"),
    ("paid_twice", SimShop, "settle", nobody, "tells of 1 open overpaid, not of 0"),
    ("bill_closed_twice", SimShop, "settle", nobody, "tells of 1 open two_closings, not of 0"),
    ("bill_closed_twice", SimShop, "heal", nothing, "not equal after 120 s"),
    ("cloned_disk", SimShop, "settle", nobody, "tells of lineage_forked"),
    ("restored_backup", SimShop, "restore", nobody, "tells of 0 open lineage_forked, not of 1"),
    ("disk_full_on_friday", SimShop, "fill_disk", nothing, "A told nobody disk_full"),
    ("relay_wiped", SimRelay, "wipe", nothing, "a wiped relay knows everything"),
    ("captive_portal", SimShop, "portal", nothing, "the relay heard through a portal"),
    ("hostile_member", SimShop, "strike", nobody, "nobody met forged_signatures"),
    ("edited_in_between", SimShop, "cut", nothing, "shows observacao None on an order"),
    ("hole_at_a_power_cut", SimShop, "lose", nothing, "B has all, or not the last"),
    ("no_room_for_what_comes", SimShop, "free_disk", nobody, "not equal after 300 s"),
    ("courses_across_a_cut", SimShop, "heal", nothing, "shows disparado"),
    ("wrong_touch_at_both_sides", SimShop, "cut", nothing, "shows status"),
    ("fiado_on_both_sides", SimShop, "cut", nothing, "tells of 0 open credit_limit_exceeded"),
    ("fiado_on_both_sides", SimShop, "pay_debt", nobody, "saldo_centavos 6450 on a customer"),
    ("table_booked_twice", SimShop, "cut", nothing, "B did not take /api/reservas"),
    ("table_booked_twice", SimShop, "settle", nobody, "tells of 1 open reservation_clash, not of"),
    ("cards_across_a_cut", SimShop, "cut", nothing, "tells of 0 open two_orders_on_a_card"),
    ("cards_across_a_cut", SimShop, "settle", nobody, "tells of order_on_blocked_card"),
    ("tables_pushed_together", SimShop, "close", nobody, "shows status 'ocupada'"),
    ("asked_too_much", SimShop, "heal", nothing, "not equal after 120 s"),
    ("price_at_the_rush", SimShop, "cut", nothing, "shows total_centavos 6450 on an order, not 80"),
    ("last_portion_sold_twice", SimShop, "cut", nothing, "nobody could open an order at B"),
    ("one_line_two_prices", SimShop, "change_dish", nobody, "tells of 0 open two_prices_of_a_line"),
    ("one_file_at_two_tills", SimShop, "change_dish", nobody, "B changed 0 products, not 1"),
    ("restored_alone", SimShop, "restore", nobody, "tells of 0 open lineage_forked, not of 1"),
    ("answers_of_another_relay", SimShop, "trouble", nothing, "says sincronizado of an order"),
]


@pytest.mark.parametrize(("name", "owner", "act", "instead", "finding"), NOT_DONE)
def test_what_does_not_come_about_is_found(
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    owner: object,
    act: str,
    instead: Callable[..., object],
    finding: str,
) -> None:
    monkeypatch.setattr(owner, act, instead)
    findings = told(name).findings
    assert any(finding in each for each in findings if each.startswith("scenario: ")), findings


def test_a_shop_that_believes_its_clocks_is_found() -> None:
    findings = run(1, replace(SMALL, scenario="three_hours_off", mutant=BY_CLOCK)).findings
    assert any("shows garcom 'Ana' on an order, not 'Bia'" in each for each in findings)


def test_a_shop_that_splits_its_evening_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Author.business_day

    def alone(self: Author, state: Authorship, neighbours: Sequence[int]) -> int:
        return asked(self, state, ())

    monkeypatch.setattr(Author, "business_day", alone)
    findings = told("dead_cmos_battery").findings
    assert any("one evening is split into" in each for each in findings)


def test_a_story_that_cannot_go_on_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    async def dark(shop: SimShop) -> None:
        shop.power_cut("A")
        await shop.expect_only()
        await shop.open("A")

    monkeypatch.setitem(SCENARIOS, "dark", replace(SCENARIOS["paid_twice"], story=dark))
    assert told("dark").findings == ("scenario: nobody could open an order at A",)


def test_each_has_a_sentence_and_is_named_once() -> None:
    assert all(each.sentence.endswith(".") for each in SCENARIOS.values())
    names = [each.name for each in iter_modules(scenarios.__path__, f"{scenarios.__name__}.")]
    families = [each for each in map(import_module, names) if each is not table]
    named = [story.name for family in families for story in getattr(family, "SCENARIOS", ())]
    assert sorted(named) == sorted(SCENARIOS)
