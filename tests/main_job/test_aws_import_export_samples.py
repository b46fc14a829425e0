"""AWS's public sample scripts that import and export keys, unmodified, against the APC face: RSA, TR-34, TR-31, ECDH.

They are not part of this project. To run this test, name a checkout of the repository
aws-samples/samples-for-payment-cryptography-service (it passed at commit 0e338def213c0f83cbaa22b658313672ca80ba80)
and have pycryptodome, which they import:

    KEYEXCHANGE_AWS_SAMPLES=DIR .venv/bin/python -m pytest tests/main_job/test_aws_import_export_samples.py

Each script computes the check value of its clear key itself and prints it beside the one that the service reports.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.main_job.site import Site

SAMPLES = os.environ.get("KEYEXCHANGE_AWS_SAMPLES")
pytestmark = pytest.mark.skipif(not SAMPLES, reason="KEYEXCHANGE_AWS_SAMPLES names no checkout of AWS's samples")

KEY = "79ADAEF3212AADCE312ACE422ACCFEFB"
REGION = "us-east-1"
"""Some scripts know no other."""


class Sample(NamedTuple):
    """One run of a script.

    Args:
        folder: under key-import-export.
        words: script and arguments.
        says: a pattern in its output; two groups are check values that have to be the same.
    """

    folder: str
    words: tuple[str, ...]
    says: str


RSA_IMPORT = ("import_raw_key_rsa.py", "--action")
TR34_IMPORT = ("import_raw_key_tr34.py", "--clearkey", KEY)
ECDH_IMPORT = ("import_raw_key_ecdh.py", "--region", REGION, "--clearkey", KEY)
HMAC = ("--key-type", "M7", "--mode-of-use", "C", "--hash-algorithm", "HMAC_SHA256")
REPORTED = r"Reported KCV: (\w+)\s+Calculated KCV: (\w+)"
PASS = r"Imported Key KCV: (\w+)\s+Calculated \w* ?KCV: (\w+)\s+KCV Match: PASS"

RUNS = {
    "RSA import of an AES key": Sample(
        "rsa/import_app", (*RSA_IMPORT, "importclearkey", "--clearkey", KEY, "--algorithm", "A"), "KCV Matches. True"
    ),
    "RSA import of a new TDES key": Sample("rsa/import_app", (*RSA_IMPORT, "demo"), "KCV Matches. True"),
    "RSA export": Sample("rsa/export_app", ("export_raw_key_from_apc_with_rsa_wrap.py",), "matches .*: +True"),
    "TR-34 import of a TDES key": Sample("tr34/import_app", (*TR34_IMPORT, "--algorithm", "T"), REPORTED),
    "TR-34 import of an AES key": Sample("tr34/import_app", (*TR34_IMPORT, "--algorithm", "A"), REPORTED),
    "TR-34 export": Sample("tr34/export-app", ("export_raw_key_from_apc.py",), r"Clear Key:\w{32}\s+KCV:\w{6}"),
    "TR-34, then TR-31 for all keys of a demo": Sample("tr34/import_app", ("apc_demo_keysetup.py",), r"\*Done\*"),
    "ECDH import of an AES key": Sample("ecdh/import_app", ECDH_IMPORT, PASS),
    "ECDH import of an HMAC key": Sample("ecdh/import_app", (*ECDH_IMPORT, *HMAC), PASS),
}


@pytest.mark.parametrize("name", RUNS)
def test_an_import_or_export_by_awss_own_script(site: Site, name: str) -> None:
    pytest.importorskip("Crypto")
    assert SAMPLES is not None
    sample = RUNS[name]
    folder = site.folder / "samples"
    shutil.copytree(Path(SAMPLES) / "key-import-export" / sample.folder, folder)
    environment = os.environ | {"AWS_ENDPOINT_URL": site.apc_url, "AWS_DEFAULT_REGION": REGION}
    done = subprocess.run(
        [sys.executable, *sample.words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = re.search(sample.says, done.stdout)
    assert found is not None, done.stdout
    assert len(set(found.groups())) <= 1, "the check values differ"
