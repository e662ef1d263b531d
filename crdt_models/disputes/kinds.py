"""The kinds of disputes: how urgent each is, who acts, and what a person may choose."""

from typing import Literal, NamedTuple

Kind = Literal[
    "overpaid",
    "part_paid_twice",
    "paid_and_cancelled",
    "paid_with_residual",
    "late_change_to_closed_bill",
    "closing_does_not_add_up",
    "two_closings",
    "charges_set_apart",
    "over_cancelled",
    "cancelled_after_send",
    "double_move",
    "over_split",
    "line_billed_twice",
    "line_on_merged_order",
    "moved_to_cancelled_order",
    "discounted_while_moved",
    "over_refunded",
    "payment_outcome_unknown",
    "credit_limit_exceeded",
    "account_overpaid",
    "cash_difference",
    "late_adjustment",
    "two_shift_closings",
    "written_off_and_closed",
    "shift_does_not_add_up",
    "command_used_twice",
    "two_prices_of_a_line",
    "external_id_given_twice",
    "needs_upgrade",
    "two_tabs_at_once",
    "two_orders_on_a_card",
    "order_on_blocked_card",
    "reservation_clash",
    "oversold",
    "count_to_confirm",
    "equal_numbers",
    "unauthorised_act",
    "act_of_dismissed_operator",
    "founded_twice",
    "lineage_forked",
    "author_forked",
    "two_resolutions",
]
Severity = Literal["urgent", "attention", "notice"]
Actor = Literal["manager", "cashier", "kitchen", "waiter", "technician"]


class KindOf(NamedTuple):
    """What is fixed for a kind: how urgent, who acts, and the codes a resolution may choose."""

    severity: Severity
    actor: Actor
    choices: tuple[str, ...]


KINDS: dict[Kind, KindOf] = {
    "overpaid": KindOf("urgent", "cashier", ("refunded", "tip", "credit", "recorded_twice")),
    "part_paid_twice": KindOf("urgent", "cashier", ("refunded", "for_others", "recorded_twice")),
    "paid_and_cancelled": KindOf("urgent", "manager", ("refunded", "restored", "kept")),
    "paid_with_residual": KindOf("urgent", "cashier", ("charged", "reopened", "waived")),
    "late_change_to_closed_bill": KindOf("attention", "manager", ("reopened", "refunded", "kept")),
    "closing_does_not_add_up": KindOf("urgent", "manager", ("reopened", "kept")),
    "two_closings": KindOf("attention", "manager", ("reopened", "kept")),
    "charges_set_apart": KindOf("attention", "manager", ("kept", "corrected")),
    "over_cancelled": KindOf("notice", "manager", ("seen",)),
    "cancelled_after_send": KindOf("attention", "kitchen", ("not_made", "made_and_lost", "served")),
    "double_move": KindOf("attention", "waiter", ("moved_again", "kept")),
    "over_split": KindOf("attention", "waiter", ("corrected", "kept")),
    "line_billed_twice": KindOf("urgent", "manager", ("reopened", "refunded", "kept")),
    "line_on_merged_order": KindOf("attention", "waiter", ("merged", "restored", "moved_again")),
    "moved_to_cancelled_order": KindOf("urgent", "waiter", ("restored", "moved_again", "kept")),
    "discounted_while_moved": KindOf("attention", "manager", ("corrected", "kept")),
    "over_refunded": KindOf("urgent", "manager", ("recorded_twice", "loss", "recovered")),
    "payment_outcome_unknown": KindOf("urgent", "cashier", ("received", "not_received")),
    "credit_limit_exceeded": KindOf("attention", "manager", ("kept", "collected")),
    "account_overpaid": KindOf("attention", "cashier", ("refunded", "credit", "recorded_twice")),
    "cash_difference": KindOf("urgent", "manager", ("explained", "loss", "surplus_kept")),
    "late_adjustment": KindOf("attention", "manager", ("seen", "paid_out", "recorded_twice")),
    "two_shift_closings": KindOf("attention", "manager", ("seen", "explained")),
    "written_off_and_closed": KindOf("attention", "manager", ("seen", "explained")),
    "shift_does_not_add_up": KindOf("urgent", "manager", ("explained", "kept")),
    "command_used_twice": KindOf("attention", "manager", ("both_meant", "corrected")),
    "two_prices_of_a_line": KindOf("attention", "cashier", ("kept", "corrected")),
    "external_id_given_twice": KindOf("attention", "manager", ("both_meant", "corrected")),
    "needs_upgrade": KindOf("urgent", "technician", ()),
    "two_tabs_at_once": KindOf("attention", "waiter", ("merged", "both_kept")),
    "two_orders_on_a_card": KindOf("attention", "cashier", ("merged", "both_kept")),
    "order_on_blocked_card": KindOf("attention", "manager", ("card_replaced", "kept")),
    "reservation_clash": KindOf("attention", "manager", ("rebooked", "kept")),
    "oversold": KindOf("attention", "manager", ("counted_again", "kept")),
    "count_to_confirm": KindOf("attention", "manager", ("counted_again", "kept")),
    "equal_numbers": KindOf("notice", "manager", ("seen",)),
    "unauthorised_act": KindOf("urgent", "manager", ("seen",)),
    "act_of_dismissed_operator": KindOf("attention", "manager", ("kept", "corrected")),
    "founded_twice": KindOf("attention", "manager", ("both_meant", "corrected")),
    "lineage_forked": KindOf("urgent", "technician", ("restored_backup", "clone_removed")),
    "author_forked": KindOf("urgent", "technician", ("clone_removed", "device_revoked")),
    "two_resolutions": KindOf("attention", "manager", ()),
}
