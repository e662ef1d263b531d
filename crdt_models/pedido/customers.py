"""The JSON of a customer's account (cliente) and of its statement (extrato), named in Portuguese.

Rules of this file: those of the folder; `CUSTOMER_NAMES` and `MOVEMENT_NAMES` are its names.
"""

from typing import Final

from crdt_models.disputes import open_disputes
from crdt_models.documents.accounts.view import AccountView, StatementLine
from crdt_models.hybrid_logical_clock import iso
from crdt_models.pedido.disputes import dispute_json
from crdt_models.pedido.figures import JsonObject, decimal, iso_day
from crdt_models.pedido.names import PAYMENT_STATUS

KIND: Final = {
    "charge": "compra",
    "reversal": "estorno_de_compra",
    "payment": "pagamento",
    "refund": "estorno_de_pagamento",
}

CUSTOMER_NAMES: Final = {
    "id": "opaco, 32 dígitos hexadecimais",
    "nome": "nome",
    "documento": "CPF ou CNPJ, ou nulo",
    "telefone": "telefone, ou nulo",
    "observacao": "observação",
    "limite": "decimal: o máximo que pode dever; nulo: sem limite",
    "limite_centavos": "exato, ou nulo",
    "disponivel_centavos": "o que ainda cabe no limite; nulo: sem limite",
    "bloqueado": "true: nada mais é vendido fiado",
    "saldo": "decimal: o que o cliente deve; negativo: crédito dele",
    "saldo_centavos": "exato",
    "comprado_centavos": "soma do que foi vendido fiado",
    "estornado_centavos": "soma do que disso foi estornado",
    "recebido_centavos": "pagamentos que contam, menos o que deles foi estornado",
    "conflitos": "o que uma pessoa precisa decidir nesta conta",
    "precisa_atualizar": "true: há algo que esta versão precisa entender e não entende",
    "version": "opaca; é a ETag, para If-Match",
    "versao": "quantidade de fatos; cresce a cada alteração",
    "criado_em": "hora do cadastro, ISO 8601",
    "atualizado_em": "hora do fato mais novo, ISO 8601",
}
MOVEMENT_NAMES: Final = {
    "id": "opaco: do pagamento ou do estorno",
    "tipo": "compra, estorno_de_compra, pagamento ou estorno_de_pagamento",
    "valor": "decimal: quanto a dívida muda; zero: um pagamento que não conta",
    "valor_centavos": "exato",
    "saldo_centavos": "o que o cliente deve depois disto",
    "forma": "forma de pagamento, ou fiado",
    "status": "confirmado, pendente, negado, desconhecido ou duplicado",
    "pedido_id": "pedido de uma compra, ou nulo",
    "observacao": "observação de um pagamento, motivo de um estorno",
    "data_operacao": "dia de operação, AAAA-MM-DD",
    "criado_em": "hora, ISO 8601",
}


def account_json(account: AccountView, version: str) -> JsonObject:
    """The cliente. version: of its document."""
    opening, limit = account.opening, account.limit
    return {
        "id": account.account.hex(),
        "nome": account.name,
        "documento": account.text("tax_number"),
        "telefone": account.text("phone"),
        "observacao": account.text("note") or "",
        "limite": None if limit is None else decimal(limit),
        "limite_centavos": limit,
        "disponivel_centavos": account.available,
        "bloqueado": account.is_blocked,
        "saldo": decimal(account.balance),
        "saldo_centavos": account.balance,
        "comprado_centavos": account.charged,
        "estornado_centavos": account.credited,
        "recebido_centavos": account.settled,
        "conflitos": [dispute_json(each) for each in open_disputes(account)],
        "precisa_atualizar": account.needs_upgrade,
        "version": version,
        "versao": account.fact_count,
        "criado_em": None if opening is None else iso(opening.stamp.hlc),
        "atualizado_em": iso(account.updated),
    }


def statement_json(account: AccountView) -> list[JsonObject]:
    """Every movement of the account, oldest first."""
    owed, lines = 0, []
    for line in account.statement:
        owed += line.centavos
        lines.append(_line(line, owed))
    return lines


def _line(line: StatementLine, owed: int) -> JsonObject:
    return {
        "id": line.id.hex(),
        "tipo": KIND[line.kind],
        "valor": decimal(line.centavos),
        "valor_centavos": line.centavos,
        "saldo_centavos": owed,
        "forma": line.method,
        "status": PAYMENT_STATUS[line.state],
        "pedido_id": None if line.order is None else line.order.hex(),
        "observacao": line.note,
        "data_operacao": iso_day(line.entry.business_day),
        "criado_em": iso(line.entry.stamp.hlc),
    }
