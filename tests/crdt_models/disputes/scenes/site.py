"""What may happen in any document, and what machines do: keys, versions, numbers, chains."""

from crdt_models.certificates import AuthorOpened
from crdt_models.change import Unsigned, sign_change
from crdt_models.disputes import disputes_of
from crdt_models.documents.orders.commands import EditOrder, OpenOrder
from crdt_models.fact import Fact
from crdt_models.ids import TERMINALS, CommandId, Epoch, order_document
from tests.crdt_models.disputes.play import Play, scene
from tests.crdt_models.documents.shop import DAY, NOW_MS, SITE, HashSigner, Till, settling


class OfALaterVersion(Fact, frozen=True, tag="test_of_a_later_version"):
    """Stands in an order, where this version does not know it."""

    MUST_UNDERSTAND = True


@scene("command_used_twice")
def _one_key_for_two_notes(play: Play) -> None:
    for number, till in enumerate(play.two()):
        till.give(EditOrder(order=play.first, fields={"note": f"nota {number}"}), "key")


@scene("needs_upgrade")
def _what_a_later_version_wrote(play: Play) -> None:
    for till in play.two():
        till.write([(order_document(play.first), OfALaterVersion())])


@scene("equal_numbers")
def _a_restored_backup_gives_a_number_again(play: Play) -> None:
    restored = Till("A", clock_ms=NOW_MS + 90_000)
    play.tills.append(restored)
    play.tills[0].give(OpenOrder(service_type="balcao", lines=(play.line("Café"),)))
    for number in range(play.dice.randint(1, 4)):
        restored.give(OpenOrder(service_type="balcao"), f"after the backup {number}")


def _of_another_epoch(play: Play, epoch: int, sequence: int = 1) -> None:
    """A change that the first till's device wrote in an epoch of its own."""
    till = play.dice.choice(play.tills)
    change = sign_change(
        Unsigned(
            site=SITE,
            device=play.tills[0].device,
            epoch=Epoch(bytes([epoch]) * 8),
            sequence=sequence,
            previous=(),
            hlc=(NOW_MS + play.dice.randint(0, 10_000)) << 16,
            business_day=DAY,
            operator=None,
            command_id=CommandId(play.dice.randbytes(16)),
            seen=0,
            facts=((TERMINALS, AuthorOpened(b"")),),
        ),
        HashSigner(),
    )
    till.receive([change])


@scene("lineage_forked")
def _two_boots_that_know_nothing_of_each_other(play: Play) -> None:
    for epoch in range(1, play.dice.randint(3, 4)):
        _of_another_epoch(play, epoch)


@scene("author_forked")
def _one_memory_that_runs_twice(play: Play) -> None:
    for _ in range(play.dice.randint(2, 3)):
        _of_another_epoch(play, 1, sequence=5)


@scene("two_resolutions")
def _two_people_decide(play: Play) -> None:
    for till in play.tills:
        play.pay(till)
    play.meet()
    for till in play.two():
        (found,) = [each for each in disputes_of(till.order(play.first)) if each.kind == "overpaid"]
        till.give(settling(found, play.dice.choice(found.choices)))
