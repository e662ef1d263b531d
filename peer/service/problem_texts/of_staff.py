"""What is not allowed about those who work here, and to them."""

from peer.service.problem_texts.text import Text

STAFF = {
    "not_authorised": Text(
        403,
        "Isto pede autorização",
        "Peça a alguém com esse papel que entre com o próprio PIN.",
        "Para isto ({act}) é preciso ser ao menos {least}.",
    ),
    "unknown_operator": Text(
        404,
        "Operador desconhecido neste terminal",
        "Confira o id; se outro terminal o cadastrou, espere a conexão voltar.",
    ),
    "last_owner": Text(
        409,
        "A loja ficaria sem dono",
        "Torne antes outra pessoa dona.",
        "{name} é a única pessoa dona desta loja.",
    ),
}
