"""The AWS CLI, as it is, against the APC face."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from keyexchange import pki
from keyexchange.crypto import rsa
from tests.main_job.site import Site

AWS = Path(sys.executable).with_name("aws")
MODES = "Encrypt=true,Decrypt=true,Wrap=true,Unwrap=true"
KEK = f"KeyAlgorithm=TDES_3KEY,KeyUsage=TR31_K0_KEY_ENCRYPTION_KEY,KeyClass=SYMMETRIC_KEY,KeyModesOfUse={{{MODES}}}"
CVK = (
    "KeyAlgorithm=TDES_2KEY,KeyUsage=TR31_C0_CARD_VERIFICATION_KEY,KeyClass=SYMMETRIC_KEY,"
    "KeyModesOfUse={Generate=true,Verify=true}"
)


PEK = f"KeyAlgorithm=TDES_3KEY,KeyUsage=TR31_P0_PIN_ENCRYPTION_KEY,KeyClass=SYMMETRIC_KEY,KeyModesOfUse={{{MODES}}}"
PVK = (
    "KeyAlgorithm=TDES_2KEY,KeyUsage=TR31_V2_VISA_PIN_VERIFICATION_KEY,KeyClass=SYMMETRIC_KEY,"
    "KeyModesOfUse={Generate=true,Verify=true}"
)


def aws(site: Site, *words: str, refused: bool = False, service: str = "payment-cryptography") -> Any:
    """What a command answers; what it says on standard error when it is refused."""
    environment = os.environ | {"AWS_ENDPOINT_URL": site.apc_url, "AWS_DEFAULT_REGION": site.region, "AWS_PAGER": ""}
    done = subprocess.run(
        [AWS, service, *words, "--output", "json"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode != 0) == refused, done.stderr
    return done.stderr if refused else json.loads(done.stdout or "{}")


def use(site: Site, *words: str, refused: bool = False) -> Any:
    """What a command of the data plane answers."""
    return aws(site, *words, refused=refused, service="payment-cryptography-data")


def root_certificate() -> str:
    root = pki.issue_root("CLI root", rsa.generate(2048), days=10, now=datetime.now(UTC))
    material = {
        "RootCertificatePublicKey": {
            "KeyAttributes": {
                "KeyAlgorithm": "RSA_2048",
                "KeyClass": "PUBLIC_KEY",
                "KeyModesOfUse": {"Verify": True},
                "KeyUsage": "TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE",
            },
            "PublicKeyCertificate": base64.b64encode(root.public_bytes(Encoding.PEM)).decode(),
        }
    }
    return json.dumps(material)


def test_keys_go_out_and_come_back_by_the_aws_cli(site: Site) -> None:
    kek = aws(site, "create-key", "--exportable", "--key-attributes", KEK)["Key"]
    cvk = aws(site, "create-key", "--exportable", "--key-attributes", CVK, "--tags", "Key=team,Value=cards")["Key"]
    wrapping = f"Tr31KeyBlock={{WrappingKeyIdentifier={kek['KeyArn']}}}"
    out = aws(site, "export-key", "--export-key-identifier", cvk["KeyArn"], "--key-material", wrapping)["WrappedKey"]
    assert out["WrappedKeyMaterialFormat"] == "TR31_KEY_BLOCK"
    assert out["KeyCheckValue"] == cvk["KeyCheckValue"]
    material = f"Tr31KeyBlock={{WrappingKeyIdentifier={kek['KeyArn']},WrappedKeyBlock={out['KeyMaterial']}}}"
    back = aws(site, "import-key", "--key-material", material)["Key"]
    assert back["KeyCheckValue"] == cvk["KeyCheckValue"]
    assert back["KeyOrigin"] == "EXTERNAL"
    listed = {key["KeyArn"] for key in aws(site, "list-keys")["Keys"]}
    assert listed == {kek["KeyArn"], cvk["KeyArn"], back["KeyArn"]}
    tags = aws(site, "list-tags-for-resource", "--resource-arn", cvk["KeyArn"])["Tags"]
    assert tags == [{"Key": "team", "Value": "cards"}]


def test_parameters_trust_and_aliases_by_the_aws_cli(site: Site) -> None:
    words = ("--key-material-type", "TR34_KEY_BLOCK", "--wrapping-key-algorithm", "RSA_2048")
    parameters = aws(site, "get-parameters-for-import", *words)
    pki.load(base64.b64decode(parameters["WrappingKeyCertificate"]))
    assert parameters["ImportToken"].startswith("import-token-")
    root = aws(site, "import-key", "--key-material", root_certificate())["Key"]
    alias = ("--alias-name", "alias/cli-root")
    assert aws(site, "create-alias", *alias, "--key-arn", root["KeyArn"])["Alias"]["KeyArn"] == root["KeyArn"]
    assert aws(site, "get-key", "--key-identifier", "alias/cli-root")["Key"]["KeyArn"] == root["KeyArn"]
    assert "ConflictException" in aws(site, "create-alias", *alias, refused=True)
    aws(site, "delete-alias", *alias)
    assert "ResourceNotFoundException" in aws(site, "get-alias", *alias, refused=True)


CARD = ("--primary-account-number=171234567890123",)


def test_the_user_guides_getting_started_by_the_aws_cli(site: Site) -> None:
    """User Guide, "Getting started": create a CVK, generate a CVV2, verify it, a negative test, delete the key."""
    cvk = aws(site, "create-key", "--exportable", "--key-attributes", CVK)["Key"]
    named = {"KeyArn": cvk["KeyArn"], "KeyCheckValue": cvk["KeyCheckValue"]}
    member = "CardVerificationValue2={CardExpiryDate=0123}"
    key = ("--key-identifier", cvk["KeyArn"], *CARD)
    generated = use(site, "generate-card-validation-data", *key, "--generation-attributes", member)
    value = generated.pop("ValidationData")
    assert generated == named
    verify = ("verify-card-validation-data", *key, "--verification-attributes", member, "--validation-data")
    assert use(site, *verify, value) == named
    wrong = f"{(int(value) + 1) % 1000:03d}"
    message = use(site, *verify, wrong, refused=True)
    expected = (
        "An error occurred (VerificationFailedException) when calling the VerifyCardValidationData operation: "
        "Card validation data verification failed."
    )
    assert expected in message
    assert aws(site, "delete-key", "--key-identifier", cvk["KeyArn"])["Key"]["KeyState"] == "DELETE_PENDING"
    assert "ValidationException" in use(site, *verify, value, refused=True)


def test_the_user_guides_random_pin_by_the_aws_cli(site: Site) -> None:
    """User Guide, "Generate a random pin and the associated PVV and then verify the value", and its two errors."""
    pek = aws(site, "create-key", "--exportable", "--key-attributes", PEK)["Key"]
    pvk = aws(site, "create-key", "--exportable", "--key-attributes", PVK)["Key"]
    aws(site, "create-alias", "--alias-name", "alias/pek", "--key-arn", pek["KeyArn"])
    encryption = ("--encryption-key-identifier", "alias/pek", "--pin-block-format", "ISO_FORMAT_0", *CARD)
    generated = use(
        site,
        "generate-pin-data",
        *("--generation-key-identifier", pvk["KeyArn"]),
        *encryption,
        *("--generation-attributes", "VisaPin={PinVerificationKeyIndex=1}"),
    )
    assert generated["EncryptionKeyArn"] == pek["KeyArn"]
    pvv, block = generated["PinData"]["VerificationValue"], generated["EncryptedPinBlock"]
    verify = ("verify-pin-data", "--verification-key-identifier", pvk["KeyArn"], *encryption)

    def stated(value: str, pin_block: str) -> tuple[str, ...]:
        member = f"VisaPin={{PinVerificationKeyIndex=1,VerificationValue={value}}}"
        return ("--verification-attributes", member, "--encrypted-pin-block", pin_block)

    assert use(site, *verify, *stated(pvv, block))["VerificationKeyArn"] == pvk["KeyArn"]
    wrong = f"{(int(pvv) + 1) % 10000:04d}"
    failed = use(site, *verify, *stated(wrong, block), refused=True)
    assert "(VerificationFailedException) when calling the VerifyPinData operation: Pin block verification" in failed
    bad = use(site, *verify, *stated(pvv, "AC17DC148BDA645E"), refused=True)
    assert "(ValidationException) when calling the VerifyPinData operation: Pin block provided is invalid." in bad
