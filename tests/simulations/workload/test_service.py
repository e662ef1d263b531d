"""People sell a whole service at a real terminal, and all of it is written down."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import trio

from simulations.demo.orders_csv import parse_mapping, read_orders
from simulations.workload.audit import check_ledger
from simulations.workload.ledger import Ledger
from simulations.workload.scenes import SCENES, USUAL
from simulations.workload.service import draw_plan, replay_orders, run_service

HERE = Path(__file__).parent
ACTS = set(
    "add_area add_customer add_lines add_product add_table arrived ask_bill block_card book"
    " cancel cancel_booking cancel_line cards carry cash_in cash_out change_booking"
    " change_customer change_product change_settings change_table cleaning close close_shift"
    " confirm count_stock couvert declare delivered deny discount disputes edit fee fire hold"
    " join_tables list look menu merge minimum minimum_stock move_lines no_sale no_show open"
    " open_shift open_stock pay pay_on_trust pay_pending preparing put queue ready recall"
    " receive recount refund register_cards release reopen replace_card reserve restore"
    " restore_booking route seat send separate_tables serve_area service settings settle"
    " shifts split statement stock stock_in stock_out sums table_waiter tables take_out tip"
    " transfer unblock_card waiters withdraw write_off".split()
)
CSV = """\
pedido,hora,produto,qtd,preço
7,2015-11-27 19:30:00,Pizza família,2,"R$ 44,50"
8,2015-11-27 12:05:00,Açaí,"0,350","59,90"
7,2015-11-27 19:31:00,Água,1,4
9,2015-11-27 22:00:00,Couvert,1,0
"""


def _elsewhere(hash_seed: str) -> str:
    told = subprocess.run(
        [sys.executable, str(HERE / "conftest.py"), "3"],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        cwd=HERE.parents[2],
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )
    return told.stdout


def test_one_seed_is_one_service_in_every_process() -> None:
    first, second = _elsewhere("1"), _elsewhere("2")
    assert first == second and len(first) == 64


def test_another_seed_is_another_service(shops: Any) -> None:
    assert list(shops.evening(1, 3).ledger.lines()) != list(shops.evening(2, 3).ledger.lines())


def test_everything_happens_and_nothing_is_lost(busy_evenings: Any) -> None:
    done: set[str] = set()
    for evening in busy_evenings:
        ledger = evening.ledger
        assert check_ledger(ledger, evening.orders) == []
        assert set(ledger.scenes) == set(USUAL)
        assert len(ledger.orders) >= 25 and ledger.refusals["bill_is_closed"]
        done |= {act for act, told in ledger.coverage.items() if told["acknowledged"]}
    assert done == ACTS


def test_services_as_the_seed_draws_them(shops: Any) -> None:
    for seed in range(4):
        evening = shops.evening(seed, 10, down=0.04)
        assert check_ledger(evening.ledger, evening.orders) == []
        assert set(evening.ledger.scenes) <= {n for n, c in evening.plan.chances.items() if c}
        assert 6 <= evening.ledger.calls / 10 <= 25


def test_a_key_without_an_answer_is_tried_again_at_both_tills(busy_evening: Any) -> None:
    deeds = [each for each in busy_evening.ledger.deeds if each.key and len(each.attempts) > 1]
    assert any(len({each.letters for each in deed.attempts}) > 1 for deed in deeds)
    assert any(len({each.letters for each in deed.attempts}) == 1 for deed in deeds)
    assert any(each.replayed for deed in deeds for each in deed.attempts)
    outcomes = Counter(each.outcome for each in busy_evening.ledger.deeds)
    assert min(outcomes[each] for each in ("acknowledged", "refused", "unknown")) > 0


def test_people_act_on_one_order_from_several_terminals(busy_evening: Any) -> None:
    places: dict[str, set[str]] = {}
    people: dict[str, set[str]] = {}
    for deed in busy_evening.ledger.deeds:
        places.setdefault(deed.order, set()).update(each.letters for each in deed.attempts)
        people.setdefault(deed.order, set()).add(deed.who)
    orders = busy_evening.ledger.orders  # those that lines move between have fewer people
    assert sum(places[order] == {"A", "B"} for order in orders) > 0.6 * len(orders)
    assert sum(len(people[order]) >= 3 for order in orders) > 0.6 * len(orders)


def test_the_service_goes_on_at_the_other_till(shops: Any) -> None:
    async def sell(shop: Any, ledger: Ledger) -> None:
        plan = draw_plan(Random(4), 10, 900.0)
        plan = msgspec.structs.replace(plan, walks=1.0, gives_up=0.0, tries=5)
        async with trio.open_nursery() as nursery:

            async def lose_a_till() -> None:
                await trio.sleep(300)
                shop.off.add("A")

            nursery.start_soon(lose_a_till)
            await run_service(shop, plan, Random(4), ledger)

    ledger = shops.day(1, sell).ledger
    late = [each for deed in ledger.deeds for each in deed.attempts if each.at > 300]
    assert {each.letters for each in late if each.status} == {"B"}
    assert {each.letters for each in late if not each.status} == {"A"}
    assert len(ledger.orders) >= 10  # and those that lines were moved to


def test_a_shop_without_a_terminal_that_is_on_closes_without_having_sold(shops: Any) -> None:
    async def stand_around(shop: Any, ledger: Ledger) -> None:
        shop.off |= {"A", "B"}
        await run_service(shop, draw_plan(Random(4), 5, 900.0), Random(4), ledger)

    evening = shops.day(1, stand_around)
    assert evening.orders == {} and evening.ledger.coverage["open"].keys() == {"down"}


def test_the_orders_of_a_file_add_up_when_they_are_replayed(shops: Any, tmp_path: Path) -> None:
    (tmp_path / "vendas.csv").write_text(CSV, encoding="utf-8")
    mapping = parse_mapping("order=pedido,time=hora,product=produto,quantity=qtd,price=preço")
    orders = read_orders(tmp_path / "vendas.csv", mapping)

    async def sell(shop: Any, ledger: Ledger) -> None:
        await replay_orders(shop, orders.orders, Random(1), ledger, seconds=600.0)

    evening = shops.day(1, sell)
    shown = evening.orders.values()
    assert check_ledger(evening.ledger, evening.orders) == []
    assert sum(each["total_centavos"] for each in shown) == orders.totals.centavos
    assert sum(len(each["itens"]) for each in shown) == orders.totals.lines == 4
    assert {each["status"] for each in shown} == {"pago"}
    opened = [each.attempts[0].at for each in evening.ledger.deeds if each.act == "open"]
    assert opened == sorted(opened) and opened[1] > 300


def test_every_scene_is_a_line_of_one_table() -> None:
    names = [scene.name for scene in SCENES]
    assert len(names) == len(set(names)) == len(USUAL) - 1
