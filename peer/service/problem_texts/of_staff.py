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
    "authorisation_used": Text(
        409, "Esta autorização já foi usada", "Peça outra: cada uma vale para uma ação."
    ),
    "authorisation_unknown": Text(
        401,
        "Autorização desconhecida ou vencida",
        "Peça outra a um gerente, em /api/autorizacoes; ela vale poucos minutos.",
    ),
    "no_pin": Text(
        409,
        "Sem PIN neste terminal",
        "Peça a um gerente que entrou aqui que lhe dê um PIN; cada terminal tem os seus.",
    ),
    "wrong_pin": Text(
        401, "PIN errado", "Tente de novo.", "O PIN não confere; pode errar mais {left} vezes."
    ),
    "pin_locked": Text(
        429,
        "PIN bloqueado por um tempo",
        "Espere, ou peça a um gerente um PIN novo.",
        "Houve erros demais: espere {seconds} segundos.",
    ),
    "pin_too_short": Text(
        422,
        "PIN curto demais",
        "Escolha um PIN só de algarismos, mais comprido.",
        "O PIN tem de {least} a {most} algarismos.",
    ),
    "operator_gone": Text(409, "Não trabalha mais aqui", "Um gerente pode readmitir o operador."),
    "not_entered": Text(
        401, "Ninguém entrou com este token", "Entre de novo com o PIN, em /api/entrar."
    ),
    "last_owner": Text(
        409,
        "A loja ficaria sem dono",
        "Torne antes outra pessoa dona.",
        "{name} é a única pessoa dona desta loja.",
    ),
}
