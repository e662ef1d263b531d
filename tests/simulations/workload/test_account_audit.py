"""The audit of accounts is silent about what is true, and says what was changed."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from simulations.workload.account_audit import check_accounts
from simulations.workload.ledger import Deed, Ledger
from simulations.workload.people import Actor, Party, Person, Service
from simulations.workload.plan import Visit
from simulations.workload.service import draw_plan
from simulations.workload.trust_scenes import open_customer, receive, sell

ITEM = {"produto_id": "p", "nome": "Pizza", "preco_unitario_centavos": 5000}


class Evening:
    """deeds: opened, sold, paid, refused · accounts: as the terminal shows them in the end."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.deeds: list[Deed] = []
        self.accounts: dict[str, Any] = {}


@pytest.fixture(scope="module")
def evening(shops: Any) -> Evening:
    made = Evening()

    async def people(shop: Any, ledger: Ledger) -> None:
        made.ledger = ledger
        service = Service(shop, draw_plan(Random(1), 1, 900.0), 1, ledger)
        party = Party(service, Visit(1, 0.0, "balcao", ()))
        cashier = Actor(party, Person("cashier", "A"), "A", Random(1))
        opened = await open_customer(cashier, 5000)
        customer = opened.told["id"]
        await cashier.write("open", body={"tipo": "balcao", "id_externo": "x", "itens": [ITEM]})
        sold = await sell(cashier, customer, 5000)
        paid = await receive(cashier, customer, 2000)
        more = await receive(cashier, customer, 3001)
        changed = await cashier.send(
            "change_customer", f"/api/clientes/{customer}", {"bloqueado": True}, method="PATCH"
        )
        made.deeds = [opened, sold, paid, more, changed]
        till = shop.all[0]
        shown = (await till.call("GET", f"/api/clientes/{customer}")).body
        extrato = (await till.call("GET", f"/api/clientes/{customer}/extrato")).body["movimentos"]
        made.accounts = {customer: {**shown, "extrato": extrato}}

    shops.day(1, people)
    return made


def test_what_is_true_is_no_finding(evening: Evening) -> None:
    assert [each.outcome for each in evening.deeds] == [
        "acknowledged", "acknowledged", "acknowledged", "refused", "acknowledged",
    ]  # fmt: skip
    (account,) = evening.accounts.values()
    assert (account["saldo_centavos"], account["bloqueado"]) == (3000, True)
    assert list(check_accounts(evening.ledger, evening.accounts)) == []


def _changed(evening: Evening, **fields: Any) -> dict[str, Any]:
    return {id_: {**each, **fields} for id_, each in evening.accounts.items()}


def _extrato(evening: Evening) -> list[Any]:
    (account,) = evening.accounts.values()
    return list(account["extrato"])


def _doubled(evening: Evening) -> dict[str, Any]:
    return _changed(evening, extrato=[*_extrato(evening), _extrato(evening)[-1]])


def _other_amount(evening: Evening) -> dict[str, Any]:
    *rest, paid = _extrato(evening)
    return _changed(evening, extrato=[*rest, {**paid, "valor_centavos": -1}])


def _refused_is_there(evening: Evening) -> dict[str, Any]:
    note = {"observacao": evening.deeds[3].body["observacao"], "valor_centavos": -3001}
    return _changed(evening, extrato=[*_extrato(evening), {**_extrato(evening)[-1], **note}])


FALSE: list[tuple[Callable[[Evening], dict[str, Any]], str]] = [
    (lambda _: {}, "made 0 accounts"),
    (lambda evening: _changed(evening, nome="Outro"), "is absent"),
    (lambda evening: _changed(evening, extrato=_extrato(evening)[:1]), "made 0 payments"),
    (_doubled, "made 2 payments"),
    (_other_amount, "paid 2000, and 1 are shown"),
    (_refused_is_there, "was refused and made 1 payments"),
    (lambda evening: _changed(evening, bloqueado=False), "bloqueado is False"),
    (lambda evening: _changed(evening, limite_centavos=None), "limite_centavos is None"),
]


@pytest.mark.parametrize(("change", "sentence"), FALSE)
def test_what_is_false_is_told(
    evening: Evening, change: Callable[[Evening], dict[str, Any]], sentence: str
) -> None:
    told = list(check_accounts(evening.ledger, change(evening)))
    assert any(sentence in each for each in told), told
