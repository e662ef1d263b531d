from pathlib import Path

import pytest
from click.testing import CliRunner

from simulations.cli import main
from simulations.demo import command
from simulations.demo.orders_csv import Totals


def test_a_file_needs_a_mapping_and_a_mapping_a_file(tmp_path: Path) -> None:
    (tmp_path / "vendas.csv").write_text("a,b\n")
    file = ["demo", "--orders", str(tmp_path / "vendas.csv")]
    for arguments in (file, ["demo", "--map", "order=a,product=b,price=c"]):
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == 2 and "go together" in result.output


def test_orders_that_cannot_be_read_start_nothing(tmp_path: Path) -> None:
    (tmp_path / "vendas.csv").write_text("a,b\n1,2\n")
    arguments = ["--orders", str(tmp_path / "vendas.csv"), "--map", "order=a,product=b,price=c"]
    result = CliRunner().invoke(main, ["demo", *arguments])
    assert result.exit_code == 2
    assert "no column 'c'" in result.output and "--map order=" in result.output


def test_without_arguments_it_is_the_day_of_pizzaplace(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[command.Choices] = []

    def remember(choices: command.Choices, console: object) -> int:
        asked.append(choices)
        return 7

    monkeypatch.setattr(command, "run_demo", remember)
    assert CliRunner().invoke(main, ["demo", "--exit"]).exit_code == 7
    assert asked == [command.Choices(ends=True)]
    assert command._orders(asked[0]).totals == Totals(115, 264, 442_245)
