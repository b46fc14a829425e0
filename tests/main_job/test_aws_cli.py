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


def aws(site: Site, *words: str, refused: bool = False) -> Any:
    """What a command answers; what it says on standard error when it is refused."""
    environment = os.environ | {"AWS_ENDPOINT_URL": site.apc_url, "AWS_DEFAULT_REGION": site.region, "AWS_PAGER": ""}
    done = subprocess.run(
        [AWS, "payment-cryptography", *words, "--output", "json"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode != 0) == refused, done.stderr
    return done.stderr if refused else json.loads(done.stdout or "{}")


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
