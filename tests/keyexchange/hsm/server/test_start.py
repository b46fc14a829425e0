"""What the start of the software HSM does not wait for."""

import subprocess
import sys

LATER = {
    "asn1crypto",
    "boto3",
    "botocore.model",
    "cryptography.x509",
    "jinja2",
    "keyexchange.hsm.apc.access.judgement",
    "keyexchange.hsm.apc.credentials_file",
    "keyexchange.hsm.apc.data",
    "keyexchange.hsm.audit.reading",
    "keyexchange.hsm.backup",
    "keyexchange.hsm.iam.policies",
    "keyexchange.hsm.server.workers",
    "keyexchange.payment",
    "keyexchange.pki.certificates",
    "keyexchange.tr31.optional_blocks",
    "keyexchange.tr34",
    "keyexchange.wire",
    "pydantic",
    "rich",
    "urllib3",
}
"""Takes time to import, and the first answer of the control plane needs none of it."""


def test_serving_loads_only_what_the_first_answer_needs() -> None:
    script = "import sys, keyexchange.cli.serve, keyexchange.hsm.server; print(*sys.modules)"
    outcome = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    loaded = set(outcome.stdout.split())
    assert "keyexchange.hsm.apc.endpoint" in loaded
    assert loaded & LATER == set()
