"""What a terminal is told from outside, as one frozen value.

Rules of this file:
1. Every variable stands once, in `SETTINGS`, with its default and what it does. The names are those
   that shops already use (PORT, API_NUVEM_URL, SYNC_INTERVAL …); ours begin with MALHA_. What it
   does is told in Portuguese (`malha settings`).
2. Secrets are `Secret`: a Config may be logged as it is.
3. A variable is added when something reads it, not before.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
import platformdirs

from crdt_models.barcodes import ScaleLayout
from peer.service.settings import (
    MAX_PORT,
    BadSetting,
    Minutes,
    Secret,
    Setting,
    choice,
    flag,
    host,
    host_port,
    origin,
    path,
    secret,
    several,
    time_of_day,
    web_address,
    whole,
)

ADMIN_TOKEN = "admin-token"  # file in MALHA_HOME: the API key of this boot, for `malha status`
API_ADDRESS = "api-address"  # file in MALHA_HOME: where the API of this boot listens
MS_PER_MINUTE = 60_000
MAX_LETTERS = 3
_DAY_MS = 24 * 60 * MS_PER_MINUTE

_HOME = platformdirs.user_data_path("malha", appauthor=False)


def _letters(given: str) -> str:
    if not re.fullmatch(rf"[A-Za-z]{{1,{MAX_LETTERS}}}", given):
        raise ValueError(f"use de 1 a {MAX_LETTERS} letras de A a Z")
    return given.upper()


def _time_zone(given: str) -> str:
    try:
        return ZoneInfo(given).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("use um nome como America/Sao_Paulo") from error


def _scale_label(given: str) -> ScaleLayout:
    found = re.fullmatch(r"([456])(\+dv)?", given.strip().lower())
    if found is None or found[0] == "4+dv":
        raise ValueError("use 4, 5, 6, 5+dv ou 6+dv")
    return ScaleLayout(code_digits=int(found[1]), inner_check=found[2] is not None)


HOME = Setting(
    name="MALHA_HOME",
    default=_HOME,
    read_text=path,
    help="Pasta do banco de dados, da identidade do terminal e dos registros (logs).",
    shown="a pasta de dados do sistema",
)
KEY_FILE: Setting[Path | None] = Setting(
    name="MALHA_KEY_FILE",
    default=None,
    read_text=path,
    help="Arquivo da chave que cifra o banco de dados. Fica fora de MALHA_HOME.",
    shown="MALHA_HOME com .key no fim do nome",
)
PORT = Setting(
    name="PORT",
    default=3000,
    read_text=whole(0, MAX_PORT),
    help="Porta da API local, só em 127.0.0.1. 0: uma livre.",
)
LINK_PORT = Setting(
    name="MALHA_LINK_PORT",
    default=3002,
    read_text=whole(0, MAX_PORT),
    help="Porta em que os outros terminais se ligam. 0: uma livre.",
)
LINK_HOST = Setting(
    name="MALHA_LINK_HOST",
    default="0.0.0.0",
    read_text=host,
    help="Endereço em que os outros terminais se ligam; 127.0.0.1: só este computador.",
)
PEERS: Setting[tuple[tuple[str, int], ...]] = Setting(
    name="MALHA_PEERS",
    default=(),
    read_text=several(host_port),
    help="Endereços de outros terminais, host:porta com vírgulas, além dos descobertos.",
)
LETTERS: Setting[str | None] = Setting(
    name="MALHA_LETTERS",
    default=None,
    read_text=_letters,
    help="As letras do terminal nos números dos pedidos (A-017).",
    shown="as do certificado do terminal",
)
TIME_ZONE = Setting(
    name="MALHA_TIME_ZONE",
    default="America/Sao_Paulo",
    read_text=_time_zone,
    help="Fuso horário do dia de operação.",
)
DAY_CUTOFF: Setting[Minutes] = Setting(
    name="MALHA_DAY_CUTOFF",
    default=Minutes(4 * 60),
    read_text=time_of_day,
    help="Hora em que o dia de operação termina, HH:MM.",
    shown="04:00",
)
DISCOVERY = Setting(
    name="MALHA_DISCOVERY",
    default="mdns",
    read_text=choice("mdns", "off"),
    help="Como achar outros terminais além de MALHA_PEERS: mdns ou off.",
)
ORIGINS: Setting[tuple[str, ...]] = Setting(
    name="MALHA_ORIGINS",
    default=(),
    read_text=several(origin),
    help="Origens web que podem chamar a API local, com vírgulas.",
)
SCALE_LABEL: Setting[ScaleLayout] = Setting(
    name="MALHA_SCALE_LABEL",
    default=ScaleLayout(),
    read_text=_scale_label,
    help="Etiquetas de balança (EAN-13 com início 2): dígitos do código do produto, de 4 a 6; 5+dv"
    " ou 6+dv quando há um dígito verificador antes do valor. Igual em todos os terminais.",
    shown="6",
)
RELAY_URL: Setting[str | None] = Setting(
    name="API_NUVEM_URL",
    default=None,
    read_text=web_address,
    help="Endereço da nuvem (relay). Sem ele nada sai da loja.",
)
RELAY_TOKEN: Setting[Secret | None] = Setting(
    name="API_NUVEM_TOKEN",
    default=None,
    read_text=secret,
    help="Token deste terminal na nuvem.",
    secret=True,
)
RELAY_CA: Setting[Path | None] = Setting(
    name="MALHA_RELAY_CA",
    default=None,
    read_text=path,
    help="Certificado (PEM) que confere o da nuvem, em vez dos do sistema.",
)
OFFLINE_MODE = Setting(
    name="OFFLINE_MODE",
    default=False,
    read_text=flag,
    help="true: nunca se ligar à nuvem.",
)
SYNC_AUTO = Setting(
    name="SYNC_AUTO",
    default=True,
    read_text=flag,
    help="false: enviar à nuvem só a pedido (POST /api/sync/iniciar).",
)
SYNC_INTERVAL = Setting(
    name="SYNC_INTERVAL",
    default=0,
    read_text=whole(1, 24 * 60),
    help="Minutos entre comparações com a nuvem.",
    shown="não definida",
)
SYNC_INTERVAL_MS = Setting(
    name="SYNC_INTERVAL_MS",
    default=5000,
    read_text=whole(100, _DAY_MS),
    help="O mesmo em milissegundos; vale mais que SYNC_INTERVAL.",
)
RETRY_ATTEMPTS = Setting(
    name="SYNC_RETRY_ATTEMPTS",
    default=3,
    read_text=whole(0, 100),
    help="Tentativas de um envio à nuvem antes de esperar o próximo intervalo.",
)
RETRY_BASE_DELAY_MS = Setting(
    name="SYNC_RETRY_BASE_DELAY_MS",
    default=500,
    read_text=whole(1, _DAY_MS),
    help="Milissegundos antes da primeira nova tentativa; dobram a cada uma.",
)
RETRY_MAX_DELAY_MS = Setting(
    name="SYNC_RETRY_MAX_DELAY_MS",
    default=5000,
    read_text=whole(1, _DAY_MS),
    help="Milissegundos que uma nova tentativa espera, no máximo.",
)

SETTINGS: tuple[Setting[Any], ...] = (
    HOME,
    KEY_FILE,
    PORT,
    LINK_PORT,
    LINK_HOST,
    PEERS,
    LETTERS,
    TIME_ZONE,
    DAY_CUTOFF,
    DISCOVERY,
    ORIGINS,
    SCALE_LABEL,
    RELAY_URL,
    RELAY_TOKEN,
    RELAY_CA,
    OFFLINE_MODE,
    SYNC_AUTO,
    SYNC_INTERVAL,
    SYNC_INTERVAL_MS,
    RETRY_ATTEMPTS,
    RETRY_BASE_DELAY_MS,
    RETRY_MAX_DELAY_MS,
)


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """A terminal's settings. Times are milliseconds; `day_cutoff` is minutes after midnight."""

    home: Path
    key_file: Path
    port: int
    link_port: int
    link_host: str
    peers: tuple[tuple[str, int], ...]
    letters: str | None
    time_zone: str
    day_cutoff: Minutes
    discovery: str
    origins: tuple[str, ...]
    scale_label: ScaleLayout
    relay_url: str | None
    relay_token: Secret | None
    relay_ca: Path | None
    offline_mode: bool
    sync_auto: bool
    sync_interval_ms: int
    retry_attempts: int
    retry_base_delay_ms: int
    retry_max_delay_ms: int

    @property
    def database(self) -> Path:
        return self.home / "malha.db"

    @property
    def identity(self) -> Path:
        return self.home / "identity"

    @property
    def log(self) -> Path:
        return self.home / "log" / "malha.log"

    @property
    def dials_relay(self) -> bool:
        """Whether anything may be sent to the relay at all."""
        return self.relay_url is not None and not self.offline_mode


def read_config(environment: Mapping[str, str]) -> Config:
    """The settings of this environment. Raises BadSetting, which names the variable."""
    home = _home(environment)
    return Config(
        home=home,
        key_file=_key_file(environment, home),
        port=PORT.read(environment),
        link_port=LINK_PORT.read(environment),
        link_host=LINK_HOST.read(environment),
        peers=PEERS.read(environment),
        letters=LETTERS.read(environment),
        time_zone=TIME_ZONE.read(environment),
        day_cutoff=DAY_CUTOFF.read(environment),
        discovery=DISCOVERY.read(environment),
        origins=ORIGINS.read(environment),
        scale_label=SCALE_LABEL.read(environment),
        relay_url=RELAY_URL.read(environment),
        relay_token=_relay_token(environment),
        relay_ca=RELAY_CA.read(environment),
        offline_mode=OFFLINE_MODE.read(environment),
        sync_auto=SYNC_AUTO.read(environment),
        sync_interval_ms=_interval_ms(environment),
        retry_attempts=RETRY_ATTEMPTS.read(environment),
        retry_base_delay_ms=RETRY_BASE_DELAY_MS.read(environment),
        retry_max_delay_ms=RETRY_MAX_DELAY_MS.read(environment),
    )


def _relay_token(environment: Mapping[str, str]) -> Secret | None:
    """A relay without a token would silently get nothing."""
    token = RELAY_TOKEN.read(environment)
    if token is None and RELAY_URL.read(environment) and not OFFLINE_MODE.read(environment):
        reason = f"sem {RELAY_TOKEN.name} nada pode ser enviado para lá"
        raise BadSetting(name=RELAY_URL.name, given="", reason=reason)
    return token


def _home(environment: Mapping[str, str]) -> Path:
    """Absolute, without `..`: its neighbour, the key file, must not turn out to be its content."""
    home = Path(os.path.abspath(HOME.read(environment)))
    if not home.name:
        raise BadSetting(name=HOME.name, reason=f"{home} é a raiz do disco")
    return home


def _key_file(environment: Mapping[str, str], home: Path) -> Path:
    """Beside the home, never inside: a copy of the home must not carry its own key."""
    given = KEY_FILE.read(environment)
    if given is None:
        return home.with_name(home.name + ".key")
    file = Path(os.path.abspath(given))
    if file.is_relative_to(home) or file.resolve().is_relative_to(home.resolve()):
        raise BadSetting(name=KEY_FILE.name, reason=f"{given} fica dentro de MALHA_HOME")
    return file


def _interval_ms(environment: Mapping[str, str]) -> int:
    """SYNC_INTERVAL_MS, else SYNC_INTERVAL in minutes, else the default."""
    minutes = SYNC_INTERVAL.read(environment)
    if SYNC_INTERVAL_MS.is_set(environment) or not minutes:
        return SYNC_INTERVAL_MS.read(environment)
    return minutes * MS_PER_MINUTE
