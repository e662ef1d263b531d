"""What goes otherwise than planned at a party: one function, and one line of `SCENES`.

Rules of this file:
1. A scene is drawn in its moment of the order's life; a run may leave any of them out.
2. Whoever acts at the same time as others is sent for by name, so that he throws dice of his own
   (`acts.together`).
3. To add a scene write a function of a party in the `*_scenes` of its kind, and one line here.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Literal

from msgspec import Struct

from simulations.workload import bill_scenes as bill
from simulations.workload import card_scenes as card
from simulations.workload import cash_scenes as cash
from simulations.workload import catalog_scenes as catalog
from simulations.workload import charge_scenes as charge
from simulations.workload import floor_scenes as floor
from simulations.workload import kitchen_scenes as kitchen
from simulations.workload import moving_scenes as moving
from simulations.workload import room_scenes as room
from simulations.workload import settings_scenes as settings
from simulations.workload import stock_scenes as stock
from simulations.workload import trust_scenes as trust
from simulations.workload.people import Party

Moment = Literal["arriving", "ordering", "waiting", "eating", "paying", "closing", "after"]


class Scene(Struct, frozen=True):
    """usual: probability per party in an ordinary run; every run draws its own."""

    name: str
    moment: Moment
    usual: float
    play: Callable[[Party], Awaitable[None]]


async def play(party: Party, moment: Moment) -> None:
    """Draw each scene of this moment."""
    for scene in SCENES if party.eventful else ():
        if party.gone or scene.moment != moment:
            continue
        if party.dice.random() < party.service.plan.chance(scene.name):
            party.service.ledger.scenes[scene.name] += 1
            await scene.play(party)


SCENES: tuple[Scene, ...] = (
    Scene("reserve", "arriving", 0.04, floor.reserve),
    Scene("greet", "arriving", 0.08, floor.greet),
    Scene("change_table", "arriving", 0.03, floor.change_table),
    Scene("same_table_twice", "arriving", 0.02, floor.same_table_twice),
    Scene("expected", "arriving", 0.08, room.expected),
    Scene("booked_twice", "arriving", 0.04, room.booked_twice),
    Scene("seen_and_missed", "arriving", 0.03, room.seen_and_missed),
    Scene("push_together", "arriving", 0.06, room.push_together),
    Scene("serve", "arriving", 0.05, room.serve),
    Scene("open_drawer", "arriving", 0.12, cash.open_drawer),
    Scene("hand_out_cards", "arriving", 0.05, card.hand_out),
    Scene("stolen_card", "arriving", 0.03, card.stolen),
    Scene("order_more", "ordering", 0.2, floor.order_more),
    Scene("from_the_menu", "ordering", 0.2, catalog.from_the_menu),
    Scene("two_from_the_menu", "ordering", 0.06, catalog.two_from_the_menu),
    Scene("sell_from_fridge", "ordering", 0.15, stock.sell_from_fridge),
    Scene("the_last_one", "ordering", 0.04, stock.the_last_one),
    Scene("reprice", "ordering", 0.04, catalog.reprice),
    Scene("cancel_before_send", "ordering", 0.1, floor.cancel_one),
    Scene("two_waiters", "ordering", 0.06, floor.two_waiters),
    Scene("edit_fields", "ordering", 0.15, floor.edit_fields),
    Scene("correct_address", "ordering", 0.15, floor.correct_address),
    Scene("edit_if_unchanged", "ordering", 0.06, floor.edit_if_unchanged),
    Scene("put_back", "ordering", 0.06, floor.put_back),
    Scene("give_up", "ordering", 0.04, floor.give_up),
    Scene("erase", "ordering", 0.02, floor.erase),
    Scene("courses", "ordering", 0.12, kitchen.courses),
    Scene("fire_and_add", "waiting", 0.05, kitchen.fire_and_add),
    Scene("hold", "waiting", 0.05, kitchen.hold),
    Scene("fire_one", "waiting", 0.04, kitchen.fire_one),
    Scene("wrong_touch", "waiting", 0.06, kitchen.wrong_touch),
    Scene("wrong_touch_twice", "waiting", 0.03, kitchen.wrong_touch_twice),
    Scene("reroute", "waiting", 0.06, kitchen.reroute),
    Scene("screen", "waiting", 0.06, kitchen.screen),
    Scene("cancel_after_send", "waiting", 0.1, floor.cancel_one),
    Scene("cancel_one_twice", "waiting", 0.04, floor.cancel_one_twice),
    Scene("edit_both", "waiting", 0.05, floor.edit_both),
    Scene("cancel_and_restore", "waiting", 0.04, floor.cancel_and_restore),
    Scene("change_settings", "waiting", 0.04, settings.change_settings),
    Scene("two_managers", "waiting", 0.02, settings.two_managers),
    Scene("run_out", "waiting", 0.04, catalog.run_out),
    Scene("count_left", "waiting", 0.06, catalog.count_left),
    Scene("take_out", "waiting", 0.02, catalog.take_out),
    Scene("restock", "waiting", 0.08, stock.restock),
    Scene("read_stock", "waiting", 0.02, stock.read_stock),
    Scene("read_lists", "waiting", 0.04, floor.read_lists),
    Scene("another_round", "eating", 0.15, floor.another_round),
    Scene("ask_service", "eating", 0.12, charge.ask_service),
    Scene("charge", "eating", 0.1, charge.charge),
    Scene("give_discount", "paying", 0.12, charge.give_discount),
    Scene("two_discounts", "paying", 0.05, charge.two_discounts),
    Scene("withdraw_discount", "paying", 0.05, charge.withdraw_discount),
    Scene("split_bill", "paying", 0.1, charge.split_bill),
    Scene("split_twice", "paying", 0.04, charge.split_twice),
    Scene("service_off_while_closing", "closing", 0.04, charge.service_off_while_closing),
    Scene("leave_tip", "after", 0.08, charge.leave_tip),
    Scene("lose_card", "eating", 0.06, card.lose),
    Scene("show_cards", "eating", 0.03, card.show),
    Scene("move", "eating", 0.08, floor.move),
    Scene("transfer", "eating", 0.03, moving.transfer),
    Scene("pay_apart", "eating", 0.05, moving.pay_apart),
    Scene("carried_apart", "eating", 0.03, moving.carried_apart),
    Scene("join", "eating", 0.05, moving.join),
    Scene("change_kind", "eating", 0.03, floor.change_kind),
    Scene("edit_while_eating", "eating", 0.06, floor.edit_fields),
    Scene("pay_too_early", "paying", 0.05, bill.pay_too_early),
    Scene("mistyped", "paying", 0.05, bill.mistyped),
    Scene("slow_card", "paying", 0.1, bill.slow_card),
    Scene("same_pix_twice", "paying", 0.05, bill.same_pix_twice),
    Scene("cancel_while_paying", "paying", 0.03, floor.cancel_while_paying),
    Scene("on_trust", "paying", 0.1, trust.on_trust),
    Scene("on_trust_twice", "paying", 0.03, trust.on_trust_twice),
    Scene("two_cashiers", "paying", 0.08, bill.two_cashiers),
    Scene("add_while_closing", "closing", 0.05, bill.add_while_closing),
    Scene("close_twice", "closing", 0.06, bill.close_twice),
    Scene("cancel_paid", "closing", 0.02, floor.cancel_paid),
    Scene("skim", "after", 0.08, cash.skim),
    Scene("end_shift", "after", 0.08, cash.end_shift),
    Scene("write_off", "after", 0.01, cash.write_off),
    Scene("count_fridge", "after", 0.06, stock.count_fridge),
    Scene("mark", "after", 0.12, floor.mark),
    Scene("give_back", "after", 0.1, bill.give_back),
    Scene("refund", "after", 0.06, bill.refund),
    Scene("refund_twice", "after", 0.02, bill.refund_twice),
    Scene("late_line", "after", 0.04, bill.late_line),
    Scene("reopen", "after", 0.08, bill.reopen),
    Scene("reopen_twice", "after", 0.03, bill.reopen_twice),
    Scene("look_again", "after", 0.15, bill.look_again),
    Scene("pay_debt", "after", 0.08, trust.pay_debt),
    Scene("change_credit", "after", 0.04, trust.change_credit),
    Scene("clean", "after", 0.06, floor.clean),
    Scene("lay_the_table", "after", 0.15, room.lay_the_table),
    Scene("settle", "after", 0.06, bill.settle),
)

# double_tap is no scene of a party but a habit: the same key once more, after any write.
USUAL: Mapping[str, float] = {each.name: each.usual for each in SCENES} | {"double_tap": 0.03}


def families() -> dict[str, list[str]]:
    """The scenes by the file that they stand in."""
    found: dict[str, list[str]] = {}
    for scene in SCENES:
        found.setdefault(scene.play.__module__.rpartition(".")[2], []).append(scene.name)
    return found
