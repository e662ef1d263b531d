"""Comanda cards: which there are, what is on them, and what two terminals can do to one at once."""

from typing import Any

import pytest

from crdt_models.disputes import card_disputes
from crdt_models.documents.command import InvalidField
from crdt_models.documents.orders.commands import (
    CancelOrder,
    EditOrder,
    MergeOrders,
    OpenOrder,
)
from crdt_models.documents.tables.card_commands import (
    BlockCard,
    CodeCard,
    RegisterCards,
    ReplaceCard,
    UnblockCard,
    WithdrawCards,
)
from crdt_models.documents.tables.card_errors import (
    CardIsBlocked,
    CardIsInUse,
    CodeIsTaken,
    UnknownCard,
)
from crdt_models.documents.tables.card_facts import CardCoded, CardsRegistered, card_number
from crdt_models.ids import OrderId
from tests.crdt_models.documents.shop import Till, settling


@pytest.fixture
def tills(till: Till) -> tuple[Till, Till]:
    """Two that know the cards 1 to 9, and of nothing that the other does from then on."""
    other = Till("B")
    till.give(RegisterCards(first=1, last=9))
    till.sync(other)
    return till, other


def opened(till: Till, card: str) -> OrderId:
    return OrderId(till.give(OpenOrder(service_type="comanda", tab=card))["order"])


def found(till: Till) -> list[tuple[str, str]]:
    every = card_disputes(till.orders, till.dining_room)
    return [(each.kind, each.subject) for each in every if each.is_open]


def is_quiet(till: Till, command: Any) -> bool:
    before = len(till.changes)
    till.give(command)
    return len(till.changes) == before


def test_a_number_is_a_number_however_it_is_written() -> None:
    assert [card_number(each) for each in ("7", "007", "0007", "9999")] == [7, 7, 7, 9_999]
    for text in ("", "0", "10000", "7a", "-7", " 7", "٧", "²"):
        assert card_number(text) is None


def test_cards_are_what_anybody_registered_without_what_was_withdrawn(tills: Any) -> None:
    one, other = tills
    one.give(WithdrawCards(first=5, last=9))
    other.give(RegisterCards(first=8, last=12))
    one.sync(other)
    for till in tills:
        assert list(till.dining_room.cards) == [1, 2, 3, 4, 8, 9, 10, 11, 12]
    one.give(WithdrawCards(first=1, last=9_999))
    assert list(one.dining_room.cards) == []
    assert not one.dining_room.cards
    one.give(RegisterCards(first=3, last=3))
    assert list(one.dining_room.cards) == [3]


def test_what_is_so_is_not_written_again(till: Till) -> None:
    till.give(RegisterCards(first=1, last=9))
    assert is_quiet(till, RegisterCards(first=2, last=9))
    assert is_quiet(till, WithdrawCards(first=10, last=20))
    assert is_quiet(till, UnblockCard(card=3))
    till.give(BlockCard(card=3, reason="lost"))
    assert is_quiet(till, BlockCard(card=3, reason="lost"))
    assert not is_quiet(till, BlockCard(card=3, reason="stolen"))
    till.give(CodeCard(card=3, code="abc"))
    assert is_quiet(till, CodeCard(card=3, code="abc"))


def test_nonsense_is_refused(tills: Any) -> None:
    till, _ = tills
    for command in (
        RegisterCards(first=0, last=3),
        RegisterCards(first=3, last=2),
        WithdrawCards(first=3, last=2),
        CodeCard(card=3, code="0042"),
        ReplaceCard(card=3, to=3),
    ):
        with pytest.raises(InvalidField):
            till.give(command)
    with pytest.raises(ValueError, match="comes after"):
        CardsRegistered(first=3, last=2)
    with pytest.raises(ValueError, match="number of a card"):
        CardCoded(card=1, code="12")
    for command in (
        BlockCard(card=77, reason="lost"),
        UnblockCard(card=77),
        CodeCard(card=77, code="x"),
        ReplaceCard(card=77, to=1),
        ReplaceCard(card=1, to=77),
    ):
        with pytest.raises(UnknownCard):
            till.give(command)


def test_without_cards_a_comanda_is_any_text_and_nothing_is_disputed(till: Till) -> None:
    one = opened(till, "7")
    other = Till("B")
    opened(other, "7")
    till.sync(other)
    till.give(EditOrder(order=one, fields={"tab": "Zé"}))
    assert found(till) == found(other) == []


def test_an_opener_writes_down_what_he_saw_on_the_card(tills: Any) -> None:
    till, _ = tills
    one = opened(till, "7")
    two = opened(till, "007")
    assert till.order(two).opening.fact.tabs_seen == (one,)
    assert found(till) == []


def test_two_who_open_on_one_card_at_once(tills: Any) -> None:
    one, other = tills
    mine, theirs = opened(one, "7"), opened(other, "07")
    one.sync(other)
    first, second = sorted((mine, theirs))
    told = [("two_orders_on_a_card", f"7:{first.hex()}:{second.hex()}")]
    assert found(one) == found(other) == told
    other.give(MergeOrders(order=mine, to=theirs))
    assert found(other) == []
    other.sync(one)
    assert found(one) == []


def test_a_person_settles_it_until_something_new_comes(tills: Any) -> None:
    one, other = tills
    mine, _ = opened(one, "7"), opened(other, "7")
    one.sync(other)
    (dispute,) = card_disputes(one.orders, one.dining_room)
    one.give(settling(dispute, "both_kept"))
    assert found(one) == []
    one.give(EditOrder(order=mine, fields={"tab": "8"}))
    one.give(EditOrder(order=mine, fields={"tab": "9"}))
    assert found(one) == []


def test_what_is_moved_to_a_card_at_both_sides_is_told(tills: Any) -> None:
    one, other = tills
    mine, theirs = opened(one, "1"), opened(other, "2")
    one.sync(other)
    one.give(EditOrder(order=mine, fields={"tab": "5"}))
    other.give(EditOrder(order=theirs, fields={"tab": "5"}))
    one.sync(other)
    assert [kind for kind, _ in found(one)] == ["two_orders_on_a_card"]
    with pytest.raises(CardIsInUse):
        one.give(EditOrder(order=opened(one, "3"), fields={"tab": "005"}))


def test_blocked_here_and_sold_there(tills: Any) -> None:
    one, other = tills
    one.give(BlockCard(card=7, reason="stolen"))
    order = opened(other, "7")
    one.sync(other)
    told = [("order_on_blocked_card", f"7:{order.hex()}")]
    assert found(one) == found(other) == told
    with pytest.raises(CardIsBlocked):
        opened(other, "7")
    other.give(ReplaceCard(card=7, to=8, reason="stolen"))
    assert other.order(order).text("tab") == "8"
    assert found(other) == []


def test_who_blocks_a_card_knowing_what_is_on_it_leaves_nothing_to_decide(tills: Any) -> None:
    one, other = tills
    opened(one, "7")
    one.sync(other)
    one.give(BlockCard(card=7, reason="lost"))
    assert found(one) == []
    other.clock_ms += 1000
    other.give(BlockCard(card=7, reason="stolen"))
    one.sync(other)
    assert found(one) == []
    assert one.dining_room.cards.block(7).reason == "stolen"


def test_a_block_stands_against_who_takes_back_an_older_one(tills: Any) -> None:
    one, other = tills
    one.give(BlockCard(card=7, reason="other"))
    one.sync(other)
    one.give(BlockCard(card=7, reason="lost"))
    other.clock_ms += 1000
    other.give(UnblockCard(card=7))
    assert other.dining_room.cards.block(7) is None
    one.sync(other)
    for till in tills:
        assert till.dining_room.cards.block(7).reason == "lost"
    other.give(UnblockCard(card=7))
    assert other.dining_room.cards.block(7) is None


def test_a_code_that_two_cards_got_names_neither(tills: Any) -> None:
    one, other = tills
    one.give(CodeCard(card=1, code="abc"))
    other.give(CodeCard(card=2, code="abc"))
    assert one.dining_room.cards.named("abc") == 1
    one.sync(other)
    assert one.dining_room.cards.named("abc") is None
    with pytest.raises(UnknownCard):
        opened(one, "abc")
    with pytest.raises(CodeIsTaken):
        one.give(CodeCard(card=3, code="abc"))
    one.give(CodeCard(card=1, code=None))
    order = opened(one, "abc")
    with pytest.raises(CardIsInUse):
        one.give(WithdrawCards(first=2, last=2))
    one.give(CancelOrder(order=order))
    one.give(WithdrawCards(first=2, last=2))
    assert one.dining_room.cards.named("abc") is None


def test_a_replaced_card_takes_every_order_along(tills: Any) -> None:
    till, _ = tills
    orders = [opened(till, "7"), opened(till, "7")]
    till.give(ReplaceCard(card=7, to=9))
    assert [till.order(each).text("tab") for each in orders] == ["9", "9"]
    assert found(till) == []
    with pytest.raises(CardIsBlocked):
        till.give(ReplaceCard(card=9, to=7))


def test_one_command_at_two_terminals_is_one(tills: Any) -> None:
    one, other = tills
    order = opened(one, "7")
    one.sync(other)
    opened(other, "7")
    for till in tills:
        till.give(ReplaceCard(card=7, to=9), "the same")
    one.sync(other)
    assert one.dining_room.reused_commands == ()
    assert one.order(order).reused_commands == ()
    assert one.order(order).text("tab") == "9"
