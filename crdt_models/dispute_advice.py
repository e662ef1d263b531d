"""What each choice of a dispute means, and what to do in the shop before it is chosen.

Rules of this file:
1. A resolution moves no money: it only says that somebody looked and decided. So a choice that
   tells of something done (money handed back, a bill reopened) has the step that does it.
2. A step names the route that does it, as the table of routes has it; a test compares them.
3. What is said of a choice holds for every kind, unless the kind has its own.
"""

from typing import NamedTuple

from crdt_models import dispute_texts


class Advice(NamedTuple):
    """means: what choosing it says · before: what to do first; empty: nothing · route: method and
    path of that, empty: it is done in the shop, not here."""

    means: str
    before: str = ""
    route: str = ""


_REFUND = "POST /api/pedidos/{id}/pagamentos/{pagamento}/estornar"
_REOPEN = "POST /api/pedidos/{id}/reabrir"
_MOVE = "POST /api/pedidos/{id}/itens/transferir"
_MERGE = "POST /api/pedidos/{id}/juntar"
_RESTORE = "POST /api/pedidos/{id}/restaurar"
_CANCEL_LINE = "POST /api/pedidos/{id}/itens/{item}/cancelar"
_PAY = "POST /api/pedidos/{id}/pagamentos"
_TIP = "POST /api/pedidos/{id}/gorjetas"

_OF_ANY: dict[str, Advice] = {
    "refunded": Advice(
        "O cliente recebeu o dinheiro de volta.",
        "Devolva e estorne o pagamento: só o estorno muda os valores.",
        _REFUND,
    ),
    "recorded_twice": Advice(
        "O dinheiro entrou uma vez só e foi registrado duas.",
        "Estorne o registro que sobra, sem devolver dinheiro.",
        _REFUND,
    ),
    "tip": Advice(
        "O que passou da conta fica com a equipe, por vontade do cliente.",
        "Estorne o que sobra e registre-o como gorjeta, para o caixa conferir.",
        _TIP,
    ),
    "for_others": Advice("Quem pagou a mais pagou de propósito a parte de outros."),
    "credit": Advice(
        "O que passou da conta fica guardado para o cliente.",
        "Anote na conta do cliente quanto a loja lhe deve.",
    ),
    "explained": Advice("Alguém sabe de onde vem a diferença, e está tudo em ordem."),
    "closed_again": Advice(
        "O dia foi fechado de novo, com tudo o que chegou.",
        "Espere o terminal que falta e feche o dia de novo: o novo fechamento vale.",
        "POST /api/dia/{data}/fechar",
    ),
    "surplus_kept": Advice("Sobrou dinheiro sem dono: fica na loja."),
    "paid_out": Advice(
        "O que chegou tarde foi acertado à parte com quem cuidava da gaveta.",
        "Confira o lançamento com ele: os valores do fechamento não mudam.",
    ),
    "restored": Advice("O cancelamento foi engano: o pedido vale.", "Restaure o pedido.", _RESTORE),
    "kept": Advice("Fica tudo como está; nada mais precisa ser feito."),
    "charged": Advice(
        "O item lançado depois foi cobrado do cliente.",
        "Reabra a conta e receba o que falta.",
        _REOPEN,
    ),
    "collected": Advice("O cliente pagou o que devia.", "Receba o pagamento na conta do cliente."),
    "reopened": Advice(
        "A conta foi aberta de novo e será fechada com o que há agora.", "Reabra a conta.", _REOPEN
    ),
    "waived": Advice("A casa não cobra este item: fica fora da conta."),
    "moved_again": Advice("O item está no pedido certo.", "Leve o item ao pedido certo.", _MOVE),
    "seen": Advice("Alguém viu; nada precisa ser feito."),
    "not_made": Advice(
        "A cozinha não fez: nada se perdeu, e o estoque volta a ter o que o item leva."
    ),
    "made_and_lost": Advice("A cozinha fez e ninguém paga: é perda da casa."),
    "served": Advice(
        "A cozinha fez e o cliente recebeu.", "Lance o item de novo, para que seja cobrado."
    ),
    "loss": Advice("A loja assume o que foi devolvido a mais."),
    "recovered": Advice(
        "O dinheiro devolvido a mais voltou.", "Registre o recebimento no pedido.", _PAY
    ),
    "received": Advice(
        "O dinheiro entrou: alguém conferiu com a operadora.",
        "Confirme o pagamento: só assim ele conta.",
        "POST /api/pedidos/{id}/pagamentos/{pagamento}/confirmar",
    ),
    "not_received": Advice(
        "O dinheiro não entrou: alguém conferiu com a operadora.",
        "Negue o pagamento: só assim ele deixa de contar.",
        "POST /api/pedidos/{id}/pagamentos/{pagamento}/negar",
    ),
    "both_meant": Advice("As duas foram de propósito: as duas valem."),
    "corrected": Advice("Alguém corrigiu o que estava errado.", "Corrija antes o que está errado."),
    "merged": Advice("As duas são uma só conta.", "Junte os pedidos.", _MERGE),
    "both_kept": Advice("São duas contas na mesma mesa."),
    "card_replaced": Advice(
        "O cliente tem outra comanda, e o pedido dele foi junto.",
        "Troque a comanda bloqueada por outra.",
        "POST /api/comandas/{numero}/trocar",
    ),
    "counted_again": Advice(
        "O produto foi contado de novo: vale o que a contagem diz.",
        "Conte o produto: a contagem toma o lugar de tudo o que veio antes.",
        "POST /api/estoque/contagem",
    ),
    "rebooked": Advice(
        "Uma das reservas mudou de mesa ou de hora.",
        "Remarque uma delas.",
        "PATCH /api/reservas/{id}",
    ),
    "restored_backup": Advice(
        "Este terminal voltou de uma cópia antiga; só ele existe.",
        "Confira que a máquina antiga está desligada de vez.",
    ),
    "clone_removed": Advice(
        "Havia duas máquinas com a mesma identidade; a cópia foi desligada.",
        "Desligue a cópia e apague o disco dela.",
    ),
    "device_revoked": Advice(
        "O terminal deixou de fazer parte da loja.", "Tire o terminal da rede da loja."
    ),
}
_OF_KIND: dict[tuple[str, str], Advice] = {
    ("paid_and_cancelled", "kept"): Advice(
        "O pedido fica cancelado e o dinheiro fica na loja: diga por quê na observação."
    ),
    ("cash_difference", "loss"): Advice("A loja assume a diferença."),
    ("shift_does_not_add_up", "kept"): Advice("Os valores que o fechamento diz são os que valem."),
    ("terminal_missing_at_day_close", "kept"): Advice(
        "O terminal que falta não vendeu neste dia, ou não volta mais: o fechamento fica."
    ),
    ("late_adjustment", "recorded_twice"): Advice(
        "O dinheiro entrou uma vez só e foi registrado duas.",
        "Estorne no pedido o registro que sobra, sem devolver dinheiro.",
        _REFUND,
    ),
    ("late_change_to_closed_bill", "kept"): Advice(
        "A conta fica como foi fechada, sem o que mudou depois."
    ),
    ("closing_does_not_add_up", "kept"): Advice("O total que o fechamento diz é o que vale."),
    ("two_closings", "kept"): Advice(
        "Vale o fechamento que o pedido mostra; o outro fica na auditoria."
    ),
    ("charges_set_apart", "kept"): Advice("Vale o que foi lançado por último, como já conta."),
    ("charges_set_apart", "corrected"): Advice(
        "Alguém lançou de novo o desconto ou a taxa certa.", "Lance de novo o valor certo."
    ),
    ("discounted_while_moved", "kept"): Advice(
        "Os totais ficam como estão: o desconto vale só para o que está no pedido."
    ),
    ("discounted_while_moved", "corrected"): Advice(
        "Alguém deu de novo, ou retirou, o desconto, ou levou os itens de volta.",
        "Dê o desconto também no outro pedido, ou retire-o.",
        "POST /api/pedidos/{id}/descontos",
    ),
    ("double_move", "kept"): Advice("O item fica no pedido onde está agora."),
    ("merged_twice", "kept"): Advice("As duas contas cobram as taxas deste pedido."),
    ("merged_twice", "corrected"): Advice(
        "As taxas deste pedido ficaram em uma das contas só.",
        "Retire o couvert, o mínimo ou a entrega da conta em que sobram.",
        "POST /api/pedidos/{id}/couvert",
    ),
    ("over_split", "kept"): Advice("Quem separou primeiro fica com tudo o que pediu."),
    ("line_billed_twice", "kept"): Advice("As duas contas ficam com o item: os dois pagaram."),
    ("line_on_merged_order", "merged"): Advice(
        "O que ficou neste pedido foi para o outro.", "Junte os pedidos de novo.", _MERGE
    ),
    ("moved_to_cancelled_order", "kept"): Advice("O item fica num pedido cancelado: ninguém paga."),
    ("sold_to_blocked_account", "kept"): Advice("O cliente pode dever isto, embora bloqueado."),
    ("credit_limit_exceeded", "kept"): Advice("O cliente pode dever isto, acima do limite."),
    ("command_used_twice", "corrected"): Advice(
        "Uma das duas foi engano e foi desfeita.", "Cancele ou estorne a que sobra.", _CANCEL_LINE
    ),
    ("two_prices_of_a_line", "kept"): Advice("Vale o preço que está na conta."),
    ("two_prices_of_a_line", "corrected"): Advice(
        "O item foi lançado de novo com o preço certo.",
        "Cancele o item e lance-o com o preço certo.",
        _CANCEL_LINE,
    ),
    ("external_id_given_twice", "corrected"): Advice(
        "Um dos produtos tem outro id externo agora.",
        "Mude o id externo de um deles.",
        "PUT /api/produtos/{id}",
    ),
    ("two_orders_on_a_card", "both_kept"): Advice("São duas contas na mesma comanda."),
    ("order_on_blocked_card", "kept"): Advice(
        "O cliente é o dono da comanda: o pedido fica nela, e nada mais é aberto."
    ),
    ("oversold", "kept"): Advice(
        "Saiu mais do que o estoque dizia haver; o saldo fica negativo até que se conte ou se lance"
        " a entrada que falta."
    ),
    ("count_to_confirm", "kept"): Advice(
        "Quem contou já não encontrou o que essas vendas levaram: a contagem vale."
    ),
    ("act_of_dismissed_operator", "kept"): Advice("Fica como ele deixou."),
    ("act_of_dismissed_operator", "corrected"): Advice(
        "Alguém desfez o que ele fez.", "Desfaça primeiro a mudança."
    ),
    ("founded_twice", "both_meant"): Advice("Os dois são donos."),
    ("founded_twice", "corrected"): Advice("Um deles foi afastado.", "Afaste quem não é dono."),
    ("reservation_clash", "kept"): Advice("As duas reservas cabem: a casa dá um jeito."),
}


def advice(kind: str, choice: str) -> Advice:
    """What choosing it means there; its own text where nothing more is known."""
    found = _OF_KIND.get((kind, choice)) or _OF_ANY.get(choice)
    return found or Advice(dispute_texts.label(choice))
