"""The JSON of a product."""

from crdt_models.documents.catalog.facts import Group, Option, PriceRule
from crdt_models.documents.catalog.view import Product
from crdt_models.pedido.figures import JsonObject, clock, decimal, quantity
from crdt_models.pedido.names import HALVES, SCALE, SOLD_BY, WEEKDAYS


def product_json(product: Product, left: int | None) -> JsonObject:
    """The produto. left: thousandths that are left, None when nobody counts."""
    sells = product.is_active and not product.is_sold_out and (left is None or left > 0)
    return {
        "id": product.id.hex(),
        "nome": product.name,
        "codigo": product.code,
        "categoria": product.category,
        "estacao": product.station,
        "preco": decimal(product.unit_centavos),
        "preco_centavos": product.unit_centavos,
        "precos": [_price(each) for each in product.prices],
        "fiscal": dict(product.tax),
        "codigos_barras": list(product.barcodes),
        "vendido_por": SOLD_BY[product.sold_by],
        "etiqueta_balanca": None if product.scale is None else SCALE[product.scale],
        "ativo": product.is_active,
        "imagem": product.picture,
        "id_externo": product.external_id,
        "grupos": [_group(each) for each in product.groups],
        "meio_a_meio": None if product.halves is None else HALVES[product.halves],
        "receita": [
            {
                "insumo_id": each.supply.hex(),
                "quantidade": quantity(each.thousandths),
                "quantidade_milesimos": each.thousandths,
            }
            for each in product.recipe
        ],
        "controla_estoque": product.is_stocked,
        "estoque_minimo_milesimos": product.stock_minimum,
        "esgotado": product.is_sold_out,
        "restante": None if left is None else quantity(left),
        "restante_milesimos": left,
        "disponivel": sells,
    }


def _price(rule: PriceRule) -> JsonObject:
    return {
        "preco": decimal(rule.unit_centavos),
        "preco_centavos": rule.unit_centavos,
        "dias": [WEEKDAYS[day] for day in rule.weekdays],
        "de": clock(rule.from_minute),
        "ate": clock(rule.to_minute),
        "tipos": list(rule.services),
    }


def _group(group: Group) -> JsonObject:
    return {
        "id": group.key,
        "nome": group.name,
        "minimo": group.least,
        "maximo": group.most,
        "opcoes": [_option(each) for each in group.options],
    }


def _option(option: Option) -> JsonObject:
    return {
        "id": option.key,
        "nome": option.name,
        "preco": decimal(option.unit_centavos),
        "preco_centavos": option.unit_centavos,
        "produto_id": None if option.product is None else option.product.hex(),
    }
