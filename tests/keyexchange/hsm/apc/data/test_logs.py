"""No card data, PIN data, MAC or plaintext in the log, at its most talkative."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from keyexchange.hsm.apc.model import DATA_PLANE, Shape, StringShape, StructureShape, load
from keyexchange.hsm.apc.redaction import redact
from tests.apc_server import data_client

OPERATIONS = load(DATA_PLANE).operations
PAN, TEXT = "4929123456781234", "37" * 16


def filled(shape: Shape) -> Any:
    """A value with every member of every union; what the model calls sensitive says SECRET."""
    if isinstance(shape, StructureShape):
        return {name: filled(member) for name, member in shape.members.items()}
    if isinstance(shape, StringShape):
        return "SECRET" if shape.metadata.get("sensitive") else "plain"
    return 4


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_redacted_request_has_nothing_sensitive(operation: str) -> None:
    shape = OPERATIONS[operation].input
    assert "SECRET" in str(filled(shape))
    shown = str(redact(shape, filled(shape)))
    assert "SECRET" not in shown
    assert "plain" in shown


def test_pan_and_data_are_marked_sensitive() -> None:
    """The rule above leans on the model's marks; these are the ones that must be there."""
    for name in ("PrimaryAccountNumberType", "PlainTextType", "MessageDataType", "MacType", "EncryptedPinBlockType"):
        assert load(DATA_PLANE).shape(name).metadata.get("sensitive"), name


def test_requests_and_refusals_leave_nothing_in_the_log(
    client: Any, apc_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    attributes = {
        "KeyUsage": "TR31_E1_EMV_MKEY_CONFIDENTIALITY",
        "KeyClass": "SYMMETRIC_KEY",
        "KeyAlgorithm": "TDES_2KEY",
        "KeyModesOfUse": {"DeriveKey": True},
    }
    key = client.create_key(KeyAttributes=attributes, Exportable=False)["Key"]["KeyArn"]
    data = data_client(apc_url)
    emv = {
        "MajorKeyDerivationMode": "EMV_OPTION_A",
        "PrimaryAccountNumber": PAN,
        "PanSequenceNumber": "00",
        "SessionDerivationData": "0001000000000000",
    }
    with caplog.at_level(logging.DEBUG, logger="keyexchange"):
        done = data.encrypt_data(KeyIdentifier=key, PlainText=TEXT, EncryptionAttributes={"Emv": emv})
        with pytest.raises(data.exceptions.ValidationException):
            data.encrypt_data(KeyIdentifier=key, PlainText=TEXT + "37", EncryptionAttributes={"Emv": emv})
    assert "EncryptData" in caplog.text
    for secret in (PAN, TEXT, done["CipherText"]):
        assert secret not in caplog.text
