"""What belongs to a drawer, of what people did at several terminals."""

from types import SimpleNamespace
from typing import Any

import pytest

from simulations.checkers import drawers
from simulations.checkers.excuses import WorldExcuses
from simulations.reference.shop import ReferenceShop
from simulations.workload.ledger import Attempt, Deed
from simulations.workload.promises import Excused


def paid(centavos: int, *attempts: Attempt) -> Deed:
    body = {"forma": "dinheiro", "valor_centavos": centavos}
    return Deed("pay", "F", "POST", "/api/pedidos/1/pagamentos", body, attempts=list(attempts))


def at(letters: str, second: float, *, replayed: bool = False) -> Attempt:
    return Attempt(letters, second, second + 0.1, 201, replayed=replayed)


def test_what_was_paid_elsewhere_and_is_only_said_again_here_is_in_no_drawer_here(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(WorldExcuses, "__init__", lambda self, evidence: None)
    monkeypatch.setattr(WorldExcuses, "of", lambda *_: Excused.NOT)
    opened = Deed("open_shift", "C", "POST", "/api/caixa", attempts=[at("A", 1)])
    deeds = [opened, paid(100, at("A", 2)), paid(130, at("B", 3), at("A", 4, replayed=True))]
    evidence: Any = SimpleNamespace(ledger=SimpleNamespace(deeds=deeds))
    shift: Any = SimpleNamespace(id="1")
    assert drawers._within(evidence, ReferenceShop({}), opened, shift) == [100]
    deeds.append(paid(5, at("A", 5, replayed=True)))
    assert drawers._within(evidence, ReferenceShop({}), opened, shift) is None, "from where?"
