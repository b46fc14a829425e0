"""The settings: defaults, and unknown or wrong fields refused by name."""

import pytest
from pydantic import ValidationError

from adapters.atalla.adapter import ADAPTER
from adapters.atalla.settings import AtallaSettings
from keyexchange import config
from keyexchange.errors import ConfigError


def test_a_host_is_enough():
    settings = AtallaSettings(host="hsm")
    assert (settings.port, settings.tr31.kek, settings.context_tags) == (7000, "", False)
    assert not settings.simulator_conventions


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"hots": "typo"}, "hots"),
        ({"port": 0}, "port"),
        ({"tr34": {"kek": "1kDNE000"}}, "kek"),
        ({"tr31": {"transport_key": "1PUNE000"}}, "transport_key"),
        ({"tls": {"password": "x"}}, "password"),
        ({"reply_timeout": 0}, "reply_timeout"),
        ({"csr_subject": {"country": "USA"}}, "country"),
    ],
)
def test_a_wrong_field_is_named(change, field):
    with pytest.raises(ValidationError, match=field):
        AtallaSettings.model_validate({"host": "hsm"} | change)


def test_a_private_key_is_a_reference_and_never_quoted():
    section = {"host": "hsm", "tls": {"private_key": "-----BEGIN PRIVATE KEY-----"}}
    reviewed = config.parse({"kdh": {"atalla": section}, "krd": {}}, "the file")
    with pytest.raises(ConfigError, match=r"kdh\.atalla\.tls\.private_key") as refused:
        config.settings_of(ADAPTER, reviewed, "kdh")
    assert "BEGIN" not in refused.value.message
