"""What a person reads about a dispute: the Portuguese beside the codes.

Codes are for programs and never change; the texts here may be improved at any time. Every kind,
severity, actor and choice of `crdt_models.disputes` has one, and nothing here decides anything.
"""

from typing import Final

from crdt_models.disputes import Actor, Severity

TITLES: Final = {
    "overpaid": "Pago a mais",
    "part_paid_twice": "Uma parte da conta paga duas vezes",
    "paid_and_cancelled": "Pago e cancelado",
    "paid_with_residual": "Conta paga com item lançado depois",
    "late_change_to_closed_bill": "Conta fechada mudou depois",
    "closing_does_not_add_up": "Fechamento não confere",
    "two_closings": "Conta fechada duas vezes",
    "charges_set_apart": "Descontos ou taxas diferentes lançados ao mesmo tempo",
    "over_cancelled": "Cancelado mais do que havia",
    "cancelled_after_send": "Cancelado e enviado à cozinha ao mesmo tempo",
    "double_move": "Item levado a dois pedidos ao mesmo tempo",
    "merged_twice": "Pedido juntado a dois pedidos ao mesmo tempo",
    "over_split": "Separado mais do que havia",
    "line_billed_twice": "Item cobrado em duas contas",
    "line_on_merged_order": "Item em pedido que foi juntado a outro",
    "moved_to_cancelled_order": "Item levado a um pedido cancelado",
    "discounted_while_moved": "Desconto dado e itens transferidos ao mesmo tempo",
    "over_refunded": "Estornado a mais",
    "payment_outcome_unknown": "Pagamento sem resposta",
    "credit_limit_exceeded": "Fiado acima do limite",
    "sold_to_blocked_account": "Fiado vendido a um cliente bloqueado",
    "account_overpaid": "Cliente pagou mais do que devia",
    "cash_difference": "Diferença no caixa",
    "late_adjustment": "Caixa fechado recebeu lançamentos depois",
    "two_shift_closings": "Caixa fechado duas vezes",
    "written_off_and_closed": "Caixa baixado e também fechado",
    "shift_does_not_add_up": "Fechamento do caixa não confere",
    "terminal_missing_at_day_close": "Dia fechado sem notícia de um terminal",
    "two_day_closings": "Dia fechado com dois resultados",
    "day_does_not_add_up": "Fechamento do dia não confere",
    "command_used_twice": "A mesma ação com conteúdos diferentes",
    "two_prices_of_a_line": "Um item lançado com dois preços",
    "external_id_given_twice": "Dois produtos com o mesmo id externo",
    "needs_upgrade": "Este terminal precisa ser atualizado",
    "two_tabs_at_once": "Duas comandas abertas na mesma mesa",
    "two_orders_on_a_card": "Dois pedidos na mesma comanda",
    "order_on_blocked_card": "Pedido numa comanda bloqueada",
    "reservation_clash": "Uma mesa reservada duas vezes",
    "oversold": "Vendido mais do que havia no estoque",
    "count_to_confirm": "Contagem de estoque a conferir",
    "equal_numbers": "Dois pedidos com o mesmo número",
    "unauthorised_act": "Ação sem autorização, sem efeito",
    "act_of_dismissed_operator": "Ação de quem já tinha sido afastado",
    "authorisation_used_twice": "Uma autorização usada duas vezes",
    "founded_twice": "Dois primeiros donos, em terminais separados",
    "lineage_forked": "Dois terminais com a mesma identidade",
    "author_forked": "Terminal duplicado",
    "two_resolutions": "Duas decisões sobre o mesmo conflito",
}
SEVERITIES: Final[dict[Severity, str]] = {
    "urgent": "Urgente",
    "attention": "Decidir hoje",
    "notice": "Aviso",
}
ACTORS: Final[dict[Actor, str]] = {
    "manager": "Gerente",
    "cashier": "Caixa",
    "kitchen": "Cozinha",
    "waiter": "Garçom",
    "technician": "Técnico",
}
CHOICES: Final = {
    "refunded": "O dinheiro foi devolvido",
    "for_others": "Pagou pelos outros também",
    "tip": "Ficou como gorjeta",
    "credit": "Ficou como crédito do cliente",
    "recorded_twice": "Foi registrado duas vezes",
    "restored": "O pedido foi restaurado",
    "counted_again": "Foi contado de novo",
    "kept": "Fica como está",
    "charged": "O item foi cobrado",
    "collected": "Foi cobrado do cliente",
    "reopened": "A conta foi reaberta",
    "waived": "O item não será cobrado",
    "moved_again": "O item foi levado ao pedido certo",
    "seen": "Visto",
    "explained": "Foi explicado",
    "closed_again": "O dia foi fechado de novo",
    "surplus_kept": "A sobra fica na loja",
    "paid_out": "Foi acertado com o caixa",
    "not_made": "Não foi feito",
    "made_and_lost": "Foi feito e perdido",
    "served": "Foi servido",
    "loss": "Prejuízo da loja",
    "recovered": "O dinheiro foi recuperado",
    "received": "O dinheiro entrou",
    "not_received": "O dinheiro não entrou",
    "both_meant": "As duas valem",
    "corrected": "Foi corrigido",
    "merged": "As comandas foram juntadas",
    "both_kept": "As duas ficam abertas",
    "card_replaced": "O cliente recebeu outra comanda",
    "rebooked": "Uma delas foi remarcada",
    "restored_backup": "Era um backup restaurado",
    "clone_removed": "A cópia foi desligada",
    "device_revoked": "O terminal foi revogado",
}


def title(kind: str) -> str:
    """What happened, in a line; the code of a kind that this version does not know."""
    return TITLES.get(kind, kind)


def label(choice: str) -> str:
    """What it is to choose this; the code of a choice that this version does not know."""
    return CHOICES.get(choice, choice)


def labels(choices: tuple[str, ...]) -> dict[str, str]:
    """The text of each choice, by its code, in their order."""
    return {each: label(each) for each in choices}
