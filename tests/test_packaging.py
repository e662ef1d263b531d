"""What is shipped: the wheel's file list, its entry points and licence, and the pinned versions."""

import configparser
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from email.message import Message
from email.parser import Parser
from importlib import metadata
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("crdt_models", "peer", "cloud_relay", "simulations")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

# Data that the programs or their readers need; any other suffix in a package is a mistake.
DATA_SUFFIXES = frozenset({".css", ".csv", ".html", ".js", ".json", ".md", ".sql", ".svg"})
PIN = re.compile(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+]+")
# The installer came with Python itself: a pin would replace it while it runs.
NOT_PINNED = frozenset({"pip"})


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZipFile]:
    """The wheel as hatchling builds it from this tree; nothing is fetched."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    (file,) = folder.iterdir()
    with ZipFile(file) as opened:
        yield opened


def info_folder(wheel: ZipFile) -> str:
    (folder,) = {n.split("/")[0] for n in wheel.namelist() if ".dist-info/" in n}
    return folder


def metadata_of(wheel: ZipFile) -> Message:
    return Parser().parsestr(wheel.read(f"{info_folder(wheel)}/METADATA").decode("utf-8"))


def source_files() -> Iterator[str]:
    for package in PACKAGES:
        for file in (ROOT / package).rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                yield file.relative_to(ROOT).as_posix()


def test_the_wheel_holds_the_four_packages_and_nothing_else(wheel: ZipFile) -> None:
    info = info_folder(wheel)
    own = {f"{info}/{n}" for n in ("METADATA", "WHEEL", "RECORD", "entry_points.txt")}
    assert set(wheel.namelist()) == {*source_files(), *own, f"{info}/licenses/LICENSE"}


def test_the_packages_hold_only_code_and_named_kinds_of_data() -> None:
    strange = [
        name
        for name in source_files()
        if not name.endswith((".py", "/py.typed")) and Path(name).suffix not in DATA_SUFFIXES
    ]
    assert not strange, f"no kind of data we ship (add its suffix here if it is): {strange}"


def test_every_package_says_that_it_is_typed(wheel: ZipFile) -> None:
    assert {f"{package}/py.typed" for package in PACKAGES} <= set(wheel.namelist())


def test_three_commands(wheel: ZipFile) -> None:
    parser = configparser.ConfigParser()
    parser.read_string(wheel.read(f"{info_folder(wheel)}/entry_points.txt").decode("utf-8"))
    assert dict(parser["console_scripts"]) == {
        "malha": "peer.cli:main",
        "malha-relay": "cloud_relay.cli:main",
        "malha-sim": "simulations.cli:main",
    }


def test_each_command_names_a_module_that_is_shipped(wheel: ZipFile) -> None:
    shipped = set(wheel.namelist())
    modules = (target.split(":")[0] for target in PROJECT["scripts"].values())
    paths = {module: module.replace(".", "/") for module in modules}
    missing = [m for m, p in paths.items() if not {f"{p}.py", f"{p}/__init__.py"} & shipped]
    assert not missing, f"commands without a module: {missing}"


def test_licence_and_python(wheel: ZipFile) -> None:
    about = metadata_of(wheel)
    assert about["License-Expression"] == "Apache-2.0"
    assert about["Requires-Python"] == ">=3.11"
    text = wheel.read(f"{info_folder(wheel)}/licenses/LICENSE").decode("utf-8")
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text


def test_the_version_stands_in_one_place(wheel: ZipFile) -> None:
    declared = re.findall(
        r'^__version__ = "(.+)"$',
        (ROOT / "crdt_models/__init__.py").read_text("utf-8"),
        re.MULTILINE,
    )
    assert declared == [metadata_of(wheel)["Version"]]


def test_pycrdt_is_pinned_exactly() -> None:
    (pycrdt,) = (r for r in map(Requirement, PROJECT["dependencies"]) if r.name == "pycrdt")
    assert pycrdt.specifier == SpecifierSet("==0.14.13")


# --- constraints.txt -----------------------------------------------------------------------------


def constraint_lines() -> list[str]:
    return (ROOT / "constraints.txt").read_text("utf-8").splitlines()


def pinned() -> dict[str, str]:
    pairs = (line.split("==") for line in constraint_lines())
    return {canonicalize_name(name): version for name, version in pairs}


def declared_requirements() -> Iterator[Requirement]:
    extras = PROJECT["optional-dependencies"].values()
    for text in (*PROJECT["dependencies"], *(line for extra in extras for line in extra)):
        if (requirement := Requirement(text)).name != PROJECT["name"]:
            yield requirement


def installed_closure(roots: Iterable[Requirement]) -> dict[str, str]:
    """Name → version of every installed distribution that the requirements lead to."""
    found: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    waiting = [(r.name, extra) for r in roots for extra in ("", *r.extras)]
    while waiting:
        name, extra = waiting.pop()
        if (canonicalize_name(name), extra) in seen:
            continue
        seen.add((canonicalize_name(name), extra))
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # of another platform, or of an extra that is not installed here
        found[canonicalize_name(name)] = distribution.version
        for needed in map(Requirement, distribution.requires or ()):
            if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                waiting += [(needed.name, e) for e in ("", *needed.extras)]
    return found


def test_constraints_are_pins_without_addresses() -> None:
    assert [line for line in constraint_lines() if not PIN.fullmatch(line)] == []
    names = [canonicalize_name(line.split("==")[0]) for line in constraint_lines()]
    assert len(names) == len(set(names))


def test_constraints_cover_everything_installed() -> None:
    needed = set(installed_closure(declared_requirements())) - NOT_PINNED
    assert not (missing := sorted(needed - set(pinned()))), f"pin in constraints.txt: {missing}"


def test_what_is_installed_is_what_is_pinned() -> None:
    pins = pinned()
    installed = installed_closure(declared_requirements())
    other = {n: (v, pins[n]) for n, v in installed.items() if n in pins and pins[n] != v}
    assert not other, f"installed, not as pinned (run `make clean`): {other}"


def test_the_pins_fit_the_declared_ranges() -> None:
    pins = pinned()
    outside = [
        str(requirement)
        for requirement in declared_requirements()
        if pins[canonicalize_name(requirement.name)] not in requirement.specifier
    ]
    assert not outside
