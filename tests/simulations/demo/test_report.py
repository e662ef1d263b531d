import httpx
import msgspec
import pytest
from rich.console import Console

from simulations.demo.orders_csv import Totals
from simulations.demo.report import (
    Figures,
    differences,
    figures_of_relay,
    figures_of_terminal,
    table_of,
)
from simulations.demo.till import Away, Refused, Seen, Till

DAY = Totals(orders=115, lines=264, centavos=442_245)
A = Figures("terminal A", DAY, "ab" * 32, 0)
B = Figures("terminal B", DAY, "ab" * 32, 0)


def test_equal_figures_differ_in_nothing() -> None:
    assert differences([A, B], DAY) == []


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (msgspec.structs.replace(B, digest="cd" * 32), "the contents differ: terminal A abababab"),
        (msgspec.structs.replace(B, pending=3), "terminal B has 3 changes pending"),
        (
            msgspec.structs.replace(B, totals=Totals(115, 264, 442_244)),
            "terminal B has centavos 442,244, not 442,245",
        ),
        (
            msgspec.structs.replace(B, totals=Totals(114, 263, 442_245)),
            "terminal B has orders 114, not 115; lines 263, not 264",
        ),
    ],
)
def test_each_difference_is_a_sentence(wrong: Figures, sentence: str) -> None:
    found = differences([A, wrong], DAY)
    assert len(found) == 1
    assert found[0].startswith(sentence)


def test_silence_is_no_agreement() -> None:
    assert differences([], DAY)


def test_the_table_shows_everybody_and_what_is_expected() -> None:
    console = Console(width=120, record=True, file=None, quiet=False)
    with console.capture() as captured:
        console.print(table_of([A, B], DAY))
    shown = captured.get()
    assert shown.count("R$ 4.422,45") == 3
    assert shown.count("442,245") == 3
    assert "terminal B" in shown and "abababab" in shown and "expected" in shown


def test_a_whole_year_fits_into_a_narrow_window() -> None:
    console = Console(width=80, quiet=False)
    year = Totals(orders=21_350, lines=49_574, centavos=81_786_005)
    with console.capture() as captured:
        console.print(table_of([Figures("terminal A", year, "ab" * 32, 12_345)], year))
    shown = captured.get()
    assert "…" not in shown
    assert "81,786,005" in shown and "R$ 817.860,05" in shown and "12,345" in shown


def _till(handler: httpx.MockTransport) -> Till:
    till = Till("A", "http://127.0.0.1:9", "a key")
    till._client = httpx.AsyncClient(transport=handler, base_url="http://127.0.0.1:9")
    return till


async def test_figures_of_a_terminal() -> None:
    said = {
        "pedidos": 115, "itens": 264, "receita_centavos": 442_245, "digest": "ab", "pendentes": 2,
    }  # fmt: skip
    till = _till(httpx.MockTransport(lambda request: httpx.Response(200, json=said)))
    assert await figures_of_terminal(till) == Figures("terminal A", DAY, "ab", 2)
    await till.close()


async def test_figures_of_the_relay_are_sums_over_all_pages() -> None:
    rows = [{"line_count": 2, "revenue_centavos": 150}] * 700

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/api/stats":
            return httpx.Response(200, json={"content_digest": "ab", "missing": 0})
        offset = int(request.url.params["offset"])
        page = rows[offset : offset + int(request.url.params["limit"])]
        return httpx.Response(200, json={"orders": page, "total": len(rows)})

    relay = _till(httpx.MockTransport(answer))
    assert (await figures_of_relay(relay)).totals == Totals(700, 1400, 105_000)
    await relay.close()


@pytest.mark.parametrize("status", [429, 503])
async def test_a_busy_terminal_is_away(status: int) -> None:
    till = _till(httpx.MockTransport(lambda request: httpx.Response(status)))
    with pytest.raises(Away):
        await till.post("/api/pedidos", "k")
    await till.close()


async def test_a_refusal_is_no_absence() -> None:
    till = _till(httpx.MockTransport(lambda request: httpx.Response(409, text="fechado")))
    with pytest.raises(Refused, match="409: fechado"):
        await till.post("/api/pedidos", "k")
    await till.close()


async def test_an_order_is_awaited_until_it_is_far_enough(autojump_clock: object) -> None:
    stages = iter(["", "novo", "enviado", "pronto"])

    def answer(request: httpx.Request) -> httpx.Response:
        stage = next(stages)
        if not stage:
            return httpx.Response(404)
        pedido = {"itens": [1], "status_producao": stage, "pago_centavos": 0, "status": "aberto"}
        return httpx.Response(200, json=pedido)

    till = _till(httpx.MockTransport(answer))
    assert await till.shows("0" * 32, Seen(lines=1, stage=2), patience_seconds=60)
    assert list(stages) == []
    await till.close()


async def test_a_version_is_enough(autojump_clock: object) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(304 if request.headers["if-none-match"] == '"v1"' else 404)

    till = _till(httpx.MockTransport(answer))
    assert await till.shows("0" * 32, Seen(lines=1), 5, version="v1")
    assert not await till.shows("0" * 32, Seen(lines=1), 5, version="v2")
    await till.close()


async def test_patience_ends(autojump_clock: object) -> None:
    till = _till(httpx.MockTransport(lambda request: httpx.Response(404)))
    assert not await till.shows("0" * 32, Seen(), patience_seconds=5)
    await till.close()


def test_each_part_of_what_is_seen_counts() -> None:
    full = Seen(lines=2, stage=3, paid=100, closed=True)
    assert full.reaches(full) and full.reaches(Seen())
    for less in (
        Seen(lines=1, stage=3, paid=100, closed=True),
        Seen(lines=2, stage=2, paid=100, closed=True),
        Seen(lines=2, stage=3, paid=99, closed=True),
        Seen(lines=2, stage=3, paid=100, closed=False),
    ):
        assert not less.reaches(full)
