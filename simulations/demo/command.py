"""`python -m simulations demo`: from nothing to the table at the end, and the exit code.

Rules of this file:
1. Exit code 0 only when everybody agreed on the expected figures. Everything that fails is told in
   a sentence with its cure; no child is left behind.
2. It prints what a person needs: what happens now, the table, the addresses to open.
"""

import shutil
import tempfile
from functools import partial
from pathlib import Path

import msgspec
import trio
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from crdt_models.errors import MalhaError
from crdt_models.money import to_brl
from simulations.arguments import INTERRUPTED
from simulations.demo import pizzaplace
from simulations.demo.orders_csv import Orders, bad_rows_told, parse_mapping, read_orders
from simulations.demo.processes import end_when_signalled
from simulations.demo.replay import Outcome, replay
from simulations.demo.report import table_of
from simulations.demo.shop import Shop, open_shop

CASHIERS_A_DAY = 4
CASHIERS_A_YEAR = 8
MANY_ORDERS = 1000


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for on the command line. file: None replays pizzaplace."""

    ends: bool = False
    full_year: bool = False
    file: Path | None = None
    mapping: str | None = None
    keeps: bool = False
    cashiers: int | None = None


def run_demo(choices: Choices, console: Console) -> int:
    """The exit code."""
    try:
        orders = _orders(choices)
    except MalhaError as error:
        _show_error(console, error)
        return 2
    _show_orders(console, orders)
    home = Path(tempfile.mkdtemp(prefix="malha-demo-"))
    code = 1
    try:
        code = trio.run(_demo, choices, orders, home, console)
    finally:
        if choices.keeps or code == 1:
            console.print(f"The terminals' data and logs are in {home}")
        else:
            shutil.rmtree(home, ignore_errors=True)
    return code


def _orders(choices: Choices) -> Orders:
    """Raises OrdersUnreadable, PizzaplaceUnusable."""
    if choices.file is not None:
        return read_orders(choices.file, parse_mapping(choices.mapping or pizzaplace.MAPPING))
    return pizzaplace.load_year() if choices.full_year else pizzaplace.load_day()


async def _demo(choices: Choices, orders: Orders, home: Path, console: Console) -> int:
    """Ends on Ctrl-C or a termination signal: with 0 when all had agreed, else with 130."""
    codes = [INTERRUPTED]
    async with trio.open_nursery() as nursery:
        await nursery.start(end_when_signalled, nursery.cancel_scope)
        try:
            await _shop_day(choices, orders, home, console, codes)
        except* MalhaError as errors:
            for error in _leaves(errors):
                _show_error(console, error)
            codes.append(1)
        nursery.cancel_scope.cancel()
    return codes[-1]


async def _shop_day(
    choices: Choices, orders: Orders, home: Path, console: Console, codes: list[int]
) -> None:
    """codes: gets the exit code as soon as it is known."""
    console.print("Founding a shop: a site, terminals A, B and C, a relay. Static addresses:")
    console.print("loopback has no multicast, so there is nothing to discover here.")
    started = trio.current_time()
    async with open_shop(home) as shop:
        seconds = trio.current_time() - started
        pids = ", ".join(f"{child.name} pid {child.pid}" for child in shop.children)
        console.print(f"Ready after {seconds:.1f} s: {pids}.")
        outcome = await _replay(choices, shop, orders, console)
        _show_outcome(console, outcome, orders)
        codes.append(1 if outcome.differences else 0)
        if not choices.ends and not outcome.differences:
            _show_addresses(console, shop)
            await trio.sleep_forever()


async def _replay(choices: Choices, shop: Shop, orders: Orders, console: Console) -> Outcome:
    count = len(orders.orders)
    usual = CASHIERS_A_YEAR if count > MANY_ORDERS else CASHIERS_A_DAY
    columns = (
        TextColumn("[progress.description]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("orders sold", total=count)
        return await replay(
            shop,
            orders,
            cashiers=choices.cashiers or usual,
            sold=lambda: progress.advance(bar),
            tell=lambda what: progress.console.print(f"  {what}"),
        )


def _leaves(group: BaseExceptionGroup[MalhaError]) -> list[MalhaError]:
    found: list[MalhaError] = []
    for each in group.exceptions:
        found += _leaves(each) if isinstance(each, BaseExceptionGroup) else [each]
    return found


def _show_error(console: Console, error: MalhaError) -> None:
    console.print(f"[bold red]{type(error).__name__}[/]: ", end="")
    console.print(f"{error}\n{error.cure}", markup=False, soft_wrap=True)


def _show_orders(console: Console, orders: Orders) -> None:
    totals = orders.totals
    console.print(
        f"To sell: {totals.orders:,} orders, {totals.lines:,} lines, {to_brl(totals.centavos)}"
        f" ({totals.centavos:,} centavos)."
    )
    for told in bad_rows_told(orders):
        console.print(told, markup=False, highlight=False)


def _show_outcome(console: Console, outcome: Outcome, orders: Orders) -> None:
    tally, seconds = outcome.tally, outcome.selling_seconds
    console.print(table_of(outcome.figures, orders.totals))
    console.print(
        f"{tally.orders:,} orders in {seconds:.1f} s ({tally.orders / seconds:,.1f} orders/s,"
        f" {tally.requests / seconds:,.0f} durable writes/s), equal {outcome.healing_seconds:.1f} s"
        f" later; {tally.retries} writes repeated, {tally.walks} done at another terminal than"
        f" wanted, {len(tally.alone)} orders sold by a terminal that was cut off,"
        f" {outcome.disputes} disputes for a person to settle."
    )
    if not outcome.differences:
        console.print("[bold green]All agree, to the centavo.[/]")
        return
    console.print("[bold red]They do not agree:[/]")
    for difference in outcome.differences:
        console.print(f"  {difference}", markup=False, highlight=False)


def _show_addresses(console: Console, shop: Shop) -> None:
    say = partial(console.print, markup=False, soft_wrap=True)
    say("Open these; each asks for its key. Ctrl-C ends the shop.")
    for terminal in shop.terminals.values():
        say(f"  terminal {terminal.letters}: {terminal.url}/  key {terminal.key}")
    say(f"  relay: curl --cacert {shop.certificate} {shop.relay_url}/api/orders \\")
    say(f"    -H 'x-api-key: {shop.back_office_token}'")
