"""docs/reference/iam.md tells of what is there."""

from __future__ import annotations

import re
from pathlib import Path

from keyexchange.hsm.iam import ACTIONS, PolicyType
from keyexchange.hsm.iam.operators import NULL, OPERATORS
from keyexchange.hsm.iam.public import CALLER_KEYS

PAGE = Path("docs/reference/iam.md").read_text("utf-8")


def test_the_page_names_every_operator_and_no_other() -> None:
    rows = [line.split("|")[1] for line in PAGE.splitlines() if line.startswith("|")]
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    elements = {"Version", "Id", "Sid", "Effect", "Principal", "NotPrincipal", "Condition"}
    elements |= {"Action", "NotAction", "Resource", "NotResource"}
    assert named - elements == {*OPERATORS, NULL}


def test_the_page_counts_the_actions_and_names_the_kinds_of_policy() -> None:
    assert f"the {len(ACTIONS)} actions of both planes" in PAGE
    assert all(kind.value in " ".join(PAGE.split()) for kind in PolicyType)


def test_the_page_names_the_keys_that_limit_the_public() -> None:
    named = {name.lower() for name in re.findall(r"`(aws:\w+)`", PAGE.split("## Public policies")[1])}
    assert named - {"aws:sourceip"} == CALLER_KEYS
