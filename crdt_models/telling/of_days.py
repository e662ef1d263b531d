"""What is told of business days."""

from crdt_models.documents.day.facts import DayClosed, DayMoney
from crdt_models.documents.fields import ON_ACCOUNT
from crdt_models.money import to_brl
from crdt_models.telling.names import Names
from crdt_models.telling.of_orders import Sentences


def _closed(fact: DayClosed, _names: Names) -> str:
    told = f"Fechou o dia: {to_brl(_received(fact.figures.total))} recebidos"
    if fact.missing:
        few = len(fact.missing) == 1
        return f"{told}, {'falta um terminal' if few else f'faltam {len(fact.missing)} terminais'}"
    return told


def _received(money: DayMoney) -> int:
    """Payments less refunds, without what customers owe."""
    parts = ((money.payments, 1), (money.refunds, -1))
    return sum(
        sign * centavos
        for by_method, sign in parts
        for method, centavos in by_method.items()
        if method != ON_ACCOUNT
    )


SENTENCES: Sentences = {DayClosed: _closed}
