"""An order as all its facts make it.

Rules of this file:
1. Three axes, all derived, none stored: account (open → bill asked → closed → settled, or
   cancelled), production (how far the kitchen is with what is left), fiscal (none yet).
2. `total` of a closed bill is the closing's; otherwise it is computed, see `charges`.
3. What an order has on it may have been added to another and moved: see `whereabouts`. `joined` to
   the orders beside it a view tells what people see, alone what its own document can tell.
4. `balance` is what the customer still owes: below zero too much was paid. `received − refunded`
   counts every confirmed payment, whatever the closing listed, so no money is ever lost from sight.
"""

from typing import Literal, cast

from crdt_models.documents.fields import ON_ACCOUNT
from crdt_models.documents.orders.bill import (
    Late,
    is_asked,
    late_of,
    named,
)
from crdt_models.documents.orders.charges import (
    Figures,
    Terms,
    Tip,
    closed_figures,
    figures_of,
    terms_of,
    tips_of,
)
from crdt_models.documents.orders.delivery import NOWHERE, delivery_register
from crdt_models.documents.orders.facts import (
    BillAsked,
    BillClosed,
    BillReopened,
    BillSplit,
    ClosedLine,
    CourseFired,
    CouvertSet,
    Delivery,
    DeliveryFeeSet,
    DeliverySet,
    DiscountCarried,
    DiscountGiven,
    DiscountWithdrawn,
    FieldName,
    FieldSet,
    FiringRecalled,
    FlagSet,
    LineAdded,
    LineCancelled,
    LineRecalled,
    LineRouted,
    LinesArrived,
    LinesDelivered,
    LinesFired,
    LinesMoved,
    LineSplit,
    LinesPreparing,
    LinesReady,
    LinesSent,
    MinimumSet,
    OrderCancelled,
    OrderMergedInto,
    OrderNumbered,
    OrderOpened,
    OrderRestored,
    PaidOnAccount,
    PaymentConfirmed,
    PaymentDenied,
    PaymentReceived,
    PaymentRefunded,
    PaymentUnknown,
    ServiceSet,
    SuppliesTaken,
    TipReceived,
    TipReturned,
)
from crdt_models.documents.orders.lines import (
    STAGES,
    Production,
    ShownLine,
    as_billed,
    as_it_is,
)
from crdt_models.documents.orders.numbers import aliases_of, numbers_of
from crdt_models.documents.orders.payments import Payment, payments_of
from crdt_models.documents.orders.registers import Value, fields_of, first_value, flags_of
from crdt_models.documents.orders.shared_lines import SharedLines
from crdt_models.documents.orders.split import ShareDue, shares_of, split_register
from crdt_models.documents.orders.supplies import SupplyTaken, supplies_of
from crdt_models.documents.orders.tickets import Ticket, tickets_of
from crdt_models.documents.register import Register
from crdt_models.documents.view import Derived, Once
from crdt_models.ids import CreatedId, FactId, LineId, PaymentId, TableId

Account = Literal["open", "bill_asked", "closed", "settled", "cancelled", "merged"]


class OrderView(SharedLines):
    """One order. All amounts in centavos, all quantities in thousandths."""

    UNDERSTANDS = frozenset({
        OrderOpened, OrderNumbered, LineAdded, LineCancelled, LinesSent, LinesPreparing, LinesReady,
        LinesDelivered, FieldSet, FlagSet, PaymentReceived, PaymentConfirmed, PaymentDenied,
        PaymentUnknown, PaymentRefunded, BillAsked, BillClosed, BillReopened, OrderCancelled,
        OrderRestored, PaidOnAccount, DeliverySet, CourseFired, LinesFired, FiringRecalled,
        LineRecalled, LineRouted, LinesMoved, LinesArrived, LineSplit, OrderMergedInto,
        DiscountGiven, DiscountCarried, DiscountWithdrawn, ServiceSet, CouvertSet, MinimumSet,
        DeliveryFeeSet, TipReceived, TipReturned, BillSplit, SuppliesTaken,
    })  # fmt: skip

    @Derived
    def numbers(self) -> tuple[Once[OrderNumbered], ...]:
        """Numbers given by different commands; the first is the one shown."""
        return numbers_of(self)

    @Derived
    def aliases(self) -> tuple[tuple[str, int], ...]:
        """Other (letters, number) this order was given, sorted."""
        return aliases_of(self, self.numbers)

    @Derived
    def fields(self) -> dict[str, Register[Value]]:
        """The registers. An opening writes all of them."""
        return fields_of(self)

    def field(self, name: FieldName) -> Value:
        """The current value of a field."""
        openings = self.all(OrderOpened)
        if len(openings) == 1 and not self.all(FieldSet):
            return first_value(openings[0].fact, name)  # nearly every order, all its life
        return self.fields[name].value(None)

    def text(self, field: FieldName) -> str | None:
        """The current value of a text field."""
        value = self.field(field)
        return value if isinstance(value, str) else None

    @property
    def table(self) -> TableId | None:
        """The dining table it stands at."""
        value = self.text("table")
        return None if value is None else TableId(CreatedId(bytes.fromhex(value)))

    @Derived
    def delivery(self) -> Delivery:
        """Where it goes; all empty while nobody said."""
        return delivery_register(self).value(NOWHERE)

    @property
    def people(self) -> int | None:
        """How many sit at the table."""
        return cast(int | None, self.field("people"))

    @Derived
    def flags(self) -> dict[str, Register[bool]]:
        """The marks that were ever set, by name."""
        return flags_of(self)

    def flag(self, name: str) -> bool:
        """The current value of a mark; false until set."""
        register = self.flags.get(name)
        return register is not None and register.value(False)  # noqa: FBT003 - the default

    @Derived
    def tickets(self) -> tuple[Ticket, ...]:
        """What the kitchen has of it and has not brought out, by station."""
        return () if self.is_cancelled else tickets_of(self.lines)

    @Derived
    def supplies(self) -> tuple[SupplyTaken, ...]:
        """What the lines added here take from the stock, wherever they are now."""
        return supplies_of(self, self.own_lines, self._is_served)

    def _is_served(self, line: LineId) -> bool:
        """Whether an order that has the line was not cancelled, or was closed before."""
        place = self.places.get(line)
        on = [self] if place is None else [self.orders[order] for order in place.orders]
        return any(isinstance(order, OrderView) and order.is_owed for order in on)

    @Derived
    def shown_lines(self) -> tuple[ShownLine, ...]:
        """The closing's lines and then late ones; while the bill is open all, cancelled ones
        too."""
        off = self.figures.taken_off
        if self.closed is None:
            return tuple(as_it_is(line, discount=off.get(line.id, 0)) for line in self.lines)
        closed = (
            as_billed(each, self.lines_by_id.get(each.line), discount=off.get(each.line, 0))
            for each in self.bill
        )
        return (*closed, *(as_it_is(line, is_residual=True) for line in self.late.lines))

    @Derived
    def payments(self) -> tuple[Payment, ...]:
        """Every payment, by stamp, whether it counts or not."""
        return payments_of(self)

    def payments_under(self, payment: PaymentId) -> tuple[Payment, ...]:
        """The payments that go by an id: more than one when a command id was used twice."""
        return tuple(each for each in self.payments if each.id == payment)

    @Derived
    def late(self) -> Late:
        """What the closing did not count; nothing while the bill is open."""
        return Late((), ()) if self.closed is None else late_of(self, self.closed)

    @property
    def residual(self) -> int:
        """Centavos of lines that came after the closing, part of no balance."""
        return self.late.centavos

    @Derived
    def terms(self) -> Terms:
        """Discounts and charges as the facts have them, also of a bill that is closed otherwise."""
        return terms_of(self)

    @Derived
    def figures(self) -> Figures:
        """The bill with all that it is made of: the closing's, or what one made now would say."""
        if self.closed is not None:
            return closed_figures(self.closed.fact)
        return figures_of(self.document, self.lines, self.terms, self.people)

    @Derived
    def bill(self) -> tuple[ClosedLine, ...]:
        """The lines of the bill, with what is asked for each."""
        return named(self.figures.lines, self.lines_by_id)

    @property
    def total(self) -> int:
        """Centavos of the bill, also of a cancelled order."""
        return self.figures.total

    @Derived
    def tips(self) -> tuple[Tip, ...]:
        """Every tip, by stamp; part of no figure of the bill."""
        return tips_of(self, self.payments)

    @property
    def tipped(self) -> int:
        """Centavos of the tips that count."""
        return sum(each.centavos for each in self.tips if each.state == "counted")

    @Derived
    def split(self) -> Register[Once[BillSplit]]:
        """How the bill is split."""
        return split_register(self)

    @Derived
    def shares(self) -> tuple[ShareDue, ...]:
        """Who pays what, nobody's part last: they add up to the total, and to what was paid."""
        return shares_of(self.split, self.figures, self.payments, self.refunded)

    @Derived
    def received(self) -> int:
        """Centavos of all payments that count."""
        return sum(each.centavos for each in self.payments if each.state == "confirmed")

    @Derived
    def refunded(self) -> int:
        """Centavos handed back."""
        return sum(each.fact.centavos for each in self.all(PaymentRefunded))

    @Derived
    def on_account(self) -> int:
        """Centavos of `received − refunded` that no money came for: customers' accounts owe
        them."""
        charged = sum(each.centavos for each in self.payments if each.account is not None)
        refunds = self.all(PaymentRefunded)
        return charged - sum(e.fact.centavos for e in refunds if e.fact.method == ON_ACCOUNT)

    @property
    def paid(self) -> int:
        """received − refunded, never below zero."""
        return max(0, self.received - self.refunded)

    @property
    def owed(self) -> int:
        """What payments are measured against: nothing for a cancelled order that was never
        closed."""
        return self.total if self.is_owed else 0

    @property
    def is_owed(self) -> bool:
        """Whether its bill counts: a cancelled order counts only when it was closed."""
        return not self.is_cancelled or self.closed is not None

    @Derived
    def balance(self) -> int:
        """Centavos still owed; below zero: too much was paid."""
        return self.owed - (self.received - self.refunded)

    @property
    def revenue(self) -> int:
        """For statistics: what is owed, without the service charge, which is the staff's by law
        (Lei 13.419/2017); tips are in no figure of the bill."""
        return max(0, self.total - self.figures.charge("service")) if self.is_owed else 0

    @property
    def is_paid(self) -> bool:
        """Whether the money covers the bill."""
        return self.balance <= 0 and (self.owed > 0 or self.closed is not None)

    @Derived
    def cancellations(self) -> tuple[Once[OrderCancelled], ...]:
        """Cancellations of the whole order that no restoring names."""
        return tuple(each for each in self.all(OrderCancelled) if each.id not in self._restored)

    @Derived
    def mergings(self) -> tuple[Once[OrderMergedInto], ...]:
        """Mergings into another order that no restoring names; the last one is the one shown."""
        return tuple(each for each in self.all(OrderMergedInto) if each.id not in self._restored)

    @Derived
    def _restored(self) -> frozenset[FactId]:
        return self.same_all(
            each for fact in self.all(OrderRestored) for each in fact.fact.cancellations
        )

    @property
    def is_merged(self) -> bool:
        """Whether it was joined with another order and nothing is left on it: no line, and no
        charge of its own, which stays to be paid here or taken away."""
        return bool(self.mergings) and not any(line.left for line in self.lines) and not self.total

    @Derived
    def is_cancelled(self) -> bool:
        """Whether a cancellation of the order stands."""
        return bool(self.cancellations)

    @Derived
    def account(self) -> Account:
        """Where the bill stands."""
        if self.is_cancelled:
            return "cancelled"
        if self.closed is not None:
            return "settled" if self.balance <= 0 else "closed"
        if self.is_merged:
            return "merged"
        return "bill_asked" if is_asked(self, self.closings) else "open"

    @Derived
    def is_open(self) -> bool:
        """Whether it still occupies its table: opened, not closed, cancelled or merged."""
        return self.opening is not None and self.account in ("open", "bill_asked")

    @Derived
    def production(self) -> Production:
        """How far the kitchen is with all that is left: the stage of the line furthest behind."""
        stages = [STAGES.index(line.stage) for line in self.lines if line.left]
        return STAGES[min(stages, default=0)]

    @property
    def fiscal(self) -> Literal["none"]:
        """Fiscal documents come with the fiscal port."""
        return "none"
