"""What may be logged, and what the audit trail shows."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyexchange.hsm.apc.model import CONTROL_PLANE, DATA_PLANE, load
from keyexchange.hsm.apc.redaction import HIDDEN, for_audit, redact
from tests.keyexchange.hsm.apc.marked import CERTIFICATE, SECRET, values_of

SERVICE = load(CONTROL_PLANE)
OPERATIONS = [operation for name in (CONTROL_PLANE, DATA_PLANE) for operation in load(name).operations.values()]
TR34 = {
    "CertificateAuthorityPublicKeyIdentifier": "alias/ca",
    "SigningKeyCertificate": "C" * 100,
    "ImportToken": "import-token-0123456789abcdef",
    "WrappedKeyBlock": "30" * 600,
    "RandomNonce": "0102030405060708",
}


def test_key_material_is_only_a_length() -> None:
    request = {"KeyMaterial": {"Tr34KeyBlock": TR34}, "Tags": [{"Key": "run", "Value": "1"}]}
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


def test_the_audit_trail_shows_a_request_as_cloudtrail_does() -> None:
    request = {"KeyMaterial": {"Tr34KeyBlock": TR34}, "Tags": [{"Key": "run", "Value": "1"}], "Enabled": None}
    assert for_audit(SERVICE.operations["ImportKey"].input)(request) == {
        "keyMaterial": {
            "tr34KeyBlock": {
                "certificateAuthorityPublicKeyIdentifier": "alias/ca",
                "signingKeyCertificate": "sha256:d7f16b579c04dfbf05a9688190279d2f3ba008417884c9f4568a626a56c2a2e7",
                "importToken": "import-token-0123456789abcdef",
                "wrappedKeyBlock": HIDDEN,
                "randomNonce": "0102030405060708",
            }
        },
        "tags": [{"key": "run", "value": "1"}],
    }


def test_the_audit_trail_shows_times_as_the_guides_example_does() -> None:
    show = for_audit(SERVICE.shape("Key"))
    assert show({"CreateTimestamp": datetime(2024, 5, 27, 19, 49, 54, tzinfo=UTC)}) == {
        "createTimestamp": "May 27, 2024, 7:49:54 PM"
    }
    midnight = {"CreateTimestamp": datetime(2024, 5, 7, 0, 5, 4, tzinfo=UTC)}
    assert show(midnight) == {"createTimestamp": "May 7, 2024, 12:05:04 AM"}


@pytest.mark.parametrize("value", [["a"], "a", 5, {"Tags": "a"}, {"Tags": [["a"]]}, {"Enabled": b"a"}])
def test_the_audit_trail_hides_what_is_not_of_the_shape(value: Any) -> None:
    shown = for_audit(SERVICE.operations["ImportKey"].input)(value)
    assert HIDDEN in json.dumps(shown)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_no_sensitive_value_of_any_operation_is_shown(operation: Any, data: st.DataObject) -> None:
    for shape in filter(None, (operation.input, operation.output)):
        value = data.draw(values_of(shape))
        text = json.dumps([for_audit(shape)(value), redact(shape, value)])
        assert SECRET not in text
        assert CERTIFICATE not in text
