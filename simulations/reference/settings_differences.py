"""Where a terminal's settings and the reference's do not agree; see `differences`."""

from collections.abc import Iterator
from typing import Final

from simulations.reference.compared import compared
from simulations.reference.peer_shop import Json, PeerShop
from simulations.reference.settings_schema import PRINTER_DEFAULTS
from simulations.reference.shop import ReferenceShop

ROLES: Final = {"waiter": "garcom", "cashier": "caixa", "manager": "gerente", "owner": "dono"}
_ACTS: Final = {
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
_KINDS: Final = {"network": "rede", "usb": "usb", "file": "arquivo"}
_AS_THEY_ARE: Final = {
    "nome": "name",
    "documento": "tax_number",
    "endereco": "address",
    "telefone": "phone",
    "taxa_servico_tipos": "service_types",
    "couvert_centavos": "couvert_centavos",
    "consumacao_minima_centavos": "minimum_centavos",
    "tolerancia_caixa_centavos": "cash_tolerance_centavos",
    "flags": "flags",
}


def of_settings(reference: ReferenceShop, peer: PeerShop) -> Iterator[str]:
    """One sentence for each setting."""
    if peer.settings:
        yield from compared("configurações", _shown(reference.settings), peer.settings)


def of_staff(reference: ReferenceShop, peer: PeerShop) -> Iterator[str]:
    """One sentence for each person, and one for the permissions."""
    if not peer.staff:
        return
    theirs = {each["id"]: each for each in peer.staff["operadores"]}
    ours = reference.staff
    if list(theirs) != list(ours.operators):
        yield f"operadores: they are {list(theirs)}, and should be {list(ours.operators)}"
    for who in theirs.keys() & ours.operators.keys():
        person = ours.operators[who]
        shown = {
            "nome": person["name"], "papel": ROLES[person["role"]], "ativo": person["active"]
        }  # fmt: skip
        yield from compared(f"operador {person['name']}", shown, theirs[who])
    said = {each["ato"]: each["papel"] for each in peer.staff["permissoes"]}
    if said.keys() != set(_ACTS.values()):
        yield f"permissões: they are {sorted(said)}"
        return
    for act, least in ours.permissions.items():
        if act in _ACTS and said[_ACTS[act]] != ROLES[least]:
            yield f"permissão {act}: it takes {said[_ACTS[act]]}, and should take {ROLES[least]}"


def _shown(settings: Json) -> Json:
    cutoff = settings["day_cutoff"]
    return {
        **{name: settings[field] for name, field in _AS_THEY_ARE.items()},
        "taxa_servico": settings["service_basis_points"] / 100,
        "virada_do_dia": None if cutoff is None else f"{cutoff // 60:02}:{cutoff % 60:02}",
        "estacoes": [
            {"codigo": key, "nome": station["name"]}
            for key, station in settings["stations"].items()
        ],
        "impressoras": [
            _printer(key, {**PRINTER_DEFAULTS, **each})
            for key, each in settings["printers"].items()
        ],
    }


def _printer(key: str, printer: Json) -> Json:
    return {
        "codigo": key,
        "nome": printer["name"],
        "tipo": _KINDS[printer["kind"]],
        "endereco": printer["address"],
        "colunas": printer["columns"],
        "estacoes": printer["stations"],
        "imprime_contas": printer["prints_bills"],
    }
