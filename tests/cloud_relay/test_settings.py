"""The relay's settings: what is refused, and that the refusal says why."""

import pytest
from click.testing import CliRunner

from cloud_relay.cli import main
from cloud_relay.settings import BadSetting, settings_from

TLS = {"MALHA_RELAY_CERT": "cert.pem", "MALHA_RELAY_TLS_KEY": "key.pem"}


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.9", "relay.example"])
def test_tokens_never_travel_in_clear(host: str) -> None:
    with pytest.raises(BadSetting, match="MALHA_RELAY_CERT"):
        settings_from({"MALHA_RELAY_HOST": host})
    assert settings_from({"MALHA_RELAY_HOST": host} | TLS).host == host


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.0.1", "::1", "localhost"])
def test_loopback_needs_no_certificate(host: str) -> None:
    assert settings_from({"MALHA_RELAY_HOST": host}).host == host
    assert settings_from({}).host == "127.0.0.1"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"PORT": "abc"}, "not a number"),
        ({"PORT": "70000"}, "not from 0 to 65535"),
        ({"DATABASE_URL": "mysql://x"}, "neither"),
        ({"MALHA_RELAY_CERT": "cert.pem"}, "MALHA_RELAY_TLS_KEY"),
        ({"API_SECRET_KEY": "short"}, "under 32 characters"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(given: dict[str, str], why: str) -> None:
    with pytest.raises(BadSetting, match=why) as refused:
        settings_from(given)
    assert refused.value.cure


@pytest.mark.parametrize(
    "command",
    [
        ["run"],
        ["site", "list"],
        ["site", "add", "--company", "c", "--site", "0" * 32],
        ["token", "create", "--site", "0" * 32, "--node", "a"],
        ["token", "revoke", "--site", "0" * 32, "--node", "a"],
    ],
)
def test_every_command_tells_it_as_a_sentence(command: list[str]) -> None:
    told = CliRunner(env={"MALHA_RELAY_HOST": "0.0.0.0"}).invoke(main, command)
    assert told.exit_code == 1
    assert "MALHA_RELAY_HOST cannot be used" in told.output
