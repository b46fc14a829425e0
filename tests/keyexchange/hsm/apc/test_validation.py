"""Requests are held against the model, with AWS's texts."""

from __future__ import annotations

from typing import Any

import pytest

from keyexchange.hsm.apc.errors import ApiError
from keyexchange.hsm.apc.model import CONTROL_PLANE, load
from keyexchange.hsm.apc.validation import validator

ARN = "arn:aws:payment-cryptography:us-east-1:111122223333:key/abcdefghijklmnop"
KEY = {
    "KeyUsage": "TR31_P0_PIN_ENCRYPTION_KEY",
    "KeyClass": "SYMMETRIC_KEY",
    "KeyAlgorithm": "TDES_2KEY",
    "KeyModesOfUse": {"Encrypt": True},
}


def validate(operation: str, values: Any) -> None:
    validator(load(CONTROL_PLANE).operations[operation].input)(values)


def refusal(operation: str, values: Any) -> ApiError:
    with pytest.raises(ApiError) as caught:
        validate(operation, values)
    return caught.value


@pytest.mark.parametrize(
    ("operation", "values"),
    [
        ("CreateKey", {"KeyAttributes": KEY, "Exportable": True}),
        ("CreateKey", {"KeyAttributes": KEY, "Exportable": True, "Enabled": None, "Unknown": 1}),
        ("GetKey", {"KeyIdentifier": ARN}),
        ("GetKey", {"KeyIdentifier": "alias/a"}),
        ("GetKey", {"KeyIdentifier": ARN.replace("key/abcdefghijklmnop", "alias/a/b_c-1")}),
        ("DeleteKey", {"KeyIdentifier": ARN, "DeleteKeyInDays": 180}),
        (
            "ExportKey",
            {
                "ExportKeyIdentifier": ARN,
                "KeyMaterial": {
                    "Tr31KeyBlock": {"WrappingKeyIdentifier": ARN, "KeyBlockHeaders": {"OptionalBlocks": {"KS": "00"}}}
                },
            },
        ),
    ],
)
def test_what_the_model_allows_is_let_through(operation: str, values: Any) -> None:
    validate(operation, values)


LENGTH = "Member must have length"
CASES = [
    ("GetKey", {}, "keyIdentifier", "Member must not be null"),
    ("GetKey", {"KeyIdentifier": None}, "keyIdentifier", "Member must not be null"),
    ("CreateAlias", {"AliasName": "alias/"}, "aliasName", f"{LENGTH} greater than or equal to 7"),
    ("CreateAlias", {"AliasName": "alias/" + "a" * 251}, "aliasName", f"{LENGTH} less than or equal to 256"),
    ("DeleteKey", {"KeyIdentifier": ARN, "DeleteKeyInDays": 2}, "deleteKeyInDays", "greater than or equal to 3"),
    ("DeleteKey", {"KeyIdentifier": ARN, "DeleteKeyInDays": 181}, "deleteKeyInDays", "less than or equal to 180"),
    ("ListKeys", {"MaxResults": 101}, "maxResults", "Member must have value less than or equal to 100"),
    ("GetKey", {"KeyIdentifier": "aliases/a"}, "keyIdentifier", "Member must satisfy regular expression pattern: arn:"),
    ("GetKey", {"KeyIdentifier": f"{ARN}/x"}, "keyIdentifier", "pattern"),
    ("GetKey", {"KeyIdentifier": "alias/a\n"}, "keyIdentifier", "pattern"),
    ("ListKeys", {"KeyState": "GONE"}, "keyState", "Member must satisfy enum value set: [CREATE_IN_PROGRESS, "),
    (
        "CreateKey",
        {"KeyAttributes": KEY | {"KeyUsage": "K0"}, "Exportable": True},
        "keyAttributes.keyUsage",
        "enum value set",
    ),
    (
        "CreateKey",
        {"KeyAttributes": KEY, "Exportable": True, "Tags": [{"Key": "a", "Value": "b"}, {"Key": "a"}]},
        "tags.2.member.value",
        "Member must not be null",
    ),
    ("ImportKey", {"KeyMaterial": {}}, "keyMaterial", "exactly one member"),
    (
        "ExportKey",
        {
            "ExportKeyIdentifier": ARN,
            "KeyMaterial": {
                "Tr31KeyBlock": {"WrappingKeyIdentifier": ARN, "KeyBlockHeaders": {"OptionalBlocks": {"K": "00"}}}
            },
        },
        "keyMaterial.tr31KeyBlock.keyBlockHeaders.optionalBlocks.1.key",
        f"{LENGTH} greater than or equal to 2",
    ),
]


@pytest.mark.parametrize(("operation", "values", "path", "constraint"), CASES)
def test_what_the_model_forbids_is_named_by_its_path(operation: str, values: Any, path: str, constraint: str) -> None:
    error = refusal(operation, values)
    assert error.code == "ValidationException"
    assert f"Value at '{path}' failed to satisfy constraint: " in error.message
    assert constraint in error.message


def test_all_problems_are_counted() -> None:
    error = refusal("CreateKey", {"KeyAttributes": {"KeyUsage": "K0"}})
    assert error.message.startswith("5 validation errors detected: ")
    assert refusal("GetKey", {}).message.startswith("1 validation error detected: ")


def test_a_union_with_two_members_is_refused() -> None:
    block = {"WrappingKeyIdentifier": ARN}
    values = {"ExportKeyIdentifier": ARN, "KeyMaterial": {"Tr31KeyBlock": block, "As2805KeyCryptogram": block}}
    assert "exactly one member" in refusal("ExportKey", values).message


@pytest.mark.parametrize(
    "values",
    [
        {"KeyAttributes": KEY, "Exportable": "true"},
        {"KeyAttributes": KEY, "Exportable": 1},
        {"KeyAttributes": [], "Exportable": True},
        {"KeyAttributes": KEY | {"KeyUsage": 7}, "Exportable": True},
        {"KeyAttributes": KEY, "Exportable": True, "Tags": {}},
    ],
)
def test_a_value_of_the_wrong_type_is_a_serialization_error(values: Any) -> None:
    assert refusal("CreateKey", values).code == "SerializationException"


@pytest.mark.parametrize("days", [True, 7.0, "7"])
def test_a_number_is_a_whole_number(days: object) -> None:
    error = refusal("DeleteKey", {"KeyIdentifier": ARN, "DeleteKeyInDays": days})
    assert error.code == "SerializationException"


def test_messages_do_not_quote_values() -> None:
    block = "x!" * 40
    error = refusal(
        "ImportKey", {"KeyMaterial": {"Tr31KeyBlock": {"WrappingKeyIdentifier": ARN, "WrappedKeyBlock": block}}}
    )
    assert "wrappedKeyBlock" in error.message
    assert "x!" not in error.message


def test_every_operation_of_the_model_compiles() -> None:
    operations = load(CONTROL_PLANE).operations
    assert len(operations) >= 32
    for operation in operations.values():
        assert callable(validator(operation.input))
