"""What one answer showed of an order, made small and comparable.

Rules of this file:
1. Only the JSON of a pedido is known here, as any front end reads it; nothing of how it was made.
2. Whoever acts leaves a mark in what he writes (an external id, an authorisation, a reason, the
   change he gave), so that an act can be found again whatever ids the product gave it.
3. Money in centavos, quantities in thousandths.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from simulations.workload.bill_sights import SeenBill, bill_of

STAGES = ("novo", "enviado", "preparando", "pronto", "entregue")
ON_TRUST = "fiado"
FIELDS = ("tipo", "mesa_id", "comanda", "garcom", "cliente", "observacao", "pessoas", "entrega")


class SeenLine(Struct, frozen=True):
    """mark: its id_externo · left: shown, thousandths; as billed when the bill is closed ·
    cancelled: thousandths · unit: centavos · stage: index in STAGES, −1 for a cancelled line ·
    late: it came after the closing · station: where it is made · fired: whether it may be made."""

    id: str
    mark: str
    left: int
    cancelled: int
    unit: int
    total: int
    stage: int
    late: bool = False
    station: str = ""
    fired: bool = True


class SeenPayment(Struct, frozen=True):
    """mark: its authorisation, else the change given; sold on trust, what was noted · transaction:
    the acquirer's id of it · tip: centavos that came with it."""

    id: str
    mark: str
    centavos: int
    method: str
    status: str
    transaction: str = ""
    tip: int = 0


class SeenRefund(Struct, frozen=True):
    """mark: its reason · payment: the id of what was refunded."""

    id: str
    mark: str
    centavos: int
    payment: str | None


class Figures(Struct, frozen=True):
    """What a closed bill says for ever. lines: (id, thousandths, centavos), sorted · off: taken off
    by discounts · charges: (kind, centavos), sorted."""

    total: int
    lines: tuple[tuple[str, int, int], ...]
    off: int
    charges: tuple[tuple[str, int], ...]


class Sight(Struct, frozen=True):
    """One order as one answer showed it. figures: None while the bill is open · fields: values of
    FIELDS, in their order."""

    id: str
    mark: str
    status: str
    total: int
    paid: int
    balance: int
    lines: tuple[SeenLine, ...]
    payments: tuple[SeenPayment, ...]
    refunds: tuple[SeenRefund, ...]
    fields: tuple[Any, ...]
    flags: tuple[tuple[str, bool], ...]
    figures: Figures | None
    version: str
    bill: SeenBill

    def field(self, name: str) -> Any:
        """One of FIELDS."""
        return self.fields[FIELDS.index(name)]


def is_order(body: Any) -> bool:
    """Whether an answer's body is a pedido."""
    return isinstance(body, Mapping) and "itens" in body and "pagamentos" in body


def sight_of(pedido: Mapping[str, Any]) -> Sight:
    """Raises KeyError, TypeError or ValueError where the JSON is no pedido."""
    lines = [_line(each, late=False) for each in pedido["itens"]]
    late = [_line(each, late=True) for each in pedido["itens_residuais"]]
    bill = bill_of(pedido)
    return Sight(
        id=pedido["id"],
        mark=pedido["id_externo"] or "",
        status=pedido["status"],
        total=pedido["total_centavos"],
        paid=pedido["pago_centavos"],
        balance=pedido["saldo_centavos"],
        lines=(*lines, *late),
        payments=tuple(_payment(each) for each in pedido["pagamentos"]),
        refunds=tuple(
            SeenRefund(each["id"], each["motivo"], each["valor_centavos"], each["pagamento_id"])
            for each in pedido["estornos"]
        ),
        fields=tuple(pedido[name] for name in FIELDS),
        flags=tuple(sorted(pedido["flags"].items())),
        figures=None
        if pedido["fechado_em"] is None
        else _figures(pedido["total_centavos"], lines, bill),
        version=pedido["version"],
        bill=bill,
    )


def payment_mark(acquirer: Mapping[str, Any] | None, change: int) -> str:
    """How a payment can be found again: cash has no acquirer, but nobody gives one change twice."""
    return acquirer["autorizacao"] if acquirer else f"troco {change}"


def _line(item: Mapping[str, Any], *, late: bool) -> SeenLine:
    stage = item["status"]
    return SeenLine(
        id=item["id"],
        mark=item["id_externo"] or "",
        left=item["quantidade_milesimos"],
        cancelled=round(item["quantidade_cancelada"] * 1000),
        unit=item["preco_unitario_centavos"],
        total=item["total_centavos"],
        stage=STAGES.index(stage) if stage in STAGES else -1,
        late=late,
        station=item["estacao"],
        fired=item["disparado"],
    )


def _payment(payment: Mapping[str, Any]) -> SeenPayment:
    acquirer = payment["adquirente"]
    return SeenPayment(
        id=payment["id"],
        mark=payment["observacao"]
        if payment["forma"] == ON_TRUST
        else payment_mark(acquirer, payment["troco_centavos"]),
        centavos=payment["valor_centavos"],
        method=payment["forma"],
        status=payment["status"],
        transaction=f"{acquirer['nome']} {acquirer['transacao']}" if acquirer else "",
        tip=payment["gorjeta_centavos"],
    )


def _figures(total: int, lines: list[SeenLine], bill: SeenBill) -> Figures:
    billed = tuple(sorted((each.id, each.left, each.total) for each in lines))
    return Figures(total, billed, bill.off, bill.charges)
