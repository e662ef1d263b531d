"""Told by the command line and at the start only; their status is never sent."""

from peer.service.problem_texts.text import Text

_REBUILD = "`malha run --rebuild` guarda o que houver e busca tudo nos outros terminais"

STARTING = {
    "bad_setting": Text(
        500,
        "Configuração inválida",
        "Corrija a variável de ambiente e tente de novo; `malha settings` mostra todas.",
        "{name} não pode ser usada: {reason}.",
    ),
    "port_in_use": Text(
        500,
        "Porta em uso por outro programa",
        "Encerre o outro programa, ou mude PORT (API) ou MALHA_LINK_PORT (outros terminais).",
        "O sistema disse: {reason}.",
    ),
    "os_error": Text(
        500,
        "O sistema recusou a operação",
        "Confira o caminho, as permissões e o espaço em disco.",
        "O sistema disse: {reason}.",
    ),
    "no_terminal_running": Text(
        500, "Nenhum terminal ligado neste computador", "Ligue-o com `malha run`."
    ),
    "terminal_unreachable": Text(
        500,
        "O terminal ligado neste computador não respondeu",
        "Espere um pouco e tente de novo; se persistir, reinicie-o.",
        "Em {address}: {reason}.",
    ),
    "refused_by_terminal": Text(500, "O terminal recusou", "Confira o registro (log) do terminal."),
    "no_identity": Text(
        500,
        "Este terminal ainda não pertence a um estabelecimento",
        "No primeiro terminal use `malha site create`; nos outros, `malha join`.",
        "Não há identidade em {home}.",
    ),
    "identity_damaged": Text(
        500,
        "A identidade deste terminal está danificada",
        "Restaure a pasta identity de uma cópia, ou tire-a do lugar e entre de novo.",
        "Motivo: {reason}.",
    ),
    "already_member": Text(
        500,
        "Este terminal já pertence a um estabelecimento",
        "Use outro MALHA_HOME, ou tire antes a pasta identity do lugar.",
        "Há uma identidade em {home}.",
    ),
    "key_missing": Text(
        500,
        "A chave do banco de dados não pôde ser lida",
        "Aponte MALHA_KEY_FILE para o arquivo da chave ou restaure-o de uma cópia; nunca faça"
        " uma chave nova.",
        "Esperada em {path} ({reason}).",
    ),
    "not_admin": Text(
        500,
        "Este terminal não pode admitir outros",
        "Use `malha invite` no terminal de um gerente, ou torne este administrador com"
        " `malha recover`.",
    ),
    "bad_recovery_code": Text(
        500,
        "Código de recuperação errado",
        "Digite de novo os 14 grupos de 4 caracteres da folha impressa.",
    ),
    "bad_terminal_name": Text(
        500,
        "Nome ou letras que um terminal não pode ter",
        "Use letras de A a ZZZ e um nome de 1 a 80 caracteres imprimíveis.",
    ),
    "letters_in_use": Text(
        500,
        "Já há um terminal com estas letras",
        "Use letras livres, ou nenhuma: `malha invite` escolhe. Para renovar um terminal, convide"
        " sem --letters e use `malha join` nele.",
        "As letras {letters} são de {holder}. Livres: {free}.",
    ),
    "certificate_expired": Text(
        500,
        "O certificado do terminal venceu",
        "Renove-o: `malha invite` no terminal de um gerente, `malha join` neste.",
        "Terminal {letters} ({name}), há {days} dias.",
    ),
    "bad_invitation": Text(
        500,
        "Convite incompleto",
        "Copie todo o texto que `malha invite` mostra, ou faça outro convite.",
    ),
    "invitation_burnt": Text(
        500,
        "Alguém tentou o convite com o segredo errado; ele foi anulado",
        "Faça outro convite; se repetir, veja quem mais está nesta rede.",
        "A tentativa veio de {address}.",
    ),
    "invitation_expired": Text(
        500,
        "Ninguém usou o convite a tempo",
        "Faça outro com `malha invite`.",
        "O prazo era de {seconds} segundos.",
    ),
    "invitation_refused": Text(
        500,
        "O convite foi recusado",
        "Faça outro com `malha invite` e use o texto inteiro.",
        "Motivo: {reason}.",
    ),
    "inviter_unreachable": Text(
        500,
        "Ninguém espera neste convite",
        "Ele já foi usado, venceu, a rede é outra, ou uma letra foi trocada, o que o anula: faça um"
        " novo e copie-o inteiro.",
        "Tentado em {addresses} ({reason}).",
    ),
    "database_missing": Text(
        500,
        "O banco de dados não está no lugar",
        f"Confira MALHA_HOME. Se o banco se perdeu, {_REBUILD}.",
        "Esperado em {path}.",
    ),
    "database_in_use": Text(
        500,
        "O banco de dados está em uso por outro processo",
        "Encerre o outro processo do Malha, ou dê a este um MALHA_HOME próprio.",
        "Em {path}.",
    ),
    "wrong_key": Text(
        500,
        "A chave não abre o banco de dados, ou o começo dele está danificado",
        "Use o arquivo de chave deste MALHA_HOME (MALHA_KEY_FILE). Nada foi alterado. Se a chave é"
        f" a certa, o banco está danificado: {_REBUILD}.",
        "Em {path}.",
    ),
    "database_damaged": Text(
        500,
        "O banco de dados está danificado, ou o disco não o lê",
        f"Para consertar, {_REBUILD}. Se repetir, troque o disco.",
        "Em {path}: {reason}.",
    ),
    "not_our_database": Text(
        500,
        "O arquivo é o banco de dados de outro programa",
        "Aponte MALHA_HOME para a pasta certa. Nada foi alterado.",
        "Em {path}.",
    ),
    "schema_too_new": Text(
        500,
        "O banco de dados foi gravado por uma versão mais nova",
        "Instale aquela versão ou uma posterior. Nada foi alterado.",
        "Esta versão não conhece a etapa {step}.",
    ),
    "sqlite_too_old": Text(
        500,
        "SQLite antigo demais",
        "Instale as versões dos pacotes que o Malha indica.",
        "Há a versão {found}; é preciso a {needed}.",
    ),
    "storage_error": Text(
        500,
        "O banco de dados não pode ser usado",
        "Confira o disco e as permissões da pasta; se persistir, veja o registro (log).",
        "Motivo: {reason}.",
    ),
}
