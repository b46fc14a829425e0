"""Both directions against `tr31-tool` of openemv/tr31, an implementation in C that shares nothing with this one.

Runs when the tool is on the PATH (packages: https://github.com/openemv/tr31/releases); its command line is that of its
README. Written with version 0.6.6.
"""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from keyexchange.secret import Secret
from keyexchange.tr31 import STRICT, Header, Kbpk, OptionalBlock, unwrap, wrap

TOOL = shutil.which("tr31-tool")
if TOOL is None:
    pytest.skip("no tr31-tool on this machine", allow_module_level=True)

TDES3 = bytes.fromhex("0123456789ABCDEFFEDCBA98765432101032547698BADCFE")
AES256 = bytes(range(32))
KBPKS = {"A": TDES3, "B": TDES3, "C": TDES3, "D": AES256}
KEYS = [("B", "T", 16), ("B", "T", 24), ("D", "T", 16), ("D", "T", 24), ("D", "A", 16), ("D", "A", 24), ("D", "A", 32)]
BLOCKS = {
    "none": (),
    "label": (OptionalBlock("LB", "two words"),),
    "extended": (OptionalBlock("LB", "L" * 300), OptionalBlock("TS", "20190717181929Z")),
    "proprietary": (OptionalBlock("10", "IBMC0114"), OptionalBlock("AL", "0101")),
}


def kbpk(version: str) -> Kbpk:
    return Kbpk("A" if version == "D" else "T", Secret(KBPKS[version]))


def tool(*arguments: str, version: str) -> str:
    """What the tool prints; it ends with an error when it refuses."""
    assert TOOL is not None
    command = [TOOL, "--kbpk", KBPKS[version].hex(), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout


def key_of(printed: str) -> Secret:
    match = re.search("^Key value: ([0-9A-F]+)", printed, re.MULTILINE)
    assert match is not None
    return Secret(bytes.fromhex(match[1]))


@pytest.mark.parametrize(("version", "algorithm", "size"), KEYS)
@pytest.mark.parametrize("conceal", [False, True])
@pytest.mark.parametrize("blocks", BLOCKS)
def test_the_tool_opens_what_we_wrap(version: str, algorithm: str, size: int, conceal: bool, blocks: str) -> None:
    key = Secret(AES256[:size])
    header = Header(version, "D0", algorithm, "B", "12", "S", BLOCKS[blocks])
    block = wrap(kbpk(version), header, key, conceal_length=conceal, weaker_kbpk=True)
    assert key_of(tool("--import", block, version=version)) == key


def test_the_tool_refuses_a_changed_block() -> None:
    block = wrap(kbpk("D"), Header("D", "D0", "A", "B"), Secret(AES256))
    with pytest.raises(subprocess.CalledProcessError):
        tool("--import", block.replace("D0AB00E", "D0AB00N", 1), version="D")


@pytest.mark.parametrize(("version", "algorithm", "size"), [("A", "T", 16), ("C", "T", 24), *KEYS])
def test_we_open_what_the_tool_wraps(version: str, algorithm: str, size: int) -> None:
    header = f"{version}0000D0{algorithm}B00E0100LB0Dtwo words"
    values = ("--export-opt-block-KC", "--export-opt-block-KP")
    printed = tool("--export", AES256[:size].hex(), "--export-header", header, *values, version=version)
    content = unwrap(kbpk(version), printed.strip(), STRICT)  # KC and KP are compared, the length is concealed
    assert content.key == Secret(AES256[:size])
    assert {"LB", "KC", "KP"} <= {one.block_id for one in content.header.optional_blocks}


def test_an_extended_length_of_the_tool_is_read() -> None:
    label = "L" * 300
    arguments = ("--export", AES256.hex(), "--export-header", "D0000D0AB00E0000", "--export-opt-block-LB", label)
    content = unwrap(kbpk("D"), tool(*arguments, version="D").strip(), STRICT)
    assert content.header.optional_blocks[0] == OptionalBlock("LB", label)
