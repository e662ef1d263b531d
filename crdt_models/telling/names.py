"""What people call the things that facts name by ids.

Rules of this file:
1. Whatever has not arrived has a name too: "um item", "um pedido". Nothing here raises.
2. A line is looked for in the document whose fact names it; where it is only named there (an
   arrival), in its home.
"""

from collections.abc import Callable, Iterable, Sequence

from crdt_models.documents.accounts.view import AccountView
from crdt_models.documents.catalog.view import CatalogView
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.staff.view import StaffView
from crdt_models.documents.tables.view import TablesView
from crdt_models.documents.view import View
from crdt_models.ids import (
    CATALOG,
    STAFF,
    TABLES,
    CreatedId,
    DocumentId,
    LineId,
    OperatorId,
    OrderId,
    PaymentId,
    ProductId,
    TableId,
    order_document,
    order_of,
)
from crdt_models.money import to_brl

METHODS = {
    "dinheiro": "em dinheiro",
    "credito": "no crédito",
    "debito": "no débito",
    "pix": "por pix",
    "vale": "em vale",
    "outro": "de outra forma",
    "fiado": "no fiado",
}
_MANY = 6  # names in one sentence; then it says how many more


def amount(thousandths: int) -> str:
    """`2`, `0,35`: a quantity as people write it."""
    whole, rest = divmod(abs(thousandths), 1000)
    sign = "-" if thousandths < 0 else ""
    return f"{sign}{whole}" + (f",{rest:03d}".rstrip("0") if rest else "")


def method(code: str) -> str:
    """`em dinheiro`."""
    return METHODS.get(code, code)


def several(told: Sequence[str]) -> str:
    """`Pizza, Suco`: the first few, and how many more there are."""
    more = f" e mais {len(told) - _MANY}" if len(told) > _MANY else ""
    return ", ".join(told[:_MANY]) + more


def because(reason: str) -> str:
    """`: the reason`, or nothing."""
    return f": {reason}" if reason else ""


class Names:
    """Names, as one document's facts need them."""

    def __init__(
        self,
        read: Callable[[DocumentId], View],
        document: DocumentId,
        number: Callable[[OrderView], str | None],
    ) -> None:
        """read: documents as they are now. number: what people call an order (`shown_number`)."""
        self._read = read
        self._document = document
        self._number = number

    def line(self, line: LineId, home: OrderId | None = None) -> str:
        """`Pizza`."""
        order = self._read(self._document if home is None else order_document(home))
        found = order.own_by_id.get(line) if isinstance(order, OrderView) else None
        return "um item" if found is None else found.added.fact.name

    def lines(self, lines: Iterable[LineId], home: OrderId | None = None) -> str:
        """`Pizza, Suco`."""
        return several([self.line(each, home) for each in lines])

    def order(self, order: bytes) -> str:
        """`pedido A-017`."""
        view = self._read(order_document(OrderId(CreatedId(order))))
        number = self._number(view) if isinstance(view, OrderView) else None
        return "um pedido que ainda não chegou aqui" if number is None else f"pedido {number}"

    def document(self, document: DocumentId) -> str:
        """`pedido A-017`; of what is no order, what the document is called."""
        try:
            return self.order(order_of(document))
        except ValueError:
            return document

    def table(self, table: TableId) -> str:
        """`mesa 12`."""
        view = self._read(TABLES)
        found = view.tables.get(table) if isinstance(view, TablesView) else None
        return "uma mesa" if found is None else f"mesa {found.label}"

    def tables(self, tables: Iterable[TableId]) -> str:
        """`mesa 12, mesa 13`."""
        return ", ".join(self.table(each) for each in tables)

    def area(self, area: bytes) -> str:
        """`área Varanda`."""
        view = self._read(TABLES)
        found = view.areas.get(CreatedId(area)) if isinstance(view, TablesView) else None
        return "uma área" if found is None else f"área {found.name}"

    def operator(self, who: bytes) -> str:
        """`Ana`."""
        view = self._read(STAFF)
        known = view.operators if isinstance(view, StaffView) else {}
        found = known.get(OperatorId(CreatedId(who)))
        return "alguém" if found is None else found.name

    def product(self, product: ProductId) -> str:
        """`Pizza`."""
        view = self._read(CATALOG)
        found = view.products.get(product) if isinstance(view, CatalogView) else None
        return "um produto" if found is None else found.name

    def payment(self, payment: PaymentId) -> str:
        """`R$ 44,00 por pix`."""
        view = self._read(self._document)
        given = view.payments if isinstance(view, OrderView | AccountView) else ()
        found = next((each.received.fact for each in given if each.id == payment), None)
        return (
            "um pagamento" if found is None else f"{to_brl(found.centavos)} {method(found.method)}"
        )
