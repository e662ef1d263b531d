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

RELAY = {
    "malformed_message": Text(
        400,
        "Mensagem malformada",
        "Atualize os dois programas; se já são atuais, quem envia está com defeito.",
        "Isto não é uma mensagem do tipo {kind}: {reason}.",
    ),
    "unknown_site": Text(
        404, "Estabelecimento não encontrado", "Confira o token do relay (API_NUVEM_TOKEN)."
    ),
    "too_many_requests": Text(
        429,
        "Requisições demais",
        "Aguarde o tempo de Retry-After.",
        "Aguarde {seconds} segundos.",
    ),
}

COMMANDS = {
    "refused": Text(409, "Operação recusada", _RELOAD),
    "invalid_amount": Text(422, "Valor inválido", "Informe um valor exato, com até duas casas."),
    "weak_idempotency_key": Text(
        400,
        "Idempotency-Key fraca",
        "Use um UUID versão 4, 32 dígitos hexadecimais ou 22 caracteres em base64url.",
    ),
    "command_reused": Text(
        422,
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
    "front_end_name_invalid": Text(
        422, "Nome de front-end inválido", "Use de 1 a 60 caracteres imprimíveis."
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
    "unknown_dispute": Text(404, "Divergência desconhecida", "Busque as divergências de novo."),
}

TABLES = {
    "unknown_table": Text(404, "Mesa desconhecida", "Busque as mesas de novo."),
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
    "unknown_site": Text(404, "Estabelecimento desconhecido", "Confira o token."),
}

PROBLEMS: dict[str, Text] = {
    **REQUESTS,
    **STORAGE,
    **COMMANDS,
    **ORDERS,
    **TABLES,
    **BYTES,
    **RELAY,
}
