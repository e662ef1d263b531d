from crdt_models.disputes import SettleDispute
from crdt_models.documents.catalog.view import CatalogView
from crdt_models.documents.command import Command
from crdt_models.documents.kinds import empty_view
from crdt_models.documents.orders.commands import OpenOrder
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.tables.commands import AddTable
from crdt_models.documents.tables.view import TablesView
from crdt_models.documents.view import View
from crdt_models.fact import Fact, Unknown, fact_of, known_tags
from crdt_models.ids import CATALOG, TABLES, DocumentId
from tests.crdt_models.documents.histories import DOCUMENT


def test_documents_have_the_view_of_their_kind() -> None:
    assert type(empty_view(DOCUMENT)) is OrderView
    assert type(empty_view(TABLES)) is TablesView
    assert type(empty_view(CATALOG)) is CatalogView
    for stranger in ("shift:00", "order:1", "order:" + "z" * 32, "order", "tables:1"):
        assert type(empty_view(DocumentId(stranger))) is View


def test_every_command_has_its_own_tag() -> None:
    def leaves(kind: type[Command]) -> set[type[Command]]:
        below = {leaf for sub in kind.__subclasses__() for leaf in leaves(sub)}
        return below or {kind}

    tags = [each.__struct_config__.tag for each in leaves(Command)]
    assert {OpenOrder, AddTable, SettleDispute} <= leaves(Command)
    assert len(set(tags)) == len(tags)


def test_every_fact_can_be_read_by_the_codec_and_refuses_nonsense() -> None:
    """The codec rejects a class it cannot read only when it meets it; here it meets them all."""
    for tag in known_tags():
        assert isinstance(fact_of([tag, False, {"fact": 1}]), Unknown)


def test_what_a_fact_relies_on_are_fields_of_it() -> None:
    for kind in Fact.__subclasses__():
        assert set(kind.__struct_fields__) >= kind.RELIES
