"""The relay's settings, all from the environment.

| name | meaning | default |
|---|---|---|
| PORT | where it listens; 0 takes any free port | 3001 |
| MALHA_RELAY_HOST | address to listen at; another than loopback only with TLS | 127.0.0.1 |
| MALHA_RELAY_HOME | directory of the database and the keys | the platform's data directory |
| DATABASE_URL | `sqlite:///path` or `postgresql://…` | `sqlite` in MALHA_RELAY_HOME |
| MALHA_RELAY_CERT, MALHA_RELAY_TLS_KEY | PEM files: serve TLS | none: plain HTTP |
| CORS_ORIGINS | web pages that may read, separated by commas | none |
| API_SECRET_KEY | `x-api-key` of the administrator, ≥ 32 characters | none: tokens only |
| MALHA_RELAY_RATE, MALHA_RELAY_BURST | requests a second of one tenant, and saved up | 20, 100 |
"""

from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path

import msgspec
import platformdirs

from cloud_relay.tenants import BURST, REQUESTS_PER_SECOND
from crdt_models.errors import MalhaError

DEFAULT_PORT = 3001
LOOPBACK = "127.0.0.1"
SHORTEST_ADMIN_KEY = 32  # characters
_SQLITE = "sqlite:///"


class BadSetting(MalhaError):
    """A setting that cannot be used."""

    code = "bad_setting"
    sentence = "The setting {name} cannot be used: {reason}."
    cure = "Correct it and start again."


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """See the table above. postgres: the URL, None for SQLite · database: the SQLite file."""

    host: str
    port: int
    home: Path
    database: Path
    postgres: str | None
    certificate: Path | None
    tls_key: Path | None
    origins: tuple[str, ...]
    admin_key: str | None
    rate: float
    burst: float


def settings_from(environment: Mapping[str, str]) -> Settings:
    """Raises BadSetting."""
    home = Path(environment.get("MALHA_RELAY_HOME") or platformdirs.user_data_path("malha-relay"))
    url = environment.get("DATABASE_URL", "")
    if url and not url.startswith((_SQLITE, "postgresql://", "postgres://")):
        raise BadSetting(name="DATABASE_URL", reason="neither sqlite:/// nor postgresql://")
    is_sqlite = url.startswith(_SQLITE)
    certificate = environment.get("MALHA_RELAY_CERT")
    tls_key = environment.get("MALHA_RELAY_TLS_KEY")
    if bool(certificate) != bool(tls_key):
        raise BadSetting(name="MALHA_RELAY_CERT", reason="it needs MALHA_RELAY_TLS_KEY too")
    host = environment.get("MALHA_RELAY_HOST") or LOOPBACK
    if not certificate and not _is_loopback(host):
        raise BadSetting(
            name="MALHA_RELAY_HOST",
            reason=f"{host} is reached from outside, where tokens must not travel in clear:"
            " it needs MALHA_RELAY_CERT and MALHA_RELAY_TLS_KEY",
        )
    admin_key = environment.get("API_SECRET_KEY") or None
    if admin_key is not None and len(admin_key) < SHORTEST_ADMIN_KEY:
        raise BadSetting(name="API_SECRET_KEY", reason=f"under {SHORTEST_ADMIN_KEY} characters")
    origins = environment.get("CORS_ORIGINS", "").split(",")
    return Settings(
        host=host,
        port=int(_number(environment, "PORT", DEFAULT_PORT, 65535)),
        home=home,
        database=Path(url.removeprefix(_SQLITE)) if is_sqlite else home / "relay.db",
        postgres=url if url and not is_sqlite else None,
        certificate=Path(certificate) if certificate else None,
        tls_key=Path(tls_key) if tls_key else None,
        origins=tuple(origin.strip() for origin in origins if origin.strip()),
        admin_key=admin_key,
        rate=_number(environment, "MALHA_RELAY_RATE", REQUESTS_PER_SECOND, 1e6),
        burst=_number(environment, "MALHA_RELAY_BURST", BURST, 1e6),
    )


def _is_loopback(host: str) -> bool:
    """Names other than localhost may lead anywhere."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _number(environment: Mapping[str, str], name: str, default: float, most: float) -> float:
    text = environment.get(name, "")
    try:
        value = float(text) if text else default
    except ValueError as error:
        raise BadSetting(name=name, reason="not a number") from error
    if not 0 <= value <= most:
        raise BadSetting(name=name, reason=f"not from 0 to {most:.0f}")
    return value
