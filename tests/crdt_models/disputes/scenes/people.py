"""What happens among those who work here: rights that nobody gave, or had taken away."""

from crdt_models.documents.orders.charge_commands import GiveDiscount
from crdt_models.documents.staff.commands import AddOperator, ChangeOperator
from crdt_models.documents.staff.facts import OperatorAdded, OperatorValues
from crdt_models.documents.staff.permission import Grant
from crdt_models.ids import STAFF, CreatedId, OperatorId, order_document
from tests.crdt_models.disputes.play import Play, scene


def _staff(play: Play) -> tuple[CreatedId, CreatedId]:
    """An owner and a manager whom everybody knows."""
    one = play.tills[0]
    owner = one.give(AddOperator(name="Zé", role="owner"))["operator"]
    manager = one.give(AddOperator(name="Ana", role="manager"), operator=owner)["operator"]
    play.meet()
    return owner, manager


@scene("unauthorised_act")
def _a_till_that_somebody_opened_makes_a_manager(play: Play) -> None:
    _staff(play)
    for till in play.two():
        who = OperatorId(play.dice.randbytes(16))
        till.write([(STAFF, OperatorAdded(who=who, name="X", role="manager"))])


@scene("act_of_dismissed_operator")
def _a_dismissed_manager_goes_on_where_nobody_knows(play: Play) -> None:
    owner, manager = _staff(play)
    one, other = play.two()
    other.clock_ms = max(till.clock_ms for till in play.tills) + 90_000
    gone = ChangeOperator(who=OperatorId(manager), values=OperatorValues(active=False))
    one.give(gone, operator=owner)
    for _ in range(play.dice.randint(1, 2)):
        other.give(AddOperator(name="Rui"), operator=manager)


@scene("authorisation_used_twice")
def _what_a_manager_allowed_once_is_done_at_two_tills(play: Play) -> None:
    _, manager = _staff(play)
    grant = Grant(
        id=CreatedId(play.dice.randbytes(16)),
        by=OperatorId(manager),
        act="give_courtesy",
        document=order_document(play.first),
    )
    gift = GiveDiscount(order=play.first, kind="courtesy", reason="amigo")
    for till in play.two():
        till.give(gift, grant=grant)


@scene("founded_twice")
def _two_tills_begin_apart(play: Play) -> None:
    for till in play.two():
        till.give(AddOperator(name=till.letters, role="owner"))
