"""The table behind `problems`: every code that may reach a person, and what it says to them.

Rules of this file:
1. A row is: status, title (what happened), cure (what to do), detail (with the error's details in
   braces; the title serves when there is none).
2. Portuguese of a shop floor: short, no jargon, no blame.
3. Statuses: 404 it does not exist · 409 the state does not allow it · 412 it changed meanwhile ·
   422 the content is wrong · 503 not now, the same request may be sent again.
"""

import re
import string
from collections.abc import Mapping

import msgspec

from crdt_models.money import to_brl

_NAMES = re.compile(r"\{([a-z_]+)(?::[a-z]+)?\}")


class Text(msgspec.Struct, frozen=True):
    """status: HTTP · title · cure · detail: a template over the error's details, or empty."""

    status: int
    title: str
    cure: str
    detail: str = ""

    @property
    def names(self) -> list[str]:
        """The details that the template mentions."""
        return _NAMES.findall(self.detail)

    def told(self, details: Mapping[str, str | int]) -> str:
        """What happened this time. Without every detail that the template wants: the title."""
        if not self.detail or not details.keys() >= set(self.names):
            return self.title + "."
        return _Sentence().vformat(self.detail, (), details)


class _Sentence(string.Formatter):
    """Shows centavos as reais and thousandths as quantities."""

    def format_field(self, value: str | int, format_spec: str) -> str:
        if format_spec == "reais" and isinstance(value, int):
            return to_brl(value)
        if format_spec == "quantidade" and isinstance(value, int):
            return f"{value // 1000},{value % 1000:03d}".rstrip("0").rstrip(",")
        return str(value)


_AGAIN = "Tente de novo com a mesma Idempotency-Key; nada é feito duas vezes."
_FIX = "Corrija o valor e envie de novo."
_RELOAD = "Busque a versão atual e decida de novo."

REQUESTS = {
    "bad_request": Text(400, "Requisição inválida", "Confira a documentação em /openapi.json."),
    "two_lengths": Text(
        400,
        "Tamanho do corpo ambíguo",
        "Envie Content-Length ou Transfer-Encoding, não os dois.",
    ),
    "invalid_json": Text(
        400,
        "JSON inválido",
        "Envie JSON em UTF-8, com até 16 níveis e números menores que 2^53.",
        "O corpo não é um JSON aceitável: {reason}.",
    ),
    "invalid_field": Text(422, "Campo inválido", _FIX, "O campo {field} não é válido: {reason}."),
    "unsupported_media_type": Text(
        415,
        "Tipo de conteúdo não aceito",
        "Envie o cabeçalho Content-Type pedido.",
        "O corpo precisa ser {expected}.",
    ),
    "body_too_large": Text(
        413, "Corpo grande demais", "Divida o envio.", "O limite é de {limit} bytes."
    ),
    "body_too_slow": Text(
        408, "O corpo demorou demais", _AGAIN, "O corpo não chegou em {seconds} segundos."
    ),
    "unauthenticated": Text(
        401,
        "Chave ausente ou inválida",
        "Envie a chave deste terminal em x-api-key ou em Authorization: Bearer.",
    ),
    "forbidden": Text(403, "Chave sem permissão", "Use uma chave com o papel exigido."),
    "not_found": Text(404, "Endereço inexistente", "Confira o caminho em /openapi.json."),
    "method_not_allowed": Text(
        405, "Método não aceito", "Use um dos métodos aceitos.", "Este endereço aceita {allowed}."
    ),
    "wrong_host": Text(
        421,
        "Nome de servidor desconhecido",
        "Acesse por 127.0.0.1 ou localhost, com a porta configurada.",
    ),
    "origin_refused": Text(
        403,
        "Página de origem não autorizada",
        "Inclua a origem em MALHA_ORIGINS, se ela for sua.",
    ),
    "internal_error": Text(
        500,
        "Falha inesperada",
        "Tente de novo; se persistir, informe o código da falha ao suporte.",
        "Falha {incident}. Os pormenores estão no registro (log).",
    ),
}

STORAGE = {
    "not_durable": Text(503, "Não foi possível gravar", _AGAIN),
    "disk_full": Text(
        503,
        "Disco cheio",
        "Libere espaço no disco e tente de novo. Nada do que foi confirmado se perdeu.",
    ),
    "storage_broken": Text(
        503,
        "Falha no disco",
        "O programa vai reiniciar e conferir os dados. Se repetir, troque o disco.",
    ),
    "bad_cursor": Text(400, "Cursor inválido", "Peça de novo a primeira página, sem cursor."),
}

COMMANDS = {
    "refused": Text(409, "Operação recusada", _RELOAD),
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
    "stale_version": Text(412, "Mudou enquanto isso", _RELOAD, "A versão atual é {version}."),
    "command_too_large": Text(
        422, "Operação grande demais", "Divida em várias operações.", "São {facts} registros."
    ),
    "busy": Text(503, "O terminal está encerrando", _AGAIN),
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
    "unknown_line": Text(404, "Item desconhecido", "Busque o pedido de novo."),
    "unknown_payment": Text(404, "Pagamento desconhecido", "Busque o pedido de novo."),
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
    "order_is_not_cancelled": Text(409, "O pedido não está cancelado", "Busque o pedido de novo."),
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
        "Cancele no máximo o que resta.",
        "Pedido o cancelamento de {asked:quantidade}; restam {left:quantidade}.",
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
}

TABLES = {
    "unknown_table": Text(404, "Mesa desconhecida", "Busque as mesas de novo."),
    "table_exists": Text(
        409,
        "Já existe uma mesa com este nome",
        "Escolha outro nome ou outra área.",
        "Nesta área já há uma mesa {label}.",
    ),
    "unknown_area": Text(404, "Área desconhecida", "Busque as áreas de novo."),
}

_PROGRAM = "Atualize os dois programas; se já estão atualizados, o remetente está com defeito."
BYTES = {
    "refused_bytes": Text(400, "Dados recusados", _PROGRAM),
    "not_canonical": Text(400, "CBOR fora da forma canônica", _PROGRAM),
    "malformed_change": Text(400, "Alteração malformada", _PROGRAM),
    "malformed_message": Text(400, "Mensagem malformada", _PROGRAM),
    "bad_signature": Text(400, "Assinatura inválida", _PROGRAM),
    "untrusted_certificate": Text(
        403, "Certificado que não é desta loja", "Pareie o terminal com um convite desta loja."
    ),
    "too_many_tips": Text(
        409, "Ramificações demais de um terminal", "Decida no painel qual máquina é a verdadeira."
    ),
}

RELAY = {
    "not_authenticated": Text(
        401,
        "Token ausente ou inválido",
        "Envie o token do estabelecimento em Authorization: Bearer.",
    ),
    "too_many_requests": Text(
        429,
        "Requisições demais",
        "Espere o tempo indicado em Retry-After.",
        "Tente de novo em {seconds} segundos.",
    ),
    "unknown_site": Text(
        404, "Estabelecimento desconhecido", "Confira o token do relay (API_NUVEM_TOKEN)."
    ),
}

# Told by the command line only; their status is never sent.
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
        "Confira MALHA_HOME. Se o banco se perdeu, `malha run --rebuild` recomeça vazio e busca"
        " tudo nos outros terminais.",
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
        "A chave não abre o banco de dados",
        "Use o arquivo de chave deste MALHA_HOME (MALHA_KEY_FILE). Nada foi alterado.",
        "Em {path}.",
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

PROBLEMS: dict[str, Text] = {
    **REQUESTS,
    **STORAGE,
    **COMMANDS,
    **ORDERS,
    **TABLES,
    **BYTES,
    **RELAY,
    **STARTING,
}
