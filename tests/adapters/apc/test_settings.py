from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from adapters.apc.adapter import ADAPTER
from adapters.apc.settings import ApcSettings


@pytest.mark.parametrize(
    "section",
    [
        {"region": "us-east-2", "tr31": {"kek": ""}},
        {"region": "us-west-2", "ecdh": {"transport_key": "", "transport_key_kcv": ""}},
    ],
    ids=["krd.apc", "kdh.apc"],
)
def test_the_sections_of_awss_sample_load_unchanged(section: dict[str, Any]) -> None:
    settings = ADAPTER.Settings.model_validate(section)
    assert settings.tr31.kek == settings.tr34.transport_key == settings.profile == settings.endpoint_url == ""
    assert settings.wrapping_key_algorithm == "RSA_2048"
    assert settings.requests_per_second is not None
    assert settings.requests_per_second < 5


@pytest.mark.parametrize("region", ["us-gov-west-1", "ap-southeast-2", "eu-central-1"])
def test_regions_of_every_partition_load(region: str) -> None:
    assert ApcSettings(region=region).region == region


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("region", "Frankfurt"),
        ("region", ""),
        ("endpoint_url", "localhost:8080"),
        ("requests_per_second", -1),
        ("read_timeout", 0),
        ("wrapping_key_algorithm", "RSA_1024"),
        ("tr31", {"keks": ""}),
        ("host", "127.0.0.1"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_its_field(field: str, value: object) -> None:
    with pytest.raises(ValidationError) as caught:
        ApcSettings.model_validate({"region": "us-east-2", field: value})
    assert caught.value.errors()[0]["loc"][0] == field


def test_opening_sends_nothing_and_needs_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    side = ADAPTER.open(ApcSettings(region="us-east-2", profile="nobody"), trace=None)
    assert (side.name, side.refusal("import_tr31")) == ("apc", None)
    side.close()
