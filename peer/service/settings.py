"""Settings by environment variable: parsed, ranged, documented in one place.

Rules of this file:
1. A `Setting` is the name, the default, what it does and how its text is read. A program's settings
   are a tuple of them; a test of the documentation walks that tuple.
2. A value that cannot be read is `BadSetting`, which names the variable and what would do. It never
   repeats the value of a secret. An empty value counts as absent. What would do is said in
   Portuguese: the person at the till reads it.
3. `os.environ` is an argument.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Generic, NewType, TypeVar
from urllib.parse import urlsplit

import msgspec

from crdt_models.errors import MalhaError

Value = TypeVar("Value")
Minutes = NewType("Minutes", int)

MAX_PORT = 65535
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f:]+(?:%[\w.]+)?")
_WORDS = {
    "true": True, "1": True, "yes": True, "on": True, "sim": True,
    "false": False, "0": False, "no": False, "off": False, "nao": False, "não": False,
}  # fmt: skip


class BadSetting(MalhaError):
    """An environment variable holds something that cannot be used."""

    code = "bad_setting"
    sentence = "{name} cannot be used: {reason}."
    cure = "Correct the variable and start again; `malha settings` lists them all."


class Secret:
    """A text that shows itself only on request: not in repr, logs or tracebacks."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text, for the one place that needs it."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(***)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)


class Setting(msgspec.Struct, Generic[Value], frozen=True, kw_only=True):
    """One variable. shown: the default in words, where it is computed · secret: never repeated."""

    name: str
    default: Value
    read_text: Callable[[str], Value]
    help: str
    shown: str | None = None
    secret: bool = False

    def read(self, environment: Mapping[str, str]) -> Value:
        """The value, or the default. Raises BadSetting."""
        text = environment.get(self.name, "").strip()
        if not text:
            return self.default
        try:
            return self.read_text(text)
        except ValueError as error:
            given = "" if self.secret else f"veio {text[:80]!r}; "
            # A reason may quote what was given, and the environment may hold any bytes.
            reason = f"{given}{error}".encode("utf-8", "backslashreplace").decode("utf-8")
            raise BadSetting(name=self.name, reason=reason) from error

    def is_set(self, environment: Mapping[str, str]) -> bool:
        return bool(environment.get(self.name, "").strip())

    @property
    def default_text(self) -> str:
        """The default as documentation shows it."""
        if self.shown is not None:
            return self.shown
        if isinstance(self.default, bool):
            return str(self.default).lower()
        return "" if self.default in (None, ()) else str(self.default)


def misspelt(
    environment: Mapping[str, str], settings: Sequence[Setting[object]], prefix: str
) -> list[str]:
    """Variables that begin with our prefix and mean nothing: worth a warning at start."""
    known = {setting.name for setting in settings}
    return sorted(name for name in environment if name.startswith(prefix) and name not in known)


def text(given: str) -> str:
    if not given.isprintable():
        raise ValueError("há caracteres não imprimíveis")
    return given


def secret(given: str) -> Secret:
    return Secret(text(given))


def path(given: str) -> Path:
    try:
        return Path(text(given)).expanduser()
    except RuntimeError as error:  # `~name` of nobody on this machine
        raise ValueError("não existe essa pasta pessoal") from error


def flag(given: str) -> bool:
    if given.lower() not in _WORDS:
        raise ValueError("use true ou false")
    return _WORDS[given.lower()]


def whole(least: int, most: int) -> Callable[[str], int]:
    """Reads a whole number from `least` to `most`."""

    def read(given: str) -> int:
        if not re.fullmatch(r"[+-]?[0-9]{1,18}", given) or not least <= int(given) <= most:
            raise ValueError(f"use um número inteiro de {least} a {most}")
        return int(given)

    return read


def choice(*allowed: str) -> Callable[[str], str]:
    """Reads one of a few words."""

    def read(given: str) -> str:
        if given.lower() not in allowed:
            raise ValueError(f"use um destes: {', '.join(allowed)}")
        return given.lower()

    return read


def host(given: str) -> str:
    if not _HOST.fullmatch(given):
        raise ValueError("use um nome de máquina ou um endereço")
    return given


def host_port(given: str) -> tuple[str, int]:
    """`name:port`, `1.2.3.4:port` or `[::1]:port`."""
    bracketed = re.fullmatch(r"\[([^\]]+)\]:([0-9]{1,5})|([^:\[\]]+):([0-9]{1,5})", given)
    if not bracketed:
        raise ValueError("use host:porta")
    name = bracketed[1] or bracketed[3]
    port = int(bracketed[2] or bracketed[4])
    if not 0 < port <= MAX_PORT:
        raise ValueError(f"uma porta vai de 1 a {MAX_PORT}")
    return host(name), port


def several(read_one: Callable[[str], Value]) -> Callable[[str], tuple[Value, ...]]:
    """Reads values separated by commas, each once."""

    def read(given: str) -> tuple[Value, ...]:
        parts = [part.strip() for part in given.split(",")]
        return tuple(dict.fromkeys(read_one(part) for part in parts if part))

    return read


def origin(given: str) -> str:
    """`https://host[:port]`, exactly as a browser sends it: lower case, no path, no `*`."""
    parts = urlsplit(given)
    if parts.scheme not in ("http", "https") or not parts.hostname or "*" in given:
        raise ValueError("use https://host[:porta], sem caminho e sem *")
    if given != f"{parts.scheme}://{parts.netloc}" or given != given.lower() or "@" in given:
        raise ValueError("use https://host[:porta], sem caminho e sem *")
    return given


def web_address(given: str) -> str:
    """An https URL; http only to this machine, because a token travels with every request."""
    parts = urlsplit(given)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise ValueError("use https://host[:porta]")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise ValueError("use https: com http a rede veria o token")
    if parts.query or parts.fragment or not given.isprintable():
        raise ValueError("use https://host[:porta][/caminho]")
    return given.rstrip("/")


def time_of_day(given: str) -> Minutes:
    """`HH:MM` as minutes after midnight."""
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", given):
        raise ValueError("use HH:MM")
    return Minutes(int(given[:2]) * 60 + int(given[3:]))
