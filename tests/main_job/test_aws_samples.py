"""AWS's public sample scripts, unmodified, against both faces.

They are not part of this project. To run this test, name a checkout of the repository
aws-samples/samples-for-payment-cryptography-service
and have pytz, which they import:

    KEYEXCHANGE_AWS_SAMPLES=DIR .venv/bin/python -m pytest tests/main_job/test_aws_samples.py
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.main_job.site import Site

SAMPLES = os.environ.get("KEYEXCHANGE_AWS_SAMPLES")
PLACE = Path("key-import-export") / "key_exchange"
pytestmark = pytest.mark.skipif(not SAMPLES, reason="KEYEXCHANGE_AWS_SAMPLES names no checkout of AWS's samples")


def run(folder: Path, script: str, site: Site) -> str:
    words = [sys.executable, str(folder / script), "--kdh", "payshield", "--krd", "apc"]
    environment = os.environ | {"AWS_ENDPOINT_URL": site.apc_url}
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def found(pattern: str, output: str) -> str:
    match = re.search(pattern, output, re.MULTILINE)
    assert match is not None, output
    return match[1].strip()


@pytest.mark.parametrize("variant", [False, True], ids=["key-block LMK", "variant LMK"])
def test_tr34_then_tr31_by_awss_own_client(site: Site, variant: bool) -> None:
    pytest.importorskip("pytz")
    assert SAMPLES is not None
    folder = site.folder / PLACE
    shutil.copytree(Path(SAMPLES) / PLACE, folder)
    path = folder / "input_config.json"
    config: dict[str, Any] = json.loads(path.read_text())
    config["kdh"]["payshield"] |= {"port": site.payshield_port, "variant_lmk": variant}
    config["krd"]["apc"]["region"] = site.region
    path.write_text(json.dumps(config))
    output = run(folder, "import_export_tr34.py", site)
    assert found(r"^KCV : (.*)$", output) == found(r"^Imported Key KCV : (.*)$", output)
    config["kdh"]["payshield"]["tr31"]["kek"] = found(r"^Transport Key : (.*)$", output)
    config["krd"]["apc"]["tr31"]["kek"] = found(r"^Imported Key : (.*)$", output)
    path.write_text(json.dumps(config))
    output = run(folder, "import_export_tr31.py", site)
    assert found(r"^KCV : (.*)$", output) == found(r"^Imported Key KCV : (.*)$", output)
