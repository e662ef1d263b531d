from random import Random

import pytest

from crdt_models.documents.command import InvalidField
from crdt_models.documents.orders.bill_commands import AskBill
from crdt_models.documents.orders.commands import NewLine, OpenOrder
from crdt_models.documents.settings.commands import ChangeSettings
from crdt_models.documents.settings.facts import (
    Printer,
    SettingsChanged,
    SettingsValues,
    Station,
)
from crdt_models.documents.settings.view import UNWRITTEN, Place, SettingsView
from crdt_models.ids import SETTINGS, OrderId
from tests.crdt_models.documents.laws import check_commutes
from tests.crdt_models.documents.shop import Till

OVEN, BAR = Station("Forno"), Station("Bar")
PIZZA = NewLine(product="p1", name="Pizza", unit_centavos=4_000)


def settings(till: Till) -> SettingsView:
    view = till.read(SETTINGS)
    assert isinstance(view, SettingsView)
    return view


def change(till: Till, key: str = "", **values: object) -> None:
    till.give(ChangeSettings(values=SettingsValues(**values)), key)  # type: ignore[arg-type]


def test_what_nobody_wrote_is_as_nothing_were(till: Till) -> None:
    assert settings(till).values == UNWRITTEN
    assert settings(till).service_of("mesa") == 0
    assert settings(till).day_cutoff is None


def test_what_is_given_is_written_and_the_rest_stays(till: Till) -> None:
    change(till, name="Pizzaria", day_cutoff=300, flags={"beta": True})
    change(till, phone="11 5555", flags={"gama": False})
    found = settings(till)
    assert (found.values.name, found.values.phone, found.day_cutoff) == ("Pizzaria", "11 5555", 300)
    assert found.flags == {"beta": True, "gama": False}


def test_what_is_so_is_not_written_again(till: Till) -> None:
    change(till, name="Pizzaria", stations={"forno": OVEN})
    before = len(till.changes)
    change(till, name="Pizzaria", stations={"forno": OVEN, "bar": None}, couvert_centavos=0)
    assert len(till.changes) == before


def test_a_station_is_taken_out_and_put_back(till: Till) -> None:
    change(till, stations={"forno": OVEN, "bar": BAR})
    change(till, stations={"forno": None})
    assert settings(till).stations == {"bar": BAR}
    change(till, stations={"forno": OVEN})
    assert list(settings(till).stations) == ["bar", "forno"]


def test_two_managers_apart_lose_nothing_of_each_other() -> None:
    """Two fields, or two printers: both stand. One field: the later clock, and both agree."""
    one, other = Till("A"), Till("B")
    usb, network = Printer("Caixa", "usb", "/dev/usb/lp0"), Printer("Bar", "network", "bar:9100")
    change(one, name="Um", printers={"caixa": usb})
    other.clock_ms += 1000
    change(other, name="Dois", phone="2", printers={"bar": network})
    one.sync(other)
    for till in (one, other):
        found = settings(till)
        assert found.printers == {"bar": network, "caixa": usb}
        assert (found.values.name, found.values.phone) == ("Dois", "2")
        assert [each.value for each in found.register(Place("name")).losers] == ["Um"]


def test_an_edit_that_saw_another_beats_it_whatever_the_clocks_say() -> None:
    ahead, behind = Till("A", clock_ms=2_000_000_000_000), Till("B")
    change(ahead, name="Um")
    behind.receive(list(ahead.changes.values()))
    behind._stamp = 0
    change(behind, name="Dois")
    ahead.sync(behind)
    assert settings(ahead).values.name == "Dois"


def test_both_writes_are_named_by_the_next() -> None:
    one, other = Till("A"), Till("B")
    change(one, couvert_centavos=500)
    change(other, couvert_centavos=700)
    one.sync(other)
    change(one, couvert_centavos=700)  # it is so, but two writes stand
    assert len(settings(one).register(Place("couvert_centavos")).heads) == 1


@pytest.mark.parametrize(
    "values",
    [
        {"day_cutoff": 720},
        {"service_basis_points": 10_001},
        {"couvert_centavos": -1},
        {"stations": {"": OVEN}},
        {"flags": {"Não": True}},
        {"name": "x" * 121},
        {"printers": {"p": Printer("P", "network", "a:1", columns=15)}},
        {"stations": {str(each): OVEN for each in range(101)}},
    ],
)
def test_what_no_terminal_could_read_is_refused(till: Till, values: dict[str, object]) -> None:
    with pytest.raises(InvalidField):
        change(till, **values)


def service(till: Till, order: OrderId) -> int:
    return till.order(order).terms.service_basis_points


def test_the_shops_service_charge_is_written_into_its_orders(till: Till) -> None:
    change(till, service_basis_points=1_000)
    table = till.give(OpenOrder(service_type="mesa", lines=(PIZZA,)))["order"]
    counter = till.give(OpenOrder(service_type="balcao", lines=(PIZZA,)))["order"]
    without = till.give(OpenOrder(service_type="mesa", service_basis_points=0))["order"]
    other = till.give(OpenOrder(service_type="mesa", service_basis_points=1_300))["order"]
    found = [service(till, OrderId(each)) for each in (table, counter, without, other)]
    assert found == [1_000, 0, 0, 1_300]
    change(till, service_basis_points=1_200)
    for each in (table, without):
        till.give(AskBill(order=OrderId(each)))
    assert [service(till, OrderId(each)) for each in (table, without)] == [1_000, 0]


def test_an_order_from_before_gets_the_charge_with_the_bill(till: Till) -> None:
    order = OrderId(till.give(OpenOrder(service_type="comanda", lines=(PIZZA,)))["order"])
    change(till, service_basis_points=1_000)
    assert service(till, order) == 0
    till.give(AskBill(order=order))
    assert service(till, order) == 1_000


def test_who_sits_down_pays_the_couvert_and_the_minimum_of_that_moment(till: Till) -> None:
    before = till.give(OpenOrder(service_type="mesa", people=2, lines=(PIZZA,)))["order"]
    change(till, couvert_centavos=700, minimum_centavos=90_000)
    table = till.give(OpenOrder(service_type="mesa", people=2, lines=(PIZZA,)))["order"]
    counter = till.give(OpenOrder(service_type="balcao", lines=(PIZZA,)))["order"]
    change(till, couvert_centavos=0, minimum_centavos=100, service_types=("balcao",))
    later = till.give(OpenOrder(service_type="mesa", people=2, lines=(PIZZA,)))["order"]
    for each in (before, table, counter, later):
        till.give(AskBill(order=OrderId(each)))
    without = till.order(OrderId(before)).total
    assert till.order(OrderId(table)).total == 90_000 + 2 * 700
    assert {till.order(OrderId(each)).total for each in (counter, later)} == {without}


def test_facts_commute_and_bear_repetition() -> None:
    dice = Random(1)
    for _ in range(60):
        tills = [Till("A"), Till("B")]
        for step in range(12):
            till = dice.choice(tills)
            till.clock_ms += dice.choice((-5_000, 0, 5_000))
            key = dice.choice(("", f"k{step // 3}"))
            change(till, key, **dice.choice(_WRITINGS))
            if dice.random() < 0.2:
                tills[0].sync(tills[1])
        written = list((tills[0].changes | tills[1].changes).values())
        check_commutes(written, dice, lambda: SettingsView(SETTINGS), lambda view: view.values)


_WRITINGS: tuple[dict[str, object], ...] = (
    {"name": "Um"},
    {"name": "Dois", "phone": "2"},
    {"stations": {"bar": BAR}},
    {"stations": {"bar": None, "forno": OVEN}},
    {"flags": {"beta": True}, "service_types": ("balcao",)},
    {"day_cutoff": None, "cash_tolerance_centavos": 100},
)


def test_what_it_relied_on_is_not_what_was_meant() -> None:
    assert {"replaces"} == SettingsChanged.RELIES
