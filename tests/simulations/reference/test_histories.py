"""The models and the reference read the same histories alike. MALHA_HISTORIES asks for more."""

import os
from collections.abc import Callable
from typing import Any

import pytest

from crdt_models.change import decode_change
from crdt_models.documents.kinds import empty_view
from crdt_models.documents.terminals import TerminalsView
from crdt_models.ids import TERMINALS
from simulations.reference.account import trust_is_conserved
from simulations.reference.cards import ReferenceCard
from simulations.reference.cash import ReferenceShift
from simulations.reference.catalog import ReferenceProduct
from simulations.reference.day import Close, closes_of, sheet, state_of
from simulations.reference.floor import ReferenceFloor
from simulations.reference.lines import ReferenceLine
from simulations.reference.once import Meaning
from simulations.reference.order import ReferenceOrder
from simulations.reference.shop import ReferenceShop, read_shop
from simulations.reference.stock import ReferenceStock
from tests.simulations.reference.histories import history
from tests.simulations.reference.judged import disagreements

HISTORIES = int(os.environ.get("MALHA_HISTORIES", "300"))
FIRST = int(os.environ.get("MALHA_FIRST_HISTORY", "0"))
SEEDS = range(FIRST, FIRST + HISTORIES)


@pytest.mark.timeout(max(120, HISTORIES))
def test_the_models_and_the_reference_say_the_same() -> None:
    for seed in SEEDS:
        nonsense = seed % 3 == 2
        found = disagreements(history(seed, nonsense=nonsense), seed)
        assert found == [], f"history({seed}, nonsense={nonsense})"


def test_the_terminals_are_those_of_the_models() -> None:
    for seed in range(20):
        told = history(seed)
        view = empty_view(TERMINALS)
        assert isinstance(view, TerminalsView)
        for data in told:
            for document, entry in decode_change(data).entries():
                if document == TERMINALS:
                    view.apply(entry)
        theirs = {
            (device.hex(), each.letters, each.epochs) for device, each in view.terminals.items()
        }
        mine = read_shop(told).terminals.values()
        assert {(each.device, each.letters, each.openings) for each in mine} == theirs


def test_what_is_sold_on_trust_is_owed() -> None:
    """Whatever part of a history somebody holds: one change tells both sides."""
    for seed in range(200):
        told = history(seed)
        for held in (told, told[::2]):
            shop = read_shop(held)
            assert [*trust_is_conserved(shop.orders.values(), shop.accounts.values())] == [], seed


def _orders(check: Callable[[ReferenceOrder], bool]) -> Callable[[ReferenceShop], bool]:
    return lambda shop: any(map(check, shop.orders.values()))


def _floors(check: Callable[[ReferenceFloor], bool]) -> Callable[[ReferenceShop], bool]:
    return lambda shop: any(map(check, shop.floors.values()))


def _reservations(check: Callable[..., bool]) -> Callable[[ReferenceShop], bool]:
    return _floors(lambda floor: any(map(check, floor.reservations.values())))


def _days(check: Callable[[Meaning, list[Close]], bool]) -> Callable[[ReferenceShop], bool]:
    return lambda shop: any(check(each, closes_of(each)) for each in shop.days.values())


def _shifts(check: Callable[[ReferenceShift], bool]) -> Callable[[ReferenceShop], bool]:
    return lambda shop: any(map(check, shop.shifts.values()))


def _is_told_twice(order: ReferenceOrder) -> bool:
    return any(len(each.tellings) > 1 for each in order.meaning.all_told())


def _has_equal_clocks(order: ReferenceOrder) -> bool:
    clocks = {(fact.stamp.clock, fact.stamp.change) for fact in order.meaning.facts}
    return len({clock for clock, _ in clocks}) < len(clocks)


def _was_reopened(order: ReferenceOrder) -> bool:
    return len(order.closings) < len(order.meaning.of("bill_closed"))


def _was_paid_after_closing(order: ReferenceOrder) -> bool:
    if order.closing is None:
        return False
    counted = order.meaning.same(order.closing["counted"])
    return any(each.received.id not in counted for each in order.payments)


def _clock_loses(order: ReferenceOrder) -> bool:
    """The write of a field with the greatest stamp is not the one that counts."""
    writes = [each for each in order.meaning.of("field_set") if each["field"] == "waiter"]
    return bool(writes) and writes[-1]["value"] != order.register("waiter")


def _lines(
    check: Callable[[ReferenceOrder, ReferenceLine], bool],
) -> Callable[[ReferenceShop], bool]:
    return _orders(lambda order: any(check(order, line) for line in order.lines))


def _cards(check: Callable[[ReferenceCard], bool]) -> Callable[[ReferenceShop], bool]:
    return lambda shop: any(map(check, shop.cards.values()))


def _products(check: Callable[[ReferenceProduct], bool]) -> Callable[[ReferenceShop], bool]:
    return lambda shop: any(map(check, shop.products.values()))


def _stock(check: Callable[[ReferenceStock], bool]) -> Callable[[ReferenceShop], bool]:
    return lambda shop: any(map(check, shop.stock.values()))


def _people(check: Callable[[dict[str, Any]], bool]) -> Callable[[ReferenceShop], bool]:
    return lambda shop: any(map(check, shop.staff.operators.values()))


def _went_back(order: ReferenceOrder, line: ReferenceLine) -> bool:
    reports = [*order.meaning.of("lines_ready"), *order.meaning.of("lines_delivered")]
    said = any(line.id in each["lines"] for each in reports)
    return said and line.stage in ("sent", "preparing")


def _was_held_again(order: ReferenceOrder, line: ReferenceLine) -> bool:
    fired = {each["course"] for each in order.meaning.of("course_fired")}
    return not line.is_fired and line.added["course"] in fired


MARKS: dict[str, Callable[[ReferenceShop], bool]] = {
    "one command told at two terminals": _orders(_is_told_twice),
    "equal clocks": _orders(_has_equal_clocks),
    "an edit beats a later clock": _orders(_clock_loses),
    "a bill was reopened": _orders(_was_reopened),
    "paid after the closing": _orders(_was_paid_after_closing),
    "a number shown with its rank": _orders(lambda order: order.rank > 1),
    "a cancelled order": _orders(lambda order: order.account == "cancelled"),
    "a settled order": _orders(lambda order: order.account == "settled"),
    "a closed bill that is owed again": _orders(lambda order: order.account == "closed"),
    "an order joined with another": _orders(lambda order: order.account == "merged"),
    "a line on another order than its home": _orders(lambda order: bool(order.homes)),
    "a bill that is asked for": _orders(lambda order: order.account == "bill_asked"),
    "an order whose opening has not come": _orders(lambda order: order.opening is None),
    "a payment that was recorded twice": _orders(
        lambda order: any(each.state == "duplicate" for each in order.payments)
    ),
    "a line that waits for its course": _lines(lambda _, line: not line.is_fired),
    "a line of a fired course": _lines(
        lambda _, line: bool(line.is_fired and line.added["course"] and line.stage == "sent")
    ),
    "a firing taken back": _lines(_was_held_again),
    "a line that went back in the kitchen": _lines(_went_back),
    "a line made elsewhere": _lines(lambda _, line: line.station != line.added["station"]),
    "a line of the catalog": _lines(lambda _, line: bool(line.added["copied"])),
    "a whole of two parts": _lines(
        lambda _, line: [each.get("thousandths") for each in line.added["modifiers"]][:2]
        == [500, 500]
    ),
    "more was sold than was left": _products(lambda each: (each.left or 0) < 0),
    "some of what was counted was sold": _products(
        lambda each: each.left is not None and 0 < each.left < each.fields["left"]
    ),
    "a count that goods moved after": _stock(lambda each: bool(each.counted and each.after)),
    "goods at another place": lambda shop: any(
        place and each.on_hand for (_, place), each in shop.stock.items()
    ),
    "a recipe that was sold": _orders(lambda order: bool(order.meaning.of("supplies_taken"))),
    "a product taken out": _products(lambda each: not each.fields["active"]),
    "a price that was changed": _products(
        lambda each: each.fields["unit_centavos"] in (3900, 4600)
    ),
    "a station, a printer and a flag": lambda shop: all(
        shop.settings[name] for name in ("stations", "printers", "flags")
    ),
    "somebody who works here no more": _people(lambda person: not person["active"]),
    "a role that was changed": _people(lambda person: person["name"] in ("Ana", "Rui")),
    "a permission that was set": lambda shop: bool(shop.staff.permissions),
    "a writing of the staff that waits": lambda shop: "waits" in shop.staff.verdicts.values(),
    "an order paid on trust": _orders(
        lambda order: any(each.method == "fiado" for each in order.payments)
    ),
    "a refund of what was on trust": _orders(
        lambda order: any(each["method"] == "fiado" for each in order.refunds)
    ),
    "a debt that was paid": lambda shop: any(each.settled for each in shop.accounts.values()),
    "a shift with a refund": _shifts(lambda shift: bool(shift.figures["refunds"])),
    "a shift with tips": _shifts(lambda shift: bool(shift.figures["tips"])),
    "a recount": _shifts(lambda shift: len(shift.counts) > 1 and shift.is_complete),
    "somebody else writes of a shift": _shifts(lambda shift: bool(shift.foreign)),
    "a shift of which something is on its way": _shifts(
        lambda shift: shift.end is not None and not shift.is_complete
    ),
    "a shift with nothing unsettled": _shifts(
        lambda shift: shift.is_complete and not any(shift.differences.values())
        and bool(shift.figures["payments"])
    ),
    "a day closed for good": _days(lambda _, closes: state_of(closes) == "final"),
    "a day closed alike at two terminals": _days(
        lambda _, closes: any(len(each.closings) > 1 for each in closes)
    ),
    "a day that was closed again": _days(
        lambda day, closes: bool(closes) and len(day.of("day_closed")) > len(closes)
    ),
    "money beyond what orders tell": lambda shop: bool(sheet(shop.deeds)["beyond"]["payments"]),
    "a discount shared out over lines": _orders(
        lambda order: sum(len(each) > 1 and each[1] > 0 for each in order.off.values()) > 1
    ),
    "a closed bill with every kind of charge": _orders(
        lambda order: order.closing is not None and len(order.charges) == 4
    ),
    "an order on the house": _orders(
        lambda order: bool(order.terms.discounts.get("courtesy"))
    ),
    "a withdrawn discount": _orders(
        lambda order: bool(order.meaning.of("discount_withdrawn"))
        and not order.discounts
    ),
    "a discount that went with its line": _orders(
        lambda order: any(
            line.home != order.id and line.id in order.off and order.off[line.id][0] > 0
            for line in order.lines
        )
    ),
    "a discount of an order that was joined with another": _orders(
        lambda order: any(
            line.left and home.line_discounts.is_about(told, line)
            for home in (order, *order.homes)
            for told in home.line_discounts.carried.values()
            for line in order.lines
            if line.home == home.id and told[-1]["source"].hex() != order.id
        )
    ),
    "a closed bill that lacks a discount": _orders(lambda order: bool(order.late_terms)),
    "a share that was paid in part": _orders(
        lambda order: any(0 < each.paid < each.owed for each in order.shares[:-1])
    ),
    "a share that takes of a line": _orders(
        lambda order: any(share.get("lines") for share in order.split) and order.total > 0
    ),
    **{
        f"a tip that is {state}": _orders(
            lambda order, state=state: any(tip.state == state for tip in order.tips)
        )
        for state in ("counted", "uncounted", "returned")
    },
    "tables that stand together": _floors(lambda floor: bool(floor.groups)),
    "a group of three": _floors(lambda floor: any(len(each) > 2 for each in floor.groups.values())),
    "somebody serves": _floors(lambda floor: any(floor.waiters.values())),
    "a table that was cleaned": _floors(lambda floor: bool(floor.cleaned)),
    **{
        f"a reservation: {state}": _reservations(lambda each, state=state: each.state == state)
        for state in ("booked", "arrived", "seated", "no_show", "cancelled")
    },
    "a blocked card": _cards(lambda card: bool(card.blocks)),
    "a card blocked twice at once": _cards(lambda card: len(card.blocks) > 1),
    "an order found by its card's code": lambda shop: any(
        order.register("tab") == card.code
        for card in shop.cards.values()
        for order in shop.comandas.get(str(card.number), ())
    ),
    "cards that were withdrawn": lambda shop: (
        set(shop.cards) == {2} or (bool(shop.cards) and 1 not in shop.cards)
    ),
    "a settled dispute": lambda shop: len(shop.open_disputes) < len(shop.disputes),
    **{
        kind: lambda shop, kind=kind: any(each[0] == kind for each in shop.disputes)
        for kind in (
            "overpaid", "paid_and_cancelled", "paid_with_residual", "late_change_to_closed_bill",
            "closing_does_not_add_up", "two_closings", "charges_set_apart", "over_cancelled",
            "cancelled_after_send",
            "over_refunded", "payment_outcome_unknown", "command_used_twice", "needs_upgrade",
            "reservation_clash", "two_tabs_at_once", "two_orders_on_a_card",
            "order_on_blocked_card", "equal_numbers", "lineage_forked",
            "author_forked",
            "two_resolutions", "credit_limit_exceeded", "account_overpaid",
            "sold_to_blocked_account",
            "two_resolutions", "double_move", "merged_twice", "over_split", "line_billed_twice",
            "line_on_merged_order", "moved_to_cancelled_order",
            "part_paid_twice", "discounted_while_moved",
            "cash_difference", "late_adjustment", "two_shift_closings", "written_off_and_closed",
            "shift_does_not_add_up", "terminal_missing_at_day_close", "two_day_closings",
            "day_does_not_add_up",
            "two_prices_of_a_line", "external_id_given_twice", "oversold", "count_to_confirm",
            "unauthorised_act", "act_of_dismissed_operator", "founded_twice",
            "authorisation_used_twice",
        )
    },
}  # fmt: skip


def test_the_histories_hold_everything_that_can_happen() -> None:
    missing = dict(MARKS)
    for seed in range(1000):  # it ends as soon as everything has happened
        shop = read_shop(history(seed, nonsense=seed % 3 == 2))
        for name in [name for name, is_so in missing.items() if is_so(shop)]:
            del missing[name]
        if not missing:
            return
    raise AssertionError(f"no history has {', '.join(missing)}")
