"""What may be logged."""

from __future__ import annotations

from keyexchange.hsm.apc.model import CONTROL_PLANE, load
from keyexchange.hsm.apc.redaction import redact

SERVICE = load(CONTROL_PLANE)


def test_key_material_is_only_a_length() -> None:
    request = {
        "KeyMaterial": {
            "Tr34KeyBlock": {
                "CertificateAuthorityPublicKeyIdentifier": "alias/ca",
                "SigningKeyCertificate": "C" * 100,
                "ImportToken": "import-token-0123456789abcdef",
                "WrappedKeyBlock": "30" * 600,
                "RandomNonce": "0102030405060708",
            }
        },
        "Tags": [{"Key": "run", "Value": "1"}],
    }
    assert redact(SERVICE.operations["ImportKey"].input, request) == {
        "KeyMaterial": {
            "Tr34KeyBlock": {
                "CertificateAuthorityPublicKeyIdentifier": "alias/ca",
                "SigningKeyCertificate": "<100 characters>",
                "ImportToken": "<29 characters>",
                "WrappedKeyBlock": "<1200 characters>",
                "RandomNonce": "<16 characters>",
            }
        },
        "Tags": [{"Key": "run", "Value": "1"}],
    }


def test_an_exported_key_is_only_a_length() -> None:
    answer = {"WrappingKeyArn": "arn", "KeyMaterial": "D0112" + "A" * 107}
    assert redact(SERVICE.shape("WrappedKey"), answer) == {"WrappingKeyArn": "arn", "KeyMaterial": "<112 characters>"}


def test_maps_and_unknown_members_are_not_shown() -> None:
    headers = {"OptionalBlocks": {"KS": "00112233"}, "KeyVersion": "01", "Other": "secret"}
    assert redact(SERVICE.shape("KeyBlockHeaders"), headers) == {
        "OptionalBlocks": {"<key>": "<1 entries>"},
        "KeyVersion": "01",
    }


def test_values_of_another_shape_are_not_shown() -> None:
    assert redact(SERVICE.shape("Tags"), {"a": "b"}) == "<not of this shape>"
    assert redact(SERVICE.shape("KeyMaterial"), ["a"]) == "<redacted>"
