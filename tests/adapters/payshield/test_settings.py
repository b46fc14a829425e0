"""The settings: AWS's sample section loads unchanged, unknown fields are refused by name."""

import pytest
from pydantic import ValidationError

from adapters.payshield.adapter import ADAPTER
from adapters.payshield.settings import PayshieldSettings
from keyexchange import config
from keyexchange.errors import ConfigError

AWS_SAMPLE = {
    "host": "127.0.0.1",
    "port": 9150,
    "variant_lmk": True,
    "variant_lmk_identifier": "02",
    "key_block_lmk_identifier": "00",
    "debug": False,
    "tr34": {"transport_key": "", "transport_key_kcv": ""},
    "tr31": {"kek": "", "transport_key": "", "transport_key_kcv": ""},
    "ecdh": {"transport_key": "", "transport_key_kcv": ""},
}


def test_the_aws_sample_loads_unchanged():
    settings = PayshieldSettings.model_validate(AWS_SAMPLE)
    assert settings.lmk == "02"
    assert settings.tr31.kek == ""
    assert settings.header_length == 4


def test_the_lmk_follows_the_kind():
    assert PayshieldSettings.model_validate(AWS_SAMPLE | {"variant_lmk": False}).lmk == "00"
    assert PayshieldSettings(host="hsm").lmk is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"hots": "typo"}, "hots"),
        ({"port": 0}, "port"),
        ({"variant_lmk_identifier": "2"}, "variant_lmk_identifier"),
        ({"tr34": {"kek": 1}}, "kek"),
        ({"tls": {"password": "x"}}, "password"),
        ({"reply_timeout": 0}, "reply_timeout"),
        ({"csr_subject": {"country": "USA"}}, "country"),
    ],
)
def test_a_wrong_field_is_named(change, field):
    with pytest.raises(ValidationError, match=field):
        PayshieldSettings.model_validate(AWS_SAMPLE | change)


def test_a_private_key_is_a_reference_and_never_quoted():
    section = AWS_SAMPLE | {"tls": {"private_key": "-----BEGIN PRIVATE KEY-----"}}
    reviewed = config.parse({"kdh": {"payshield": section}, "krd": {}}, "the file")
    with pytest.raises(ConfigError, match=r"kdh\.payshield\.tls\.private_key") as refused:
        config.settings_of(ADAPTER, reviewed, "kdh")
    assert "BEGIN" not in refused.value.message
