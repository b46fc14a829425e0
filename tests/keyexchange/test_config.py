"""The reviewed file: what it may hold, and how it is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from keyexchange import config, registry
from keyexchange.errors import ConfigError
from keyexchange.references import resolve

KEY = {"name": "cvk", "usage": "C0", "algorithm": "TDES_2KEY", "mode_of_use": "C"}


def aws_sample() -> dict[str, Any]:
    """The shape of AWS's public sample input_config.json, with the values it has there."""
    key = {"transport_key": "", "transport_key_kcv": ""}
    return {
        "kdh": {
            "futurex": {
                "host": "127.0.0.1",
                "port": 9000,
                "tr34": dict(key),
                "tr31": {"kek": "", **key},
                "ecdh": dict(key),
            },
            "apc": {"region": "us-west-2", "ecdh": dict(key)},
            "payshield": {
                "host": "127.0.0.1",
                "port": 9150,
                "variant_lmk": True,
                "variant_lmk_identifier": "02",
                "key_block_lmk_identifier": "00",
                "debug": False,
                "tr34": dict(key),
                "tr31": {"kek": "", **key},
                "ecdh": dict(key),
            },
        },
        "krd": {"apc": {"region": "us-east-2", "tr31": {"kek": ""}}},
    }


def write(tmp_path: Path, document: object) -> Path:
    path = tmp_path / "keyexchange.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


def test_awss_sample_loads_unchanged_and_its_sections_suit_the_adapters(tmp_path: Path) -> None:
    loaded = config.load(write(tmp_path, aws_sample()))
    for role, name in (("kdh", "payshield"), ("krd", "apc"), ("kdh", "apc")):
        settings = config.settings_of(registry.load(registry.ADAPTERS, name), loaded, role)
        assert settings.model_fields_set


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"keys": [{**KEY, "usage": "ZZ"}]}, "keys[0].usage: "),
        ({"keys": [KEY, {**KEY, "name": "b", "algorithm": "RSA_2048"}]}, "keys[1].algorithm: must be one of TDES_2KEY"),
        ({"keys": [KEY, KEY]}, "the name 'cvk' stands twice"),
        ({"keys": [{**KEY, "name": "kek"}]}, "the name 'kek' stands twice"),
        ({"keys": [{**KEY, "alias": "a"}, {**KEY, "name": "b", "alias": "a"}]}, "keys[0].alias: "),
        (
            {"keys": [{**KEY, "alias": "alias/a"}, {**KEY, "name": "b", "alias": "alias/a"}]},
            "the alias 'alias/a' stands twice",
        ),
        ({"keys": [{**KEY, "kcv": "12345G"}]}, "keys[0].kcv: "),
        ({"keys": [{**KEY, "clear_key": "00"}]}, "keys[0].clear_key: unknown field"),
        ({"keyz": []}, "keyz: unknown field"),
        ({"overrides": [{"rule": "kek-strength", "reason": "why"}]}, "overrides[0].reason: "),
        ({"overrides": [{"rule": "everything", "reason": "because we can"}]}, "overrides[0].rule: "),
        ({"kdh": []}, "kdh: "),
    ],
)
def test_a_wrong_field_is_named_by_its_path(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config.load(write(tmp_path, {**aws_sample(), **change}))
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"kdh": {},}', "is not JSON"),
        ('{"kdh": {}, "kdh": {}}', "'kdh' stands twice"),
        ("[]", "the file: "),
    ],
)
def test_a_broken_file_is_said_clearly(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config.load(write(tmp_path, text))
    assert words in caught.value.message


def test_a_missing_file_and_a_binary_one_are_said_clearly(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read"):
        config.load(tmp_path / "none.json")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="not UTF-8"):
        config.load(tmp_path / "binary")


def test_a_wrong_field_of_a_side_is_named_by_its_path(tmp_path: Path) -> None:
    document = aws_sample()
    document["kdh"]["payshield"]["prot"] = 1
    loaded = config.load(write(tmp_path, document))
    with pytest.raises(ConfigError, match=r"kdh\.payshield\.prot"):
        config.settings_of(registry.load(registry.ADAPTERS, "payshield"), loaded, "kdh")
    with pytest.raises(ConfigError, match=r"krd\.payshield is missing \(the file has: apc\)"):
        config.settings_of(registry.load(registry.ADAPTERS, "payshield"), loaded, "krd")


def test_the_default_file_is_ours_then_awss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match="no configuration"):
        config.find(None)
    Path("input_config.json").write_text("{}")
    assert config.find(None) == Path("input_config.json")
    Path("keyexchange.json").write_text("{}")
    assert config.find(None) == Path("keyexchange.json")
    assert config.find(Path("other.json")) == Path("other.json")


def test_the_schema_has_every_adapter_and_authority() -> None:
    document = config.schema()
    assert set(document["properties"]["kdh"]["properties"]) >= {"payshield", "apc"}
    for reference in _references(document):
        name = reference.removeprefix("#/$defs/")
        assert name in document["$defs"]
    assert {a["$ref"] for a in document["properties"]["certificate_authority"]["anyOf"]}


def _references(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [r for member in value.values() for r in _references(member)]
    if isinstance(value, list):
        return [r for member in value for r in _references(member)]
    return []


def test_a_secret_is_only_ever_a_reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_bytes(b"from a file")
    monkeypatch.setenv("A_SECRET", "from the environment")
    assert resolve(f"file:{tmp_path / 'secret'}").reveal() == b"from a file"
    assert resolve("env:A_SECRET").reveal() == b"from the environment"
    for reference, words in [
        ("hunter2", "given as a reference"),
        ("env:", "given as a reference"),
        ("env:NOT_SET", "is not set"),
        (f"file:{tmp_path / 'none'}", "cannot read"),
    ]:
        with pytest.raises(ConfigError, match=words) as caught:
            resolve(reference)
        assert "hunter2" not in caught.value.message


def test_an_unknown_adapter_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(ConfigError, match="nothing is named 'safenet'") as caught:
        registry.load(registry.ADAPTERS, "safenet")
    assert "payshield" in caught.value.hint
