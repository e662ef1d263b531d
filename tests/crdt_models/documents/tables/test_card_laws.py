"""The laws that cards keep whatever was written, by whom, in whichever order it arrives."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from crdt_models.change import Change
from crdt_models.documents.tables.card_facts import (
    CardBlocked,
    CardCoded,
    CardsRegistered,
    CardsWithdrawn,
)
from crdt_models.documents.tables.view import TablesView
from crdt_models.fact import Fact
from crdt_models.ids import TABLES
from crdt_models.pedido import JSON, card_json
from tests.crdt_models.documents.histories import changes
from tests.crdt_models.documents.laws import applied, check_commutes, entries_of

FEW = settings(max_examples=60, deadline=None)
numbers = st.integers(1, 5)
some = st.lists(st.integers(0, 15).map(lambda n: f"ref:{n}"), max_size=3).map(tuple)


def _range(kind: Any, first: int, more: int, **fields: Any) -> Fact:
    fact: Fact = kind(first=first, last=first + more, **fields)
    return fact


facts: st.SearchStrategy[Fact] = st.one_of(
    st.builds(_range, st.just(CardsRegistered), numbers, st.integers(0, 3)),
    st.builds(_range, st.just(CardsWithdrawn), numbers, st.integers(0, 3), registered=some),
    st.builds(CardCoded, card=numbers, code=st.sampled_from([None, "a", "b"]), replaces=some),
    st.builds(
        CardBlocked,
        card=numbers,
        reason=st.sampled_from([None, "lost", "stolen"]),
        replaces=some,
    ),
)


def seen(view: TablesView) -> Any:
    cards = view.cards
    return [JSON.encode(card_json("", each, cards, ())) for each in cards]


@FEW
@given(changes(of=facts), st.randoms(use_true_random=False))
def test_apply_commutes_and_tolerates_repetition(written: list[Change], dice: Any) -> None:
    check_commutes(written, dice, lambda: TablesView(TABLES), seen)


@FEW
@given(changes(of=facts))
def test_whatever_names_a_card_names_one_that_there_is(written: list[Change]) -> None:
    cards = applied(TablesView(TABLES), entries_of(written)).cards
    assert bool(cards) == bool(list(cards))
    for number in cards:
        assert cards.named(str(number)) == cards.named(f"{number:04}") == number
    for code in ("a", "b"):
        named = cards.named(code)
        having = [each for each in cards if cards.code(each) == code]
        assert having == [named] if named is not None else len(having) != 1
