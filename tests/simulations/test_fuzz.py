"""The fuzzer finds what is planted, tells how to see it again, and finds nothing in the product."""

import ctypes
import io
import json
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner
from rich.console import Console

from simulations.cli import main
from simulations.fuzz import forks
from simulations.fuzz.campaign import DoorResult
from simulations.fuzz.command import Choices, all_doors, run_fuzz
from simulations.fuzz.door import Door, Use, input_of
from simulations.fuzz.forks import Finding, Tried

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="children are forked")

SEED = 7
INPUTS = 40  # of 256 different ones
BAD = b"\x2a"  # what the planted doors cannot bear
# A share that takes seconds.
QUICK = {"signed": 10, "http": 50, "port": 40, "live": 50, "gate": 50, "facts": 80, "frames": 80}
USUAL = 150


def planted(what_happens: Callable[[], object], *, keeps: bool = False) -> Door:
    """A door of one byte, where one byte makes something happen."""

    @contextmanager
    def open_door() -> Iterator[Use]:
        def use(data: bytes) -> bool:
            if data == BAD:
                what_happens()
            return data < BAD

        yield use

    return Door(
        name="planted",
        what="bytes",
        make=lambda dice: dice.randbytes(1),
        open=open_door,
        keeps=keeps,
    )


def told(door: Door, tmp_path: Path, **choices: object) -> tuple[int, str, dict[str, object]]:
    """(exit code, screen, JSON) of a campaign at one door."""
    console = Console(record=True, width=200, file=io.StringIO())
    file = tmp_path / "report.json"
    given = {"seed": SEED, "inputs": 2000, "json": str(file), **choices}
    code = run_fuzz(Choices(**given), console, [door])
    return code, console.export_text(), json.loads(file.read_bytes())["doors"][0]


def first_bad(door: Door) -> int:
    return next(index for index in range(2000) if input_of(door, SEED, index) == BAD)


def raise_panic() -> None:
    """As a native part that panics: no `except Exception` sees it."""
    raise type("PanicException", (BaseException,), {})("index out of range")


def segfault() -> None:
    ctypes.string_at(0)


def test_an_unforeseen_error_is_told_with_its_input_and_how_to_see_it_again(tmp_path: Path) -> None:
    door = planted(raise_panic)
    code, screen, report = told(door, tmp_path)
    assert code == 1
    (finding,) = report["findings"]
    assert finding["kind"] == "exception" and finding["what"].startswith("PanicException")
    assert finding["input"] == BAD.hex() and finding["index"] == first_bad(door)
    assert f"--seed {SEED} --door planted --at {first_bad(door)}" in screen
    assert report["tried"] == 2000 and report["deaths"] == 0


def test_a_segfault_kills_a_child_and_no_input_is_left_out(tmp_path: Path) -> None:
    door = planted(segfault)
    code, _, report = told(door, tmp_path)
    assert code == 1
    (finding,) = report["findings"]
    assert finding["kind"] == "death" and "SIGSEGV" in finding["what"]
    assert finding["index"] == first_bad(door) and finding["input"] == BAD.hex()
    assert "Segmentation fault" in finding["trace"], "faulthandler tells where"
    bad = sum(input_of(door, SEED, index) == BAD for index in range(2000))
    assert report["deaths"] == finding["times"] == bad > 1
    assert report["tried"] == 2000, "what a dead child left is tried by another"
    below = sum(input_of(door, SEED, index) < BAD for index in range(2000))
    assert report["taken"] <= below  # counts of the dead are lost, never invented


@pytest.mark.parametrize("kills", [os.abort, lambda: os.kill(os.getpid(), signal.SIGKILL)])
def test_an_abort_and_a_kill_are_deaths_too(tmp_path: Path, kills: Callable[[], object]) -> None:
    code, _, report = told(planted(kills), tmp_path, inputs=500)
    assert code == 1 and report["deaths"] >= 1


def test_an_input_that_never_ends_is_a_hang(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forks, "HANG_SECONDS", 0.3)
    door = planted(lambda: time.sleep(3600))
    code, _, report = told(door, tmp_path, inputs=first_bad(door) + 1)
    (finding,) = report["findings"]
    assert code == 1 and finding["kind"] == "hang" and finding["index"] == first_bad(door)


def test_an_input_that_costs_too_much_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forks, "SLOW_SECONDS", 0.05)

    def burn() -> None:
        until = time.process_time() + 0.1
        while time.process_time() < until:
            pass

    door = planted(burn)
    code, _, report = told(door, tmp_path, inputs=first_bad(door) + 1)
    (finding,) = report["findings"]
    assert code == 1 and finding["kind"] == "slow" and finding["index"] == first_bad(door)


def test_an_error_before_a_death_is_not_lost_with_it(tmp_path: Path) -> None:
    def use(data: bytes) -> bool:
        if data == BAD:
            segfault()
        if data == b"\x07":
            raise ZeroDivisionError
        return True

    @contextmanager
    def open_door() -> Iterator[Use]:
        yield use

    door = Door(name="planted", what="", make=lambda dice: dice.randbytes(1), open=open_door)
    _, _, report = told(door, tmp_path)
    assert {each["kind"] for each in report["findings"]} == {"death", "exception"}


def test_the_command_shows_one_input_again(tmp_path: Path) -> None:
    door = planted(raise_panic)
    at = first_bad(door)
    code, _, report = told(door, tmp_path, at=at, inputs=None)
    assert code == 1 and report["tried"] == 1
    code, _, report = told(door, tmp_path, given=BAD.hex(), inputs=None)
    assert code == 1 and report["tried"] == 1
    code, _, report = told(door, tmp_path, given="00", inputs=None)
    assert code == 0
    kept = planted(raise_panic, keeps=True)
    code, screen, report = told(kept, tmp_path)
    assert f"--at {at} --from 0" in screen, "a door that keeps something needs what came before"
    code, _, report = told(kept, tmp_path, at=at, first=at - 1, inputs=None)
    assert code == 1 and report["tried"] == 2


def test_an_error_that_quotes_half_a_character_is_told(tmp_path: Path) -> None:
    def quote() -> None:
        raise ValueError("\udcff")

    code, screen, report = told(planted(quote), tmp_path, inputs=500)
    assert code == 1 and report["findings"][0]["what"] == "ValueError: \\udcff"
    assert "\\udcff" in screen


def test_a_door_that_cannot_be_opened_is_no_success(tmp_path: Path) -> None:
    @contextmanager
    def broken() -> Iterator[Use]:
        raise OSError("no disk")
        yield

    door = Door(name="planted", what="", make=lambda dice: b"", open=broken)
    code, screen, _ = told(door, tmp_path)
    assert code == 1 and "no disk" in screen


def test_an_input_depends_on_its_seed_and_place_alone() -> None:
    for door in all_doors():
        again = [input_of(door, SEED, index) for index in range(5)]
        assert [input_of(door, SEED, index) for index in range(5)] == again, door.name
        assert len(set(again)) > 1, door.name
        other = [input_of(door, SEED + 1, index) for index in range(5)]
        assert other != again, door.name


@pytest.mark.parametrize("door", all_doors(), ids=lambda door: door.name)
def test_nothing_is_found_in_the_product(door: Door, tmp_path: Path) -> None:
    """A fixed share of what `make fuzz` tries. Some of what comes in must be good enough to be
    taken, or nothing behind the first check was tried."""
    code, screen, report = told(door, tmp_path, inputs=QUICK.get(door.name, USUAL))
    assert code == 0, screen
    assert 0 < report["taken"] <= report["tried"]


def test_the_product_with_a_planted_bug_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The door of the real decoder, with one check taken out."""
    from crdt_models import change

    monkeypatch.setattr(change, "_check_place", lambda fields: None)
    door = next(each for each in all_doors() if each.name == "change")
    code, _, report = told(door, tmp_path, inputs=1500)
    assert code == 1 and report["findings"]


def test_the_command_line(tmp_path: Path) -> None:
    run = CliRunner().invoke
    result = run(main, ["fuzz", "--seed", "1", "--inputs", "50", "--door", "cbor", "--json", "-"])
    assert result.exit_code == 0, result.output
    assert re.search(r'"tried": 50\b', result.output)
    assert run(main, ["fuzz", "--door", "no such"]).exit_code == 2
    assert run(main, ["fuzz", "--at", "3"]).exit_code == 2


def test_the_bytes_of_a_script_survive_being_packed() -> None:
    from simulations.fuzz.nonsense import packed, unpacked

    script = [2**70, b"\xff", "é\0", {"a": None}, Random(1).randbytes(9), -(2**64)]
    assert unpacked(packed(script)) == script


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_children_the_earlier_input_is_told_whole(order: tuple[int, int]) -> None:
    told = {"door": "planted", "kind": "exception", "what": "", "where": "here", "trace": ""}
    findings = [Finding(**told, index=102, first=0), Finding(**told, index=602, first=500)]  # type: ignore[arg-type]
    result = DoorResult(door="planted", what="", findings=[])
    for each in order:
        result.add(Tried(next=0, findings=[findings[each]]), 0.0)
    (found,) = result.findings
    assert (found.index, found.first, found.times) == (102, 0, 2)
