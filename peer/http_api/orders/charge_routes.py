"""What can be done to the figures of a bill: a part of the table in `action_routes`."""

from peer.http_api.orders import charges
from peer.http_api.orders.charge_bodies import (
    AuthorisedBody,
    CourtesyBody,
    CouvertBody,
    DiscountBody,
    FeeBody,
    MinimumBody,
    ServiceBody,
    SplitBody,
    TipBody,
)
from peer.http_api.route_parts import EDIT_ERRORS, FIELD_ERRORS, Action
from peer.http_api.values import ReasonBody

_OPEN = (*EDIT_ERRORS, "bill_is_closed", "invalid_amount")
_BILL = (*_OPEN, "not_everyone_updated")
_LINE = (*_BILL, "unknown_line")


def charge_actions() -> list[list[Action]]:
    """Lists of them, a subject each."""
    return [_discount_actions(), _term_actions(), _share_and_tip_actions()]


def _discount_actions() -> list[Action]:
    withdraw = (*EDIT_ERRORS, "bill_is_closed", "unknown_discount", "not_everyone_updated")
    return [
        (
            "/descontos",
            charges.give_discount,
            "Dá um desconto, a um item ou ao pedido",
            DiscountBody,
            _LINE,
            201,
        ),
        (
            "/cortesia",
            charges.give_courtesy,
            "Dá um item, ou o pedido todo, de cortesia",
            CourtesyBody,
            _LINE,
            201,
        ),
        (
            "/descontos/{desconto}/cancelar",
            charges.withdraw_discount,
            "Retira um desconto ou uma cortesia",
            AuthorisedBody,
            withdraw,
            200,
        ),
    ]


def _term_actions() -> list[Action]:
    return [
        (
            "/taxa-servico",
            charges.set_service,
            "Põe, muda ou retira a taxa de serviço",
            ServiceBody,
            _BILL,
            200,
        ),
        ("/couvert", charges.set_couvert, "Couvert por pessoa", CouvertBody, _BILL, 200),
        (
            "/consumacao-minima",
            charges.set_minimum,
            "Consumação mínima: a diferença entra na conta",
            MinimumBody,
            _BILL,
            200,
        ),
        ("/taxa-entrega", charges.set_delivery_fee, "Taxa de entrega", FeeBody, _BILL, 200),
    ]


def _share_and_tip_actions() -> list[Action]:
    split = (*_OPEN, "unknown_line", "unknown_share", "more_than_the_line", "paid_part_stays")
    return [
        ("/divisao", charges.split_bill, "Diz quem paga o quê", SplitBody, split, 200),
        (
            "/gorjetas",
            charges.receive_tip,
            "Recebe uma gorjeta, fora da conta",
            TipBody,
            (*FIELD_ERRORS, "invalid_amount"),
            201,
        ),
        (
            "/gorjetas/{gorjeta}/devolver",
            charges.return_tip,
            "Devolve uma gorjeta",
            ReasonBody,
            (*FIELD_ERRORS, "unknown_tip"),
            200,
        ),
    ]
