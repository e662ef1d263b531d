"""The relay as it runs: a process, real HTTP, a real disk."""

import hashlib
import json
import threading

import httpx
import pytest

from crdt_models.change import Change
from crdt_models.digests import add, content_digest
from crdt_models.document import Document
from crdt_models.errors import BadSignature
from crdt_models.ids import DocumentId
from crdt_models.receipts import (
    Claim,
    Question,
    ReceiptOfAnother,
    Upload,
    encode_question,
    encode_upload,
    verify_receipt,
)
from tests.cloud_relay.conftest import Call, MakeRelay
from tests.cloud_relay.processes import Caller
from tests.cloud_relay.shop import Terminal


@pytest.fixture
def counter() -> Terminal:
    return Terminal("counter")


@pytest.fixture
def caller(make_relay: MakeRelay, call: Call, counter: Terminal) -> Caller:
    """A node of the counter's shop, at a relay that runs."""
    relay = make_relay()
    token = relay.token(counter.site, "counter")
    return call(relay.start(), token, counter.site)


def bytes_of(changes: list[Change]) -> list[bytes]:
    return [change.data for change in changes]


def digest_of(changes: list[Change]) -> str:
    digests: dict[DocumentId, int] = {}
    for change in changes:
        for document in change.documents:
            digests[document] = add(digests.get(document, 0), document, change.id)
    return content_digest(digests).hex()


def test_an_upload_is_stored_once_and_vouched_for(caller: Caller, counter: Terminal) -> None:
    day = counter.day(5)
    receipt = caller.upload(*bytes_of(day))
    assert (receipt.received, receipt.stored, receipt.waiting) == (6, 6, 0)
    assert all(receipt.keeps(index) for index in range(6))
    assert [tip.id for tip in receipt.tips] == [day[-1].id]
    again = caller.upload(*bytes_of(day))
    assert (again.received, again.stored) == (6, 0)
    assert again.tips == receipt.tips
    assert all(again.keeps(index) for index in range(6))
    stats = caller.stats()
    assert (stats["changes"], stats["orders"], stats["missing"]) == (6, 5, 0)
    assert stats["content_digest"] == digest_of(day)


def test_read_models_and_documents_follow(caller: Caller, counter: Terminal) -> None:
    day = counter.day(3)
    caller.upload(*bytes_of(day))
    found = caller.http.get("/api/orders", params={"start_date": "2015-11-27"}).json()
    assert found["total"] == 3
    assert [order["total_centavos"] for order in found["orders"]] == [1000, 1000, 1000]
    none = caller.http.get("/api/orders", params={"end_date": "2015-11-26"}).json()
    assert none == {"orders": [], "total": 0}
    order = day[1].documents[0]
    update = caller.http.get(f"/v1/documents/{order}")
    assert update.content == Document(order, [day[1]]).update()
    assert caller.http.get("/v1/documents/order:" + "0" * 32).status_code == 404


def test_what_waits_for_its_author_is_not_covered(caller: Caller, counter: Terminal) -> None:
    opening, first, second = counter.day(2)
    early = caller.upload(first.data, second.data)
    assert (early.stored, early.waiting, early.tips) == (0, 2, ())
    assert not early.keeps(0)
    assert not early.keeps(1)
    late = caller.upload(opening.data, second.data)
    assert late.stored == 2
    assert late.missing == (first.id,)
    assert caller.stats()["missing"] == 1
    assert caller.upload(first.data).missing == ()


def test_garbage_and_forgeries_are_refused_one_by_one(caller: Caller, counter: Terminal) -> None:
    opening, good = counter.day(1)
    forged = good.data[:-1] + bytes([good.data[-1] ^ 1])
    stranger = Terminal("counter", shop="another").boot()
    receipt = caller.upload(opening.data, b"garbage", forged, stranger.data, good.data)
    assert receipt.stored == 2
    assert [receipt.keeps(index) for index in range(5)] == [True, False, False, False, True]
    assert dict(receipt.refused) == {"bad_signature": 1, "malformed_change": 1, "not_canonical": 1}


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 400), (b"\x80", 400), (b"<html>", 400), (b"\0" * (1024 * 1024 + 1), 413)],
    ids=["empty", "no fields", "HTML", "too large"],
)
def test_a_malformed_body_gets_a_typed_answer(caller: Caller, body: bytes, status: int) -> None:
    for path in ("/v1/changes", "/v1/have"):
        answer = caller.post(path, body)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
    assert caller.post("/v1/changes", b"{}", **{"content-type": "text/json"}).status_code == 415


def test_a_tenant_sees_nothing_of_another(
    make_relay: MakeRelay, call: Call, counter: Terminal
) -> None:
    relay, foreign = make_relay(), Terminal("counter", shop="another")
    mine, theirs = relay.token(counter.site, "a"), relay.token(foreign.site, "a", company="other")
    office = relay.token(counter.site, "office", role="back_office")
    url = relay.start()
    day = counter.day(1)
    call(url, mine, counter.site).upload(*bytes_of(day))
    stranger = call(url, theirs, foreign.site)
    wrong = encode_upload(Upload(counter.site, (day[0].data,)))
    unknown = encode_upload(Upload(Terminal("x", shop="nobody's").site, (day[0].data,)))
    refusals = [stranger.post("/v1/changes", body) for body in (wrong, unknown)]
    refusals.append(stranger.post("/v1/have", encode_question(Question(counter.site, ()))))
    for path in ("/api/orders", "/api/stats", f"/v1/documents/{day[1].documents[0]}"):
        refusals.append(stranger.http.get(path, params={"site": counter.site.hex()}))
        refusals.append(stranger.http.get(path, params={"company": "acme"}))
    refusals.append(stranger.http.get(f"/v1/documents/{day[1].documents[0]}"))
    assert [answer.status_code for answer in refusals] == [404] * len(refusals)
    assert refusals[0].content == refusals[1].content
    assert stranger.stats()["changes"] == 0
    reader = call(url, office, counter.site)
    assert reader.stats()["changes"] == 2
    assert reader.post("/v1/changes", wrong).status_code == 403


def test_only_tokens_in_force_are_let_in(
    make_relay: MakeRelay, call: Call, counter: Terminal
) -> None:
    relay = make_relay()
    old, kept = relay.token(counter.site, "old"), relay.token(counter.site, "kept")
    assert (
        relay.command("token", "revoke", "--site", counter.site.hex(), "--node", "old").returncode
        == 0
    )
    url = relay.start()
    stranger = old.replace(old[:4], "AAAA")
    another_relay = kept.split(".")[0] + "." + "A" * 43
    for token in (old, stranger, another_relay, "nonsense"):
        answer = httpx.get(url + "/api/stats", headers={"authorization": f"Bearer {token}"})
        assert answer.status_code == 401, token
    assert httpx.get(url + "/api/stats").status_code == 401
    assert call(url, kept, counter.site).stats()["changes"] == 0


def test_the_administrators_key_names_the_site(make_relay: MakeRelay, counter: Terminal) -> None:
    relay = make_relay(API_SECRET_KEY="k" * 32)
    relay.token(counter.site, "a")
    url = relay.start()
    key = {"x-api-key": "k" * 32}
    named = {"company": "acme", "site": counter.site.hex()}
    assert httpx.get(url + "/api/stats", headers=key, params=named).status_code == 200
    assert httpx.get(url + "/api/stats", headers=key).status_code == 404
    wrong = {**named, "company": "other"}
    assert httpx.get(url + "/api/stats", headers=key, params=wrong).status_code == 404
    assert httpx.get(url + "/api/stats", headers={"x-api-key": "k" * 31}).status_code == 401


def test_a_tenant_that_asks_too_often_waits_alone(
    make_relay: MakeRelay, call: Call, counter: Terminal
) -> None:
    relay = make_relay(MALHA_RELAY_RATE="0.001", MALHA_RELAY_BURST="2")
    other = Terminal("counter", shop="another")
    mine, theirs = relay.token(counter.site, "a"), relay.token(other.site, "a", company="other")
    url = relay.start()
    caller = call(url, mine, counter.site)
    assert [caller.http.get("/api/stats").status_code for _ in range(3)] == [200, 200, 429]
    refused = caller.http.get("/api/stats")
    assert int(refused.headers["retry-after"]) > 1
    assert call(url, theirs, other.site).stats()["changes"] == 0


def test_the_downlink_gives_what_is_lacking(caller: Caller, counter: Terminal) -> None:
    kitchen = Terminal("kitchen")
    mine, theirs = counter.day(4), kitchen.day(3)
    caller.upload(*bytes_of(mine + theirs))

    def claim(change: Change, *missing: Change) -> Claim:
        ids = tuple(sorted(each.id for each in missing))
        return Claim(change.device, change.epoch, change.sequence, change.id, ids)

    everything, receipt = caller.ask()
    assert set(everything.changes) == set(bytes_of(mine + theirs))
    assert len(receipt.tips) == 2
    nothing, _ = caller.ask(claim(mine[-1]), claim(theirs[-1]))
    assert nothing.changes == ()
    tail, _ = caller.ask(claim(mine[2]), claim(theirs[-1]))
    assert list(tail.changes) == bytes_of(mine[3:])
    gap, _ = caller.ask(claim(mine[-1], mine[1]), claim(theirs[-1]))
    assert mine[1].data in gap.changes
    part, _ = caller.ask(limit=3)
    assert len(part.changes) == 3
    assert part.more
    none, known = caller.ask(limit=0)
    assert none.changes == ()
    assert known.tips == receipt.tips


def test_a_receipt_is_believed_only_for_its_site_batch_and_key(
    caller: Caller, counter: Terminal
) -> None:
    body = encode_upload(Upload(counter.site, (counter.boot().data,)))
    data = caller.post("/v1/changes", body).content
    assert verify_receipt(data, caller.relay, counter.site, body).stored == 1
    with pytest.raises(ReceiptOfAnother):
        verify_receipt(data, caller.relay, Terminal("x", shop="y").site, body)
    with pytest.raises(ReceiptOfAnother):
        verify_receipt(data, caller.relay, counter.site, body + b"\0")
    with pytest.raises(BadSignature):
        verify_receipt(data, hashlib.sha256(b"another").digest(), counter.site, body)
    with pytest.raises(BadSignature):
        verify_receipt(data[:-1] + bytes([data[-1] ^ 1]), caller.relay, counter.site, body)


def test_kill_during_uploads_loses_nothing_acknowledged(
    make_relay: MakeRelay, call: Call, counter: Terminal
) -> None:
    relay = make_relay()
    token = relay.token(counter.site, "counter")
    acknowledged: list[Change] = []

    def upload_until_it_dies(url: str, boot: int, some_went_well: threading.Event) -> None:
        caller = call(url, token, counter.site)
        changes = [counter.boot(boot)]
        for number in range(1000):
            changes.append(counter.order(1000 * boot + number))
            try:
                receipt = caller.upload(*bytes_of(changes))
            except httpx.HTTPError:
                return
            acknowledged.extend(each for i, each in enumerate(changes) if receipt.keeps(i))
            changes = []
            if number == 5 * boot:
                some_went_well.set()

    for boot in range(1, 4):
        some_went_well = threading.Event()
        uploading = threading.Thread(
            target=upload_until_it_dies, args=(relay.start(), boot, some_went_well)
        )
        uploading.start()
        assert some_went_well.wait(30)
        relay.kill()
        uploading.join(30)
    caller = call(relay.start(), token, counter.site)
    assert len(acknowledged) >= 30
    for start in range(0, len(acknowledged), 400):
        receipt = caller.upload(*bytes_of(acknowledged[start : start + 400]))
        assert receipt.stored == 0
        assert all(receipt.keeps(index) for index in range(receipt.received))


def test_a_signal_stops_it_in_order(make_relay: MakeRelay, call: Call, counter: Terminal) -> None:
    relay = make_relay()
    token = relay.token(counter.site, "counter")
    caller = call(relay.start(), token, counter.site)
    caller.upload(*bytes_of(counter.day(1)))
    assert relay.stop() == 0
    relay.start()
    assert call(relay.url, token, counter.site).stats()["changes"] == 2


def test_one_process_holds_the_database(make_relay: MakeRelay, counter: Terminal) -> None:
    relay = make_relay()
    relay.token(counter.site, "a")
    relay.start()
    second = relay.command("site", "list")
    assert second.returncode == 1
    assert "Another process" in second.stderr
    assert "stop it first" in second.stderr


def test_lost_keys_are_never_replaced(make_relay: MakeRelay, counter: Terminal) -> None:
    relay = make_relay()
    relay.token(counter.site, "a")
    (relay.home / "relay-signing.key").unlink()
    refused = relay.command("site", "list")
    assert refused.returncode == 1
    assert "relay-signing.key" in refused.stderr
    assert not (relay.home / "relay-signing.key").exists()


@pytest.mark.parametrize("left", [None, b""], ids=["none", "empty"])
def test_a_lost_database_is_never_replaced_unasked(
    make_relay: MakeRelay, counter: Terminal, left: bytes | None
) -> None:
    """A disk that is not mounted must not look to the terminals like a revoked token."""
    relay, database = make_relay(), "relay.db"
    relay.token(counter.site, "a")
    kept = {each.name: each.read_bytes() for each in relay.home.glob("*.key")}
    (relay.home / database).unlink()
    if left is not None:
        (relay.home / database).write_bytes(left)
    add = ("site", "add", "--company", "acme", "--site", counter.site.hex())
    for command in (("run",), ("site", "list"), add):
        refused = relay.command(*command)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert str(relay.home / database) in refused.stderr
        assert "MALHA_RELAY_HOME" in refused.stderr
        assert "site add --rebuild" in refused.stderr
        assert "malha run" not in refused.stderr
    assert not (relay.home / database).exists() or left == b""
    assert relay.command(*add, "--rebuild").returncode == 0
    assert relay.command("site", "list").stdout.startswith(f"acme {counter.site.hex()} 0")
    assert {each.name: each.read_bytes() for each in relay.home.glob("*.key")} == kept


def test_a_damaged_database_says_what_helps_a_relay(
    make_relay: MakeRelay, counter: Terminal
) -> None:
    relay = make_relay()
    relay.token(counter.site, "a")
    database = relay.home / "relay.db"
    whole = database.read_bytes()
    for length in (2000, len(whole) // 2):
        database.write_bytes(whole[:length])
        refused = relay.command("run")
        assert refused.returncode == 1
        assert "backup" in refused.stderr
        assert "malha run" not in refused.stderr
        assert database.read_bytes() == whole[:length]


def test_public_routes_name_no_tenant(make_relay: MakeRelay, call: Call, counter: Terminal) -> None:
    relay = make_relay()
    token = relay.token(counter.site, "a")
    url = relay.start()
    assert httpx.get(url + "/health").json()["status"] == "ok"
    about = httpx.get(url + "/v1/relay").json()
    assert about["public_key"] == call(url, token, counter.site).relay.hex()
    paths = httpx.get(url + "/openapi.json").json()["paths"]
    assert {"/v1/changes", "/v1/have", "/api/orders", "/api/stats", "/health"} <= paths.keys()
    printed = relay.command("openapi")
    assert httpx.get(url + "/openapi.json").json() == json.loads(printed.stdout)
    missing = httpx.get(url + "/api/nothing/")
    assert (missing.status_code, missing.headers.get("location")) == (404, None)
