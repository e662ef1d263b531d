"""What selling on trust (fiado) does not allow."""

from peer.service.problem_texts.text import Text

ACCOUNTS = {
    "unknown_account": Text(
        404,
        "Cliente desconhecido neste terminal",
        "Confira o id; se outro terminal o cadastrou, espere a conexão voltar.",
    ),
    "account_is_blocked": Text(
        409, "Fiado bloqueado para este cliente", "Receba de outra forma, ou desbloqueie a conta."
    ),
    "credit_limit_exceeded": Text(
        409,
        "Acima do limite de fiado",
        "Lance no máximo o que cabe no limite, ou receba antes o que o cliente deve.",
        "Mais {asked:reais} passam do limite de {limit:reais}: o cliente já deve {balance:reais}.",
    ),
    "settlement_above_balance": Text(
        409,
        "Pagamento maior que a dívida",
        "Receba o que o cliente deve; em dinheiro, informe o valor entregue à parte (troco).",
        "{asked:reais} é mais do que os {balance:reais} que o cliente deve.",
    ),
    "not_on_account": Text(
        409, "Este pagamento não foi fiado", "Diga de que forma o dinheiro é devolvido."
    ),
    "not_everyone_updated": Text(
        409,
        "Há um terminal que ainda não conhece isto",
        "Atualize todos os terminais da loja antes. O que todos conhecem continua possível.",
    ),
}
