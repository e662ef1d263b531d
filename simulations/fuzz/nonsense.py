"""Facts that a paired terminal could sign: valid and absurd, nearly valid, and of other versions.

Rules of this file:
1. Fields are drawn from the types of the facts themselves, so a new fact is tried without a word
   here. Bounds are met exactly, far more often than chance would.
2. Ids come from small pools, so that facts speak of the same lines, payments and tables, name each
   other, and collide.
"""

from collections.abc import Sequence
from random import Random
from typing import Any

import cbor2
import msgspec
from msgspec import inspect

import crdt_models.documents.kinds  # noqa: F401 - makes every fact known
from crdt_models.fact import Body, Fact, Unknown
from crdt_models.ids import ChangeId, DocumentId, FactId, fact_id
from simulations.fuzz.mutation import TEXTS, few, scalar, tree_changed

IDS = tuple(bytes([number]) * 16 for number in range(6))
DOCUMENTS = tuple(
    map(
        DocumentId,
        (
            *(f"order:{each.hex()}" for each in IDS[:3]),
            *(f"account:{each.hex()}" for each in IDS[3:5]),
            f"shift:{IDS[5].hex()}",
            "catalog",
            "settings",
            "staff",
            "tables",
            "terminals",
            "trust",
            "floor:2024-10-04",
            "floor:9999-13-01",
            "stock:2024-10-04",
            "day:2024-10-04",
            "order:1",
            "zzz",
        ),
    )
)
ORDER_DOCUMENTS = DOCUMENTS[:3]
ACCOUNT_DOCUMENTS = DOCUMENTS[3:5]
_OF_ACCOUNTS = ("account", "charge")  # how their facts begin; payments stand in both
SHIFT_DOCUMENT = DOCUMENTS[5]
_FLOOR = "floor:2024-10-04"
_HOMES = {
    "table": "tables", "area": "tables", "author": "terminals", "member": "trust",
    "settings": "settings", "shift": SHIFT_DOCUMENT, "cash": SHIFT_DOCUMENT,
    "drawer": SHIFT_DOCUMENT, "count": SHIFT_DOCUMENT, "card": "tables", "cards": "tables",
    "tables": _FLOOR, "waiter": _FLOOR, "reservation": _FLOOR, "product": "catalog",
    "stock": "stock:2024-10-04", "operator": "staff", "permission": "staff",
    "act": "staff", "day": "day:2024-10-04",
}  # fmt: skip
_LONGEST_LIST = 512
_DECIMALS = (0, 1, -1, 0.1, 1.5, 12.34, 0.001, 1e15, 1e-24, 10**12, 10**13, "1.500", "1e3")
# Of the product only: facts that tests define change no dice.
_OURS = [each for each in Fact.__subclasses__() if each.__module__.startswith("crdt_models.")]
KINDS: tuple[type[Fact], ...] = tuple(
    sorted((each for each in _OURS if each is not Unknown), key=lambda each: each.tag())
)


class Pools:
    """What fields are drawn from. facts: ids that the script can name · ids: of lines and all."""

    def __init__(
        self, dice: Random, facts: Sequence[FactId] = (), ids: Sequence[bytes] = IDS
    ) -> None:
        self.dice = dice
        self.facts = list(facts)
        self.ids = ids

    def fact_reference(self) -> str:
        """One that exists, mostly."""
        if self.facts and self.dice.random() < 0.9:
            return self.dice.choice(self.facts)
        return fact_id(ChangeId(self.dice.randbytes(32)), self.dice.choice((0, 1, 511)))


def home_of(dice: Random, kind: type[Fact]) -> DocumentId:
    """The document a fact belongs in, mostly."""
    if dice.random() < 0.05:
        return dice.choice(DOCUMENTS)
    if kind.tag().split("_")[0] in _OF_ACCOUNTS or (
        kind.tag().startswith("payment_") and dice.random() < 0.3
    ):
        return dice.choice(ACCOUNT_DOCUMENTS)
    home = _HOMES.get(kind.tag().split("_")[0])
    return dice.choice(ORDER_DOCUMENTS) if home is None else DocumentId(home)


def any_body(pools: Pools) -> tuple[DocumentId, Body]:
    """A document and a body: mostly valid, sometimes nearly, sometimes of a newer version."""
    dice = pools.dice
    kind = dice.choice(KINDS)
    body: Body = [kind.tag(), False, fields_of(pools, kind)]
    throw = dice.random()
    if throw < 0.06:
        body[0] = dice.choice(("newer_fact", "unknown", "x" * 64, kind.tag() + "_2"))
        body[1] = dice.random() < 0.5
    elif throw < 0.2:
        body[2] = tree_changed(dice, body[2])
    elif throw < 0.23:
        body = tree_changed(dice, body)
    return home_of(dice, kind), body


def fields_of(pools: Pools, kind: type[msgspec.Struct]) -> dict[str, Any]:
    """Fields of a fact, or of a body of the API, that this version accepts. Those with a default
    may be left out."""
    fields = {}
    described = inspect.type_info(kind)
    assert isinstance(described, inspect.StructType)
    for field in described.fields:
        if field.required or pools.dice.random() < 0.7:
            fields[field.encode_name] = _value(pools, field.type)
    return fields


def _value(pools: Pools, described: inspect.Type) -> Any:
    """What a field of this type may hold."""
    dice = pools.dice
    match described:
        case inspect.Metadata():
            return _value(pools, described.type)
        case inspect.UnionType():
            return _value(pools, dice.choice(described.types))
        case inspect.DictType():
            return {_value(pools, described.key_type): _value(pools, described.value_type)}
        case inspect.VarTupleType() | inspect.ListType():
            return _several(pools, described)
        case inspect.StructType():
            return _members(pools, described)
        case inspect.StrType():
            return _text(pools, described)
        case inspect.BytesType():
            return _bytes(pools, described)
        case _:
            return _plain(dice, described)


def _members(pools: Pools, described: inspect.StructType) -> Any:
    if described.array_like:
        return [_value(pools, each.type) for each in described.fields]
    return {
        each.encode_name: _value(pools, each.type)
        for each in described.fields
        if each.required or pools.dice.random() < 0.7
    }


def _plain(dice: Random, described: inspect.Type) -> Any:
    match described:
        case inspect.LiteralType():
            return dice.choice(described.values)
        case inspect.DecimalType():
            return dice.choice(_DECIMALS)
        case inspect.BoolType():
            return dice.random() < 0.5
        case inspect.NoneType():
            return None
        case inspect.IntType():
            return _integer(dice, described)
        case _:
            return scalar(dice)


def _integer(dice: Random, described: inspect.IntType) -> int:
    least = 0 if described.ge is None else int(described.ge)
    most = 2**53 - 1 if described.le is None else int(described.le)
    return dice.choice(
        (least, least, most, most, least + 1, most - 1, dice.randint(least, min(most, 100_000)))
    )


def _text(pools: Pools, described: inspect.StrType) -> str:
    dice, pattern = pools.dice, described.pattern or ""
    if "{22}" in pattern:
        return pools.fact_reference()
    if "[A-Z]" in pattern:
        return dice.choice(("A", "B", "ZZZ"))
    if pattern.startswith("^[0-9]"):
        return dice.choice(("7891000100103", "1234", "2" * 14))
    if pattern:
        return dice.choice(("a", "financeiro", "producao", "z" + "9" * 39))
    least, most = described.min_length or 0, described.max_length or 40
    given = dice.choice((*TEXTS, *(each.hex() for each in IDS), "\U0001f355" * most, "x" * most))
    return given[:most] if len(given) >= least else "x" * least


def _bytes(pools: Pools, described: inspect.BytesType) -> bytes:
    dice = pools.dice
    if described.min_length == described.max_length == 16:
        return dice.choice(pools.ids)
    return dice.randbytes(dice.choice((0, 1, 32, 400)))


def _several(pools: Pools, described: inspect.VarTupleType | inspect.ListType) -> list[Any]:
    dice = pools.dice
    least = described.min_length or 0
    most = _LONGEST_LIST if described.max_length is None else described.max_length
    count = dice.choice((least, 1, few(dice, 6)))
    if dice.random() < 0.02:
        count = dice.choice((most, 60))
    count = max(least, min(count, most, _LONGEST_LIST))
    return [_value(pools, described.item_type) for _ in range(count)]


def packed(script: Any) -> bytes:
    """A script as an input. CBOR at its loosest: it must carry what our own profile refuses."""
    return cbor2.dumps(script)


def unpacked(data: bytes) -> Any:
    """The script of an input."""
    return cbor2.loads(data)
