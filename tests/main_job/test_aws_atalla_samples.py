"""AWS's public sample scripts for the Atalla, unmodified, against both faces; the certificates come from a stub.

They are not part of this project. To run this test, name a checkout of the repository
aws-samples/samples-for-payment-cryptography-service (it passed at commit 0e338def213c0f83cbaa22b658313672ca80ba80)
and have what they import: pycryptodome, and oscrypto (one that knows the OpenSSL of this machine):

    KEYEXCHANGE_AWS_SAMPLES=DIR .venv/bin/python -m pytest tests/main_job/test_aws_atalla_samples.py
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509

from adapters.atalla.commands import TrustPublicKey
from adapters.atalla.face import FACE
from adapters.atalla.message import decode_reply, encode_request
from keyexchange.wire import Handler
from tests.faces import running_handler
from tests.main_job.private_ca_stub import private_ca
from tests.main_job.site import Site

SAMPLES = os.environ.get("KEYEXCHANGE_AWS_SAMPLES")
PLACE = Path("key-import-export") / "key_exchange" / "hsm" / "atalla"
CVK = "1CDNE000,4F7EFE3F44984427CF46B823CE4BDE1839E35E6F46EB2814,26A5545D383FA701"
pytestmark = pytest.mark.skipif(not SAMPLES, reason="KEYEXCHANGE_AWS_SAMPLES names no checkout of AWS's samples")


def run(folder: Path, site: Site, ca_url: str, script: str, *words: str) -> str:
    environment = os.environ | {
        "AWS_ENDPOINT_URL": site.apc_url,
        "AWS_ENDPOINT_URL_ACM_PCA": ca_url,
        "AWS_DEFAULT_REGION": site.region,
    }
    done = subprocess.run(
        [sys.executable, script, *words],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def found(pattern: str, output: str) -> str:
    match = re.search(pattern, output, re.MULTILINE)
    assert match is not None, output
    return match[1].strip()


def trust_by_hand(handler: Handler, certificate_pem: str) -> str:
    """The manual step of AWS's readme: 12A twice, the officers in between."""
    numbers = x509.load_pem_x509_certificate(base64.b64decode(certificate_pem)).public_key().public_numbers()  # type: ignore[union-attr]
    answer = ""
    for _ in range(2):
        request = TrustPublicKey(
            header="1kREE000",
            exponent=b"\x01\x00\x01",
            modulus=numbers.n.to_bytes(256, "big"),  # type: ignore[union-attr]
            answer=answer,
        )
        reply = decode_reply(request, asyncio.run(handler(encode_request(request))))
        answer = reply.rest[0]
    return answer


@pytest.mark.filterwarnings("ignore:Attribute's length:UserWarning")  # the sample's country has three letters
def test_tr34_then_tr31_by_awss_own_scripts(site: Site) -> None:
    pytest.importorskip("Crypto")
    pytest.importorskip("oscrypto")
    assert SAMPLES is not None
    folder = site.folder / "atalla"
    shutil.copytree(Path(SAMPLES) / PLACE, folder)
    parameters = site.client.get_parameters_for_import(
        KeyMaterialType="TR34_KEY_BLOCK", WrappingKeyAlgorithm="RSA_2048"
    )
    (folder / "keys/params_for_import.json").write_text(json.dumps(parameters, default=str))
    handler = FACE.handler({"auto_approve": True})
    block = trust_by_hand(handler, parameters["WrappingKeyCertificate"])
    (folder / "keys/tr34_offline_krd_public_key_akb").write_text(f"{block}\n\n")
    with running_handler(handler, framing=FACE.framing) as port, private_ca() as ca_url:
        place = ("--host", "127.0.0.1", "--port", str(port))
        output = run(folder, site, ca_url, "atalla_to_apc_tr34.py", *place)
        kek = found(r"^Random KEK wrapped under MFK: (.*)$", output)
        kcv = found(r"^Random KEK's KCV.*: (.*)$", output)
        arn = found(r"^Imported TR34 payload with key ARN: (.*)$", output)
        assert site.client.get_key(KeyIdentifier=arn)["Key"]["KeyCheckValue"].startswith(kcv)
        words = (*place, "--wrappingKey", kek, "--wrappedKey", CVK, "--apcWrappingKeyARN", arn)
        output = run(folder, site, ca_url, "atalla_to_apc_tr31.py", *words)
    assert found(r"^TR-31 Working Key KCV: +(.*)$", output) == "08D7"
    assert found(r"^Imported Key KCV: +(.*)$", output) == "08D7B4"
