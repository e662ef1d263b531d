"""Order lines from a CSV file: which column is what, and rows that cannot be sold.

Rules of this file:
1. Money and quantities are read as text, exactly; what is not exact is a bad row, never a guess.
2. A bad row is reported with its line in the file and left out; the rest is sold.
3. It knows no terminal: the result is plain orders in the order of their times.
"""

import csv
import datetime
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from crdt_models.errors import MalhaError
from crdt_models.money import ONE, line_amount, parse_brl, parse_decimal

FIELDS = ("order", "time", "product", "quantity", "price")
REQUIRED_FIELDS = ("order", "product", "price")
DELIMITERS = ",;\t|"
# Excel in Brazil saves CSV in the Windows code page.
ENCODINGS = ("utf-8-sig", "cp1252")
MAX_THOUSANDTHS = 10_000_000  # ten thousand pieces or kilos: beyond it, a column is mapped wrongly
BAD_ROWS_SHOWN = 20
_QUANTITY = re.compile(r"(\d{1,6})(?:[.,](\d{1,3})0*)?", re.ASCII)
_TIME_FORMATS = (
    "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%H:%M:%S", "%H:%M",
)  # fmt: skip
# Orders without a time keep the order of the file.
_UNTIMED = datetime.datetime(1970, 1, 1)  # noqa: DTZ001 - the shop's own clock


class OrdersUnreadable(MalhaError):
    """The file or the mapping cannot be used at all."""

    code = "orders_unreadable"
    sentence = "The orders of {file} cannot be read: {reason}."
    cure = (
        "Name the columns with --map order=…,time=…,product=…,quantity=…,price=…;"
        " join columns with + (time=date+time)."
    )


class BadRow(msgspec.Struct, frozen=True):
    """A row left out. line: as an editor counts, the header is 1 · reason: an English phrase."""

    line: int
    reason: str


class OrderLine(msgspec.Struct, frozen=True):
    """product: its name · thousandths: quantity · unit_centavos: price of one."""

    product: str
    thousandths: int
    unit_centavos: int

    @property
    def centavos(self) -> int:
        return line_amount(self.thousandths, self.unit_centavos)


class ShopOrder(msgspec.Struct, frozen=True):
    """reference: the order's name in the file · time: naive, the shop's own · lines: ≥ 1."""

    reference: str
    time: datetime.datetime
    lines: tuple[OrderLine, ...]


class Totals(msgspec.Struct, frozen=True):
    """What a replay must add up to. orders, lines: counts · centavos: revenue."""

    orders: int
    lines: int
    centavos: int


class Orders(msgspec.Struct, frozen=True):
    """orders: by time · bad_rows: by line."""

    orders: tuple[ShopOrder, ...]
    bad_rows: tuple[BadRow, ...] = ()

    @property
    def totals(self) -> Totals:
        lines = [line for order in self.orders for line in order.lines]
        return Totals(len(self.orders), len(lines), sum(line.centavos for line in lines))

    def on(self, day: datetime.date) -> "Orders":
        """The orders of one day."""
        kept = tuple(order for order in self.orders if order.time.date() == day)
        return Orders(kept, self.bad_rows)


Columns = Mapping[str, tuple[str, ...]]


def parse_mapping(text: str) -> dict[str, tuple[str, ...]]:
    """`order=id,time=date+time,…` → field → columns whose texts are joined by a space.

    A field without a column: time → the order of the file, quantity → 1. Raises OrdersUnreadable.
    """
    columns: dict[str, tuple[str, ...]] = {}
    for part in text.split(","):
        field, equals, names = (piece.strip() for piece in part.partition("="))
        if field not in FIELDS or not equals or not names or field in columns:
            raise OrdersUnreadable(file="--map", reason=f"{part.strip()!r} is no field=column")
        columns[field] = tuple(name.strip() for name in names.split("+"))
    missing = [field for field in REQUIRED_FIELDS if field not in columns]
    if missing:
        raise OrdersUnreadable(file="--map", reason=f"no column for {', '.join(missing)}")
    return columns


def read_orders(path: Path, columns: Columns) -> Orders:
    """Raises OrdersUnreadable: no such file, no such column, not one good row."""
    rows = csv.reader(io.StringIO(text := _text(path), newline=""), delimiter=_delimiter(text))
    places = _places(path.name, next(rows, []), columns)
    bad: list[BadRow] = []
    grouped: dict[str, list[tuple[datetime.datetime, OrderLine]]] = {}
    for line, row in _numbered(rows, path.name):
        try:
            reference, time, sold = _row({f: _cell(row, places[f]) for f in places})
        except ValueError as error:
            bad.append(BadRow(line, str(error)))
        else:
            grouped.setdefault(reference, []).append((time, sold))
    if not grouped:
        first = f"line {bad[0].line}: {bad[0].reason}" if bad else "it is empty"
        raise OrdersUnreadable(file=path.name, reason=f"no row is an order line ({first})")
    return Orders(tuple(sorted(_orders(grouped), key=lambda order: order.time)), tuple(bad))


def bad_rows_told(orders: Orders) -> Iterator[str]:
    """Lines for a person: how many rows were left out, and the first of them with the reason."""
    rows = orders.bad_rows
    if rows:
        yield f"{len(rows):,} rows are no order lines and are left out:"
    yield from (f"  line {row.line}: {row.reason}" for row in rows[:BAD_ROWS_SHOWN])
    if len(rows) > BAD_ROWS_SHOWN:
        yield f"  … and {len(rows) - BAD_ROWS_SHOWN:,} more"


def _orders(
    grouped: Mapping[str, list[tuple[datetime.datetime, OrderLine]]],
) -> Iterator[ShopOrder]:
    for reference, sold in grouped.items():
        first = min(time for time, _ in sold)
        yield ShopOrder(reference, first, tuple(line for _, line in sold))


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise OrdersUnreadable(file=str(path), reason=error.strerror or "no file") from error
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise OrdersUnreadable(file=path.name, reason="its text is neither UTF-8 nor Windows-1252")


def _delimiter(text: str) -> str:
    """The one that the header uses most."""
    header = text.partition("\n")[0]
    return max(DELIMITERS, key=header.count)


def _places(file: str, header: list[str], columns: Columns) -> dict[str, list[int]]:
    known = {name.strip(): index for index, name in enumerate(header)}
    for name in (name for names in columns.values() for name in names):
        if name not in known:
            there = ", ".join(known) or "none"
            raise OrdersUnreadable(file=file, reason=f"no column {name!r} (there are: {there})")
    return {field: [known[name] for name in names] for field, names in columns.items()}


def _numbered(rows: Iterable[list[str]], file: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, with the line on which each ends (`line_num` of csv.reader)."""
    try:
        for row in rows:
            if any(cell.strip() for cell in row):
                yield rows.line_num, row  # type: ignore[attr-defined]
    except csv.Error as error:  # such as a cell of a megabyte: a quote that is never closed
        reason = f"line {rows.line_num}: {error}"  # type: ignore[attr-defined]
        raise OrdersUnreadable(file=file, reason=reason) from error


def _cell(row: list[str], places: list[int]) -> str:
    if len(row) <= max(places):
        raise ValueError(f"only {len(row)} columns")
    return " ".join(row[place].strip() for place in places).strip()


def _row(cells: Mapping[str, str]) -> tuple[str, datetime.datetime, OrderLine]:
    """Raises ValueError with a phrase for the person who made the file."""
    for field in ("order", "product"):
        if not cells[field]:
            raise ValueError(f"no {field}")
    line = OrderLine(
        product=cells["product"],
        thousandths=_thousandths(cells.get("quantity", "1")),
        unit_centavos=_centavos(cells["price"]),
    )
    return cells["order"], _time(cells["time"]) if "time" in cells else _UNTIMED, line


def _centavos(text: str) -> int:
    try:
        centavos = parse_brl(text) if "," in text or text.startswith("R$") else parse_decimal(text)
    except MalhaError as error:
        raise ValueError(f"price {text!r}: {error.details['reason']}") from error
    if centavos < 0:
        raise ValueError(f"price {text!r}: below zero")
    return centavos


def _thousandths(text: str) -> int:
    match = _QUANTITY.fullmatch(text)
    if match is None:
        raise ValueError(f"quantity {text!r}: not a number with at most three decimals")
    thousandths = int(match[1]) * ONE + int((match[2] or "").ljust(3, "0"))
    if not 0 < thousandths <= MAX_THOUSANDTHS:
        raise ValueError(f"quantity {text!r}: not between 0,001 and {MAX_THOUSANDTHS // ONE}")
    return thousandths


def _time(text: str) -> datetime.datetime:
    try:
        return datetime.datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        pass
    for form in _TIME_FORMATS:
        try:
            return datetime.datetime.strptime(text, form)  # noqa: DTZ007 - the shop's own clock
        except ValueError:
            continue
    raise ValueError(f"time {text!r}: neither 2015-11-27 19:30:00 nor 27/11/2015 19:30")
