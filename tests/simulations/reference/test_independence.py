"""The reference would judge nothing if it used what it judges."""

import ast
import sys
from pathlib import Path

import pytest

import simulations.reference

HOME = Path(simulations.reference.__file__).parent
LIBRARIES = {"cbor2", "msgspec"}
ASKS_A_TERMINAL = "peer_shop.py"  # the one file that knows how a terminal is asked


def imported(source: str) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add("." * node.level + (node.module or ""))
        elif isinstance(node, ast.Call) and "import" in ast.unparse(node.func):
            found.add(ast.unparse(node))
    return found


def foreign(file: str, source: str) -> set[str]:
    """What a file of the reference may not import."""
    allowed = LIBRARIES | sys.stdlib_module_names
    mine = {"simulations.reference." + path.stem for path in HOME.glob("*.py")}
    if file == ASKS_A_TERMINAL:
        mine.add("simulations.workload.till")
    return {name for name in imported(source) - mine if name.split(".")[0] not in allowed}


@pytest.mark.parametrize("path", sorted(HOME.rglob("*.py")), ids=lambda path: path.name)
def test_nothing_of_the_product_is_imported(path: Path) -> None:
    assert foreign(path.name, path.read_text("utf-8")) == set()


@pytest.mark.parametrize(
    "line",
    [
        "import crdt_models",
        "from crdt_models.money import split",
        "def f():\n    from peer.node import node",
        "import cloud_relay.ingest as x",
        "__import__('crdt_models')",
        "from simulations.fuzz import members",
        "from simulations.workload.till import Till",
        "from . import shop",
    ],
)
def test_an_import_of_the_product_would_be_seen(line: str) -> None:
    assert foreign("order.py", line)
