"""What is told of those who work here."""

from msgspec import UNSET, UnsetType

from crdt_models.documents.staff.facts import (
    ActAllowed,
    OperatorAdded,
    OperatorChanged,
    PermissionSet,
    Role,
)
from crdt_models.ids import DocumentId
from crdt_models.telling.names import Names
from crdt_models.telling.of_orders import Sentences

_ROLES: dict[Role, str] = {
    "waiter": "garçom",
    "cashier": "caixa",
    "manager": "gerente",
    "owner": "dono",
}


def _changed(fact: OperatorChanged, names: Names) -> str:
    values, told = fact.values, []
    if values.name is not UNSET:
        told.append(f"o nome para {values.name}")
    if not isinstance(values.role, UnsetType):
        told.append(f"o papel para {_ROLES[values.role]}")
    if values.active is not UNSET:
        told.append("trabalha aqui" if values.active else "não trabalha mais aqui")
    return f"Mudou {names.operator(fact.who)}: {', '.join(told)}"


def _allowed(fact: ActAllowed, names: Names) -> str:
    where = names.document(DocumentId(fact.document))
    told = f"Permitiu {fact.act} em {where}"
    return told if fact.grant is None else f"{told}, por autorização de {names.operator(fact.by)}"


SENTENCES: Sentences = {
    ActAllowed: _allowed,
    OperatorAdded: lambda fact, _: f"Cadastrou {fact.name} como {_ROLES[fact.role]}",
    OperatorChanged: _changed,
    PermissionSet: lambda fact, _: f"Mudou quem pode {fact.act}: a partir de {_ROLES[fact.least]}",
}
