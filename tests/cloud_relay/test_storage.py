"""The contract of the relay's database. Every engine runs it."""

import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from cloud_relay.projection import TABLES, Projection, fill_rows
from cloud_relay.storage.port import (
    Arrival,
    DocumentState,
    Gap,
    Opening,
    RelayStorage,
    RowQuery,
    Site,
    SiteTaken,
    SiteWrites,
    Tenant,
    Token,
    UnknownSite,
)
from cloud_relay.storage.sqlite import SqliteStorage
from crdt_models.change import Change
from crdt_models.change_gate import opening_of
from crdt_models.ids import ChangeId, DeviceId
from tests.cloud_relay.shop import DAY, Terminal

KEY = bytes(range(32))
Open = Callable[[], RelayStorage]


@pytest.fixture(params=["sqlite"])
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens this test's database; opening again closes what was open."""
    opened: list[RelayStorage] = []

    def opener() -> RelayStorage:
        if opened:
            opened.pop().close()
        opened.append(SqliteStorage.open(tmp_path / "relay.db", KEY, tables=TABLES))
        return opened[-1]

    yield opener
    for storage in opened:
        storage.close()


@pytest.fixture
def counter() -> Terminal:
    return Terminal("counter")


@pytest.fixture
def mine(counter: Terminal) -> Tenant:
    return Tenant("acme", counter.site)


def with_site(reopen: Open, *tenants: Tenant) -> RelayStorage:
    storage = reopen()
    for tenant in tenants:
        storage.add_site(Site(tenant=tenant, name="Shop", created=1))
    return storage


def append(site: SiteWrites, *changes: Change, node: str = "counter") -> None:
    touched = {
        document: [change for change in changes if document in change.documents]
        for document in {each for change in changes for each in change.documents}
    }
    openings = [
        Opening(change.author, change.id, leaf.signing_key)
        for change in changes
        if (leaf := opening_of(change, change.site)) is not None
    ]
    site.append(
        Arrival(
            changes=changes,
            documents=Projection().states(site, touched),
            openings=openings,
            node=node,
            at=7,
        )
    )


def expected_tips(changes: Sequence[Change]) -> set[ChangeId]:
    named = {(parent, each.device) for each in changes for parent in each.previous}
    return {each.id for each in changes if (each.id, each.device) not in named}


def expected_gaps(changes: Sequence[Change]) -> set[Gap]:
    stored = {each.id for each in changes}
    return {Gap(p, each.id) for each in changes for p in each.previous if p not in stored}


def history() -> list[Change]:
    """Two devices; one has forked at its second boot, one names the other."""
    counter, kitchen = Terminal("counter"), Terminal("kitchen")
    first = counter.day(6)
    fork = Terminal("counter")
    fork.previous, fork.sequence = (first[3].id,), 4
    second, third = counter.day(3, boot=2), fork.day(3, boot=3)
    other = kitchen.day(4)
    kitchen.previous = tuple(sorted((other[-1].id, third[-1].id)))
    return [*first, *second, *third, *other, kitchen.order(9)]


@pytest.mark.parametrize("seed", range(12))
def test_tips_and_gaps_follow_whatever_the_order(reopen: Open, mine: Tenant, seed: int) -> None:
    storage, chosen = with_site(reopen, mine), random.Random(seed)
    changes = history()
    chosen.shuffle(changes)
    held: list[Change] = []
    while changes:
        count = chosen.choice((1, 2, 4, 18))
        part, changes = changes[:count], changes[count:]
        with storage.writing(mine) as site:
            append(site, *part)
        held += part
        with storage.reading(mine) as reading:
            assert {tip.id for tip in reading.tips()} == expected_tips(held)
            assert set(reading.missing()) == expected_gaps(held)


def test_what_was_committed_is_read_back(reopen: Open, mine: Tenant, counter: Terminal) -> None:
    day = counter.day(4)
    with with_site(reopen, mine).writing(mine) as site:
        append(site, *day)
    with reopen().reading(mine) as reading:
        ids = [change.id for change in day]
        assert reading.data(reversed(ids)) == [change.data for change in reversed(day)]
        assert reading.holds_many([*ids, ChangeId(b"\xee" * 32)]) == set(ids)
        header = reading.header(day[2].id)
        assert header is not None
        assert (header.sequence, header.previous) == (3, (day[1].id,))
        found = reading.headers_of(counter.device, below=4, limit=2)
        assert [each.id for each in found] == [day[2].id, day[1].id]
        assert [e.id for e in reading.author_headers(*day[3].author, 1)] == [day[0].id]
        assert reading.children(day[1].id) == {day[2].id}
        assert reading.vouched(day[1].id, day[1].author)
        assert not reading.vouched(day[-1].id, day[1].author)
        assert reading.signing_key(day[0].author) is not None
        assert reading.changes_of(day[1].documents[0]) == [day[1].data]
        assert len(reading.digests()) == 5
        with pytest.raises(KeyError):
            reading.data([ChangeId(b"\xee" * 32)])
        counts = reading.counts()
    assert (counts.changes, counts.orders, counts.devices, counts.missing) == (5, 4, 1, 0)
    assert counts.bytes == sum(len(change.data) for change in day)
    assert counts.last_change_at == 7


def test_a_failed_transaction_leaves_nothing(reopen: Open, mine: Tenant, counter: Terminal) -> None:
    storage, day = with_site(reopen, mine), counter.day(2)
    with pytest.raises(ZeroDivisionError), storage.writing(mine) as site:  # noqa: PT012
        append(site, *day)
        1 / 0  # noqa: B018
    with storage.reading(mine) as reading:
        assert reading.tips() == []
        assert reading.counts().changes == 0
    with storage.writing(mine) as site:
        append(site, *day)


def test_no_tenant_reaches_another(reopen: Open, mine: Tenant, counter: Terminal) -> None:
    theirs = Tenant("other", Terminal("counter", shop="another").site)
    storage, day = with_site(reopen, mine, theirs), counter.day(2)
    with storage.writing(mine) as site:
        append(site, *day)
    document, author = day[1].documents[0], day[0].author
    with storage.reading(theirs) as reading:
        assert reading.holds_many([change.id for change in day]) == frozenset()
        assert reading.header(day[0].id) is None
        assert reading.headers_of(DeviceId(counter.device)) == []
        assert reading.children(day[0].id) == frozenset()
        assert reading.changes_of(document) == []
        assert reading.signing_key(author) is None
        assert list(reading.author_headers(*author, 1)) == []
        assert (reading.tips(), reading.missing(), reading.digests()) == ([], [], {})
        assert reading.counts().changes == 0
        everything = RowQuery(table="order_row", column="business_day", low=0, high=DAY, limit=9)
        assert reading.rows(everything) == []
        assert reading.count_rows(everything) == 0
    for stranger in (Tenant("other", mine.site), Tenant("acme", theirs.site)):
        with pytest.raises(UnknownSite), storage.reading(stranger):
            pass
        with pytest.raises(UnknownSite), storage.writing(stranger):
            pass
    with pytest.raises(SiteTaken):
        storage.add_site(Site(tenant=Tenant("thief", mine.site), name="", created=1))


def test_rows_are_replaced_per_document_and_made_anew(
    reopen: Open, mine: Tenant, counter: Terminal
) -> None:
    storage, day = with_site(reopen, mine), counter.day(3)
    with storage.writing(mine) as site:
        append(site, *day)
    query = RowQuery(table="order_row", column="business_day", low=DAY, high=DAY, limit=2)
    with storage.reading(mine) as reading:
        assert reading.count_rows(query) == 3
        rows = reading.rows(query)
        assert len(rows) == 2
        assert rows[0]["total_centavos"] == 1000
        with pytest.raises(KeyError):
            reading.rows(RowQuery(table="order_row", column="1=1 --", low=0, high=1, limit=1))
    with storage.writing(mine) as site:
        states = [DocumentState(name, digest, {}) for name, digest in site.digests().items()]
        site.append(Arrival(changes=(), documents=states, openings=(), node="", at=1))
        assert site.count_rows(query) == 0
    fill_rows(storage)
    with storage.reading(mine) as reading:
        assert reading.rows(query) == rows


def test_tokens(reopen: Open, mine: Tenant) -> None:
    storage = with_site(reopen, mine)
    token = Token(tenant=mine, node="a", role="node", secret_hash=b"1" * 32, created=1)
    storage.add_token(token)
    assert storage.token(b"1" * 32) == token
    assert storage.token(b"2" * 32) is None
    newer = Token(tenant=mine, node="a", role="back_office", secret_hash=b"2" * 32, created=2)
    storage.add_token(newer)
    assert storage.token(b"1" * 32) is None
    assert storage.tokens(mine) == [newer]
    assert not storage.revoke_token(mine, "b", 5)
    assert storage.revoke_token(mine, "a", 5)
    assert not storage.revoke_token(mine, "a", 6)
    assert storage.token(b"2" * 32) is None
    with pytest.raises(UnknownSite):
        storage.add_token(Token(tenant=Tenant("x", mine.site), node="a", role="node",
                                secret_hash=b"3" * 32, created=1))  # fmt: skip
