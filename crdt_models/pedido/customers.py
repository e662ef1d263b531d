"""The JSON of a customer's account (cliente) and of its statement (extrato)."""

from crdt_models.disputes import open_disputes
from crdt_models.documents.accounts.view import AccountView, StatementLine
from crdt_models.hybrid_logical_clock import iso
from crdt_models.pedido.disputes import dispute_json
from crdt_models.pedido.figures import JsonObject, decimal, iso_day
from crdt_models.pedido.names import MOVEMENT_KIND, PAYMENT_STATUS


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
        "tipo": MOVEMENT_KIND[line.kind],
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
