"""Why a command on an order is refused. Each names the cure; nothing was written."""

from crdt_models.errors import DomainError


class UnknownOrder(DomainError):
    """No opening of this order is known here."""

    code = "unknown_order"
    sentence = "Order {order} is not known at this terminal."
    cure = "Check the id; if another terminal opened it, wait for the link to return."


class UnknownDestination(DomainError):
    """No opening is known here of the order that lines were to go to."""

    code = "unknown_destination"
    sentence = "Order {order}, where this was to go, is not known at this terminal."
    cure = "Check the id; if another terminal opened it, wait for the link to return."


class UnknownLine(DomainError):
    """The order has no such line."""

    code = "unknown_line"
    sentence = "The order has no line {line}."
    cure = "Load the order again."


class UnknownPayment(DomainError):
    """The order has no such payment, or it is not waiting for an answer."""

    code = "unknown_payment"
    sentence = "The order has no payment {payment} that this applies to."
    cure = "Load the order again."


class NoLines(DomainError):
    """Nothing to act on."""

    code = "no_lines"
    sentence = "No line was given that this applies to."
    cure = "Choose at least one line."


class OrderTooLarge(DomainError):
    """More lines than one closing can carry."""

    code = "order_too_large"
    sentence = "An order holds at most {limit} lines."
    cure = "Open another order for the rest."


class BillTooLarge(DomainError):
    """Terminals that did not hear each other added more to one order than a closing can carry."""

    code = "bill_too_large"
    sentence = "The bill has {lines} lines: more than one closing carries."
    cure = "Refund what was paid, cancel this order, and enter it again as several orders."


class OrderIsCancelled(DomainError):
    """The order was cancelled."""

    code = "order_is_cancelled"
    sentence = "Order {order} is cancelled."
    cure = "Restore the order first, or open a new one."


class OrderIsNotCancelled(DomainError):
    """There is no cancellation or merging to take back."""

    code = "order_is_not_cancelled"
    sentence = "Order {order} is neither cancelled nor joined with another."
    cure = "Load the order again."


class OrderIsMerged(DomainError):
    """Everything on the order was moved to another one."""

    code = "order_is_merged"
    sentence = "Order {order} was joined with order {into}."
    cure = "Use the other order, or restore this one first."


class SameOrder(DomainError):
    """Nothing can be moved from an order to itself."""

    code = "same_order"
    sentence = "Order {order} was given twice."
    cure = "Choose another order."


class PaidOrderStays(DomainError):
    """An order with payments is not joined with another: money stays where it was received."""

    code = "paid_order_stays"
    sentence = "Order {order} holds payments."
    cure = "Move its lines instead, or join the other order with this one."


class ChargesStay(DomainError):
    """An order that has nothing but charges is not joined with another."""

    code = "charges_stay"
    sentence = "Order {order} has charges and no lines."
    cure = "Take the charges off, and ask for them on the other order."


class BillIsClosed(DomainError):
    """The bill is closed; its figures do not change."""

    code = "bill_is_closed"
    sentence = "The bill of order {order} is closed."
    cure = "Reopen the bill first."


class BillIsOpen(DomainError):
    """There is no closing to undo."""

    code = "bill_is_open"
    sentence = "The bill of order {order} is not closed."
    cure = "Load the order again."


class UnpaidBill(DomainError):
    """Something is still owed."""

    code = "unpaid_bill"
    sentence = "{balance} centavos are still owed."
    cure = "Receive the rest, or cancel lines, then close."


class MoreThanIsLeft(DomainError):
    """More would be cancelled or moved than is still ordered."""

    code = "more_than_is_left"
    sentence = "{asked} thousandths were asked for, {left} are left."
    cure = "Choose at most what is left."


class PaymentAboveBalance(DomainError):
    """More than is owed."""

    code = "payment_above_balance"
    sentence = "{asked} centavos are more than the {balance} still owed."
    cure = "Receive what is owed; for cash give what was handed over as `tendered`."


class NoChangeFromThis(DomainError):
    """Change is only given from cash, and never when less was handed over than counts."""

    code = "no_change_from_this"
    sentence = "{tendered} centavos handed over do not fit a payment of {asked} by {method}."
    cure = "Give `tendered` for cash only, and at least the amount that counts."


class RefundAbovePaid(DomainError):
    """More would be handed back than was received."""

    code = "refund_above_paid"
    sentence = "{asked} centavos cannot be refunded, {paid} can."
    cure = "Refund at most what was paid and not yet refunded."


class PaidOrder(DomainError):
    """Money was received and not refunded."""

    code = "paid_order"
    sentence = "Order {order} holds {paid} centavos that were paid."
    cure = "Refund the payments first, then cancel."


class UnknownDiscount(DomainError):
    """The order has no such discount."""

    code = "unknown_discount"
    sentence = "The order has no discount {discount}."
    cure = "Load the order again."


class UnknownTip(DomainError):
    """The order has no such tip."""

    code = "unknown_tip"
    sentence = "The order has no tip {tip}."
    cure = "Load the order again."


class MoreThanTheLine(DomainError):
    """The shares of a bill would take more of a line than there is."""

    code = "more_than_the_line"
    sentence = "{asked} thousandths of a line are taken, it has {left}."
    cure = "Divide at most what is left of the line."


class UnknownShare(DomainError):
    """The bill is not split so."""

    code = "unknown_share"
    sentence = "The bill has no share {share}."
    cure = "Load the order again."


class PartAlreadyPaid(DomainError):
    """Nothing is left to pay of this part of the bill."""

    code = "part_already_paid"
    sentence = "Share {share} has paid the {paid} centavos that it owed."
    cure = "Choose another share, or receive the money without naming one."


class PaidPartStays(DomainError):
    """A bill is not split anew without the parts for which something was paid."""

    code = "paid_part_stays"
    sentence = "{paid} centavos were paid for share {share}."
    cure = "Name that share in the new split too, or refund its payments first."
