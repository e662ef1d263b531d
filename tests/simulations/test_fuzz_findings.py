"""What the fuzzer has found so far, each as a small test that needs no fuzzer."""

import hashlib
from pathlib import Path
from random import Random

import msgspec
import pytest
import trio

from crdt_models.canonical_cbor import encode
from crdt_models.change import decode_change
from crdt_models.change_gate import ChangeGate, key_opened_by
from crdt_models.documents.kinds import empty_view
from crdt_models.documents.orders.facts import (
    BillAsked,
    LineAdded,
    LineCancelled,
    LinesReady,
    LinesSent,
    PaymentReceived,
)
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.view import View
from crdt_models.errors import BadSignature
from crdt_models.fact import Entry, Fact, Stamp, body_of
from crdt_models.ids import (
    TERMINALS,
    ChangeId,
    CommandId,
    DeviceId,
    FactId,
    LineId,
    PaymentId,
    fact_id,
    order_document,
)
from crdt_models.pedido import order_json
from crdt_models.read_models import rows_of, view_digest
from peer.config import read_config
from peer.service.settings import BadSetting
from simulations.fuzz.members import Author, Site
from simulations.fuzz.memory_terminal import open_terminal
from simulations.fuzz.seeds import KeysOfAccepted, site

ORDER = order_document(b"o" * 16)
CLAIMS = {
    "noise": (TERMINALS, b"\x80"),
    "another site's": (TERMINALS, Site("another").author("one").chain),
    "another device's": (TERMINALS, site().author("two").chain),
    "in a wrong document": (ORDER, site().author("one").chain),
}


def claim(author: Author, home: str, chain: bytes) -> bytes:
    """A signed change that says it opens an epoch, in a form that opens nothing."""
    return author.write([[home, ["author_opened", False, {"chain": chain}]]], hlc=9)


def note(author: Author) -> bytes:
    return author.write([[ORDER, body_of(BillAsked())]], hlc=10)


@pytest.mark.parametrize("what", CLAIMS)
def test_a_false_opening_of_a_known_author_is_a_change_like_any_other(what: str) -> None:
    """It was authentic to the gate and raised where it was stored: the writer ended, and would
    have ended again at every start, in every terminal of the shop."""
    author, known = site().author("one"), KeysOfAccepted()
    gate = ChangeGate(site().id, known)
    told = [author.opening(), claim(author, *CLAIMS[what]), note(author)]
    verdict = gate.judge(told)
    assert [change.data for change in verdict.authentic] == told
    assert not verdict.refused and not verdict.waiting, "what was taken is not refused too"
    assert key_opened_by(verdict.authentic[0]) is not None
    assert key_opened_by(verdict.authentic[1]) is None


@pytest.mark.parametrize("what", CLAIMS)
def test_a_false_opening_of_an_unknown_author_is_refused_and_does_not_wait(what: str) -> None:
    author = site().author("one")
    verdict = ChangeGate(site().id, KeysOfAccepted()).judge([claim(author, *CLAIMS[what])])
    assert not verdict.authentic and not verdict.waiting and len(verdict.refused) == 1


def test_an_opening_with_a_wrong_signature_is_refused_once() -> None:
    author = site().author("one")
    data = author.opening()
    forged = data[:-1] + bytes([data[-1] ^ 1])
    verdict = ChangeGate(site().id, KeysOfAccepted()).judge([forged])
    assert not verdict.authentic and not verdict.waiting
    assert [type(each) for each in verdict.refused] == [BadSignature]


def test_a_terminal_stores_a_false_opening_starts_again_and_takes_what_follows() -> None:
    with open_terminal() as terminal:
        author = terminal.author("B")
        told = [author.opening(), claim(author, TERMINALS, b"\x80"), note(author)]

        async def receive(changes: list[bytes]) -> int:
            async with terminal.boot() as booted:
                return (await booted.node.receive(changes, source=1)).stored

        assert trio.run(receive, told) == 3
        assert trio.run(receive, [note(author)]) == 1, "its key is found again in the log"


def entry(fact: Fact, *, device: int = 0) -> Entry:
    change = ChangeId(b"c" * 32)
    return Entry(
        id=fact_id(change, 0),
        stamp=Stamp(5, change[:16], 0),
        fact=fact,
        body=body_of(fact),
        device=DeviceId(bytes([device]) * 32),
        operator=None,
        business_day=1,
        command_id=CommandId(b"m" * 16),
        index=0,
        site=site().id,
    )


def test_two_kinds_of_fact_under_one_id_are_one_fact_in_every_order() -> None:
    """Takes a collision of 16 hash bytes. Both stood in the view, each under its kind, and what
    unites the tellings of a fact gave one kind where the other was asked for."""
    payment = PaymentReceived(payment=PaymentId(b"p" * 16), centavos=5, method="pix")
    facts = [entry(LinesReady((LineId(b"l" * 16),))), entry(payment), entry(BillAsked(), device=1)]
    seen = set()
    for order in (facts, facts[::-1], facts[1:] + facts[:1]):
        view = empty_view(ORDER)
        for each in order:
            view.apply(each)
        assert view.fact_count == 1
        assert order_json(view, "")["versao"] == 1
        seen.add(view_digest(rows_of(ORDER, view)))
    assert len(seen) == 1


def crowded(count: int, mentions: Random) -> OrderView:
    """One line, `count` cancellations and `count` sends of it; some know of each other."""
    line, view = LineId(b"l" * 16), OrderView(ORDER)
    added = LineAdded(line=line, product="", name="x", thousandths=1, unit_centavos=1)
    facts: list[Fact] = [added]
    for number in range(count):
        seen = tuple(_id(1 + count + each) for each in range(count) if mentions.random() < 0.6)
        facts.insert(1 + number, LineCancelled(line=line, thousandths=1, sends_seen=seen))
        seen = tuple(_id(1 + each) for each in range(count) if mentions.random() < 0.6)
        facts.append(LinesSent((line,), cancellations_seen=seen))
    for number, fact in enumerate(facts):
        change = ChangeId(number.to_bytes(2, "big") * 16)
        stamp = Stamp(number, change[:16], 0)
        command = CommandId(change[:16])
        told = msgspec.structs.replace(entry(fact), id=_id(number), stamp=stamp, command_id=command)
        view.apply(told)
    return view


def _id(number: int) -> FactId:
    return fact_id(ChangeId(number.to_bytes(2, "big") * 16), 0)


@pytest.mark.parametrize("seed", range(20))
def test_sends_and_cancellations_that_know_nothing_of_each_other(seed: int) -> None:
    """Every pair was compared: 3,000 of each cost 14 s, in every terminal, at every write."""
    dice = Random(seed)
    view = crowded(dice.randrange(1, 7), dice)
    (line,) = view.lines
    pairs = [
        {cancellation.id, send.id}
        for cancellation in view.all(LineCancelled)
        for send in view.all(LinesSent)
        if send.id not in cancellation.fact.sends_seen
        and cancellation.id not in send.fact.cancellations_seen
    ]
    assert set(line.unseen_sends) == set().union(*pairs)


def test_a_crowd_is_counted_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    view, asked = crowded(100, Random(1)), []
    same_all = View.same_all
    monkeypatch.setattr(View, "same_all", lambda *given: asked.append(1) or same_all(*given))
    assert view.lines and len(asked) <= 2 * 201


def test_the_home_of_nobody_is_a_bad_setting(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="MALHA_HOME"):
        read_config({"MALHA_HOME": "~nobody-of-that-name/malha"})


@pytest.mark.parametrize("home", ["/", "//", "/x/.."])
def test_the_root_is_no_home(home: str) -> None:
    with pytest.raises(BadSetting, match="MALHA_HOME"):
        read_config({"MALHA_HOME": home})


def test_no_way_of_writing_it_puts_the_key_into_the_home(tmp_path: Path) -> None:
    """A copy of the home would carry its own key. `..` led there, and a link would have."""
    (tmp_path / "home").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "home")
    home = {"MALHA_HOME": str(tmp_path / "home")}
    for key in ("home/key", "other/../home/key", "link/key"):
        with pytest.raises(BadSetting, match="MALHA_KEY_FILE"):
            read_config({**home, "MALHA_KEY_FILE": str(tmp_path / key)})
    config = read_config({"MALHA_HOME": str(tmp_path / "home" / "..")})
    assert not config.key_file.is_relative_to(config.home)


def test_a_setting_of_any_bytes_is_refused_in_words_that_can_be_shown() -> None:
    """The library's reason quotes it, and a screen cannot show half a character."""
    with pytest.raises(BadSetting) as refused:
        read_config({"API_NUVEM_URL": "https://\u2100.exa\udcff"})
    assert str(refused.value).encode("utf-8")


def test_these_members_sign_what_the_gate_takes() -> None:
    """Or the fuzzer would only try the door, never the rooms."""
    author = site().author("one")
    data = author.opening()
    change = decode_change(data)
    assert change.id == hashlib.sha256(data).digest() and encode([1]) == b"\x81\x01"
    assert ChangeGate(site().id, KeysOfAccepted()).judge([data]).authentic == [change]
