"""What facts say to people: every kind has its sentence, and none tells of a customer."""

import pytest
from hypothesis import given, settings

from crdt_models.change import Change
from crdt_models.documents.accounts.facts import AccountOpened
from crdt_models.documents.kinds import empty_view
from crdt_models.documents.orders.commands import (
    AddLines,
    CancelLines,
    EditOrder,
    LineCancellation,
    NewLine,
    OpenOrder,
    SendLines,
)
from crdt_models.documents.orders.facts import BillReopened, Delivery, DeliverySet, FieldSet
from crdt_models.documents.orders.view import OrderView
from crdt_models.fact import Fact, Unknown
from crdt_models.ids import DocumentId, FactId, OrderId, order_document
from crdt_models.pedido import shown_number
from crdt_models.telling import SENTENCES, Names, mentions, sentence, trail, undone_by
from tests.crdt_models.documents.histories import DOCUMENT, changes
from tests.crdt_models.documents.shop import Till

PIZZA = NewLine(product="p", name="Pizza", unit_centavos=4_400, thousandths=1_500)


def names(till: Till, order: OrderId) -> Names:
    return Names(till.read, order_document(order), shown_number)


def told(till: Till, order: OrderId) -> list[str]:
    return [sentence(each.entry, names(till, order)) for each in trail(till.order(order))]


def test_every_kind_of_fact_has_its_sentence() -> None:
    """A new kind: one line in the SENTENCES of its subject, in crdt_models/telling."""
    ours = {kind for kind in Fact.__subclasses__() if kind.__module__.startswith("crdt_models")}
    assert {kind.tag() for kind in ours - {Unknown} - SENTENCES.keys()} == set()


def test_an_order_is_told_in_the_words_of_the_shop() -> None:
    till = Till()
    order = OrderId(till.give(OpenOrder(service_type="balcao", lines=(PIZZA,)))["order"])
    line = till.order(order).lines[0].id
    till.give(SendLines(order=order))
    till.give(CancelLines(order=order, cancel=(LineCancellation(line, 500),), reason="caiu"))
    till.give(EditOrder(order=order, fields={"waiter": "Bia", "note": None}))
    assert told(till, order) == [
        "Abriu o pedido: balcao",
        "Deu o número A-001",
        "Lançou 1,5 de Pizza a R$ 44,00",
        "Enviou à cozinha: Pizza, sem saber de cancelamento",
        "Cancelou 0,5 de Pizza, que a cozinha já tinha: caiu",
        "Mudou o garçom para Bia",
    ]


def test_what_has_not_arrived_has_a_name_too() -> None:
    till, other = Till("A"), Till("B")
    order = OrderId(till.give(OpenOrder(service_type="balcao", lines=(PIZZA,)))["order"])
    till.give(SendLines(order=order))
    other.receive(list(till.changes.values())[1:])
    assert told(other, order) == ["Enviou à cozinha: um item, sem saber de cancelamento"]
    assert names(other, order).order(b"x" * 16) == "um pedido que ainda não chegou aqui"


@pytest.mark.parametrize(
    "fact",
    [
        DeliverySet(delivery=Delivery(name="Ana Prado", phone="11 9", street="Rua das Flores")),
        AccountOpened(name="Ana Prado", tax_number="123", phone="11 9", note="Rua das Flores"),
    ],
)
def test_a_customer_is_never_told_of(fact: Fact) -> None:
    till = Till()
    change = till.write([(DocumentId("order:" + "0" * 32), fact)])
    (_, entry) = next(iter(change.entries()))
    said = sentence(entry, Names(till.read, DocumentId("x"), shown_number))
    assert [each for each in ("Ana", "Prado", "11 9", "123", "Flores") if each in said] == []


def test_what_a_fact_names_is_found_by_its_type() -> None:
    one, other = FactId("A" * 22 + ".0"), FactId("B" * 22 + ".1")
    assert mentions(BillReopened(closing=one)) == undone_by(BillReopened(closing=one)) == (one,)
    assert mentions(FieldSet(field="note", value="x", replaces=(one, other))) == (one, other)
    assert undone_by(FieldSet(field="note", value="x", replaces=(one,))) == ()


def test_the_write_that_the_clock_decided_against_is_marked_until_somebody_writes_again() -> None:
    a, b = Till("A"), Till("B", clock_ms=Till("x").clock_ms + 9_000)
    order = OrderId(a.give(OpenOrder(service_type="balcao"))["order"])
    b.sync(a)
    a.give(EditOrder(order=order, fields={"note": "a"}))
    b.give(EditOrder(order=order, fields={"note": "b"}))
    a.sync(b)
    assert [each.standing for each in trail(a.order(order))][2:] == ["lost", "stands"]
    assert a.order(order).text("note") == "b"
    a.give(EditOrder(order=order, fields={"note": "c"}))
    states = [each.standing for each in trail(a.order(order))]
    assert states == ["stands", "stands", "replaced", "replaced", "stands"]


def test_a_line_added_under_one_command_at_two_tills_is_a_repetition() -> None:
    a, b = Till("A"), Till("B", clock_ms=Till("x").clock_ms + 9_000)
    order = OrderId(a.give(OpenOrder(service_type="balcao"))["order"])
    b.sync(a)
    for till in (a, b):
        till.give(AddLines(order=order, lines=(PIZZA,)), "key")
    a.sync(b)
    first, again = trail(a.order(order))[2:]
    assert (first.standing, again.standing) == ("stands", "repeated")
    assert again.same_as == first.entry.id


@settings(max_examples=100)
@given(changes(max_size=14))
def test_whatever_members_write_is_told_whole_and_alike_in_any_order(given_: list[Change]) -> None:
    trails = []
    for arriving in (given_, given_[::-1]):
        view = empty_view(DOCUMENT)
        assert isinstance(view, OrderView)
        for change in arriving:
            for document, entry in change.entries():
                if document == DOCUMENT:
                    view.apply(entry)
        called = Names(lambda _, view=view: view, DOCUMENT, shown_number)  # type: ignore[misc]
        trails.append([(each, sentence(each.entry, called)) for each in trail(view)])
    assert trails[0] == trails[1]
    assert len(trails[0]) == view.fact_count
    assert all(said for _, said in trails[0])
