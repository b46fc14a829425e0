"""AWS's public sample scripts, unmodified, against the faces.

They are not part of this project. To run this test, name a checkout of the repository
aws-samples/samples-for-payment-cryptography-service (it passed at commit 0e338def213c0f83cbaa22b658313672ca80ba80)
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
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.futurex.face import FACE as FUTUREX
from tests.faces import running_face
from tests.main_job.site import Site

SAMPLES = os.environ.get("KEYEXCHANGE_AWS_SAMPLES")
PLACE = Path("key-import-export") / "key_exchange"
pytestmark = pytest.mark.skipif(not SAMPLES, reason="KEYEXCHANGE_AWS_SAMPLES names no checkout of AWS's samples")


def run(folder: Path, script: str, site: Site, kdh: str = "payshield") -> str:
    """What the script printed."""
    words = [sys.executable, str(folder / script), "--kdh", kdh, "--krd", "apc"]
    environment = os.environ | {"AWS_ENDPOINT_URL": site.apc_url}
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def found(pattern: str, output: str) -> str:
    match = re.search(pattern, output, re.MULTILINE)
    assert match is not None, output
    return match[1].strip()


def payshield(site: Site, *, variant: bool) -> tuple[Path, dict[str, Any]]:
    """A copy of the samples, pointed to the payShield face and the APC face: its folder and its configuration."""
    pytest.importorskip("pytz")
    assert SAMPLES is not None
    folder = site.folder / PLACE
    shutil.copytree(Path(SAMPLES) / PLACE, folder)
    config: dict[str, Any] = json.loads((folder / "input_config.json").read_text())
    config["kdh"]["payshield"] |= {"port": site.payshield_port, "variant_lmk": variant}
    config["krd"]["apc"]["region"] = site.region
    (folder / "input_config.json").write_text(json.dumps(config))
    return folder, config


@pytest.mark.parametrize("variant", [False, True], ids=["key-block LMK", "variant LMK"])
def test_tr34_then_tr31_by_awss_own_client(site: Site, variant: bool) -> None:
    folder, config = payshield(site, variant=variant)
    output = run(folder, "import_export_tr34.py", site)
    assert found(r"^KCV : (.*)$", output) == found(r"^Imported Key KCV : (.*)$", output)
    config["kdh"]["payshield"]["tr31"]["kek"] = found(r"^Transport Key : (.*)$", output)
    config["krd"]["apc"]["tr31"]["kek"] = found(r"^Imported Key : (.*)$", output)
    (folder / "input_config.json").write_text(json.dumps(config))
    output = run(folder, "import_export_tr31.py", site)
    assert found(r"^KCV : (.*)$", output) == found(r"^Imported Key KCV : (.*)$", output)


def test_ecdh_by_awss_own_client(site: Site) -> None:
    """With the key-block LMK; for a variant LMK the script itself refuses."""
    output = run(payshield(site, variant=False)[0], "import_export_ecdh.py", site)
    assert found(r"^KCV : (.*)$", output) == found(r"^Imported Key KCV : (.*)$", output)


@pytest.fixture
def futurex(site: Site) -> Iterator[tuple[Path, dict[str, Any]]]:
    """A copy of the samples, pointed to a Futurex face and the APC face: its folder and its configuration."""
    pytest.importorskip("pytz")
    assert SAMPLES is not None
    folder = site.folder / PLACE
    shutil.copytree(Path(SAMPLES) / PLACE, folder)
    config: dict[str, Any] = json.loads((folder / "input_config.json").read_text())
    config["krd"]["apc"]["region"] = site.region
    with running_face(FUTUREX) as port:
        config["kdh"]["futurex"]["port"] = port
        (folder / "input_config.json").write_text(json.dumps(config))
        yield folder, config


def test_tr34_then_tr31_from_a_futurex_by_awss_own_client(site: Site, futurex: tuple[Path, dict[str, Any]]) -> None:
    folder, config = futurex
    output = run(folder, "import_export_tr34.py", site, "futurex")
    assert found(r"^KCV : (.*)$", output) == found(r"^Imported Key KCV : (.*)$", output)
    config["kdh"]["futurex"]["tr31"]["kek"] = found(r"^Transport Key : (.*)$", output)
    config["krd"]["apc"]["tr31"]["kek"] = found(r"^Imported Key : (.*)$", output)
    (folder / "input_config.json").write_text(json.dumps(config))
    output = run(folder, "import_export_tr31.py", site, "futurex")
    assert found(r"^KCV : (.*)$", output) == found(r"^Imported Key KCV : (.*)$", output)


def test_ecdh_from_a_futurex_by_awss_own_client(site: Site, futurex: tuple[Path, dict[str, Any]]) -> None:
    output = run(futurex[0], "import_export_ecdh.py", site, "futurex")
    assert found(r"^KCV : (.*)$", output) == found(r"^Imported Key KCV : (.*)$", output)


def test_ecdh_from_the_service_to_itself_by_awss_own_client(site: Site) -> None:
    """The script imports the service's own root as one on P-521."""
    folder, config = payshield(site, variant=False)
    config["kdh"]["apc"]["region"] = site.region
    (folder / "input_config.json").write_text(json.dumps(config))
    output = run(folder, "import_export_ecdh.py", site, "apc")
    assert found(r"^KCV : (.*)$", output) == found(r"^Imported Key KCV : (.*)$", output)
