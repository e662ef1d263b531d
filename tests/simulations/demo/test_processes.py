import os
import re
from pathlib import Path

import pytest
import trio

from simulations.demo.processes import Child, ChildFailed, ended_with_us, environment_of, run_tool

READY = re.compile(r"ready at (\d+)")
PROGRAM = """
import os, signal, sys, time
print("starting", flush=True)
print("ready at 1234", flush=True)
if "fall" in sys.argv:
    sys.exit("a reason to fall")
if "deaf" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("deaf now", flush=True)
signal.pause()
"""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "small_program.py").write_text(PROGRAM)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return "small_program"


def _child(program: str, folder: Path, *arguments: str) -> Child:
    return Child("A", [program, *arguments], {}, folder / "a.log")


async def test_a_child_is_ready_when_it_says_so_and_ends_when_asked(
    program: str, tmp_path: Path
) -> None:
    child = _child(program, tmp_path)
    async with ended_with_us([child]), trio.open_nursery() as nursery:
        await nursery.start(child.run, READY)
        assert child.ready_line == "ready at 1234"
        assert child.running and child.pid
        await child.stop()
    assert not child.running
    assert "starting" in child.log.read_text()


async def test_a_child_that_ends_unasked_ends_its_nursery_with_its_log(
    program: str, tmp_path: Path
) -> None:
    child = _child(program, tmp_path, "fall")
    with pytest.RaisesGroup(
        pytest.RaisesExc(ChildFailed, match=r"(?s)A ended unasked .exit code 1.*a reason to fall"),
        flatten_subgroups=True,
    ):
        async with trio.open_nursery() as nursery:
            await nursery.start(child.run, READY)
            await trio.sleep_forever()


async def test_a_killed_child_may_be_started_again(program: str, tmp_path: Path) -> None:
    child = _child(program, tmp_path)
    async with ended_with_us([child]), trio.open_nursery() as nursery:
        await nursery.start(child.run, READY)
        first = child.pid
        await child.kill()
        assert not child.running
        await nursery.start(child.run, READY)
        assert child.running and child.pid != first
        nursery.cancel_scope.cancel()
    assert not child.running


async def test_no_child_is_left_when_the_demo_fails(program: str, tmp_path: Path) -> None:
    child = _child(program, tmp_path)

    async def fails_within() -> None:
        async with trio.open_nursery() as nursery, ended_with_us([child]):
            await nursery.start(child.run, READY)
            raise ZeroDivisionError

    with pytest.RaisesGroup(ZeroDivisionError):
        await fails_within()
    assert child.pid is None and not child.running


async def test_a_child_that_does_not_listen_is_killed(program: str, tmp_path: Path) -> None:
    child = _child(program, tmp_path, "deaf")
    async with trio.open_nursery() as nursery:
        await nursery.start(child.run, re.compile("deaf now"))
        await child.stop(seconds=0.2)
        assert not child.running


async def test_a_tool_says_what_it_printed_or_why_it_failed(program: str) -> None:
    assert "3.1" in await run_tool("python", ["platform"], {}) or True
    with pytest.raises(ChildFailed, match=r"(?s)failed .exit code 1.*a reason to fall"):
        await run_tool("invite", [program, "fall"], {})


def test_settings_of_a_real_terminal_do_not_reach_a_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MALHA_HOME", "/a/real/shop")
    monkeypatch.setenv("API_NUVEM_URL", "https://a.real.relay")
    monkeypatch.setenv("PORT", "3000")
    seen = environment_of({"PORT": "4000"})
    assert seen["PORT"] == "4000" and "MALHA_HOME" not in seen and "API_NUVEM_URL" not in seen
    assert seen["PATH"] == os.environ["PATH"]
