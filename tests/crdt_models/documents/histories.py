"""Hypothesis strategies: what any set of terminals, honest, confused or hostile, may have written.

Small pools of ids, commands and clocks make collisions frequent.
"""

from typing import Any

from hypothesis import strategies as st

from crdt_models.canonical_cbor import encode
from crdt_models.change import Change, decode_change
from crdt_models.documents.orders.facts import (
    Acquirer,
    BillAsked,
    BillClosed,
    BillReopened,
    BillSplit,
    ClosedCharge,
    ClosedDiscount,
    ClosedLine,
    ClosedPayment,
    CourseFired,
    CouvertSet,
    Delivery,
    DeliveryFeeSet,
    DeliverySet,
    DiscountCarried,
    DiscountGiven,
    DiscountWithdrawn,
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
    Modifier,
    OrderCancelled,
    OrderMergedInto,
    OrderNumbered,
    OrderOpened,
    OrderRestored,
    PaymentConfirmed,
    PaymentDenied,
    PaymentReceived,
    PaymentRefunded,
    PaymentUnknown,
    ServiceSet,
    Share,
    ShareOfLine,
    TipReceived,
    TipReturned,
)
from crdt_models.documents.resolution import Resolution
from crdt_models.fact import Fact, body_of
from crdt_models.ids import (
    CreatedId,
    DocumentId,
    FactId,
    LineId,
    OrderId,
    PaymentId,
    ShareId,
    TableId,
    order_document,
)
from crdt_models.ids import fact_id as fact_id_of

ORDER = OrderId(CreatedId(b"o" * 16))
ORDERS = (ORDER, OrderId(CreatedId(b"p" * 16)), OrderId(CreatedId(b"q" * 16)))
DOCUMENT = order_document(ORDER)
NOW = 1_448_600_000_000 << 16
HOUR = 3_600_000 << 16
YEAR = 24 * 365 * HOUR
CLOCKS = (0, NOW - 40 * YEAR, NOW, NOW, NOW + 1, NOW + 3 * HOUR, NOW + 10 * YEAR, 2**64 - 1)

lines = st.sampled_from([LineId(CreatedId(bytes([i]) * 16)) for i in range(3)])
orders = st.sampled_from(ORDERS)
payments = st.sampled_from([PaymentId(CreatedId(bytes([i]) * 16)) for i in range(2)])
amounts = st.integers(1, 5_000)
quantities = st.integers(1, 3_000)
some_lines = st.lists(lines, min_size=1, max_size=3).map(tuple)
shares = st.sampled_from([ShareId(CreatedId(bytes([i]) * 16)) for i in range(2)])
acquirers = st.none() | st.builds(
    Acquirer, name=st.just("x"), transaction=st.sampled_from(["", "t1", "t2"])
)
modifiers = st.lists(
    st.builds(Modifier, name=st.just("m"), unit_centavos=st.integers(-900, 900)), max_size=2
).map(tuple)


# A reference is drawn as `ref:3` and becomes a fact id when the facts before it are known.
one = st.integers(0, 15).map(lambda number: FactId(f"ref:{number}"))
some = st.lists(one, max_size=3).map(tuple)
tables = st.sampled_from([None, TableId(CreatedId(b"t" * 16))])
closings = st.builds(
    BillClosed,
    lines=st.lists(
        st.builds(
            ClosedLine,
            line=lines,
            name=st.just("n"),
            thousandths=quantities,
            unit_centavos=amounts,
            amount_centavos=amounts,
        ),
        max_size=2,
    ).map(tuple),
    total=amounts,
    payments=st.lists(st.builds(ClosedPayment, payments, st.just("pix"), amounts), max_size=2).map(
        tuple
    ),
    paid=amounts,
    counted=some,
    charges=st.lists(
        st.builds(ClosedCharge, st.just("service"), lines, st.just(1_000), st.just(1)), max_size=1
    ).map(tuple),
    discounts=st.lists(st.builds(ClosedDiscount, lines, amounts, amounts), max_size=2).map(tuple),
)
rates = st.integers(0, 10_000)
bills: st.SearchStrategy[Fact] = st.one_of(
    st.builds(
        DiscountGiven,
        kind=st.just("percent"),
        amount=st.integers(1, 10_000),
        line=st.none() | lines,
        reason=st.just("r"),
        replaces=some,
    ),
    st.builds(
        DiscountGiven,
        kind=st.just("value"),
        amount=amounts,
        line=st.none() | lines,
        reason=st.just("r"),
        replaces=some,
    ),
    st.builds(
        DiscountGiven,
        kind=st.just("courtesy"),
        line=st.none() | lines,
        reason=st.just("r"),
        replaces=some,
    ),
    st.builds(
        DiscountWithdrawn,
        discounts=st.lists(one, min_size=1, max_size=2).map(tuple),
        into=st.none() | orders,
    ),
    st.builds(
        DiscountCarried,
        discount=payments,
        source=orders,
        kind=st.sampled_from(["percent", "value", "courtesy"]),
        lines=some_lines,
        reason=st.just("r"),
        basis_points=rates,
        centavos=st.integers(-2, 900),
        splits_seen=some,
    ),
    st.builds(ServiceSet, basis_points=rates, replaces=some),
    st.builds(CouvertSet, unit_centavos=amounts, people=st.integers(0, 3), replaces=some),
    st.builds(MinimumSet, centavos=amounts, is_per_person=st.booleans(), replaces=some),
    st.builds(DeliveryFeeSet, centavos=amounts, replaces=some),
    st.builds(TipReceived, centavos=amounts, method=st.just("pix"), payment=st.none() | payments),
    st.builds(TipReturned, tips=st.lists(one, min_size=1, max_size=2).map(tuple)),
    st.builds(
        BillSplit,
        shares=st.lists(
            st.builds(
                Share,
                share=shares,
                lines=st.lists(st.builds(ShareOfLine, lines, quantities), max_size=2).map(tuple),
                centavos=st.integers(0, 3_000),
                people=st.integers(0, 3),
            ),
            max_size=3,
        ).map(tuple),
        replaces=some,
    ),
)
"""What moves the figures of a bill, or stands beside them."""
facts: st.SearchStrategy[Fact] = st.one_of(
    st.builds(OrderOpened, service_type=st.just("mesa"), table=tables),
    st.builds(OrderNumbered, number=st.integers(1, 3), letters=st.sampled_from("AB")),
    st.builds(
        LineAdded,
        line=lines,
        product=st.just("p"),
        name=st.just("n"),
        thousandths=quantities,
        unit_centavos=amounts,
        modifiers=modifiers,
        course=st.integers(0, 2),
    ),
    st.builds(LineCancelled, line=lines, thousandths=quantities, sends_seen=some),
    st.builds(LinesSent, lines=some_lines, cancellations_seen=some),
    st.builds(LinesPreparing, lines=some_lines),
    st.builds(LinesReady, lines=some_lines),
    st.builds(LinesDelivered, lines=some_lines),
    st.builds(
        DeliverySet,
        delivery=st.builds(Delivery, name=st.sampled_from(["", "Ana"]), street=st.just("Rua A")),
        replaces=some,
    ),
    st.builds(CourseFired, course=st.integers(1, 2)),
    st.builds(LinesFired, lines=some_lines),
    st.builds(FiringRecalled, course=st.integers(1, 2), firings=some),
    st.builds(LineRecalled, line=lines, reports=some),
    st.builds(LineRouted, line=lines, station=st.sampled_from(["a", "b"]), replaces=some),
    st.builds(
        FieldSet,
        field=st.sampled_from(["note", "waiter"]),
        value=st.sampled_from(["x", "y"]),
        replaces=some,
    ),
    st.builds(FlagSet, name=st.just("financeiro"), value=st.booleans(), replaces=some),
    st.builds(
        PaymentReceived,
        payment=payments,
        centavos=amounts,
        method=st.sampled_from(["pix", "dinheiro"]),
        acquirer=acquirers,
        is_pending=st.booleans(),
        share=st.none() | shares,
    ),
    bills,
    st.builds(PaymentConfirmed, payment=payments, acquirer=acquirers),
    st.builds(PaymentDenied, payment=payments),
    st.builds(PaymentUnknown, payment=payments),
    st.builds(PaymentRefunded, refund=lines, centavos=amounts, payment=st.none() | payments),
    st.just(BillAsked()),
    closings,
    st.builds(BillReopened, closing=one),
    st.just(OrderCancelled()),
    st.builds(OrderRestored, cancellations=st.lists(one, min_size=1, max_size=2).map(tuple)),
    st.builds(LineSplit, line=lines, part=lines, thousandths=quantities),
    st.builds(LinesMoved, lines=some_lines, to=orders, replaces=some),
    st.builds(LinesArrived, lines=some_lines, home=orders),
    st.builds(OrderMergedInto, into=orders, charges=st.booleans()),
    st.builds(
        Resolution,
        kind=st.sampled_from(["overpaid", "two_closings"]),
        subject=st.just(ORDER.hex()),
        choice=st.just("kept"),
        weighs=some,
        replaces=some,
    ),
)
"""Any fact of an order."""

money: st.SearchStrategy[Fact] = st.one_of(
    st.builds(
        PaymentReceived,
        payment=payments,
        centavos=st.integers(1, 3),
        method=st.just("pix"),
        acquirer=acquirers,
        is_pending=st.booleans(),
    ),
    st.builds(PaymentConfirmed, payment=payments, acquirer=acquirers),
    st.builds(PaymentDenied, payment=payments),
)
"""Payments in a crowd: few amounts, few transactions."""

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.text(max_size=4),
    st.binary(max_size=17),
)
nonsense = st.one_of(
    scalars,
    st.lists(scalars, max_size=2),
    st.dictionaries(st.text(max_size=4), scalars, max_size=2),
)


def resolved(value: Any, known: list[FactId]) -> Any:
    """The value with its references: to a fact of `known`, or to one that nobody holds."""
    if isinstance(value, str) and value.startswith("ref:"):
        number = int(value[4:])
        return known[-number - 1] if number < len(known) else "A" * 22 + ".0"
    if isinstance(value, list | tuple):
        return [resolved(each, known) for each in value]
    if isinstance(value, dict):
        return {name: resolved(each, known) for name, each in value.items()}
    return value


@st.composite
def bodies(draw: st.DrawFn, of: st.SearchStrategy[Fact]) -> list[Any]:
    """A body as any member may sign it: mostly sound, sometimes with a field of nonsense."""
    tag, must_understand, fields = body_of(draw(of))
    spoil = draw(st.integers(0, 9))
    if spoil == 0:
        tag, must_understand = draw(st.sampled_from([tag, "newer"])), draw(st.booleans())
    elif spoil == 1 and fields:
        assert isinstance(fields, dict)
        fields = {**fields, draw(st.sampled_from(sorted(fields))): draw(nonsense)}
    return [tag, must_understand, fields]


def _written(
    tellings: list[tuple[list[Any], int, int, int]], document: DocumentId = DOCUMENT
) -> list[Change]:
    made: dict[bytes, Change] = {}
    known: list[FactId] = []
    for told, device, hlc, command in tellings:
        bodies_ = resolved(told, known)
        change = raw_change(bodies_, device=device, hlc=hlc, command=command, document=document)
        made[change.id] = change
        known += [fact_id_of(change.id, index) for index in range(len(change.facts))]
    return list(made.values())


def changes(
    *,
    of: st.SearchStrategy[Fact] = facts,
    max_size: int = 10,
    document: DocumentId = DOCUMENT,
) -> st.SearchStrategy[list[Change]]:
    """Changes of several devices to one document, in an order in which they could be written."""
    telling = st.tuples(
        st.lists(bodies(of), min_size=1, max_size=3),
        st.integers(0, 2),
        st.sampled_from(CLOCKS),
        st.integers(0, 5),
    )
    return st.lists(telling, min_size=1, max_size=max_size).map(
        lambda tellings: _written(tellings, document)
    )


def raw_change(
    facts_: list[Any], *, device: int, hlc: int, command: int, document: DocumentId = DOCUMENT
) -> Change:
    """A change of well-formed bytes; its bodies may be anything."""
    return decode_change(
        encode([
            1, bytes(16), bytes([device]) * 32, bytes(8), 1, [], hlc, 16_766, None,
            bytes([command]) * 16, 0, [[document, body] for body in facts_], bytes(64),
        ])
    )  # fmt: skip
