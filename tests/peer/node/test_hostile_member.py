"""Authentic changes that mean nothing, or harm: stored, forwarded, and the shop sells on."""

import hashlib
from collections.abc import Sequence
from typing import Any

import pytest

from crdt_models.certificates import AuthorOpened
from crdt_models.change import Change, Unsigned, decode_change, sign_change
from crdt_models.documents.orders.commands import EditOrder, NewLine, OpenOrder
from crdt_models.documents.orders.facts import OrderNumbered, OrderOpened
from crdt_models.fact import Fact
from crdt_models.ids import (
    TABLES,
    TERMINALS,
    ChangeId,
    CommandId,
    DocumentId,
    Epoch,
    OrderId,
)
from peer.environment import RealDice
from peer.identity import Identity, install, keys_for_joining
from peer.identity.membership import admit, applicant_of

ORDER = OpenOrder(
    service_type="balcao", lines=(NewLine(product="p", name="Pizza", unit_centavos=1325),)
)


class Hostile:
    """A real member of the site that signs whatever it likes."""

    def __init__(self, admin: Identity, place: Any) -> None:
        keys = keys_for_joining(place.home, admin.site, RealDice())
        grant = admit(
            admin.issuing(), applicant_of(keys), letters="D", name="Doca", now_seconds=1_800_000_000
        )
        self.identity = install(place, keys, admin.root_der, grant, dice=RealDice())
        self.changes: list[Change] = []

    def write(
        self,
        *facts: tuple[DocumentId, Fact],
        hlc: int = 1,
        command: bytes = b"",
        also: Sequence[ChangeId] = (),
    ) -> bytes:
        """also: changes that it names beside its last one."""
        number = len(self.changes) + 1
        last = [each.id for each in self.changes[-1:]]
        change = sign_change(
            Unsigned(
                site=self.identity.site,
                device=self.identity.device,
                epoch=Epoch(b"hostile!"),
                sequence=number,
                previous=tuple(sorted([*last, *also])),
                hlc=hlc,
                business_day=21_000,
                operator=None,
                command_id=CommandId(
                    command or hashlib.sha256(b"hostile %d" % number).digest()[:16]
                ),
                seen=0,
                facts=facts,
            ),
            self.identity.signing_key,
        )
        self.changes.append(change)
        return change.data

    def open(self) -> bytes:
        return self.write((TERMINALS, AuthorOpened(self.identity.encoded_chain)))


@pytest.fixture
def hostile(identity: Identity, tmp_path: Any) -> Hostile:
    from peer.identity import Place

    return Hostile(identity, Place(tmp_path / "d", tmp_path / "d.key"))


async def test_an_order_opened_where_no_order_is(
    running: Any, opened: Any, command: Any, hostile: Hostile
) -> None:
    stolen = command("retried")
    opening = OrderOpened(service_type="balcao")
    log = opened()
    async with running(log) as node:
        changes = [
            hostile.open(),
            hostile.write((TABLES, opening), command=stolen),
            hostile.write((DocumentId("order:zz"), opening)),
        ]
        assert (await node.receive(changes, source=1)).stored == 3
        assert (await node.execute(ORDER, command_id=command("1"))).position == 5
    async with running(log) as node:  # and the next boot reads it all again
        await node.execute(ORDER, command_id=command("2"))


async def test_an_epoch_opened_twice_the_second_time_with_junk(
    running: Any, opened: Any, command: Any, hostile: Hostile
) -> None:
    log = opened()
    async with running(log) as node:
        changes = [hostile.open(), hostile.write((TERMINALS, AuthorOpened(b"junk")))]
        await node.receive(changes, source=1)
        await node.receive([hostile.write((TABLES, OrderOpened(service_type="mesa")))], source=1)
        await node.execute(ORDER, command_id=command("1"))
    async with running(log) as node:
        await node.execute(ORDER, command_id=command("2"))
        assert {decode_change(each.data).device for each in log.since(0, 99)} == {
            node.device,
            hostile.identity.device,
        }


async def test_nobody_else_gives_an_order_its_number(
    running: Any, opened: Any, command: Any, hostile: Hostile
) -> None:
    log = opened()
    async with running(log) as node:
        order = (await node.execute(ORDER, command_id=command("1"))).documents[0]
        number = OrderNumbered(number=999_999, letters="A")
        await node.receive([hostile.open(), hostile.write((order, number))], source=1)
        assert node.view(order).numbers[0].fact.number == 1
        assert node.view(order).aliases == ()
    async with running(log) as node:
        second = await node.execute(ORDER, command_id=command("2"))
        assert node.view(second.documents[0]).numbers[0].fact.number == 2


async def test_a_ring_of_replacements_costs_little(
    running: Any, opened: Any, command: Any, hostile: Hostile
) -> None:
    from crdt_models.documents.orders.facts import FieldSet

    async with running(opened()) as node:
        outcome = await node.execute(ORDER, command_id=command("1"))
        document, order = outcome.documents[0], OrderId(outcome.ids["order"])
        replaced: tuple[Any, ...] = ()
        changes = [hostile.open()]
        for index in range(40):
            facts = [(document, FieldSet("note", f"{index}.{n}", replaced)) for n in range(100)]
            changes.append(hostile.write(*facts))
            last = hostile.changes[-1]
            replaced = tuple(entry.id for _, entry in list(last.entries())[:8])
        await node.receive(changes, source=1)
        edit = EditOrder(order=order, fields={"note": "ours"})
        await node.execute(edit, command_id=command("2"))
        assert node.view(document).text("note") == "ours"


async def test_invented_gaps_are_looked_for_by_what_is_asked_and_not_all_read(
    running: Any, opened: Any, command: Any, hostile: Hostile, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = opened()
    opening = hostile.open()
    named = [ChangeId(hashlib.sha256(b"%d" % number).digest()) for number in range(700)]
    changes = [
        hostile.write((TABLES, OrderOpened(service_type="mesa")), also=named[start : start + 7])
        for start in range(0, len(named), 7)
    ]
    async with running(log) as node:
        assert (await node.receive([opening, *changes], source=1)).stored == len(changes) + 1
        monkeypatch.setattr(log, "missing", None)  # whoever would read them all fails
        # A change whose own signature does not fit is asked about: has its author named it?
        spoiled = bytearray(hostile.write((TABLES, OrderOpened(service_type="mesa"))))
        spoiled[-1] ^= 1
        assert (await node.receive([bytes(spoiled)], source=1)).refused == 1
        await node.execute(ORDER, command_id=command("1"))


async def test_what_its_author_named_is_taken_although_its_own_signature_does_not_fit(
    running: Any, opened: Any, hostile: Hostile
) -> None:
    async with running(opened()) as node:
        opening = hostile.open()
        spoiled = bytearray(hostile.write((TABLES, OrderOpened(service_type="mesa"))))
        spoiled[-1] ^= 1
        hostile.changes[-1] = decode_change(bytes(spoiled))
        naming = hostile.write((TABLES, OrderOpened(service_type="mesa")))
        assert (await node.receive([opening, naming], source=1)).stored == 2
        assert (await node.receive([bytes(spoiled)], source=1)).stored == 1
