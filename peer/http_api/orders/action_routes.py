"""What can be done to an order, a list a subject: one part of the table in `routes`."""

from peer.http_api import answers
from peer.http_api.api import Api
from peer.http_api.orders import bill, kitchen, lines, moves, payments, whole_orders
from peer.http_api.orders.charge_bodies import AskBody
from peer.http_api.orders.charge_routes import charge_actions
from peer.http_api.orders.line_bodies import (
    CancellationBody,
    ChosenLinesBody,
    FiringBody,
    ItemsBody,
    LinesBody,
    RouteBody,
    StageBody,
)
from peer.http_api.orders.moves import MergeBody, MovesBody, TransferBody
from peer.http_api.orders.payment_bodies import OutcomeBody, PaymentBody, RefundBody
from peer.http_api.route_parts import (
    EDIT_ERRORS,
    LINE_ERRORS,
    PLACE_ERRORS,
    SELLING_ERRORS,
    STALE,
    WRITE,
    Action,
    posted,
)
from peer.http_api.values import ReasonBody
from peer.service.routes import Route

_MONEY = (*EDIT_ERRORS, "invalid_amount")


def order_actions(api: Api | None, one: str) -> list[Route]:
    """Everything that is asked of one order with POST. one: its path."""
    subjects = (
        (_line_actions(), answers.Pedido),
        (_place_actions(), answers.Pedido),
        (_move_actions(), answers.PedidoTransferido),
        (_kitchen_actions(), answers.Pedido),
        (_payment_actions(), answers.Pedido),
        (_bill_actions(), answers.Pedido),
        *((actions, answers.Pedido) for actions in charge_actions()),
        (_whole_actions(), answers.Pedido),
    )
    return [
        each
        for actions, answer in subjects
        for each in posted(api, one, actions, answer=answer, **WRITE, **STALE)
    ]


def _line_actions() -> list[Action]:
    more = ("order_is_merged", "order_too_large", "invalid_amount")
    added = (*LINE_ERRORS, *SELLING_ERRORS, *more)
    return [
        ("/itens", lines.add_lines, "Acrescenta itens", ItemsBody, added, 201),
        (
            "/itens/{item}/cancelar",
            lines.cancel_line,
            "Cancela um item, no todo ou em parte",
            CancellationBody,
            (*LINE_ERRORS, "order_is_merged", "more_than_is_left", "invalid_amount"),
            200,
        ),
    ]


def _place_actions() -> list[Action]:
    errors = (*EDIT_ERRORS, *PLACE_ERRORS, "invalid_field")
    text = "Leva o pedido a outra mesa ou comanda"
    return [("/transferir", moves.transfer_order, text, TransferBody, errors, 200)]


def _move_actions() -> list[Action]:
    both = (
        *EDIT_ERRORS, "bill_is_closed", "order_is_merged", "same_order", "unknown_destination",
        "order_too_large", "not_everyone_updated",
    )  # fmt: skip
    moved = (*both, "unknown_line", "no_lines", "more_than_is_left", "invalid_amount")
    return [
        (
            "/itens/transferir",
            moves.move_lines,
            "Leva itens, ou parte deles, a outro pedido",
            MovesBody,
            moved,
            200,
        ),
        (
            "/juntar",
            moves.merge_orders,
            "Leva tudo a outro pedido; este acaba",
            MergeBody,
            (*both, "paid_order_stays", "charges_stay"),
            200,
        ),
    ]


def _kitchen_actions() -> list[Action]:
    return [
        ("/enviar", kitchen.send_lines, "Envia à cozinha", LinesBody, LINE_ERRORS, 200),
        ("/preparando", kitchen.mark_preparing, "Começou o preparo", StageBody, LINE_ERRORS, 200),
        ("/pronto", kitchen.mark_ready, "Ficou pronto", StageBody, LINE_ERRORS, 200),
        ("/entregue", kitchen.mark_delivered, "Foi entregue", StageBody, LINE_ERRORS, 200),
        (
            "/voltar",
            kitchen.recall_lines,
            "Desfaz o último aviso da cozinha sobre estes itens",
            ChosenLinesBody,
            LINE_ERRORS,
            200,
        ),
        (
            "/disparar",
            kitchen.fire_lines,
            "Manda fazer uma etapa que esperava, e envia o que falta dela",
            FiringBody,
            LINE_ERRORS,
            200,
        ),
        (
            "/segurar",
            kitchen.hold_lines,
            "Desfaz o disparo de uma etapa ou de itens",
            FiringBody,
            LINE_ERRORS,
            200,
        ),
        (
            "/rotear",
            kitchen.route_lines,
            "Muda a estação em que itens são feitos",
            RouteBody,
            LINE_ERRORS,
            200,
        ),
    ]


def _payment_actions() -> list[Action]:
    one = "/pagamentos/{pagamento}"
    settle = (*EDIT_ERRORS, "unknown_payment")
    confirm = (*settle, "payment_is_denied")
    refund = (*_MONEY, "refund_above_paid", "unknown_payment", "not_on_account")
    on_account = (
        "unknown_account", "account_is_blocked", "credit_limit_exceeded", "not_everyone_updated",
    )  # fmt: skip
    return [
        (
            "/pagamentos",
            payments.take_payment,
            "Recebe um pagamento, ou vende fiado",
            PaymentBody,
            (
                *_MONEY,
                "payment_above_balance",
                "no_change_from_this",
                "unknown_share",
                "part_already_paid",
                *on_account,
            ),
            201,
        ),
        (
            one + "/estornar",
            payments.refund_payment,
            "Estorna um pagamento",
            RefundBody,
            refund,
            201,
        ),
        (
            one + "/confirmar",
            payments.confirm_payment,
            "O pagamento foi feito",
            OutcomeBody,
            confirm,
            200,
        ),
        (
            one + "/negar",
            payments.deny_payment,
            "O pagamento não foi feito",
            OutcomeBody,
            settle,
            200,
        ),
    ]


def _bill_actions() -> list[Action]:
    close = (*LINE_ERRORS, "order_is_merged", "unpaid_bill", "needs_upgrade", "bill_too_large")
    ask = (*LINE_ERRORS, "order_is_merged", "invalid_amount")
    reopen = (*EDIT_ERRORS, "bill_is_open")
    return [
        ("/conta", bill.ask_bill, "Pede a conta", AskBody, ask, 200),
        ("/fechar", bill.close_bill, "Fecha a conta", ReasonBody, close, 200),
        ("/reabrir", bill.reopen_bill, "Reabre a conta", ReasonBody, reopen, 200),
    ]


def _whole_actions() -> list[Action]:
    cancel = (*EDIT_ERRORS, "paid_order", "bill_is_closed", "order_is_merged")
    restore = (*EDIT_ERRORS, "order_is_not_cancelled")
    return [
        ("/cancelar", whole_orders.cancel_order, "Cancela o pedido", ReasonBody, cancel, 200),
        (
            "/restaurar",
            whole_orders.restore_order,
            "Desfaz o cancelamento, ou ter sido juntado",
            ReasonBody,
            restore,
            200,
        ),
    ]
