"""Every member and every value of the service's model, over boto3: answered as it should be, or refused and known."""

from __future__ import annotations

import json

import pytest

from tests.keyexchange.hsm.apc.access.conftest import Site
from tests.keyexchange.hsm.apc.data.walks import WALKS
from tests.keyexchange.hsm.apc.data.walks.customer import SERVICE, Customer
from tests.keyexchange.hsm.apc.data.walks.facts import facts_of_model, sensitive_texts
from tests.keyexchange.hsm.apc.data.walks.pins import PIN

WRAPPED = {
    "EncryptData": ("WrappedKey",),
    "DecryptData": ("WrappedKey",),
    "ReEncryptData": ("IncomingWrappedKey", "OutgoingWrappedKey"),
    "TranslatePinData": ("IncomingWrappedKey", "OutgoingWrappedKey"),
    "GeneratePinData": ("EncryptionWrappedKey",),
    "VerifyPinData": ("EncryptionWrappedKey",),
}
HMACS = [f"HMAC_SHA{bits}" for bits in (224, 256, 384, 512)]
AGREED = "WrappedKeyMaterial.DiffieHellmanSymmetricKey.KeyAlgorithm"
TRANSLATED = "TranslateKeyMaterial.IncomingKeyMaterial.DiffieHellmanTr31KeyBlock.DeriveKeyAlgorithm"
RETAIL = [
    f"{operation}Mac.{attributes}.DukptIso9797Algorithm3.DukptDerivationType"
    for operation, attributes in (("Generate", "GenerationAttributes"), ("Verify", "VerificationAttributes"))
]
VALIDATED = "GenerateAs2805KekValidation.KekValidationType.KekValidationRequest.DeriveKeyAlgorithm"
NEVER_ANSWERED = {
    # a data or PIN encryption key is TDES or AES, and so are their check values
    *(f"{name}.{member}.{AGREED}={each}" for name, members in WRAPPED.items() for member in members for each in HMACS),
    *(
        f"{name}.{member}.KeyCheckValueAlgorithm={each}"
        for name, members in WRAPPED.items()
        for member in members
        for each in ("HMAC", "SHA_1")
    ),
    # only TDES and AES protect key blocks; SHA_1 is for public keys
    *(f"{TRANSLATED}={each}" for each in HMACS),
    "TranslateKeyMaterial.KeyCheckValueAlgorithm=SHA_1",
    # algorithm 3 of ISO 9797-1 is of single DES and triple DES
    *(f"{path}=AES_{bits}" for path in RETAIL for bits in (128, 192, 256)),
    # the keys of AS 2805 are TDES
    *(f"{VALIDATED}={each}" for each in [*HMACS, "AES_128", "AES_192", "AES_256"]),
}
"""What the model's shared enumerations have and these operations can not use."""


@pytest.mark.parametrize("name", WALKS)
def test_every_way_comes_back(name: str, customer: Customer) -> None:
    assert customer.walk(name, WALKS[name]) == name


def test_no_member_and_no_value_of_the_model_is_left_out(walked: Customer) -> None:
    model = {
        fact for name, operation in SERVICE.operations.items() for fact in facts_of_model(operation.input, name)
    }  # fmt: skip
    answered = {fact for asked in walked.asked if asked.answer is not None for fact in asked.facts}
    refused = {fact for asked in walked.asked if asked.answer is None for fact in asked.facts}
    assert answered <= model
    assert model - answered == NEVER_ANSWERED
    assert refused >= NEVER_ANSWERED


def test_every_member_of_every_answer_is_there(walked: Customer) -> None:
    for name, operation in SERVICE.operations.items():
        assert operation.output is not None
        answers = [asked.answer for asked in walked.asked if asked.operation == name and asked.answer]
        assert {member for answer in answers for member in answer} == set(operation.output.members), name


def test_no_answer_and_no_line_of_the_log_has_the_pin(walked: Customer) -> None:
    """Nor a PAN, a key block, data: what the model marks, where it is long enough to be told from chance."""
    assert PIN not in json.dumps([asked.answer for asked in walked.asked])
    log = "\n".join(walked.log)
    assert log.count("TranslatePinData") > 100
    assert PIN not in log
    marked = {text for asked in walked.asked for text in _marked(asked.operation, asked.request, asked.answer)}
    assert len(marked) > 500
    assert [text for text in marked if text in log] == []


def test_no_file_of_the_device_has_what_it_was_asked(walked: Customer, face: Site) -> None:
    """The database, the audit trail and whatever else lies there."""
    marked = {
        text.encode() for asked in walked.asked for text in _marked(asked.operation, asked.request, asked.answer)
    }  # fmt: skip
    files = [path.read_bytes() for path in face.state_dir.rglob("*") if path.is_file()]
    assert files
    assert [text for text in {*marked, PIN.encode()} if any(text in content for content in files)] == []


def _marked(operation: str, request: object, answer: object) -> set[str]:
    modelled = SERVICE.operations[operation]
    assert modelled.output is not None
    found = {*sensitive_texts(modelled.input, request)}
    if answer is not None:
        found |= {*sensitive_texts(modelled.output, answer)}
    return {text for text in found if len(text) >= 12}
