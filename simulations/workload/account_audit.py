"""Holds the final accounts of customers against what people were promised, in sentences.

Rules of this file: those of `audit`. What is sold on trust is promised with its order, there; that
it is owed as well, the check `trust` sees in the bytes.
"""

from collections.abc import Iterator, Mapping

from simulations.workload.ledger import Deed, Ledger
from simulations.workload.promises import NOTHING_EXCUSED, Excuses, audited
from simulations.workload.till import JSON
from simulations.workload.trust_scenes import CUSTOMERS

_CHANGED = ("limite_centavos", "bloqueado")
_AT_FIRST = {"limite_centavos": None, "bloqueado": False}


def check_accounts(
    ledger: Ledger, accounts: Mapping[str, JSON], excuses: Excuses = NOTHING_EXCUSED
) -> Iterator[str]:
    """Sentences, none when all is well. accounts: id → cliente with its whole `extrato`, as any one
    terminal shows each in the end."""
    deeds = [each for each in audited(ledger, excuses) if each.path.startswith(CUSTOMERS)]
    for deed in deeds:
        if deed.method == "POST" and deed.path == CUSTOMERS:
            yield from _opened(deed, accounts)
        elif deed.method == "POST":
            yield from _received(deed, accounts)
    for account, shown in accounts.items():
        yield from _values(account, shown, deeds)


def _opened(deed: Deed, accounts: Mapping[str, JSON]) -> Iterator[str]:
    found = [id_ for id_, each in accounts.items() if each["nome"] == deed.body["nome"]]
    yield from _effects(deed, len(found), "accounts")
    if deed.told is not None and deed.outcome == "acknowledged" and deed.told["id"] not in found:
        yield f"customer {deed.told['id']} is absent"


def _received(deed: Deed, accounts: Mapping[str, JSON]) -> Iterator[str]:
    account = deed.path.split("/")[3]
    if account not in accounts:
        if deed.outcome == "acknowledged":
            yield f"customer {account} paid, and is absent"
        return
    lines = [
        each
        for each in accounts[account]["extrato"]
        if each["tipo"] == "pagamento" and each["observacao"] == deed.body["observacao"]
    ]
    yield from _effects(deed, len(lines), f"payments of customer {account}")
    for line in lines:
        if line["valor_centavos"] != -deed.body["valor_centavos"]:
            asked = deed.body["valor_centavos"]
            yield f"customer {account} paid {asked}, and {-line['valor_centavos']} are shown"


def _effects(deed: Deed, count: int, what: str) -> Iterator[str]:
    """One key has one effect when it was acknowledged, none when it was refused."""
    least, most = int(deed.outcome == "acknowledged"), int(deed.outcome != "refused")
    if not least <= count <= most:
        yield f"key {deed.key} was {deed.outcome} and made {count} {what}"


def _values(account: str, shown: JSON, deeds: list[Deed]) -> Iterator[str]:
    """Limit and block are what somebody said they are."""
    asked = [each for each in deeds if each.outcome != "refused" and each.method == "PATCH"]
    about = [each for each in asked if each.path == f"{CUSTOMERS}/{account}"]
    opened = [each for each in deeds if each.path == CUSTOMERS and each.told is not None]
    opening = [each.body for each in opened if each.told["id"] == account]
    for name in _CHANGED:
        said = [each for each in about if name in each.body]
        allowed = [each.body[name] for each in said]
        if not any(each.outcome == "acknowledged" for each in said):
            allowed += [each.get(name, _AT_FIRST[name]) for each in opening]
        if opening and shown[name] not in allowed:
            yield f"customer {account}: {name} is {shown[name]!r}, which is none of {allowed!r}"
