"""The JSON of those who work here, and of what each role may do."""

from typing import Final

from crdt_models.documents.staff.acts import ACTS, Act
from crdt_models.documents.staff.view import Operator, StaffView
from crdt_models.pedido.figures import JsonObject
from crdt_models.pedido.names import ROLE

ACT: Final[dict[Act, str]] = {
    "cancel_sent_line": "cancelar_item_enviado",
    "cancel_order": "cancelar_pedido",
    "give_discount": "dar_desconto",
    "give_large_discount": "dar_desconto_grande",
    "give_courtesy": "dar_cortesia",
    "refund": "estornar",
    "reopen_bill": "reabrir_conta",
    "grant_credit": "dar_credito",
    "move_cash": "movimentar_caixa",
    "write_off_shift": "dar_baixa_em_caixa",
    "edit_stock": "lancar_estoque",
    "edit_catalog": "mudar_cardapio",
    "edit_tables": "mudar_mesas",
    "edit_settings": "mudar_configuracoes",
    "edit_staff": "mudar_operadores",
    "edit_permissions": "mudar_permissoes",
    "settle_dispute": "decidir_conflitos",
}


def operator_json(operator: Operator) -> JsonObject:
    """The operador."""
    return {
        "id": operator.id.hex(),
        "nome": operator.name,
        "papel": ROLE[operator.role],
        "ativo": operator.is_active,
    }


def staff_json(staff: StaffView) -> JsonObject:
    """All operadores, dismissed ones too, and the least role of each act."""
    return {
        "operadores": [operator_json(each) for each in staff.operators.values()],
        "permissoes": [{"ato": ACT[act], "papel": ROLE[staff.least(act)]} for act in ACTS],
    }
