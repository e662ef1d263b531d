"""A small disk of its own for one terminal: a tmpfs in a mount namespace that outlives processes.

Rules of this file:
1. A keeper process holds the namespace, so that the terminal may be killed and started again on the
   same disk; when the test ends, the keeper does, and the disk goes with it.
2. Nobody else sees the mount. The test reaches it through `seen`.
3. Where this may not be done, `why_no_disk` says exactly what was refused.
"""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.real.namespaces import Refused, Till

_KEEP = """
mount -t tmpfs -o "size=$2,mode=700" malha-test "$1" && echo mounted && exec cat
"""


class SmallDisk:
    """The disk of one terminal. Use `small_disk`."""

    def __init__(self, keeper: int, folder: Path) -> None:
        self._keeper = keeper
        self.seen = Path(f"/proc/{keeper}/root") / folder.relative_to("/")

    def prefix(self, namespace: str) -> tuple[str, ...]:
        """Of a command that runs on this disk, in a network namespace."""
        mounts = f"--mount=/proc/{self._keeper}/ns/mnt"
        return ("nsenter", f"--net=/run/netns/{namespace}", mounts)

    @property
    def free(self) -> int:
        """Bytes."""
        return shutil.disk_usage(self.seen).free

    def fill(self, name: str, *, leaving: int) -> None:
        """Something else takes all but `leaving` bytes."""
        self.reserve(name, max(0, self.free - leaving))

    def reserve(self, name: str, size: int) -> None:
        """Something else takes that many bytes, or what the terminal leaves it meanwhile."""
        with suppress(OSError), (self.seen / name).open("wb", buffering=0) as file:
            file.write(bytes(size))

    def remove(self, name: str) -> None:
        """Somebody deletes it."""
        (self.seen / name).unlink()


@contextmanager
def small_disk(till: Till, size: int) -> Iterator[SmallDisk]:
    """MALHA_HOME of a terminal that is off, moved to a disk of `size` bytes. Raises Refused."""
    home = Path(till.place["MALHA_HOME"])
    with _kept(home, size) as keeper:
        disk = SmallDisk(keeper, home)
        shutil.copytree(home, disk.seen, dirs_exist_ok=True)
        yield disk


@contextmanager
def _kept(folder: Path, size: int) -> Iterator[int]:
    """The process id of the keeper. Raises Refused."""
    command = ["unshare", "--mount", "sh", "-c", _KEEP, "sh", str(folder), str(size)]
    try:
        keeper = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
    except OSError as error:
        raise Refused(f"`unshare`: {error.strerror}") from error
    with keeper:
        assert keeper.stdin and keeper.stdout and keeper.stderr, "they were asked for"
        try:
            if keeper.stdout.readline() != b"mounted\n":
                said = keeper.stderr.read().decode("utf-8", "replace").strip()
                raise Refused(f"a tmpfs in a mount namespace: {said}")
            yield keeper.pid
        finally:
            keeper.stdin.close()


def why_no_disk(folder: Path) -> str | None:
    """Why this machine may not mount one; None where it may. folder: an empty one."""
    if shutil.which("nsenter") is None:
        return "the program `nsenter` (util-linux) is not installed"
    try:
        with _kept(folder, 64 * 1024):
            return None
    except Refused as error:
        return f"this machine may not make a small disk: {error}"
