"""The description, held against the terminal by a tool that knows nothing of it: Schemathesis makes
requests from the schemas and from what violates them, and reads every answer.

It reaches the forms of requests and the routes without a subject; what is asked of orders that are
really there is in `test_hostile_bodies`.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import trio

from tests.peer.http_api.served import Served

ADMIN = "the-token-of-this-boot"
EXAMPLES = 2  # of each operation
MOST_SECONDS = 30  # for all of it; a busy machine makes fewer requests
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)

pytest.importorskip("schemathesis", reason="an environment older than this test")


async def test_no_fault_and_nothing_undocumented_is_answered(
    served: Served, tmp_path: Path
) -> None:
    base = f"http://127.0.0.1:{served.port}"
    options = {
        "--header": f"x-api-key: {ADMIN}",
        "--checks": ",".join(CHECKS),
        "--phases": "fuzzing",
        "--max-examples": str(EXAMPLES),
        "--max-time": str(MOST_SECONDS),
        "--seed": "1",
        "--generation-database": "none",
        "--warnings": "off",
    }
    flags = [text for option in options.items() for text in option]
    command = [sys.executable, "-c", "import schemathesis.cli as it; it.schemathesis()", "run"]
    done = await trio.run_process(
        [*command, f"{base}/openapi.json", *flags, "--no-shrink", "--no-color"],
        capture_stdout=True,
        stderr=subprocess.STDOUT,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )
    said = done.stdout.decode("utf-8", "replace")
    assert done.returncode == 0, said[-6000:]
    assert "No issues found" in said or "Tested:" in said, said[-2000:]
