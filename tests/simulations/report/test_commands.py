"""list, replay, campaign and the pictures of run, as a person asks for them."""

from datetime import date
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace

from simulations.campaign import command as campaign_command
from simulations.campaign.many import Tally
from simulations.campaign.service_run import Choices, Verdict, run
from simulations.cli import main
from simulations.report import command as report_command
from simulations.report.again import Repeated, repeat
from simulations.report.campaigns import HEADER, NoTable, row_of, with_row
from simulations.report.listing import LISTS
from simulations.report.naming import replay

README = Path(__file__).parents[3] / "simulations" / "README.md"
FIGURES = Tally(
    runs=1200,
    failed=2,
    virtual=7200.0,
    cpu=60.0,
    orders=5,
    acknowledged=6,
    changes=7,
    fired={"held": 3, "lossy": 1000, "never": 0},
    failing=(11, 12),
)
DAY = date(2026, 11, 22)


def ask(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def told() -> Verdict:
    return run(2, Choices(scenario="paid_twice", small=True))


def test_everything_that_is_listed_says_what_it_is() -> None:
    listed = ask("list").output
    for name, rows in LISTS.items():
        assert rows(), name
        for row, sentence in rows().items():
            assert row in listed, row
            assert len(sentence) > 10, row


def test_one_list_is_shown_alone_and_another_word_is_refused() -> None:
    assert "paid_twice" in ask("list", "scenarios").output
    assert "paid_twice" not in ask("list", "checkers").output
    refused = ask("list", "recipes")
    assert refused.exit_code == 2 and "No list of recipes" in refused.output


def test_a_verdict_file_is_run_again(tmp_path: Path) -> None:
    file = tmp_path / "verdict.json"
    said = ask("run", "--scenario", "paid_twice", "--small", "--seed", "2", "--json", str(file))
    assert said.exit_code == 0
    again = ask("replay", str(file))
    assert again.exit_code == 0 and "the same run" in again.output


def test_another_run_is_told_with_the_first_event_that_differs(tmp_path: Path) -> None:
    before = told()
    event = replace(before.trace[5], what="something else")
    trace = (*before.trace[:5], event, *before.trace[6:])
    changed = replace(before, digest="0" * 64, trace=trace)
    file = tmp_path / "verdict.json"
    file.write_bytes(msgspec.json.encode(changed))
    again = ask("replay", str(file))
    assert again.exit_code == 1 and "another run" in again.output
    assert "something else" in again.output and before.trace[5].what in again.output


def test_where_events_were_not_kept_none_is_blamed() -> None:
    before = told()
    assert repeat(before).same
    assert list(Repeated(replace(before, trace=before.trace[2:]), before).differences()) == []


def test_a_file_that_is_no_verdict_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text('{"seed": 1}')
    refused = ask("replay", str(tmp_path / "other.json"))
    assert refused.exit_code == 2 and "not what `run --json` writes" in refused.output


def test_the_command_of_a_replay_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, Choices]] = []

    def remember(console: object, seed: int, choices: Choices, **_: object) -> int:
        asked.append((seed, choices))
        return 0

    monkeypatch.setattr(campaign_command, "run_seed", remember)
    for choices in (
        Choices(),
        Choices(lean=True),
        Choices(terminals=7, orders=9, minutes=2.5, faults=("held", "lossy"), strikes=(0, 2)),
        Choices(scenario="cloned_disk", small=True),
        Choices(scenario="cloned_disk"),
    ):
        assert ask(*replay(41, choices).split()[1:]).exit_code == 0
        assert asked.pop() == (41, choices)


def test_pictures_are_written(tmp_path: Path) -> None:
    html, svg = tmp_path / "run.html", tmp_path / "run.svg"
    words = ("--scenario", "paid_twice", "--small", "--html", str(html), "--svg", str(svg))
    assert ask("run", *words).exit_code == 0
    assert html.read_text("utf-8").startswith("<!doctype html>")
    assert svg.read_text("utf-8").startswith("<svg ")


def test_a_scenario_that_is_not_there_is_refused() -> None:
    refused = ask("run", "--scenario", "flood")
    assert refused.exit_code == 2 and "There are: " in refused.output


def test_a_campaign_is_one_row() -> None:
    row = row_of(FIGURES, DAY)
    assert row == (
        "| 2026-11-22 | 1,200 | 2.0 h | 2.0 | 1,003 of 2 kinds | 2 runs failed: seeds 11, 12 |"
    )
    assert row_of(replace(FIGURES, failed=0, failing=()), DAY).endswith("| 0 |")
    assert row.count("|") == HEADER.count("|")


def test_a_row_is_added_at_the_foot_of_the_table() -> None:
    rule = "|---|---|---|---|---|---|"
    document = f"# Here\n\n{HEADER}\n{rule}\n| old |\n\nAfter.\n"
    assert with_row(document, "| new |") == (
        f"# Here\n\n{HEADER}\n{rule}\n| old |\n| new |\n\nAfter.\n"
    )
    with pytest.raises(NoTable):
        with_row("# Here\n", "| new |")


def test_the_readme_has_the_table_that_make_campaign_appends_to(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "README.md"
    file.write_text(README.read_text("utf-8"), "utf-8")
    monkeypatch.setattr(report_command, "run_campaign", lambda *_, **__: FIGURES)
    done = ask("campaign", "--minutes", "1", "--table", str(file))
    assert done.exit_code == 1  # runs failed
    added = set(file.read_text("utf-8").splitlines()) - set(README.read_text("utf-8").splitlines())
    assert len(added) == 1 and "seeds 11, 12" in added.pop()
