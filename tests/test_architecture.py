"""The shape of the house, enforced: floors, rooms, hidden clocks and dice, sizes, dead modules.

Rules of this file:
1. A rule is a function from a parsed tree to sentences, each naming a file, a line and a cure.
2. Every rule runs here on the real tree; test_architecture_rules.py shows each one a broken tree.
3. Exceptions are tables here, with their reason; production code has no marks to switch a rule off.
"""

import ast
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("crdt_models", "peer", "cloud_relay", "simulations")

# From the ground up. One line is one step: its files import only what stands on earlier lines.
# `name.*` is a package folder; its files may import each other. A new file is placed here first.
FLOORS: tuple[tuple[str, str], ...] = (
    ("F0", "crdt_models"),
    ("F0", "crdt_models.errors"),
    ("F0", "crdt_models.money crdt_models.hybrid_logical_clock"),
    ("F0", "crdt_models.barcodes crdt_models.plain_text crdt_models.product_search"),
    ("F0", "crdt_models.ids crdt_models.canonical_cbor"),
    ("F1", "crdt_models.fact crdt_models.digests"),
    ("F1", "crdt_models.change"),
    ("F1", "crdt_models.certificates crdt_models.document crdt_models.receipts"),
    ("F1", "crdt_models.change_gate"),
    ("F2", "crdt_models.documents.*"),
    ("F2", "crdt_models.catalog_files.*"),
    ("F2", "crdt_models.disputes.* crdt_models.dining_room"),
    ("F2", "crdt_models.dispute_texts"),
    ("F2", "crdt_models.dispute_advice crdt_models.telling.*"),
    ("F2", "crdt_models.read_models.* crdt_models.pedido.*"),
    ("F3", "crdt_models.replication.*"),
    ("F4", "peer"),
    ("F4", "peer.service.*"),  # shared with the relay, so it stands on nothing else of peer
    ("F4", "peer.environment peer.config"),
    ("F4", "peer.identity.* peer.storage.*"),
    ("F5", "peer.links.*"),
    ("F5", "peer.node.*"),
    ("F6", "peer.uplink.* peer.live_sightings"),
    ("F6", "peer.live_tables"),
    ("F6", "peer.mesh peer.live_events"),
    ("F6", "peer.http_api.* peer.web.*"),
    ("F7", "peer.terminal"),
    ("F8", "peer.administration"),
    ("F8", "peer.cli.*"),
    ("F8", "peer.__main__"),
    ("relay", "cloud_relay"),
    ("relay", "cloud_relay.environment cloud_relay.drain"),
    ("relay", "cloud_relay.storage.*"),
    ("relay", "cloud_relay.tenants cloud_relay.projection cloud_relay.reports"),
    ("relay", "cloud_relay.ingest cloud_relay.settings"),
    ("relay", "cloud_relay.key_files cloud_relay.http_api.* cloud_relay.web.*"),
    ("relay", "cloud_relay.server"),
    ("relay", "cloud_relay.cli.*"),
    ("relay", "cloud_relay.__main__"),
    ("simulations", "simulations.*"),
)

# crdt_models may use these and nothing else: each is a pure function of its arguments.
PURE_STDLIB = frozenset(
    "__future__ abc base64 binascii bisect codecs collections contextlib copy csv dataclasses"
    " datetime decimal enum fractions functools hashlib heapq hmac itertools json math operator re"
    " string struct types typing unicodedata zlib".split()
)
PURE_LIBRARIES = frozenset({"cbor2", "cryptography", "msgspec", "pycrdt"})
IMPURE_BUILTINS = frozenset({"open", "print", "input", "exec", "eval", "breakpoint", "__import__"})

# Files that may read clocks and throw dice; all others get them as arguments.
# The relay may not import peer.environment, so it has a seam of its own.
CLOCKS_AND_DICE_ALLOWED = ("peer.environment", "cloud_relay.environment", "simulations.*")
HIDDEN_CLOCKS_AND_DICE = frozenset(
    "time.time time.time_ns time.monotonic time.monotonic_ns time.perf_counter"
    " time.perf_counter_ns time.process_time time.localtime time.sleep"
    " datetime.datetime.now datetime.datetime.utcnow datetime.datetime.today datetime.date.today"
    " os.urandom os.getrandom uuid.uuid1 uuid.uuid4".split()
)
DICE_MODULES = ("random", "secrets")
# Keys and serial numbers that cryptography would draw by itself.
DICE_ENDINGS = ("PrivateKey.generate", ".generate_private_key", ".random_serial_number")
# Seeded by its caller, or no dice at all.
HARMLESS_OF_DICE_MODULES = frozenset({"random.Random", "secrets.compare_digest"})

# A till may run Windows: these names do not exist there.
POSIX_MODULES = frozenset("fcntl grp pty pwd readline resource syslog termios tty".split())
POSIX_NAMES = frozenset(
    "os.fork os.forkpty os.setsid os.setpgid os.getpgid os.killpg os.getuid os.geteuid os.getgid"
    " os.getegid os.setuid os.setgid os.chown os.fchown os.fchmod os.fdatasync os.uname os.sysconf"
    " os.nice os.getloadavg os.mkfifo os.pread os.pwrite os.sendfile os.posix_spawn os.statvfs"
    " os.wait os.waitid os.wait3 os.wait4 os.sched_getaffinity os.O_DIRECTORY os.O_NOFOLLOW"
    " os.O_CLOEXEC os.O_NONBLOCK os.WNOHANG signal.SIGKILL signal.SIGHUP signal.SIGUSR1"
    " signal.SIGUSR2 signal.SIGALRM signal.SIGCHLD signal.SIGSTOP signal.SIGCONT signal.SIGPIPE"
    " signal.alarm signal.setitimer signal.pause signal.pthread_kill signal.sigwait"
    " socket.AF_UNIX socket.AF_NETLINK socket.AF_PACKET socket.SO_REUSEPORT socket.SO_BINDTODEVICE"
    " socket.if_nametoindex time.tzset trio.open_unix_socket".split()
)

MAX_FILE_LINES = 450
MAX_FUNCTION_LINES = 70
NAMELESS = frozenset("util utils common helper helpers misc".split())
UNVERIFIED_TLS = "CERT_" + "NONE"  # in two parts, so that this file does not hold the word


@dataclass(frozen=True)
class Module:
    """One parsed file; `name` is dotted, a package's own file bears the package's name."""

    name: str
    path: str
    source: str
    is_package: bool

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.source, self.path)

    @cached_property
    def imports(self) -> tuple[tuple[int, str], ...]:
        """(line, dotted target) of every import, lazy and type-checking ones too."""
        return tuple(self._imports())

    def _imports(self) -> Iterator[tuple[int, str]]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = self._base_of(node)
                yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)

    def _base_of(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        folders = self.name.split(".")
        kept = folders[: len(folders) - node.level + self.is_package]
        return ".".join([*kept, *([node.module] if node.module else [])])

    @cached_property
    def names(self) -> tuple[tuple[int, str], ...]:
        """(line, dotted name) of every name used, with the file's own aliases undone."""
        aliases = dict(self._aliases())
        used = ((node, _dotted(node)) for node in ast.walk(self.tree))
        return tuple(
            (node.lineno, ".".join([aliases.get(parts[0], parts[0]), *parts[1:]]))
            for node, parts in used
            if isinstance(node, ast.expr) and parts
        )

    def _aliases(self) -> Iterator[tuple[str, str]]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((a.asname, a.name) for a in node.names if a.asname)
            elif isinstance(node, ast.ImportFrom):
                yield from ((a.asname or a.name, f"{node.module}.{a.name}") for a in node.names)

    @property
    def lines_for_one_platform(self) -> frozenset[int]:
        """Lines under an `if` that asks which platform this is, where its names may be used."""
        tests = (node for node in ast.walk(self.tree) if isinstance(node, ast.If))
        asked = (n for n in tests if {"sys.platform", "os.name"} & _all_dotted(n.test))
        return frozenset(
            line for node in asked for line in range(node.lineno, (node.end_lineno or 0) + 1)
        )


def _dotted(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute) and (base := _dotted(node.value)):
        return [*base, node.attr]
    return []


def _all_dotted(node: ast.AST) -> set[str]:
    return {".".join(_dotted(child)) for child in ast.walk(node)}


@dataclass(frozen=True)
class House:
    """Every Python file of a tree: `modules` of the four packages, `tests` by path."""

    modules: Mapping[str, Module]
    tests: tuple[Module, ...]

    @classmethod
    def read(cls, root: Path) -> "House":
        parsed = [_read(root, file) for name in PACKAGES for file in (root / name).rglob("*.py")]
        tests = tuple(_read(root, file) for file in sorted((root / "tests").rglob("*.py")))
        return cls({m.name: m for m in sorted(parsed, key=lambda m: m.name)}, tests)

    def within(self, package: str) -> Iterator[Module]:
        return (m for m in self.modules.values() if m.name.split(".")[0] == package)

    def local_imports(self, module: Module) -> Iterator[tuple[int, Module]]:
        for line, target in module.imports:
            parts = target.split(".")
            prefixes = (".".join(parts[:end]) for end in range(len(parts), 0, -1))
            found = next((self.modules[p] for p in prefixes if p in self.modules), None)
            if found is not None and found.name != module.name:
                yield line, found


def _read(root: Path, file: Path) -> Module:
    relative = file.relative_to(root)
    is_package = relative.name == "__init__.py"
    parts = relative.parent.parts if is_package else (*relative.parent.parts, relative.stem)
    return Module(".".join(parts), relative.as_posix(), file.read_text("utf-8"), is_package)


def _matches(name: str, pattern: str) -> bool:
    folder = pattern.removesuffix(".*")
    return name == folder or (folder != pattern and name.startswith(f"{folder}."))


def _place(name: str) -> tuple[int, str] | None:
    """(step, pattern) of a module in the table of floors."""
    for step, (_floor, patterns) in enumerate(FLOORS):
        for pattern in patterns.split():
            if _matches(name, pattern):
                return step, pattern
    return None


# --- The rules -----------------------------------------------------------------------------------

Rule = Callable[[House], Iterator[str]]


def every_file_stands_on_a_floor(house: House) -> Iterator[str]:
    for module in house.modules.values():
        if _place(module.name) is None:
            yield (
                f"{module.path} stands on no floor: add {module.name} to FLOORS in"
                " tests/test_architecture.py, on the lowest line whose earlier lines hold all"
                " that it imports"
            )


def imports_go_down(house: House) -> Iterator[str]:
    for module in house.modules.values():
        here = _place(module.name)
        for line, target in house.local_imports(module):
            there = _place(target.name)
            if here is None or there is None or there[0] < here[0] or there == here:
                continue
            yield (
                f"{module.path}:{line} ({FLOORS[here[0]][0]}) imports {target.name}"
                f" ({FLOORS[there[0]][0]}), which does not stand below it: move what is shared"
                " to a lower floor, or hand it over as an argument"
            )


def rooms_keep_their_doors(house: House) -> Iterator[str]:
    for module in house.modules.values():
        room = module.name.split(".")[0]
        for line, target in house.local_imports(module):
            other = target.name.split(".")[0]
            if other == "simulations" != room:
                yield f"{module.path}:{line} imports {target.name}: nobody imports simulations"
            if (room, other) == ("peer", "cloud_relay"):
                yield f"{module.path}:{line} imports {target.name}: peer never imports the relay"
            if (room, other) == ("cloud_relay", "peer") and not _shared(target.name):
                yield (
                    f"{module.path}:{line} imports {target.name}: of peer the relay imports only"
                    " peer.service"
                )


def _shared(name: str) -> bool:
    return _matches(name, "peer.service.*")


def models_are_pure(house: House) -> Iterator[str]:
    allowed = PURE_STDLIB | PURE_LIBRARIES | {"crdt_models"}
    for module in house.within("crdt_models"):
        for line, target in module.imports:
            if (root := target.split(".")[0]) not in allowed:
                kind = "standard library" if root in sys.stdlib_module_names else "library"
                yield (
                    f"{module.path}:{line} imports {root} of the {kind}: crdt_models is pure;"
                    " take its result as an argument"
                )
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and set(_dotted(node.func)) & IMPURE_BUILTINS:
                yield f"{module.path}:{node.lineno} calls {ast.unparse(node.func)}: no I/O here"


def one_file_knows_pycrdt(house: House) -> Iterator[str]:
    for module in house.modules.values():
        for line, target in module.imports:
            if target.split(".")[0] == "pycrdt" and module.name != "crdt_models.document":
                yield f"{module.path}:{line} imports pycrdt: only crdt_models/document.py does"


def clocks_and_dice_are_arguments(house: House) -> Iterator[str]:
    for module in house.modules.values():
        if any(_matches(module.name, allowed) for allowed in CLOCKS_AND_DICE_ALLOWED):
            continue
        for line, name in (*module.names, *_calls_without_seed(module)):
            if name in HIDDEN_CLOCKS_AND_DICE or _is_dice(name):
                yield (
                    f"{module.path}:{line} uses {name}, a hidden clock or die: it comes as an"
                    f" argument, from {CLOCKS_AND_DICE_ALLOWED[0]}"
                )


def _is_dice(name: str) -> bool:
    root, *rest = name.split(".")
    if name.endswith(DICE_ENDINGS):
        return True
    return root in DICE_MODULES and bool(rest) and name not in HARMLESS_OF_DICE_MODULES


def _calls_without_seed(module: Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Call) or node.args or node.keywords:
            continue
        if _dotted(node.func)[-1:] == ["Random"]:
            yield node.lineno, "random.Random() without a seed"


def peer_runs_on_windows(house: House) -> Iterator[str]:
    for module in house.within("peer"):
        guarded = module.lines_for_one_platform
        imported = ((line, t) for line, t in module.imports if t.split(".")[0] in POSIX_MODULES)
        used = ((line, name) for line, name in module.names if name in POSIX_NAMES)
        for line, name in (*imported, *used):
            if line not in guarded:
                yield (
                    f"{module.path}:{line} uses {name}, which Windows lacks: find another way, or"
                    " put it under `if sys.platform` with the Windows way beside it"
                )


def files_and_functions_are_short(house: House) -> Iterator[str]:
    for module in house.modules.values():
        if (count := len(module.source.splitlines())) > MAX_FILE_LINES:
            yield f"{module.path} has {count} lines, more than {MAX_FILE_LINES}: split it by idea"
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > MAX_FUNCTION_LINES:
                    yield (
                        f"{module.path}:{node.lineno} {node.name} has {length} lines, more than"
                        f" {MAX_FUNCTION_LINES}: name its parts"
                    )


def every_module_says_what_it_is_for(house: House) -> Iterator[str]:
    for module in house.modules.values():
        if not (ast.get_docstring(module.tree) or "").strip():
            yield f"{module.path} has no docstring: say what it is for, its rules, what it is not"


def no_module_is_dead(house: House) -> Iterator[str]:
    reached = {t.name for m in house.modules.values() for _line, t in house.local_imports(m)}
    for module in house.modules.values():
        is_entry = module.is_package or module.name.split(".")[-1] in ("cli", "__main__")
        if not is_entry and module.name not in reached:
            yield f"{module.path} is imported by nothing and is no entry point: use it or delete it"


def tls_is_always_verified(house: House) -> Iterator[str]:
    for module in (*house.modules.values(), *house.tests):
        if UNVERIFIED_TLS in module.source:
            yield f"{module.path} holds {UNVERIFIED_TLS}: every link checks the other side"


def trio_is_the_only_loop(house: House) -> Iterator[str]:
    for module in (*house.modules.values(), *house.tests):
        for line, target in module.imports:
            if target.split(".")[0] == "asyncio":
                yield f"{module.path}:{line} imports asyncio: trio is the only loop here"


def every_file_has_a_real_name(house: House) -> Iterator[str]:
    for module in (*house.modules.values(), *house.tests):
        if NAMELESS & set(module.name.split(".")):
            yield f"{module.path}: name it by what it does, or put each part beside its only user"


RULES: tuple[Rule, ...] = (
    every_file_stands_on_a_floor,
    imports_go_down,
    rooms_keep_their_doors,
    models_are_pure,
    one_file_knows_pycrdt,
    clocks_and_dice_are_arguments,
    peer_runs_on_windows,
    files_and_functions_are_short,
    every_module_says_what_it_is_for,
    no_module_is_dead,
    tls_is_always_verified,
    trio_is_the_only_loop,
    every_file_has_a_real_name,
)


@pytest.fixture(scope="module")
def house() -> House:
    return House.read(ROOT)


def test_the_four_packages_are_read(house: House) -> None:
    assert {name.split(".")[0] for name in house.modules} == set(PACKAGES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps(rule: Rule, house: House) -> None:
    broken = list(dict.fromkeys(rule(house)))
    assert not broken, "\n".join(["", *broken])
