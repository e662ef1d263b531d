"""What one answer showed of a bill beside its lines. The rules are those of `sights`."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct


class SeenDiscount(Struct, frozen=True):
    """mark: its reason · kind: percentual, valor or cortesia · line: "" for the order · amount:
    basis points or centavos · counts: whether it is the one of its place that does · source: the
    order that had it and was joined with this one, or ""."""

    id: str
    mark: str
    kind: str
    line: str
    amount: int
    counts: bool
    source: str = ""


class SeenTip(Struct, frozen=True):
    """mark: its note · payment: that it came with, or ""."""

    id: str
    mark: str
    payment: str
    centavos: int
    status: str


class SeenShare(Struct, frozen=True):
    """id: "" for nobody's · owed, paid: centavos."""

    id: str
    name: str
    people: int
    owed: int
    paid: int
    left: int


class SeenBill(Struct, frozen=True):
    """gross, off: centavos of all lines, and of all discounts · charges: (kind, centavos), sorted ·
    rate: of service, basis points · tipped: of tips that count."""

    gross: int
    off: int
    charges: tuple[tuple[str, int], ...]
    rate: int
    discounts: tuple[SeenDiscount, ...]
    tips: tuple[SeenTip, ...]
    tipped: int
    shares: tuple[SeenShare, ...]


def bill_of(pedido: Mapping[str, Any]) -> SeenBill:
    """Raises KeyError, TypeError or ValueError where the JSON is no pedido."""
    return SeenBill(
        gross=pedido["subtotal_centavos"],
        off=pedido["desconto_centavos"],
        charges=tuple(sorted((each["tipo"], each["valor_centavos"]) for each in pedido["taxas"])),
        rate=round(pedido["taxa_servico_percentual"] * 100),
        discounts=tuple(_discount(each) for each in pedido["descontos"]),
        tips=tuple(_tip(each) for each in pedido["gorjetas"]),
        tipped=pedido["gorjeta_centavos"],
        shares=tuple(_share(each) for each in pedido["divisao"]),
    )


def _discount(given: Mapping[str, Any]) -> SeenDiscount:
    is_percent = given["tipo"] == "percentual"
    return SeenDiscount(
        id=given["id"],
        mark=given["motivo"],
        kind=given["tipo"],
        line=given["item_id"] or "",
        amount=round(given["percentual"] * 100) if is_percent else given["valor_centavos"],
        counts=given["vale"],
        source=given["pedido_origem_id"] or "",
    )


def _tip(tip: Mapping[str, Any]) -> SeenTip:
    return SeenTip(
        id=tip["id"],
        mark=tip["observacao"],
        payment=tip["pagamento_id"] or "",
        centavos=tip["valor_centavos"],
        status=tip["status"],
    )


def _share(share: Mapping[str, Any]) -> SeenShare:
    return SeenShare(
        id=share["id"] or "",
        name=share["nome"],
        people=share["pessoas"],
        owed=share["total_centavos"],
        paid=share["pago_centavos"],
        left=share["saldo_centavos"],
    )
