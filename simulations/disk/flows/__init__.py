"""The business flows: every kind of thing that people of a shop do, as one terminal does it.

Rules of this room:
1. A flow is a function of a Counter, with the real commands. To add one: write it into the file of
   its family and put it into FLOWS. A test asks that every command writes something in one of them.
2. It is short, since every place at which it can be cut off is tried, and it has what a torn commit
   would show: a command that writes two documents, rows of several tables, a register written anew.
"""

from simulations.disk.counter import Flow
from simulations.disk.flows.dining_room import (
    comanda_cards,
    floor_of_a_day,
    guests_expected,
    table_moved,
)
from simulations.disk.flows.goods import shelves, shop_settings, sold_from_the_catalog
from simulations.disk.flows.kitchen import kitchen_evening
from simulations.disk.flows.money import cash_shift, charges, on_account, split_and_paid
from simulations.disk.flows.other_terminals import dispute_settled, from_another_terminal
from simulations.disk.flows.sales import (
    bill_reopened,
    checkpointed,
    counter_sale,
    orders_joined,
    taken_back,
)

FLOWS: dict[str, Flow] = {
    flow.__name__: flow
    for flow in (
        counter_sale,
        bill_reopened,
        orders_joined,
        taken_back,
        checkpointed,
        charges,
        split_and_paid,
        on_account,
        cash_shift,
        kitchen_evening,
        table_moved,
        floor_of_a_day,
        guests_expected,
        comanda_cards,
        sold_from_the_catalog,
        shelves,
        shop_settings,
        from_another_terminal,
        dispute_settled,
    )
}
