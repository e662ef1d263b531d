"""Where a terminal's products and the reference's do not agree; see `differences`."""

from collections.abc import Iterator
from typing import Final

from simulations.reference.catalog import ReferenceProduct
from simulations.reference.catalog_schema import (
    GROUP_DEFAULTS,
    OPTION_DEFAULTS,
    RULE_DEFAULTS,
)
from simulations.reference.compared import compared
from simulations.reference.peer_shop import Json, PeerShop
from simulations.reference.shop import ReferenceShop

_DAYS: Final = ("seg", "ter", "qua", "qui", "sex", "sab", "dom")
_SOLD_BY: Final = {"unit": "unidade", "weight": "peso"}
_SCALES: Final = {"price": "preco", "weight": "peso"}
_HALVES: Final = {"dearest": "mais_caro", "average": "media"}
_AS_THEY_ARE: Final = {
    "nome": "name",
    "codigo": "code",
    "categoria": "category",
    "estacao": "station",
    "preco_centavos": "unit_centavos",
    "fiscal": "tax",
    "codigos_barras": "barcodes",
    "ativo": "active",
    "imagem": "picture",
    "id_externo": "external_id",
    "esgotado": "sold_out",
    "controla_estoque": "stocked",
    "estoque_minimo_milesimos": "stock_minimum",
}


def of_products(reference: ReferenceShop, peer: PeerShop) -> Iterator[str]:
    """One sentence each."""
    for product in sorted(reference.products.keys() | peer.products.keys()):
        if product not in peer.products:
            yield f"produto {reference.products[product].name}: the terminal does not have it"
        elif product not in reference.products:
            yield f"produto {peer.products[product].get('nome')}: nobody added it"
        else:
            ours, theirs = reference.products[product], peer.products[product]
            plain = {name: theirs.get(name) for name in _product(ours)}
            plain["precos"] = [_without(each, "preco") for each in theirs["precos"]]
            plain["grupos"] = [_plain_group(each) for each in theirs["grupos"]]
            plain["receita"] = [_without(each, "quantidade") for each in theirs["receita"]]
            yield from compared(f"produto {ours.name}", _product(ours), plain)


def _product(product: ReferenceProduct) -> Json:
    fields = product.fields
    return {
        **{name: fields[field] for name, field in _AS_THEY_ARE.items()},
        "vendido_por": _SOLD_BY[fields["sold_by"]],
        "etiqueta_balanca": _SCALES.get(fields["scale"]),
        "meio_a_meio": _HALVES.get(fields["halves"]),
        "precos": [_rule({**RULE_DEFAULTS, **each}) for each in fields["prices"]],
        "grupos": [_group({**GROUP_DEFAULTS, **each}) for each in fields["groups"]],
        "receita": [
            {"insumo_id": each["supply"].hex(), "quantidade_milesimos": each["thousandths"]}
            for each in fields["recipe"]
        ],
        "restante_milesimos": product.left,
        "disponivel": product.can_be_sold,
    }


def _rule(rule: Json) -> Json:
    return {
        "preco_centavos": rule["unit_centavos"],
        "dias": [_DAYS[day] for day in rule["weekdays"]],
        "de": _clock(rule["from_minute"]),
        "ate": _clock(rule["to_minute"]),
        "tipos": rule["services"],
    }


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _group(group: Json) -> Json:
    return {
        "id": group["key"],
        "nome": group["name"],
        "minimo": group["least"],
        "maximo": group["most"],
        "opcoes": [_option({**OPTION_DEFAULTS, **each}) for each in group["options"]],
    }


def _option(option: Json) -> Json:
    product = option["product"]
    return {
        "id": option["key"],
        "nome": option["name"],
        "preco_centavos": option["unit_centavos"],
        "produto_id": None if product is None else product.hex(),
    }


def _plain_group(group: Json) -> Json:
    return {**group, "opcoes": [_without(each, "preco") for each in group["opcoes"]]}


def _without(shown: Json, name: str) -> Json:
    """Without the decimal beside the exact figure."""
    return {member: value for member, value in shown.items() if member != name}
