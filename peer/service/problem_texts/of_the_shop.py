"""What the shop's own rules do not allow."""

from peer.service.problem_texts.text import AGAIN, RELOAD, Text

COMMANDS = {
    "refused": Text(409, "Operação recusada", RELOAD),
    "invalid_amount": Text(
        422,
        "Valor inválido",
        "Informe um valor exato: dinheiro com até duas casas, quantidade com até três.",
        "{given} não serve: {reason}.",
    ),
    "weak_idempotency_key": Text(
        400,
        "Idempotency-Key fraca",
        "Use um UUID versão 4, 32 dígitos hexadecimais ou 22 caracteres em base64url.",
    ),
    "command_reused": Text(
        409,
        "Idempotency-Key já usada em outra operação",
        "Use uma chave nova para cada operação, e a mesma só para repetir.",
    ),
    "stale_version": Text(412, "Mudou enquanto isso", RELOAD, "A versão atual é {version}."),
    "command_too_large": Text(
        422, "Operação grande demais", "Divida em várias operações.", "São {facts} registros."
    ),
    "busy": Text(503, "O terminal está encerrando", AGAIN),
    "needs_upgrade": Text(
        409,
        "Esta versão não entende tudo o que há aqui",
        "Atualize este terminal e feche de novo. Lançar e receber continuam possíveis.",
    ),
    "front_end_exists": Text(
        409, "Já existe um front-end com este nome", "Escolha outro nome ou revogue aquele antes."
    ),
    "front_end_unknown": Text(
        404,
        "Não há front-end com este nome",
        "Confira o nome em `malha front-end list`.",
        "Nenhum front-end se chama {name}.",
    ),
    "front_end_name_invalid": Text(
        422, "Nome de front-end inválido", "Use de 1 a 60 caracteres imprimíveis, sem barra."
    ),
}

ORDERS = {
    "unknown_order": Text(
        404,
        "Pedido desconhecido neste terminal",
        "Confira o id; se outro terminal o abriu, espere a conexão voltar.",
    ),
    "order_is_merged": Text(
        409,
        "Pedido juntado a outro",
        "Use o outro pedido, ou restaure este antes.",
        "O pedido foi juntado ao pedido {into}.",
    ),
    "unknown_destination": Text(
        404,
        "Pedido de destino desconhecido neste terminal",
        "Confira o id; se outro terminal o abriu, espere a conexão voltar.",
    ),
    "same_order": Text(422, "O mesmo pedido duas vezes", "Escolha outro pedido."),
    "paid_order_stays": Text(
        409,
        "O pedido já tem pagamentos",
        "Transfira os itens, ou junte o outro pedido a este.",
    ),
    "charges_stay": Text(
        409,
        "O pedido não tem itens, só taxas",
        "Retire as taxas daqui e cobre-as no pedido de destino.",
    ),
    "unknown_line": Text(404, "Item desconhecido", "Busque o pedido de novo."),
    "unknown_payment": Text(404, "Pagamento desconhecido", "Busque o pedido de novo."),
    "unknown_discount": Text(404, "Desconto desconhecido", "Busque o pedido de novo."),
    "unknown_tip": Text(404, "Gorjeta desconhecida", "Busque o pedido de novo."),
    "unknown_share": Text(404, "Parte da conta desconhecida", "Busque o pedido de novo."),
    "part_already_paid": Text(
        409,
        "Esta parte já foi paga",
        "Escolha outra parte, ou receba sem dizer de quem é.",
        "Desta parte já foram recebidos {paid:reais}.",
    ),
    "paid_part_stays": Text(
        409,
        "Há uma parte já paga que ficaria de fora",
        "Mantenha o id dessa parte na nova divisão, ou estorne antes o que ela pagou.",
        "Dessa parte já foram recebidos {paid:reais}.",
    ),
    "more_than_the_line": Text(
        409,
        "Mais do que há do item",
        "Divida no máximo o que há do item.",
        "As partes somam {asked:quantidade}; há {left:quantidade}.",
    ),
    "no_lines": Text(422, "Nenhum item indicado", "Escolha ao menos um item."),
    "order_too_large": Text(
        409,
        "Pedido grande demais",
        "Abra outro pedido para o restante.",
        "Um pedido tem no máximo {limit} itens.",
    ),
    "bill_too_large": Text(
        409,
        "Conta grande demais para um só fechamento",
        "Estorne o que foi pago, cancele este pedido e lance-o de novo em vários pedidos.",
        "Vários terminais, sem contato, somaram {lines} itens neste pedido; "
        "cabem cerca de 1.100 num fechamento.",
    ),
    "order_is_cancelled": Text(409, "Pedido cancelado", "Restaure o pedido antes, ou abra outro."),
    "order_is_not_cancelled": Text(
        409, "O pedido não está cancelado nem juntado a outro", "Busque o pedido de novo."
    ),
    "bill_is_closed": Text(409, "Conta fechada", "Reabra a conta antes."),
    "bill_is_open": Text(409, "A conta não está fechada", "Busque o pedido de novo."),
    "unpaid_bill": Text(
        409,
        "Falta pagar",
        "Receba o restante ou cancele itens, e feche de novo.",
        "Ainda faltam {balance:reais}.",
    ),
    "more_than_is_left": Text(
        409,
        "Quantidade maior que a restante",
        "Escolha no máximo o que resta.",
        "Pedida a quantidade de {asked:quantidade}; restam {left:quantidade}.",
    ),
    "payment_above_balance": Text(
        409,
        "Pagamento maior que o saldo",
        "Receba o que falta; em dinheiro, informe o valor entregue à parte (troco).",
        "{asked:reais} é mais do que os {balance:reais} que faltam.",
    ),
    "no_change_from_this": Text(
        422,
        "Troco impossível",
        "Informe o valor entregue só para dinheiro, e não menor que o pagamento.",
        "{tendered:reais} entregues não servem para um pagamento de {asked:reais}.",
    ),
    "refund_above_paid": Text(
        409,
        "Estorno maior que o pago",
        "Estorne no máximo o que foi pago e ainda não foi estornado.",
        "Pedido um estorno de {asked:reais}; o máximo é {paid:reais}.",
    ),
    "paid_order": Text(
        409,
        "O pedido tem pagamentos",
        "Estorne os pagamentos antes de cancelar.",
        "O pedido tem {paid:reais} pagos.",
    ),
    "payment_is_denied": Text(
        409, "O pagamento foi negado", "Receba de novo, como outro pagamento."
    ),
    "unknown_dispute": Text(404, "Divergência desconhecida", "Busque as divergências de novo."),
    "evidence_grew": Text(
        409,
        "Há provas novas neste conflito",
        "Veja as provas de agora, que vêm em `atual`, e decida de novo.",
        "A decisão não viu {unseen} das provas.",
    ),
}

TABLES = {
    "unknown_table": Text(404, "Mesa desconhecida", "Busque as mesas de novo."),
    "table_not_here": Text(
        422,
        "Este terminal não conhece a mesa",
        "Busque as mesas de novo. Se ela foi criada em outro terminal e ainda não chegou aqui,"
        ' abra ou transfira com "mesa_desconhecida": true: o pedido estará nela quando chegar.',
    ),
    "table_is_occupied": Text(
        409,
        "A mesa está ocupada",
        "Feche, cancele ou transfira os pedidos dela: ela fica livre sozinha.",
        "Há pedidos abertos na mesa {label}.",
    ),
    "table_exists": Text(
        409,
        "Já existe uma mesa com este nome",
        "Escolha outro nome ou outra área.",
        "Nesta área já há uma mesa {label}.",
    ),
    "unknown_card": Text(
        404,
        "Comanda desconhecida",
        "Confira o número, ou registre o cartão em /api/comandas.",
        "Não há comanda {card}.",
    ),
    "card_is_blocked": Text(
        409,
        "Comanda bloqueada",
        "Use outro cartão; se este foi achado, desbloqueie-o.",
        "A comanda {card} está bloqueada.",
    ),
    "card_is_in_use": Text(
        409,
        "A comanda está em uso",
        "Use outro cartão, ou junte os pedidos.",
        "A comanda {card} tem um pedido aberto.",
    ),
    "code_is_taken": Text(
        409,
        "Outro cartão tem este código",
        "Tire o código daquele cartão antes, ou confira o que foi lido.",
        "O cartão {card} já tem este código.",
    ),
    "unknown_area": Text(404, "Área desconhecida", "Busque as áreas de novo."),
    "unknown_reservation": Text(404, "Reserva desconhecida", "Busque as reservas de novo."),
    "table_is_booked": Text(
        409,
        "A mesa já está reservada nesse horário",
        "Escolha outra mesa ou outro horário.",
        "Nesse horário a mesa espera por {name}.",
    ),
    "reservation_is_over": Text(
        409, "A reserva não está mais assim", "Busque as reservas de novo."
    ),
    "window_leaves_day": Text(
        422,
        "Horário fora do dia de serviço",
        "Comece e termine entre 04:00 e 04:00 de Brasília; para outro dia, reserve de novo.",
    ),
}
