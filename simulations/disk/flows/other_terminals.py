"""What comes from elsewhere: another terminal's changes, its admission, what it did at once."""

from typing import Any

from crdt_models.certificates import encode_chain
from crdt_models.disputes import SettleDispute, open_disputes
from crdt_models.documents.orders.bill_commands import TakePayment
from crdt_models.documents.orders.commands import OpenOrder
from crdt_models.documents.orders.facts import OrderOpened, PaymentReceived
from crdt_models.documents.tables.commands import AddTable
from crdt_models.documents.tables.facts import TableAdded
from crdt_models.documents.trust import AdmitMember
from crdt_models.fact import body_of
from crdt_models.ids import (
    TABLES,
    CreatedId,
    Epoch,
    OrderId,
    PaymentId,
    TableId,
    order_document,
)
from peer.identity.membership import BUILD_SECONDS, TerminalKeys, admit, applicant_of, member_chain
from simulations.disk.counter import Counter, identity
from simulations.disk.flows.sales import PIZZA, opened_order
from simulations.fuzz.members import Author, key_of
from simulations.fuzz.memory_terminal import START_MS


async def from_another_terminal(counter: Counter) -> None:
    """A newcomer is announced; its first changes come in one batch, more between own writes."""
    author = _newcomer()
    await counter.do(AdmitMember(chain=author.chain))
    first = [author.opening()]
    table = TableAdded(table=TableId(CreatedId(b"t" * 16)), label="9")
    first += [author.write([[TABLES, body_of(table)]], hlc=_hlc(1))]
    first += [author.write([_opening(index)], hlc=_hlc(2 + index)) for index in range(3)]
    await counter.receive(first)
    await counter.do(AddTable(label="3"))
    await counter.receive([author.write([_opening(9 + n)], hlc=_hlc(9 + n)) for n in range(4)])
    await counter.do(AddTable(label="4"))


async def dispute_settled(counter: Counter) -> None:
    """A bill is paid here and at another terminal; a person says what becomes of it."""
    author = _newcomer()
    order = await opened_order(counter, OpenOrder(service_type="balcao", lines=(PIZZA,)))
    await counter.do(TakePayment(order=order, centavos=4450, method="pix"))
    document = order_document(order)
    again = PaymentReceived(payment=PaymentId(CreatedId(b"p" * 16)), centavos=4450, method="pix")
    paid = author.write([[document, body_of(again)]], hlc=_hlc(1))
    await counter.receive([author.opening(), paid])
    (found,) = open_disputes(counter.node.view(document))
    settling = SettleDispute(
        document=document,
        kind=found.kind,
        subject=found.subject,
        choice="credit",
        weighs=found.facts,
        note="volta amanhã",
    )
    await counter.do(settling)


def _newcomer() -> Author:
    """Another terminal of the site, with nothing written yet."""
    key = key_of("crash points newcomer")
    keys = TerminalKeys(key, key_of("crash points newcomer's link"))
    grant = admit(
        identity().issuing(),
        applicant_of(keys),
        letters="B",
        name="Salão",
        now_seconds=BUILD_SECONDS,
    )
    chain = encode_chain(member_chain(grant.leaf, identity().site))
    return Author(identity().site, key, chain, Epoch(b"epoch..1"))


def _opening(index: int) -> list[Any]:
    document = order_document(OrderId(CreatedId(bytes([index]) * 16)))
    return [document, body_of(OrderOpened(service_type="balcao"))]


def _hlc(step: int) -> int:
    return START_MS + step << 16
