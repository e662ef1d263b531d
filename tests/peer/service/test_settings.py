from pathlib import Path

import pytest

from peer.config import SETTINGS, read_config
from peer.service.settings import BadSetting, Secret, misspelt

TOKEN = "t0ken-canary"


def test_the_defaults_are_those_of_the_front_end_contract():
    config = read_config({})
    assert (config.port, config.link_port, config.link_host) == (3000, 3002, "0.0.0.0")
    assert (config.time_zone, config.day_cutoff, config.discovery) == (
        "America/Sao_Paulo",
        240,
        "mdns",
    )
    assert (config.sync_auto, config.sync_interval_ms) == (True, 5000)
    assert (config.retry_attempts, config.retry_base_delay_ms, config.retry_max_delay_ms) == (
        3,
        500,
        5000,
    )
    assert not config.offline_mode
    assert not config.dials_relay
    assert config.peers == config.origins == ()
    assert config.letters is None


def test_every_variable_is_read(tmp_path):
    config = read_config(
        {
            "MALHA_HOME": str(tmp_path / "home"),
            "MALHA_KEY_FILE": str(tmp_path / "k"),
            "PORT": "0",
            "MALHA_LINK_PORT": "4002",
            "MALHA_LINK_HOST": "127.0.0.1",
            "MALHA_PEERS": "pdv-b:3002, 10.0.0.7:3002,[::1]:3002,pdv-b:3002",
            "MALHA_LETTERS": "ab",
            "MALHA_TIME_ZONE": "America/Manaus",
            "MALHA_DAY_CUTOFF": "05:30",
            "MALHA_DISCOVERY": "OFF",
            "MALHA_ORIGINS": "https://pdv.example.com,http://10.0.0.2:8080",
            "API_NUVEM_URL": "https://nuvem.example.com/",
            "API_NUVEM_TOKEN": TOKEN,
            "MALHA_RELAY_CA": "ca.pem",
            "OFFLINE_MODE": "TRUE",
            "SYNC_AUTO": "false",
            "SYNC_INTERVAL": "2",
            "SYNC_RETRY_ATTEMPTS": "0",
            "SYNC_RETRY_BASE_DELAY_MS": "10",
            "SYNC_RETRY_MAX_DELAY_MS": "20",
        }
    )
    assert config.database == tmp_path / "home" / "malha.db"
    assert config.key_file == tmp_path / "k"
    assert config.peers == (("pdv-b", 3002), ("10.0.0.7", 3002), ("::1", 3002))
    assert (config.letters, config.time_zone, config.day_cutoff) == ("AB", "America/Manaus", 330)
    assert config.relay_url == "https://nuvem.example.com"
    assert config.relay_token == Secret(TOKEN)
    assert config.relay_token.reveal() == TOKEN
    assert config.relay_ca == Path("ca.pem")
    assert config.offline_mode
    assert not config.dials_relay
    assert config.sync_interval_ms == 120_000


def test_milliseconds_beat_minutes():
    both = {"SYNC_INTERVAL": "2", "SYNC_INTERVAL_MS": "700"}
    assert read_config(both).sync_interval_ms == 700
    assert read_config({"SYNC_INTERVAL": "2", "SYNC_INTERVAL_MS": " "}).sync_interval_ms == 120_000


def test_no_secret_is_shown():
    config = read_config({"API_NUVEM_TOKEN": TOKEN, "API_NUVEM_URL": "https://n.example"})
    assert TOKEN not in repr(config)
    assert TOKEN not in f"{config} {config.relay_token}"
    with pytest.raises(BadSetting) as refused:
        read_config({"API_NUVEM_TOKEN": TOKEN + "\x07"})
    assert TOKEN not in str(refused.value)
    assert TOKEN not in repr(refused.value.details)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "x"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("PORT", "3000.0"),
        ("MALHA_LINK_PORT", "٣"),
        ("MALHA_LINK_HOST", "a b"),
        ("MALHA_PEERS", "pdv-b"),
        ("MALHA_PEERS", "pdv-b:0"),
        ("MALHA_PEERS", "pdv-b:99999"),
        ("MALHA_PEERS", "::1:3002"),
        ("MALHA_PEERS", "http://pdv-b:3002"),
        ("MALHA_LETTERS", "A1"),
        ("MALHA_LETTERS", "ABCD"),
        ("MALHA_TIME_ZONE", "Mars/Base"),
        ("MALHA_TIME_ZONE", "../../etc/passwd"),
        ("MALHA_DAY_CUTOFF", "24:00"),
        ("MALHA_DAY_CUTOFF", "4"),
        ("MALHA_DISCOVERY", "dns"),
        ("MALHA_ORIGINS", "*"),
        ("MALHA_ORIGINS", "https://*.example.com"),
        ("MALHA_ORIGINS", "null"),
        ("MALHA_ORIGINS", "https://x.example/"),
        ("MALHA_ORIGINS", "https://X.example"),
        ("API_NUVEM_URL", "ftp://x"),
        ("API_NUVEM_URL", "http://nuvem.example.com"),
        ("API_NUVEM_URL", "https://user:pass@nuvem.example.com"),
        ("OFFLINE_MODE", "talvez"),
        ("SYNC_INTERVAL", "0"),
        ("SYNC_INTERVAL_MS", "1"),
        ("SYNC_RETRY_ATTEMPTS", "many"),
    ],
)
def test_a_value_that_cannot_be_used_names_its_variable(name, value):
    with pytest.raises(BadSetting) as refused:
        read_config({name: value})
    assert refused.value.details["name"] == name
    assert name in str(refused.value)


def test_the_key_may_not_lie_in_the_home(tmp_path):
    home = tmp_path / "home"
    with pytest.raises(BadSetting, match="MALHA_KEY_FILE"):
        read_config({"MALHA_HOME": str(home), "MALHA_KEY_FILE": str(home / "deep" / "key")})
    assert not read_config({"MALHA_HOME": str(home)}).key_file.is_relative_to(home)


def test_plain_http_reaches_only_this_machine():
    local = {"API_NUVEM_URL": "http://127.0.0.1:3001", "API_NUVEM_TOKEN": TOKEN}
    assert read_config(local).dials_relay


def test_a_relay_without_a_token_is_refused_unless_offline():
    with pytest.raises(BadSetting, match="API_NUVEM_TOKEN"):
        read_config({"API_NUVEM_URL": "https://n.example"})
    assert not read_config(
        {"API_NUVEM_URL": "https://n.example", "OFFLINE_MODE": "true"}
    ).dials_relay


def test_a_misspelt_variable_is_noticed():
    given = {"MALHA_LETERS": "A", "MALHA_HOME": "/x", "PATH": "/bin"}
    assert misspelt(given, SETTINGS, "MALHA_") == ["MALHA_LETERS"]


def test_every_setting_is_documented_and_reads_its_own_default():
    names = [setting.name for setting in SETTINGS]
    assert len(names) == len(set(names))
    for setting in SETTINGS:
        assert setting.help.endswith(".")
        assert setting.default_text is not None
        if setting.shown is None and setting.default_text:
            assert setting.read({setting.name: setting.default_text}) == setting.default
