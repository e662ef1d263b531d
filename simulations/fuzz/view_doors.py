"""Doors behind the gate: facts in views, rows, disputes and JSON; changes in the CRDT document.

Rules of this file:
1. What comes here was signed by a member, so it is stored: nothing may raise, whatever it says.
2. Views and Yjs bytes are the same in whatever order things came, also where ids collide.
3. Rows fit the tables that they will be stored in.
"""

from collections.abc import Sequence
from random import Random
from typing import Any

from crdt_models.canonical_cbor import EXACT_LIMIT, encode
from crdt_models.change import Change, decode_change
from crdt_models.dining_room import DiningRoom
from crdt_models.disputes import disputes_of, two_tabs
from crdt_models.document import Document
from crdt_models.documents.floor.view import FloorView
from crdt_models.documents.kinds import empty_view
from crdt_models.documents.orders.facts import LineAdded
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.tables.view import TablesView
from crdt_models.documents.terminals import TerminalsView
from crdt_models.documents.trust import TrustView
from crdt_models.documents.view import View
from crdt_models.errors import NotCanonical
from crdt_models.fact import Entry, Stamp, fact_of, is_body
from crdt_models.ids import (
    TABLES,
    ChangeId,
    CommandId,
    DeviceId,
    DocumentId,
    FactId,
    fact_id,
    floor_document,
)
from crdt_models.pedido import (
    JSON,
    dispute_json,
    order_json,
    reservation_json,
    table_json,
    waiter_history_json,
)
from crdt_models.read_models import LARGEST, rows_of, view_digest
from crdt_models.read_models import TABLES as ROW_TABLES
from simulations.fuzz.door import Door, require
from simulations.fuzz.mutation import few
from simulations.fuzz.nonsense import (
    DOCUMENTS,
    IDS,
    KINDS,
    Pools,
    any_body,
    fields_of,
    packed,
    unpacked,
)
from simulations.fuzz.seeds import decodes, opened, site

_COLUMN_TYPES = {"TEXT": str, "INTEGER": int, "BLOB": bytes}
CROWDS = 0.003  # of the inputs
CROWD = 3000  # facts: six full changes
_HLCS = (0, 1 << 16, 2 << 16, (1 << 40) - 1, 1_448_600_000_000 << 16, 2**63, 2**64 - 1)


def _make_facts(dice: Random) -> bytes:
    """Facts as views get them; ids, commands and stamps collide as no honest shop's would."""
    if dice.random() < CROWDS:
        return _make_crowd(dice)
    count = dice.choice((1, 3, 8, 8, 20, 40)) if dice.random() < 0.99 else 400
    places = [(dice.randrange(12), dice.randrange(3)) for _ in range(count)]
    pools = Pools(dice, [_fact(*place) for place in places])
    return packed([
        [
            *any_body(pools),
            dice.choice(_HLCS),
            *(place if dice.random() < 0.98 else dice.choice(places)),
            dice.randrange(3),
            dice.choice((0, 16_000, 2**31 - 1)),
            dice.randrange(4),
        ]
        for place in places
    ])  # fmt: skip


def _make_crowd(dice: Random) -> bytes:
    """Thousands of facts of two kinds about one thing: what costs each against each shows here."""
    kinds = dice.sample([kind for kind in KINDS if kind in OrderView.UNDERSTANDS], 2)
    pools = Pools(dice, ids=IDS[:1])
    told = []
    for number in range(CROWD):
        kind = LineAdded if number == 0 else kinds[number % 2]
        body = [kind.tag(), False, fields_of(pools, kind)]
        told.append([DOCUMENTS[0], body, number << 16, number, 0, 0, 16_000, number])
        pools.facts = [_fact(number, 0)]
    return packed(told)


def _fact(prefix: int, place: int) -> FactId:
    return fact_id(ChangeId(_prefix(prefix) * 2), place)


def _prefix(number: int) -> bytes:
    """The first 16 bytes of a change id."""
    return number.to_bytes(2, "big") * 8


def _entry(given: Sequence[Any]) -> tuple[DocumentId, Entry] | None:
    """None for what no change could carry: the change's decoder refuses it before any view."""
    document, body, hlc, prefix, place, device, day, command = given
    if not is_body(body) or not _is_sayable(body):
        return None
    return document, Entry(
        id=_fact(prefix, place),
        stamp=Stamp(hlc, _prefix(prefix), place),
        fact=fact_of(body),
        body=body,
        device=DeviceId(bytes([device]) * 32),
        operator=None,
        business_day=day,
        command_id=CommandId(command.to_bytes(16, "big")),
        index=place,
        site=site().id,
    )


def _is_sayable(body: Any) -> bool:
    try:
        encode([[[body]]])  # as deep as it stands in a change
    except NotCanonical:
        return False
    return _is_exact(body)


def _is_exact(value: Any) -> bool:
    if type(value) is int:
        return -EXACT_LIMIT < value < EXACT_LIMIT
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return all(map(_is_exact, inside))


def _use_facts(data: bytes) -> bool:
    entries = [each for given in unpacked(data) if (each := _entry(given)) is not None]
    views = _views(entries)
    for document, view in views.items():
        look_at(document, view)
    again = _views([*reversed(entries), *entries[: len(entries) // 2]])
    for document, view in views.items():
        mine, theirs = rows_of(document, view), rows_of(document, again[document])
        require(view_digest(mine) == view_digest(theirs), f"{document} depends on the order")
    tables = views.get(TABLES, empty_view(TABLES))
    two_tabs([view for view in views.values() if isinstance(view, OrderView)], tables)
    return bool(entries)


def _views(entries: Sequence[tuple[DocumentId, Entry]]) -> dict[DocumentId, View]:
    views: dict[DocumentId, View] = {}
    for document, entry in entries:
        if document not in views:
            views[document] = empty_view(document)
        views[document] = views[document].copy()
        views[document].apply(entry)
    return views


def look_at(document: DocumentId, view: View) -> None:
    """All that anybody asks of a view. Raises what a bug raises, or Broken."""
    disputes = disputes_of(view)
    JSON.encode([dispute_json(each) for each in disputes])
    if isinstance(view, OrderView):
        JSON.encode(order_json(view, "0" * 32))
        require(view.paid >= 0 and all(line.left >= 0 for line in view.lines), "less than nothing")
    elif isinstance(view, TablesView):
        _look_at_tables(view, FloorView(floor_document(0)))
    elif isinstance(view, FloorView):
        _look_at_floor(view)
    elif isinstance(view, TerminalsView):
        require(len(view.devices_by_letters) <= len(view.terminals), "letters")
    elif isinstance(view, TrustView):
        require(len(view.admins) <= len(view.members), "admins")
    _check_rows(document, rows_of(document, view))


def _look_at_tables(view: TablesView, floor: FloorView) -> None:
    """Every table, at a moment when nothing has run out."""
    room = DiningRoom(view, floor, floor, now_ms=0, tabs=lambda _: (), left=lambda _: ())
    for table in view.tables.values():
        JSON.encode([table_json(table, room), waiter_history_json(room, table.id)])


def _look_at_floor(view: FloorView) -> None:
    JSON.encode([reservation_json(each, 0) for each in view.reservations.values()])
    for table, group in view.groups.items():
        require(len(group) > 1 and table in group, "a group of one")
        require(all(view.together(each) == group for each in group), "groups that overlap")


def _check_rows(document: DocumentId, rows: Any) -> None:
    """They fit the STRICT tables that they will be inserted into."""
    for table in ROW_TABLES:
        seen = set()
        for row in rows.get(table.name, ()):
            require(len(row) == len(table.columns), f"{table.name} has other columns")
            named = dict(zip((name for name, _ in table.columns), row, strict=True))
            for (name, kind), cell in zip(table.columns, row, strict=True):
                good = cell is None or type(cell) is _COLUMN_TYPES[kind]
                require(good, f"{table.name}.{name} is a {type(cell).__name__}")
                small = not isinstance(cell, int) or -LARGEST - 1 <= cell <= LARGEST
                require(small, f"{table.name}.{name} is too large")
            key = tuple(named[name] for name in table.key)
            require(None not in key and key not in seen, f"{table.name} has a key twice")
            require(named["document_id"] == document, f"{table.name} names another document")
            seen.add(key)


# --- the CRDT document


def _make_document(dice: Random) -> bytes:
    pools = Pools(dice)
    authors = [site().author(name) for name in ("one", "two")]
    told = []
    for number in range(few(dice, 12)):
        facts = [list(any_body(pools)) for _ in range(few(dice, 5))]
        try:
            told.append(dice.choice(authors).write(facts, hlc=number << 16))
        except NotCanonical:
            continue
    return packed([told, [dice.randrange(3) for _ in range(4)]])


def _use_document(data: bytes) -> bool:
    """The same Yjs bytes in either order, also when client ids collide (two derivations only)."""
    told, _ = unpacked(data)
    changes = [decode_change(each) for each in told if decodes(each)]
    documents = {each for change in changes for each in change.documents}
    for document in documents:
        mine = [change for change in changes if document in change.documents]
        for derive in (None, lambda change, _, attempt: change[0] % 2 + attempt):
            options = {} if derive is None else {"derive": derive}
            one = Document(document, mine, **options)
            other = Document(document, [*reversed(mine), *mine], **options)
            require(one.update() == other.update(), "Yjs bytes depend on the order")
            require(len(one.facts()) == _facts_about(document, mine), "facts were lost in Yjs")
    return bool(documents)


def _facts_about(document: DocumentId, changes: Sequence[Change]) -> int:
    ids = {entry.id for change in changes for doc, entry in change.entries() if doc == document}
    return len(ids)


def view_doors() -> list[Door]:
    """Views and documents."""
    return [
        Door(
            name="facts",
            what="absurd facts in views, rows, disputes, JSON",
            make=_make_facts,
            open=opened(_use_facts),
        ),
        Door(
            name="document",
            what="absurd changes in the CRDT document",
            make=_make_document,
            open=opened(_use_document),
        ),
    ]
