"""The first test of the simulator: a seed is a run, in any process, under any hash seed."""

import json
import os
import subprocess
import sys
from typing import Any

SEED = 11
SECONDS = 120.0


def one_run(seed: int, hash_seed: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "simulations", "run", "--seed", str(seed)]
    command += ["--orders", "6", "--minutes", "6", "--terminals", "3", "--json", "-"]
    done = subprocess.run(
        command,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr.decode()
    verdict: dict[str, Any] = json.loads(done.stdout)
    return verdict


def test_one_seed_is_one_run_in_every_process() -> None:
    one, other = one_run(SEED, "1"), one_run(SEED, "2")
    assert one["trace"] == other["trace"]
    assert one["digest"] == other["digest"]
    assert one["events"] > 100
    assert one["findings"] == other["findings"]


def test_another_seed_is_another_run() -> None:
    assert one_run(SEED, "1")["digest"] != one_run(SEED + 1, "1")["digest"]
