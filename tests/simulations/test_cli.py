import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from simulations.campaign.service_run import Choices, run
from simulations.cli import main
from simulations.demo import command
from simulations.demo.orders_csv import Totals
from simulations.report.naming import replay


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


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["run", "--seed", "1", "--html", "/no/such/folder/x.html"], "cannot be written"),
        (["run", "--seed", "1", "--json", "/"], "cannot be written"),
        (["run", "--seed", "1", "--html", "-"], "A name is needed"),
        (["run", "--seed", "1", "--minutes", "nan"], "no number of minutes"),
        (["run", "--seed", "1", "--minutes", "inf"], "no number of minutes"),
        (["campaign", "--minutes", "nan"], "no number of minutes"),
        (["run", "--seed", "1", "--strikes", "999"], "there is no 999"),
        (["run", "--seed", "1", "--small"], "is of a --scenario"),
        (["run", "--scenario", "paid_twice", "--orders", "4"], "--orders is of a service"),
        (["run", "--scenario", "paid_twice", "--fault", "lossy"], "--fault is of a service"),
        (["run", "--seeds", "2", "--html", "x.html"], "show one run"),
        (["run", "--seed", "1", "--map", "order=a,product=b,price=c"], "--map is of --sales"),
        (["run", "--seed", "1", "--sales", __file__], "go together"),
        (["run", "--seed", "1", "--sales", __file__, "--map", "order=a"], "no column for"),
        (["run", "--scenario", "paid_twice", "--sales", __file__], "--sales is of a service"),
    ],
)
def test_what_cannot_be_meant_runs_nothing(
    arguments: list[str], why: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2 and why in result.output


def test_a_file_of_orders_is_sold_under_faults_and_the_run_is_repeatable(tmp_path: Path) -> None:
    file = tmp_path / "vendas do dia.csv"
    file.write_text("pedido;item;valor\n1;Pizza;44,00\n1;Suco;8,50\n2;Pizza;44,00\n3;Bolo;9,90\n")
    choices = Choices(
        terminals=2,
        orders=2,
        minutes=2.0,
        faults=("sigkill",),
        sales=(str(file), "order=pedido,product=item,price=valor"),
    )
    verdict = run(1, choices)
    assert verdict.findings == ()
    assert verdict.orders == 2, "the first so many of the file"
    arguments = [each for each in shlex.split(replay(1, choices))[1:] if each]
    result = CliRunner().invoke(main, [*arguments, "--json", "-"])
    assert result.exit_code == 0
    assert verdict.digest in result.output


def test_rows_that_cannot_be_sold_are_named(tmp_path: Path) -> None:
    file = tmp_path / "vendas.csv"
    file.write_text("pedido;item;valor\n1;Pizza;44,00\n2;Bolo;1.234\n")
    columns = ["--map", "order=pedido,product=item,price=valor"]
    few = ["--seed", "1", "--terminals", "1", "--minutes", "1", "--no-relay", "--fault", "lossy"]
    result = CliRunner().invoke(main, ["run", *few, "--sales", str(file), *columns])
    assert result.exit_code == 0
    assert "1 rows are no order lines" in result.stderr and "line 3:" in result.stderr
    file.write_text("pedido;item;valor\n2;Bolo;1.234\n")
    result = CliRunner().invoke(main, ["run", *few, "--sales", str(file), *columns])
    assert result.exit_code == 2 and "no row is an order line" in result.stderr


def test_a_document_without_the_table_of_campaigns_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Nada\n")
    arguments = ["campaign", "--minutes", "0.05", "--table", str(tmp_path / "README.md")]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2 and "no table with the header" in result.output


def test_a_run_without_strikes_is_told_as_a_shell_takes_it() -> None:
    told = replay(8, Choices(terminals=3, strikes=(), mutant="rows_of_own_changes_only"))
    words = shlex.split(told)
    assert words[words.index("--strikes") + 1] == ""
    story = replay(1, Choices(terminals=3, orders=8, scenario="paid_twice", small=True))
    assert story == "malha-sim run --seed 1 --scenario paid_twice --small"


@pytest.mark.skipif(not hasattr(signal, "SIGTERM") or os.name == "nt", reason="no such signal")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_nothing_behind(tmp_path: Path, number: int) -> None:
    program = (
        "import sys, simulations.campaign.service_run as it;"
        f"it.SCRATCH = __import__('pathlib').Path({str(tmp_path)!r});"
        "from simulations.cli import main; main(sys.argv[1:], prog_name='malha-sim')"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program, "run", "--seed", "7"],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    deadline = time.monotonic() + 120
    while not any(tmp_path.glob("*/*")):  # the shop is being founded there
        assert child.poll() is None and time.monotonic() < deadline
        time.sleep(0.05)
    child.send_signal(number)
    said, _ = child.communicate(timeout=120)
    assert child.returncode == 130, said
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []
