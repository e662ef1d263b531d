"""`python -m tests.end_to_end.on_small_disk HOME BYTES peer run`: a terminal whose disk is small.

Mounts a small file system at HOME in a mount namespace of its own, copies what HOME held into it,
and becomes the command: the process id stays, and nothing is left when it has ended. Others see
that disk under `seen_by_others`.
"""

import os
import subprocess
import sys
from pathlib import Path

_SCRIPT = """
set -e
home=$1; bytes=$2; python=$3; shift 3
cp -a "$home" "$home.was"
mount -t tmpfs -o "size=$bytes,mode=700" malha-test "$home"
cp -a "$home.was/." "$home/"
exec "$python" -m "$@"
"""


def namespace() -> list[str]:
    """The command that makes a mount namespace; as an ordinary user, inside a user namespace."""
    return ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"])]


def reason_against(folder: Path) -> str | None:
    """Why this machine does not let a test mount a disk; None when it does."""
    try:
        tried = subprocess.run(
            [*namespace(), "mount", "-t", "tmpfs", "-o", "size=64k", "malha-test", str(folder)],
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError as missing:
        return str(missing)
    return None if tried.returncode == 0 else tried.stderr.strip()


def seen_by_others(pid: int, home: Path) -> Path:
    """HOME as the process sees it."""
    return Path(f"/proc/{pid}/root") / home.relative_to("/")


if __name__ == "__main__":
    home, size, *command = sys.argv[1:]
    shell = ["sh", "-c", _SCRIPT, "sh", home, size, sys.executable, *command]
    os.execvp("unshare", [*namespace(), *shell])
