"""What a run must find out by itself, because no receiver can: another key than the file says, another root."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from keyexchange import pki
from keyexchange.crypto import rsa
from keyexchange.errors import RuleError, TrustError
from tests.matrix.field import Field, keys


def made(field: Field, usage: str, modes: dict[str, bool]) -> str:
    """The ARN of a new TDES key at the sender."""
    attributes = {
        "KeyUsage": usage, "KeyClass": "SYMMETRIC_KEY", "KeyAlgorithm": "TDES_2KEY", "KeyModesOfUse": modes
    }  # fmt: skip
    arn: str = field.control("kdh").create_key(KeyAttributes=attributes, Exportable=True)["Key"]["KeyArn"]
    return arn


@pytest.mark.parametrize("protocol", ["rsa", "ecdh"])
@pytest.mark.parametrize(
    ("entry", "modes"),
    [
        (("D0", "TDES_2KEY", "B"), {"Encrypt": True, "Decrypt": True, "Wrap": True, "Unwrap": True}),
        (("P0", "TDES_2KEY", "B"), {"Encrypt": True, "Wrap": True}),
        (("P0", "TDES_3KEY", "E"), {"Encrypt": True, "Wrap": True}),
    ],
    ids=["usage", "mode", "algorithm"],
)
def test_a_key_that_is_not_what_the_file_says_stays(
    field: Field, protocol: str, entry: tuple[str, str, str], modes: dict[str, bool]
) -> None:
    arn = made(field, "TR31_P0_PIN_ENCRYPTION_KEY", modes)
    with pytest.raises(RuleError, match="in the reviewed file") as caught:
        field.run("apc", "apc", protocol, keys=[keys(entry)[0] | {"key": arn}])
    assert caught.value.rule == "attributes-kept"
    assert field.control("krd").list_keys()["Keys"] == []


@pytest.fixture
def stranger(tmp_path: Path) -> str:
    """The certificate of a root that has certified nobody here."""
    root = pki.issue_root("a stranger", rsa.generate(2048), days=2, now=datetime.now(UTC))
    path = tmp_path / "stranger.pem"
    path.write_bytes(root.public_bytes(Encoding.PEM))
    return str(path)


@pytest.mark.parametrize(
    ("protocol", "role"), [("tr34", "kdh"), ("tr34", "krd"), ("rsa", "krd"), ("ecdh", "kdh"), ("ecdh", "krd")]
)
def test_a_pinned_root_counts_whatever_the_service_certifies(
    field: Field, stranger: str, protocol: str, role: str
) -> None:
    section: dict[str, Any] = {f"{role}_section": {"ca_certificate": stranger}}
    with pytest.raises(TrustError, match="ca_certificate"):
        field.run("apc", "apc", protocol, keys=keys(("P0", "TDES_2KEY", "B")), **section)
