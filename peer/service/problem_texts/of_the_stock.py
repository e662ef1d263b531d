"""What the stock does not allow."""

from peer.service.problem_texts.text import Text

STOCK = {
    "stock_is_open": Text(
        409,
        "O produto já tem saldo",
        "Conte o produto: a contagem toma o lugar do saldo.",
        "{name} já tem saldo neste local.",
    ),
}
