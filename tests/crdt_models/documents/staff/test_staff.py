from random import Random

import pytest

from crdt_models.disputes import disputes_of
from crdt_models.documents.orders.charge_commands import GiveDiscount, WithdrawDiscounts
from crdt_models.documents.orders.commands import NewLine, OpenOrder
from crdt_models.documents.orders.facts import DiscountGiven
from crdt_models.documents.settings.commands import ChangeSettings
from crdt_models.documents.settings.facts import SettingsValues
from crdt_models.documents.staff.acts import ACTS, LEAST
from crdt_models.documents.staff.commands import AddOperator, ChangeOperator, SetPermission
from crdt_models.documents.staff.errors import (
    AuthorisationUsed,
    LastOwner,
    NotAuthorised,
    UnknownOperator,
)
from crdt_models.documents.staff.facts import (
    ActAllowed,
    OperatorAdded,
    OperatorChanged,
    OperatorValues,
    PermissionSet,
    Role,
)
from crdt_models.documents.staff.permission import Grant
from crdt_models.documents.staff.view import StaffView
from crdt_models.errors import DomainError
from crdt_models.ids import STAFF, CreatedId, OperatorId, OrderId, fact_origin, order_document
from tests.crdt_models.documents.laws import check_commutes
from tests.crdt_models.documents.shop import Till

PIZZA = NewLine(product="p1", name="Pizza", unit_centavos=4_000)
DISMISSED = OperatorValues(active=False)


def staff(till: Till) -> StaffView:
    view = till.read(STAFF)
    assert isinstance(view, StaffView)
    return view


def kinds(till: Till) -> list[str]:
    return sorted(each.kind for each in disputes_of(staff(till)))


def add(till: Till, name: str, role: Role, by: CreatedId | None = None) -> CreatedId:
    return till.give(AddOperator(name=name, role=role), operator=by)["operator"]


def change(till: Till, who: CreatedId, by: CreatedId | None, values: OperatorValues) -> None:
    till.give(ChangeOperator(who=OperatorId(who), values=values), operator=by)


def role(till: Till, who: CreatedId) -> str:
    operator = staff(till).operators[OperatorId(who)]
    return operator.role if operator.is_active else "gone"


@pytest.fixture
def owner(till: Till) -> CreatedId:
    return add(till, "Zé", "waiter")


def apart(till: Till) -> Till:
    """Another terminal, that knows what this one knows until now."""
    other = Till("B")
    other.sync(till)
    return other


def test_a_shop_without_staff_asks_nobody(till: Till) -> None:
    till.give(ChangeSettings(values=SettingsValues(name="Bar")))
    assert not staff(till).knows_roles
    assert all(staff(till).may(None, act) for act in ACTS)


def test_the_first_operator_is_an_owner(till: Till, owner: CreatedId) -> None:
    assert role(till, owner) == "owner"
    assert staff(till).knows_roles
    with pytest.raises(NotAuthorised):
        add(till, "Lia", "waiter")
    assert role(till, add(till, "Lia", "waiter", owner)) == "waiter"


def test_acts_take_their_least_role_and_selling_takes_none(till: Till, owner: CreatedId) -> None:
    lia = add(till, "Lia", "cashier", owner)
    order = OrderId(till.give(OpenOrder(service_type="mesa", lines=(PIZZA,)))["order"])
    small = GiveDiscount(order=order, kind="percent", amount=1_000, reason="amigo")
    with pytest.raises(NotAuthorised):
        till.give(small)
    till.give(small, operator=lia)
    for large in (
        GiveDiscount(order=order, kind="percent", amount=1_001, reason="amigo"),
        GiveDiscount(order=order, kind="value", amount=10, reason="amigo"),
        GiveDiscount(order=order, kind="courtesy", reason="amigo"),
    ):
        with pytest.raises(NotAuthorised):
            till.give(large, operator=lia)
        till.give(large, operator=owner)


def test_the_shop_sets_the_least_role(till: Till, owner: CreatedId) -> None:
    lia = add(till, "Lia", "cashier", owner)
    named = ChangeSettings(values=SettingsValues(name="Bar"))
    with pytest.raises(NotAuthorised):
        till.give(named, operator=lia)
    with pytest.raises(NotAuthorised):
        till.give(SetPermission(act="edit_settings", least="cashier"), operator=lia)
    till.give(SetPermission(act="edit_settings", least="cashier"), operator=owner)
    till.give(named, operator=lia)
    before = len(till.changes)
    till.give(SetPermission(act="edit_settings", least="cashier"), operator=owner)
    assert len(till.changes) == before


def test_nobody_makes_or_changes_somebody_above_himself(till: Till, owner: CreatedId) -> None:
    ana = add(till, "Ana", "manager", owner)
    assert role(till, add(till, "Rui", "manager", ana)) == "manager"
    for forbidden in (
        lambda: add(till, "Rui", "owner", ana),
        lambda: change(till, owner, ana, DISMISSED),
        lambda: change(till, ana, ana, OperatorValues(role="owner")),
    ):
        with pytest.raises(NotAuthorised):
            forbidden()


def test_the_last_owner_stays(till: Till, owner: CreatedId) -> None:
    for values in (DISMISSED, OperatorValues(role="manager")):
        with pytest.raises(LastOwner):
            change(till, owner, owner, values)
    other = add(till, "Eva", "owner", owner)
    change(till, owner, owner, DISMISSED)
    assert (role(till, owner), role(till, other)) == ("gone", "owner")
    with pytest.raises(UnknownOperator):
        change(till, CreatedId(bytes(16)), other, DISMISSED)


def test_two_managers_edit_one_operator_apart(till: Till, owner: CreatedId) -> None:
    """Two fields: both stand. One: the later clock. Nobody is accused."""
    ana, rui = (add(till, name, "manager", owner) for name in ("Ana", "Rui"))
    lia = add(till, "Lia", "waiter", owner)
    other = apart(till)
    change(till, lia, ana, OperatorValues(role="cashier", name="Lia S."))
    other.clock_ms += 1000
    change(other, lia, rui, OperatorValues(name="Lia P."))
    till.sync(other)
    found = staff(till).operators[OperatorId(lia)]
    assert (found.role, found.name) == ("cashier", "Lia P.")
    assert kinds(till) == kinds(other) == []


def test_what_a_dismissed_manager_writes_where_nobody_knows_is_looked_at(
    till: Till, owner: CreatedId
) -> None:
    """It has its effect, since it was in order as his terminal knew; a person looks at it. What he
    wrote before, by the clocks, is nobody's business."""
    ana = add(till, "Ana", "manager", owner)
    other = apart(till)
    early = add(other, "Rui", "waiter", ana)
    till.clock_ms += 5_000
    change(till, ana, owner, DISMISSED)
    other.clock_ms += 10_000
    late = add(other, "Eva", "manager", ana)
    till.sync(other)
    assert [role(till, each) for each in (early, late, ana)] == ["waiter", "manager", "gone"]
    (dispute,) = disputes_of(staff(till))
    assert dispute.kind == "act_of_dismissed_operator"
    assert len(dispute.facts) == 2
    change(other, late, owner, DISMISSED)
    assert role(other, late) == "gone"


def test_a_demoted_manager_who_knows_it_has_no_effect(till: Till, owner: CreatedId) -> None:
    """No command writes it: a terminal that somebody opened does."""
    ana = add(till, "Ana", "manager", owner)
    rights = staff(till).authority(OperatorId(ana), "edit_staff")
    change(till, ana, owner, OperatorValues(role="waiter"))
    knowing = staff(till).authority(OperatorId(ana), "edit_staff")
    for authority, counts in ((rights, True), (knowing, False), ((), False)):
        who = OperatorId(b"f" * 16)
        fact = OperatorAdded(who=who, name="X", role="manager", authority=authority)
        written = till.write([(STAFF, fact)], operator=ana)
        (entry,) = [entry for _, entry in written.entries()]
        assert (staff(till).verdicts[entry.id] == "counts") is counts, authority
    assert kinds(till) == ["act_of_dismissed_operator", "unauthorised_act", "unauthorised_act"]


@pytest.mark.parametrize("by", [None, b"s" * 16])
def test_who_is_nobody_writes_nothing(till: Till, owner: CreatedId, by: bytes | None) -> None:
    author = None if by is None else CreatedId(by)
    for fact in (
        OperatorChanged(who=OperatorId(owner), values=DISMISSED),
        PermissionSet(act="edit_staff", least="waiter"),
        OperatorAdded(who=OperatorId(b"x" * 16), name="X", role="cashier"),
    ):
        till.write([(STAFF, fact)], operator=author)
    assert list(staff(till).operators) == [OperatorId(owner)]
    assert staff(till).least("edit_staff") == LEAST["edit_staff"]
    assert kinds(till) == ["unauthorised_act"] * 3


def test_what_rests_on_something_that_has_not_come_waits(till: Till, owner: CreatedId) -> None:
    add(till, "Ana", "manager", owner)
    first, second = list(till.changes.values())
    other = Till("B")
    other.receive([second])
    assert staff(other).operators == {}
    assert kinds(other) == []
    other.receive([first])
    assert len(staff(other).operators) == 2


def test_two_terminals_that_had_not_met_have_two_owners() -> None:
    one, other = Till("A"), Till("B")
    here, there = add(one, "Zé", "owner"), add(other, "Lia", "owner")
    one.sync(other)
    assert {role(one, here), role(one, there)} == {"owner"}
    assert kinds(one) == kinds(other) == ["founded_twice"]
    change(one, there, here, DISMISSED)
    assert role(one, there) == "gone"


def test_two_owners_who_dismiss_each_other_leave_a_shop_that_begins_again(
    till: Till, owner: CreatedId
) -> None:
    eva = add(till, "Eva", "owner", owner)
    other = apart(till)
    change(till, eva, owner, DISMISSED)
    change(other, owner, eva, DISMISSED)
    till.sync(other)
    assert not staff(till).knows_roles
    again = add(till, "Zé", "waiter")
    assert role(till, again) == "owner"
    assert staff(till).knows_roles


def opened(till: Till) -> OrderId:
    return OrderId(till.give(OpenOrder(service_type="mesa", lines=(PIZZA,)))["order"])


def gift(order: OrderId) -> GiveDiscount:
    return GiveDiscount(order=order, kind="courtesy", reason="amigo")


def granted(by: CreatedId, order: OrderId, number: int = 1) -> Grant:
    who = OperatorId(by)
    return Grant(CreatedId(bytes([number]) * 16), who, "give_courtesy", order_document(order))


def test_an_act_names_who_allowed_it_in_its_own_change(till: Till, owner: CreatedId) -> None:
    order = opened(till)
    till.give(gift(order), operator=owner)
    ((act, verdict),) = staff(till).acts
    assert (act.fact.by, act.fact.act, act.fact.document) == (
        owner, "give_courtesy", order_document(order)
    )  # fmt: skip
    assert (act.fact.authority, verdict) == (tuple(staff(till).foundings), "counts")
    (free,) = till.order(order).all(DiscountGiven)
    assert act.entry.command_id == free.entry.command_id
    assert fact_origin(act.id)[0] == fact_origin(free.id)[0]  # one change


def test_a_grant_is_for_one_command_one_act_and_one_order(till: Till, owner: CreatedId) -> None:
    lia = add(till, "Lia", "waiter", owner)
    order, other = opened(till), opened(till)
    grant = granted(owner, order)
    with pytest.raises(NotAuthorised):
        till.give(gift(other), operator=lia, grant=grant)
    large = GiveDiscount(order=order, kind="value", amount=10, reason="amigo")
    with pytest.raises(NotAuthorised):
        till.give(large, operator=lia, grant=grant)
    with pytest.raises(NotAuthorised):
        till.give(gift(order), operator=lia, grant=granted(lia, order))
    till.give(gift(order), operator=lia, grant=grant)
    ((act, verdict),) = staff(till).acts
    assert (act.fact.by, act.entry.operator, verdict) == (owner, lia, "counts")
    (free,) = (each.id for each in till.order(order).all(DiscountGiven))
    till.give(WithdrawDiscounts(order=order, discounts=(free,)))
    with pytest.raises(AuthorisationUsed):
        till.give(gift(order), operator=lia, grant=grant)


def test_one_command_allowed_by_two_at_cut_off_terminals_is_one_act(
    till: Till, owner: CreatedId
) -> None:
    ana = add(till, "Ana", "manager", owner)
    order = opened(till)
    other = apart(till)
    till.give(gift(order), "key", grant=granted(owner, order, 1))
    other.give(gift(order), "key", grant=granted(ana, order, 2))
    till.sync(other)
    assert len(staff(till).acts) == len(staff(other).acts) == 1
    assert kinds(till) == kinds(other) == []


def test_an_act_of_somebody_dismissed_elsewhere_counts_and_is_looked_at(
    till: Till, owner: CreatedId
) -> None:
    ana = add(till, "Ana", "manager", owner)
    order = opened(till)
    other = apart(till)
    other.clock_ms += 1_000
    other.give(gift(order), operator=ana)
    till.clock_ms += 5_000
    change(till, ana, owner, DISMISSED)
    other.clock_ms += 10_000
    other.give(gift(opened(other)), operator=ana)
    till.sync(other)
    assert [verdict for _, verdict in staff(till).acts] == ["counts", "counts"]
    (dispute,) = disputes_of(staff(till))
    assert (dispute.kind, len(dispute.facts)) == ("act_of_dismissed_operator", 2)


@pytest.mark.parametrize(
    ("act", "by_other", "grant", "names", "verdict"),
    [
        ("refund", False, None, True, "counts"),
        ("refund", True, None, True, "unauthorised"),
        ("refund", True, CreatedId(bytes(16)), True, "counts"),
        ("refund", False, None, False, "unauthorised"),
        ("edit_permissions", False, None, True, "unauthorised"),
        ("fly", False, None, False, "counts"),
    ],
)
def test_an_act_is_judged_by_what_it_names(
    till: Till,
    owner: CreatedId,
    act: str,
    by_other: bool,
    grant: CreatedId | None,
    names: bool,
    verdict: str,
) -> None:
    ana = add(till, "Ana", "manager", owner)
    authority = staff(till).authority(OperatorId(ana), "refund") if names else ()
    fact = ActAllowed(
        document="order:x", act=act, by=OperatorId(ana), grant=grant, authority=authority
    )
    till.write([(STAFF, fact)], operator=owner if by_other else ana)
    assert [found for _, found in staff(till).acts] == [verdict]


def test_an_act_waits_for_what_it_names(till: Till, owner: CreatedId) -> None:
    till.give(gift(opened(till)), operator=owner)
    founding, *others = till.changes.values()
    other = Till("B")
    other.receive(others)
    assert [verdict for _, verdict in staff(other).acts] == ["waits"]
    assert kinds(other) == []
    other.receive([founding])
    assert [verdict for _, verdict in staff(other).acts] == ["counts"]


def test_facts_commute_and_bear_repetition() -> None:
    for seed in range(15):
        dice = Random(seed)
        tills = [Till("A"), Till("B")]
        for step in range(25):
            till = dice.choice(tills)
            till.clock_ms += dice.choice((-9_000, 0, 9_000))
            _something(dice, till, f"k{step // 2}" if dice.random() < 0.3 else "")
            if dice.random() < 0.2:
                tills[0].sync(tills[1])
        written = list((tills[0].changes | tills[1].changes).values())
        check_commutes(written, dice, lambda: StaffView(STAFF), _seen)


def _something(dice: Random, till: Till, key: str) -> None:
    people = list(staff(till).operators)
    by = dice.choice([*people, None])
    roles: tuple[Role, ...] = ("waiter", "manager", "owner")
    values = dice.choice((
        DISMISSED, OperatorValues(active=True), OperatorValues(role=dice.choice(roles))
    ))  # fmt: skip
    who = dice.choice(people or [OperatorId(bytes(16))])
    command = dice.choice((
        AddOperator(name=str(dice.random()), role=dice.choice(roles)),
        *[ChangeOperator(who=who, values=values)] * 2,
        SetPermission(act="edit_staff", least=dice.choice(roles)),
    ))  # fmt: skip
    try:
        till.give(command, key, None if by is None else CreatedId(by))
    except DomainError:
        return


def _seen(view: StaffView) -> object:
    people = [(e.id, e.name, e.role, e.is_active) for e in view.operators.values()]
    said = {act: register.value("owner") for act, register in view.permissions.items()}
    return people, said, disputes_of(view)
