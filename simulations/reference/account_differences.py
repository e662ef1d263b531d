"""Where a real terminal and the reference do not agree about customers' accounts; see
`differences`."""

from collections.abc import Iterator
from typing import Final

from simulations.reference.account import ReferenceAccount
from simulations.reference.compared import PAYMENTS, compared
from simulations.reference.peer_shop import Json, PeerShop
from simulations.reference.shop import ReferenceShop

_CUSTOMER: Final = {
    "nome": "name",
    "documento": "tax_number",
    "telefone": "phone",
    "observacao": "note",
    "limite_centavos": "limit_centavos",
    "bloqueado": "is_blocked",
}
_MOVEMENT: Final = ("id", "tipo", "valor_centavos", "saldo_centavos", "status", "pedido_id")
_KINDS: Final = {
    "charge": "compra",
    "reversal": "estorno_de_compra",
    "payment": "pagamento",
    "refund": "estorno_de_pagamento",
}


def of_accounts(reference: ReferenceShop, peer: PeerShop) -> Iterator[str]:
    """Who the customers are, what they owe, and every movement of it."""
    known = {each.id: each for each in reference.accounts.values() if each.opening is not None}
    for account in sorted(known.keys() | peer.accounts.keys()):
        if account not in peer.accounts:
            yield f"cliente {account}: the terminal does not have it"
        elif account not in known:
            yield f"cliente {account}: nobody opened it"
        else:
            ours, theirs = known[account], peer.accounts[account]
            yield from compared(f"cliente {account}", _account(ours), theirs)
            mine, told = _statement(ours), theirs["extrato"]
            if [{field: row.get(field) for field in _MOVEMENT} for row in told] != mine:
                yield f"cliente {account}: the statement is {told}, and should be {mine}"


def _account(account: ReferenceAccount) -> Json:
    return {
        **{name: account.value(register) for name, register in _CUSTOMER.items()},
        "saldo_centavos": account.balance,
        "comprado_centavos": account.charged,
        "estornado_centavos": account.credited,
        "recebido_centavos": account.settled,
        "precisa_atualizar": account.needs_upgrade,
        "versao": len(account.meaning.facts),
    }


def _statement(account: ReferenceAccount) -> list[Json]:
    owed, rows = 0, []
    for told, kind, name, centavos, state in account.movements:
        owed += centavos
        order = told.fields.get("order")
        row = (
            name.hex(), _KINDS[kind], centavos, owed, PAYMENTS[state],
            None if order is None else order.hex(),
        )  # fmt: skip
        rows.append(dict(zip(_MOVEMENT, row, strict=True)))
    return rows
