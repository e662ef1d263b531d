"""Each rule of test_architecture is shown small broken trees and must say where they are broken."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.test_architecture import (
    FLOORS,
    MAX_FILE_LINES,
    MAX_FUNCTION_LINES,
    RULES,
    UNVERIFIED_TLS,
    House,
    Rule,
    clocks_and_dice_are_arguments,
    every_file_has_a_real_name,
    every_file_stands_on_a_floor,
    every_module_says_what_it_is_for,
    files_and_functions_are_short,
    imports_go_down,
    models_are_pure,
    no_module_is_dead,
    one_file_knows_pycrdt,
    peer_runs_on_windows,
    rooms_keep_their_doors,
    tls_is_always_verified,
    trio_is_the_only_loop,
)

HEAD = '"""What it is for."""\n'

Files = Mapping[str, str]

# A house with one room of each kind, which keeps every rule.
SOUND: Files = {
    "crdt_models/__init__.py": "",
    "crdt_models/errors.py": "import hashlib\n",
    "crdt_models/document.py": "import pycrdt\nfrom crdt_models.errors import MalhaError\n",
    "crdt_models/documents/__init__.py": "",
    "crdt_models/documents/view.py": "from crdt_models import document\n",
    "crdt_models/documents/orders.py": "from crdt_models.documents.view import View\n",
    "crdt_models/replication/__init__.py": "from ..documents import orders\n",
    "peer/__init__.py": "",
    "peer/service/__init__.py": "",
    "peer/service/routes.py": "from crdt_models.documents import orders\n",
    "peer/environment.py": "import time\nimport secrets\nnow = time.time\nsecrets.token_bytes(8)\n",
    "peer/node.py": (
        "import sys\nimport random\nfrom peer import environment\n"
        "if sys.platform != 'win32':\n    import fcntl\n    fcntl.flock(0, 0)\n"
        "def pick(dice: random.Random) -> None: ...\nrandom.Random(7)\n"
    ),
    "peer/cli.py": "def main():\n    from peer.node import Node\n",
    "cloud_relay/__init__.py": "",
    "cloud_relay/cli.py": "from peer.service.routes import Route\n",
    "simulations/__init__.py": "",
    "simulations/__main__.py": "import time\nimport peer.node, cloud_relay.cli\ntime.time()\n",
    "tests/test_it.py": "",
}


def house_of(root: Path, files: Files) -> House:
    for path, source in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(HEAD + source, "utf-8")
    return House.read(root)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_sound_house_keeps(rule: Rule, tmp_path: Path) -> None:
    assert list(rule(house_of(tmp_path, SOUND))) == []


LONG_FUNCTION = "def long():\n" + "    pass\n" * MAX_FUNCTION_LINES

# (rule, file, its source, line of the break or None where the whole file is meant)
BROKEN: tuple[tuple[Rule, str, str, int | None], ...] = (
    (every_file_stands_on_a_floor, "peer/gadget.py", "", None),
    (every_file_stands_on_a_floor, "crdt_models/gadgets/__init__.py", "", None),
    (imports_go_down, "crdt_models/errors.py", "from crdt_models import document\n", 2),
    (imports_go_down, "crdt_models/errors.py", "from .document import Document\n", 2),
    (imports_go_down, "crdt_models/errors.py", "import peer.node as n\n", 2),
    (imports_go_down, "crdt_models/documents/view.py", "from .. import replication\n", 2),
    (imports_go_down, "crdt_models/change.py", "def f():\n    import peer.environment\n", 3),
    (imports_go_down, "peer/environment.py", "\nfrom peer.node import Node\n", 3),
    (imports_go_down, "peer/config.py", "from peer.environment import Environment\n", 2),
    (imports_go_down, "peer/service/routes.py", "from peer.environment import now\n", 2),
    (rooms_keep_their_doors, "peer/cli.py", "from simulations import __main__\n", 2),
    (rooms_keep_their_doors, "cloud_relay/cli.py", "import simulations.__main__\n", 2),
    (rooms_keep_their_doors, "peer/cli.py", "import cloud_relay.cli\n", 2),
    (rooms_keep_their_doors, "cloud_relay/cli.py", "from peer import environment\n", 2),
    (rooms_keep_their_doors, "cloud_relay/cli.py", "from peer.node import Node\n", 2),
    (models_are_pure, "crdt_models/errors.py", "import os\n", 2),
    (models_are_pure, "crdt_models/errors.py", "from time import gmtime\n", 2),
    (models_are_pure, "crdt_models/errors.py", "import random\n", 2),
    (models_are_pure, "crdt_models/errors.py", "import threading, socket\n", 2),
    (models_are_pure, "crdt_models/documents/view.py", "import sqlite3\n", 2),
    (models_are_pure, "crdt_models/documents/view.py", "def f():\n    import trio\n", 3),
    (models_are_pure, "crdt_models/documents/view.py", "import httpx\n", 2),
    (models_are_pure, "crdt_models/errors.py", "open('x')\n", 2),
    (models_are_pure, "crdt_models/errors.py", "def f():\n    print(1)\n", 3),
    (one_file_knows_pycrdt, "crdt_models/documents/view.py", "from pycrdt import Doc\n", 2),
    (one_file_knows_pycrdt, "simulations/__main__.py", "import pycrdt\n", 2),
    (clocks_and_dice_are_arguments, "peer/node.py", "import time\ntime.time()\n", 3),
    (clocks_and_dice_are_arguments, "peer/node.py", "import time as t\nnow = t.monotonic\n", 3),
    (clocks_and_dice_are_arguments, "peer/node.py", "from time import time_ns\ntime_ns()\n", 3),
    (clocks_and_dice_are_arguments, "peer/node.py", "import datetime\ndatetime.date.today()\n", 3),
    (
        clocks_and_dice_are_arguments,
        "crdt_models/errors.py",
        "from datetime import datetime as d\nd.now()\n",
        3,
    ),
    (clocks_and_dice_are_arguments, "peer/node.py", "import os\nx = os.urandom(8)\n", 3),
    (clocks_and_dice_are_arguments, "peer/node.py", "from uuid import uuid4\nuuid4()\n", 3),
    (clocks_and_dice_are_arguments, "peer/node.py", "import random\nrandom.random()\n", 3),
    (clocks_and_dice_are_arguments, "peer/node.py", "import random\nrandom.Random()\n", 3),
    (
        clocks_and_dice_are_arguments,
        "cloud_relay/cli.py",
        "import secrets as s\ns.randbits(9)\n",
        3,
    ),
    (peer_runs_on_windows, "peer/node.py", "import fcntl\n", 2),
    (peer_runs_on_windows, "peer/node.py", "from resource import getrlimit\n", 2),
    (peer_runs_on_windows, "peer/node.py", "import os\nos.fork()\n", 3),
    (peer_runs_on_windows, "peer/node.py", "from os import getuid as who\nwho()\n", 3),
    (peer_runs_on_windows, "peer/node.py", "import signal\nX = signal.SIGKILL\n", 3),
    (peer_runs_on_windows, "peer/node.py", "import socket\nsocket.AF_UNIX\n", 3),
    (peer_runs_on_windows, "peer/node.py", "import os\nif os.path:\n    os.getuid()\n", 4),
    (files_and_functions_are_short, "peer/node.py", "#\n" * MAX_FILE_LINES, None),
    (files_and_functions_are_short, "peer/node.py", LONG_FUNCTION, 2),
    (
        files_and_functions_are_short,
        "peer/node.py",
        "class A:\n    async " + LONG_FUNCTION.replace("    ", "        "),
        3,
    ),
    (no_module_is_dead, "peer/mesh.py", "", None),
    (no_module_is_dead, "peer/mesh.py", "import peer.mesh\n", None),
    (tls_is_always_verified, "peer/node.py", f"import ssl\nssl.{UNVERIFIED_TLS}\n", None),
    (tls_is_always_verified, "tests/test_it.py", f"# {UNVERIFIED_TLS}\n", None),
    (trio_is_the_only_loop, "peer/node.py", "import asyncio\n", 2),
    (trio_is_the_only_loop, "tests/test_it.py", "from asyncio import run\n", 2),
    (every_file_has_a_real_name, "peer/utils.py", "", None),
    (every_file_has_a_real_name, "crdt_models/common.py", "", None),
    (every_file_has_a_real_name, "peer/helpers/__init__.py", "", None),
    (every_file_has_a_real_name, "tests/helpers.py", "", None),
)


@pytest.mark.parametrize(("rule", "path", "source", "line"), BROKEN)
def test_a_broken_house_is_caught(
    rule: Rule, path: str, source: str, line: int | None, tmp_path: Path
) -> None:
    said = list(dict.fromkeys(rule(house_of(tmp_path, {**SOUND, path: source}))))
    place = path if line is None else f"{path}:{line}"
    assert said
    assert all(sentence.startswith((f"{place} ", f"{place}:")) for sentence in said), said


def test_a_module_without_docstring_is_caught(tmp_path: Path) -> None:
    house_of(tmp_path, SOUND)
    (tmp_path / "peer/node.py").write_text("# What it is for.\n", "utf-8")
    assert [s.split()[0] for s in every_module_says_what_it_is_for(House.read(tmp_path))] == [
        "peer/node.py"
    ]


def test_every_rule_has_been_seen_to_fail() -> None:
    shown = {case[0] for case in BROKEN} | {every_module_says_what_it_is_for}
    assert shown == set(RULES)


def test_each_pattern_stands_in_the_table_once() -> None:
    patterns = [pattern for _floor, line in FLOORS for pattern in line.split()]
    assert len(patterns) == len(set(patterns))
