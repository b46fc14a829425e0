"""The examples that the installed AWS CLI brings in its help (`aws payment-cryptography create-key help`).

They are read where they are installed, so nothing of them is kept here. Resources that they name are exchanged for
those of the test; two that no shell takes as they are printed are put right, and told.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import awscli
from awscli.clidriver import create_clidriver

LIFE = (
    "create-key",
    "create-alias",
    "get-alias",
    "list-aliases",
    "get-key",
    "list-keys",
    "tag-resource",
    "list-tags-for-resource",
    "untag-resource",
    "stop-key-usage",
    "start-key-usage",
    "update-alias",
    "delete-alias",
    "delete-key",
    "restore-key",
)
"""Control-plane examples about one key, in an order in which each finds what it needs."""
EXCHANGE = (
    "get-parameters-for-import",
    "get-parameters-for-export",
    "get-public-key-certificate",
    "import-key",
    "export-key",
)
"""Control-plane examples about keys that come and go."""

FOLDER = Path(str(awscli.__file__)).parent / "examples"
_BLOCK = re.compile(r"::\n\n((?:    .*\n|\n)+)")
_SLIPS = (
    ("KeyAlgorithm=TDES_2KEY, KeyUsage", "KeyAlgorithm=TDES_2KEY,KeyUsage"),  # create-key: blanks inside one word
    ("SYMMETRIC_KEY, KeyModesOfUse", "SYMMETRIC_KEY,KeyModesOfUse"),
    ('{" CertificateAuthority', '{"CertificateAuthority'),  # import-key: a quote on the wrong line
)


@dataclass(frozen=True)
class Example:
    """One example.

    Args:
        command: the words after `aws`.
        answer: what it shows as output; None where that is no JSON, or nothing.
    """

    command: tuple[str, ...]
    answer: Any

    def words(self, known: Mapping[str, str]) -> list[str]:
        """The command with the resources of a test.

        Args:
            known: what stands for what: ids of keys, tokens, and the contents of `file://` names inside JSON.
        """
        return [_with(known, word) for word in self.command]


def names(service: str) -> set[str]:
    """The commands that have an example."""
    return {path.stem for path in (FOLDER / service).glob("*.rst")}


def example(service: str, name: str) -> Example:
    """The first example of a command."""
    text = (FOLDER / service / f"{name}.rst").read_text("utf-8")
    command = _BLOCK.findall(text)[0]
    line = re.sub(r"\\\n\s*", " ", command)
    line = re.sub(r"\s+", " ", line)
    for slip, right in _SLIPS:
        line = line.replace(slip, right)
    program, *words = shlex.split(line)
    assert program == "aws"
    return Example(tuple(words), _json(text.partition("Output::")[2]))


def _json(text: str) -> Any:
    with contextlib.suppress(ValueError):
        return json.JSONDecoder().raw_decode(text.lstrip())[0]
    return None


def _with(known: Mapping[str, str], word: str) -> str:
    for name, value in known.items():
        word = re.sub(rf"arn:aws:payment-cryptography:[\w-]+:\d+:key/{name}", value, word)
        word = word.replace(f"file://{name}", json.dumps(value)).replace(f'"{name}"', json.dumps(value))
    return word


def run(*words: str) -> Any:
    """Run the AWS CLI's own program in this process: its answer; what it says on standard error when it fails."""
    said, complained = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complained):
        code = create_clidriver().main([*words, "--output", "json"])
    assert isinstance(code, int)
    if code:
        raise CliError(complained.getvalue())
    return json.loads(said.getvalue() or "{}")


class CliError(Exception):
    """The AWS CLI ended with an error."""
