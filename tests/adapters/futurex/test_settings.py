"""The settings: AWS's sample section loads unchanged, unknown fields are refused by name."""

import pytest
from pydantic import ValidationError

from adapters.futurex.adapter import ADAPTER
from adapters.futurex.settings import FuturexSettings
from keyexchange import config
from keyexchange.errors import ConfigError

AWS_SAMPLE = {
    "host": "127.0.0.1",
    "port": 9000,
    "tr34": {"transport_key": "", "transport_key_kcv": ""},
    "tr31": {"kek": "", "transport_key": "", "transport_key_kcv": ""},
    "ecdh": {"transport_key": "", "transport_key_kcv": ""},
}


def test_the_aws_sample_loads_unchanged():
    settings = FuturexSettings.model_validate(AWS_SAMPLE)
    assert (settings.port, settings.tr31.kek) == (9000, "")
    assert FuturexSettings(host="hsm").port == 9000
    assert not settings.simulator_conventions


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"hots": "typo"}, "hots"),
        ({"port": 0}, "port"),
        ({"variant_lmk": True}, "variant_lmk"),
        ({"tr34": {"kek": 1}}, "kek"),
        ({"tls": {"password": "x"}}, "password"),
        ({"reply_timeout": 0}, "reply_timeout"),
        ({"receiving_key_bits": 1024}, "receiving_key_bits"),
    ],
)
def test_a_wrong_field_is_named(change, field):
    with pytest.raises(ValidationError, match=field):
        FuturexSettings.model_validate(AWS_SAMPLE | change)


def test_a_private_key_is_a_reference_and_never_quoted():
    section = AWS_SAMPLE | {"tls": {"private_key": "-----BEGIN PRIVATE KEY-----"}}
    reviewed = config.parse({"kdh": {"futurex": section}, "krd": {}}, "the file")
    with pytest.raises(ConfigError, match=r"kdh\.futurex\.tls\.private_key") as refused:
        config.settings_of(ADAPTER, reviewed, "kdh")
    assert "BEGIN" not in refused.value.message


def test_tls_files_are_resolved():
    tls = FuturexSettings(host="hsm", tls={"ca_file": "ca.pem", "private_key": "file:client.key"}).tls.resolved()
    assert (str(tls.ca_file), str(tls.private_key_file), tls.server_name) == ("ca.pem", "client.key", None)
