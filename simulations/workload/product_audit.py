"""Holds the final catalog against what people were promised, in sentences.

Rules of this file:
1. A product that somebody was told of is there; a field says what somebody wrote who was not
   refused, and no longer what it began with once a write of it was acknowledged.
2. Where all writes of a field were made at one terminal, the last that was acknowledged stands, or
   one that may have come after it. Between terminals any of them may: which, `meaning` knows.
3. A line that was sold by the catalog costs what somebody said that such a product costs.
What is left of a product is counted by sales, and not looked at here.
"""

from collections.abc import Iterator, Mapping, Sequence

from simulations.workload.catalog_scenes import PRODUCTS
from simulations.workload.ledger import Deed, Ledger
from simulations.workload.promises import NOTHING_EXCUSED, Excuses, audited
from simulations.workload.till import JSON

_AT_FIRST = {
    "nome": "",
    "codigo": "",
    "preco_centavos": 0,
    "estacao": "",
    "vendido_por": "unidade",
    "meio_a_meio": None,
    "esgotado": False,
    "ativo": True,
}
IMPORT = f"{PRODUCTS}/importar"
_CLEARED = {"codigo": "", "estacao": ""}  # what null makes of them


def check_products(
    ledger: Ledger, products: Mapping[str, JSON], excuses: Excuses = NOTHING_EXCUSED
) -> Iterator[str]:
    """Sentences, none when all is well. products: id → produto, those taken out too, as any one
    terminal shows each in the end."""
    deeds = [each for each in audited(ledger, excuses) if _is_about_products(each)]
    if any(each.path == IMPORT for each in deeds):
        return  # what a file writes is not followed
    for adding in deeds:
        if adding.path != PRODUCTS or adding.told is None:
            continue
        product = adding.told["id"]
        if product not in products:
            if adding.outcome == "acknowledged":
                yield f"product {product} is absent: {adding.who} was told of it"
            continue
        writes = [adding, *(each for each in deeds if each.path == f"{PRODUCTS}/{product}")]
        for field in _AT_FIRST:
            yield from _field(products[product], field, writes, excuses)


def _is_about_products(deed: Deed) -> bool:
    return bool(deed.key) and deed.path.startswith(PRODUCTS) and deed.outcome != "refused"


def _field(shown: JSON, field: str, writes: Sequence[Deed], excuses: Excuses) -> Iterator[str]:
    """writes: of the product, its addition first."""
    names = {field, "preco"} if field == "preco_centavos" else {field}
    told = [each for each in writes if each is writes[0] or names & _body(each).keys()]
    allowed = [_value(each, field) for each in standing(told, excuses)]
    if shown[field] not in allowed:
        which = "what stands" if len(allowed) < len(told) else "what was written"
        yield f"product {shown['id']}: {field} is {shown[field]!r}, {which} is {allowed!r}"


def standing(told: Sequence[Deed], excuses: Excuses) -> Sequence[Deed]:
    """Those of which one may stand in the end. told: what it began with, then changes."""
    changes = told[1:]
    surely = [each for each in changes if each.outcome == "acknowledged"]
    if not surely:
        return told
    places = {each.letters for deed in changes for each in deed.attempts}
    if len(places) > 1:
        return changes
    (letters,) = places
    last = max(each.attempts[0].at for each in surely)
    return [
        each
        for each in changes
        if each.attempts[-1].until > last
        or _is_open(each)
        or excuses.forgot(letters, each.attempts[-1].until, last)
    ]


def _is_open(deed: Deed) -> bool:
    """Whether nobody was told when it happened."""
    return any(each.outcome == "unknown" for each in deed.attempts)


def _body(deed: Deed) -> JSON:
    return {"ativo": False} if deed.method == "DELETE" else deed.body


def _value(deed: Deed, field: str) -> JSON:
    body = _body(deed)
    if field == "preco_centavos" and "preco" in body:
        return round(float(body["preco"]) * 100)
    value = body.get(field, _AT_FIRST[field])
    return _CLEARED[field] if value is None and field in _CLEARED else value


def check_prices(
    ledger: Ledger, orders: Mapping[str, JSON], excuses: Excuses = NOTHING_EXCUSED
) -> Iterator[str]:
    """orders: as `check_ledger` has them. Only whole products named by id: a code may have been of
    another product, and parts share a price."""
    deeds = [each for each in ledger.deeds if _is_about_products(each)]
    if any(each.path == IMPORT for each in deeds):
        return
    said: dict[str, set[int]] = {}
    for deed in deeds:
        product = deed.told["id"] if deed.path == PRODUCTS and deed.told else _named(deed)
        if product and {"preco", "preco_centavos"} & _body(deed).keys():
            said.setdefault(product, set()).add(_value(deed, "preco_centavos"))
    marks = {mark: product for deed in audited(ledger, excuses) for mark, product in _sold(deed)}
    for order, pedido in orders.items():
        for item in (*pedido["itens"], *pedido["itens_residuais"]):
            product = marks.get(item["id_externo"])
            if product in said and item["preco_unitario_centavos"] not in said[product]:
                price = item["preco_unitario_centavos"]
                yield f"order {order}: a line of product {product} costs {price}, nobody said so"


def _named(deed: Deed) -> str:
    return deed.path.removeprefix(f"{PRODUCTS}/") if deed.path != PRODUCTS else ""


def _sold(deed: Deed) -> Iterator[tuple[str, str]]:
    """(mark of a line, product) that a deed sold by the catalog."""
    items = (deed.body or {}).get("itens", ()) if isinstance(deed.body, dict) else ()
    for item in items:
        if isinstance(item, dict) and "produto_id" in item and not _has_own_price(item):
            yield item.get("id_externo", ""), item["produto_id"]


def _has_own_price(item: JSON) -> bool:
    return "preco_unitario_centavos" in item or "partes" in item
