"""What a cash shift (caixa) and the end of a business day do not allow."""

from peer.service.problem_texts.text import Text

CASH = {
    "unknown_shift": Text(
        404,
        "Caixa desconhecido neste terminal",
        "Confira o id; se outro terminal o abriu, espere a conexão voltar.",
    ),
    "shift_is_open": Text(
        409,
        "Já há um caixa aberto nesta gaveta",
        "Feche antes o caixa aberto, ou abra outra gaveta.",
        "A gaveta {drawer} deste terminal já tem um caixa aberto.",
    ),
    "shift_of_another_terminal": Text(
        409,
        "Este caixa é de outro terminal",
        "Faça isto no terminal dele; se aquele terminal se perdeu, o gerente dá baixa no caixa.",
    ),
    "shift_is_ended": Text(409, "Este caixa já foi encerrado", "Abra outro caixa."),
    "shift_goes_on": Text(
        409, "Este caixa ainda não foi encerrado", "Conte a gaveta e feche o caixa antes."
    ),
    "count_missing": Text(
        409,
        "Falta contar o dinheiro da gaveta",
        "Conte a gaveta e declare os valores antes; sem dinheiro nenhum, declare zero.",
    ),
    "count_is_there": Text(
        409,
        "Este caixa já foi contado",
        "Para contar de novo, declare uma recontagem: as duas ficam registradas.",
    ),
    "count_is_old": Text(
        409,
        "Entrou ou saiu dinheiro depois da contagem",
        "Conte a gaveta de novo, declare a recontagem e então feche.",
    ),
    "day_is_final": Text(
        409,
        "Este dia já foi fechado em definitivo",
        "O que chegou depois está nos adendos do dia; os valores fechados não mudam.",
        "O dia {day} já foi fechado em definitivo.",
    ),
    "day_has_not_come": Text(
        409, "Este dia ainda não começou", "Confira a data.", "O dia {day} ainda não começou."
    ),
    "day_has_open_shifts": Text(
        409,
        "Ainda há caixas abertos neste dia",
        "Conte e feche cada um no terminal dele, ou dê baixa; depois feche o dia.",
        "Antes do dia {day}, falta fechar: {shifts}.",
    ),
}
