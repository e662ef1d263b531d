"""What the models say of a value they refuse, in the words of the front end that sent it.

The models name their own fields, in English; a front end knows `preco_unitario_centavos`. What has
no name here keeps the one it has.
"""

import re

from crdt_models.documents.command import InvalidField as RefusedValue
from peer.service.http_errors import InvalidField
from peer.service.strict_json import explain

_NAMES = {
    "address": "endereco",
    "category": "categoria",
    "centavos": "valor_centavos",
    "change_centavos": "valor_recebido_centavos",
    "columns": "colunas",
    "course": "etapa",
    "customer": "cliente",
    "external_id": "id_externo",
    "is_blocked": "bloqueado",
    "label": "nome",
    "limit_centavos": "limite_centavos",
    "method": "forma",
    "modifiers": "modificadores",
    "name": "nome",
    "note": "observacao",
    "people": "pessoas",
    "phone": "telefone",
    "printers": "impressoras",
    "product": "produto_id",
    "reason": "motivo",
    "seats": "lugares",
    "service_type": "tipo",
    "station": "estacao",
    "stations": "estacoes",
    "tab": "comanda",
    "table": "mesa_id",
    "tax_number": "documento",
    "thousandths": "quantidade_milesimos",
    "unit_centavos": "preco_unitario_centavos",
    "waiter": "garcom",
}
_REGISTER = re.compile(r"(\w+) cannot hold this value")


def told_to_front_end(error: RefusedValue) -> InvalidField:
    """The same refusal as a front end can understand it."""
    field, reason = explain(str(error.details.get("reason", "")))
    register = _REGISTER.fullmatch(reason)
    if register:
        field, reason = register[1], "valor não aceito"
    shown = re.sub(r"[a-z_]+", lambda word: _NAMES.get(word[0], word[0]), field)
    return InvalidField(field=shown or "?", reason=reason)
