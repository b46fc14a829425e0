"""AWS's public Python samples of the data plane, unmodified: CVV and CSC, PIN flows by ECDH, two nodes of AS 2805.

They are not part of this project. To run this test, name a checkout of the repository
aws-samples/samples-for-payment-cryptography-service (it passed at commit 0e338def213c0f83cbaa22b658313672ca80ba80)
and have psec, which one of them imports:

    KEYEXCHANGE_AWS_SAMPLES=DIR .venv/bin/python -m pytest tests/main_job/test_aws_data_samples.py

Certificates come from a stub of AWS Private CA, the caller's identity from one of STS.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from keyexchange.crypto import ec
from keyexchange.keys import KeyAlgorithm
from tests.main_job.private_ca_stub import private_ca
from tests.main_job.site import Site
from tests.main_job.sts_stub import sts

SAMPLES = os.environ.get("KEYEXCHANGE_AWS_SAMPLES")
PLACE = Path("python_sdk_example")
NODES = "as2805_node-to-node_examples"
AS2805 = (
    "as2805_1_1_KEK_and_keystore_setup_both_nodes.py",
    "as2805_1_2_APC_PrepareForImport.py",
    "as2805_1_3_Node1_Export_KEK_for_APC.py",
    "as2805_1_4_APC_ImportKey.py",
    "as2805_1_5_KEK_Validation.py",
    "as2805_2_1_Working_Key_Exchange.py",
    "as2805_3_1_pin_translation.py",
    "as2805_4_1_mac_validation.py",
)
"""In the order of the samples' readme; each leaves files for the next."""

pytestmark = pytest.mark.skipif(not SAMPLES, reason="KEYEXCHANGE_AWS_SAMPLES names no checkout of AWS's samples")


def copied(site: Site, name: str) -> Path:
    assert SAMPLES is not None
    return Path(shutil.copytree(Path(SAMPLES) / PLACE / name, site.folder / name))


def run(folder: Path, site: Site, script: str, **environment: str) -> str:
    """What a sample prints; it must end well."""
    usual = {"AWS_ENDPOINT_URL": site.apc_url, "AWS_DEFAULT_REGION": site.region, "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        [sys.executable, script],
        cwd=folder,
        env=os.environ | usual | {"PYTHONPATH": str(folder)} | environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_cvv_and_csc(site: Site) -> None:
    """The sample generates its CSC with service code 999 and verifies it with 000, so that one must be wrong."""
    output = run(copied(site, "cvv-csc"), site, "main.py")
    cvv, csc = re.findall(r"Generated CVV2 (\d+)", output)
    assert f"CVV {cvv} is correct" in output
    assert f"CVV {csc} is wrong" in output
    assert (len(cvv), len(csc)) == (3, 4)


def test_pins_are_reset_set_and_revealed_by_ecdh(site: Site) -> None:
    key = ec.generate(KeyAlgorithm.ECC_NIST_P256)
    with private_ca("pindemo", key) as ca_url:
        output = run(copied(site, "ecdh_flows"), site, "payment_crypto/main.py", AWS_ENDPOINT_URL_ACM_PCA=ca_url)
    assert re.search(r"New Pin is \d{4}, PVV is \d{4}", output)
    assert "OK: Revealed PIN == SET PIN" in output


def test_two_nodes_of_as2805(site: Site) -> None:
    folder = copied(site, NODES)
    with sts() as sts_url:
        outputs = [
            run(folder, site, script, AWS_ENDPOINT_URL_STS=sts_url, KEYSTORE_PASSWORD="rehearsal") for script in AS2805
        ]
    validation, exchange, translation, macs = outputs[-4:]
    assert "PASSED - Bidirectional KEK validation successful" in validation
    assert "All working keys validated successfully" in exchange
    assert "PIN block verified - translation successful" in translation
    assert "MACs match" in macs
    for output in outputs:
        assert "✗" not in output
