"""What an answer means to whoever wrote down what people did."""

from typing import Any

import pytest

from simulations.workload.ledger import LEGITIMATE, NOT_NOW, Deed, Ledger
from simulations.workload.till import Answer

KEY = "0123456789abcdef0123456789abcdef"


def _told(*answers: Answer | None, path: str = "/api/mesas") -> tuple[Ledger, Deed]:
    ledger = Ledger()
    deed = ledger.begin(Deed("act", "waiter 1", "POST", path, {"nome": "1"}, key=KEY))
    for number, answer in enumerate(answers):
        ledger.attempted(deed, "AB"[number % 2], float(number), number + 0.5, answer)
    return ledger, deed


def _problem(status: int, code: str) -> Answer:
    return Answer(status, {"code": code})


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ([], "refused"),
        ([None], "unknown"),
        ([Answer(201, {})], "acknowledged"),
        ([_problem(409, "bill_is_closed")], "refused"),
        ([_problem(503, "not_durable")], "unknown"),
        ([None, Answer(200, {})], "acknowledged"),
        ([Answer(200, {}), _problem(409, "bill_is_closed")], "acknowledged"),
        ([None, _problem(404, "unknown_order")], "unknown"),
        ([_problem(404, "unknown_order"), _problem(409, "no_lines")], "refused"),
    ],
)
def test_outcomes(answers: list[Any], outcome: str) -> None:
    ledger, deed = _told(*answers)
    assert deed.outcome == outcome and ledger.surprises == []
    assert len(list(ledger.acknowledged())) == (outcome == "acknowledged")
    assert len(list(ledger.unknown())) == (outcome == "unknown")


@pytest.mark.parametrize(
    "answer",
    [
        _problem(500, "internal_error"),
        _problem(503, "internal_error"),
        Answer(502, None),
        _problem(401, "unauthenticated"),
        _problem(422, "invalid_field"),
        _problem(409, "command_reused"),
        Answer(201, {}, {"idempotency-replayed": "true"}),
    ],
)
def test_what_no_front_end_should_get_is_a_surprise(answer: Answer) -> None:
    ledger, _ = _told(answer)
    (surprise,) = ledger.surprises
    told = str(surprise)
    assert "POST /api/mesas" in told and KEY in told and str(answer.status) in told


@pytest.mark.parametrize("body", [None, {}, {"itens": [], "pagamentos": []}])
def test_an_order_that_cannot_be_read_is_a_surprise(body: Any) -> None:
    ledger, _ = _told(Answer(200, body), path="/api/pedidos")
    assert len(ledger.surprises) == 1


def test_refusals_and_coverage_are_counted_by_code() -> None:
    ledger, _ = _told(None, _problem(409, "no_lines"), _problem(409, "no_lines"), Answer(200, {}))
    assert ledger.coverage == {"act": {"down": 1, "no_lines": 2, "acknowledged": 1}}
    assert ledger.refusals == {"no_lines": 2} and ledger.calls == 4


def test_what_may_be_sent_again_is_no_refusal() -> None:
    assert not NOT_NOW & LEGITIMATE
