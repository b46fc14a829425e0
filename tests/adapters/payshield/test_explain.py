"""Thales key blocks and cryptograms are recognised and explained."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.payshield.explain import EXPLAINERS, USAGES
from adapters.payshield.lmk.key_types import TR31_USAGE
from keyexchange.errors import FormatError
from keyexchange.inspection import read, recognise

VECTORS = json.loads((Path(__file__).parents[2] / "vectors/payshield.json").read_text("utf-8"))


def explained(text: str) -> dict[str, str]:
    (written,) = read(text.encode("latin-1"))
    return dict(recognise(written, EXPLAINERS).explain(written))


@pytest.mark.parametrize("vector", VECTORS["blocks"], ids=lambda v: v["name"])
def test_key_blocks(vector: dict[str, Any]) -> None:
    fields = explained(vector["text"])
    assert fields["format"] == "Thales key block"
    assert fields["key usage"].startswith(vector["text"][6:8])
    assert "proprietary" not in fields["key usage"]
    assert fields["LMK identifier"].startswith(vector["text"][15:17])
    assert (fields["LMK identifier"] == "FF: under a ZMK") is (vector["under"] == "zmk")


TAGGED = [vector for vector in VECTORS["variant"] if vector["text"][0] in "UT"]
"""A single-length key has no tag to know it by."""


@pytest.mark.parametrize("vector", TAGGED, ids=lambda v: v["name"])
def test_cryptograms(vector: dict[str, Any]) -> None:
    text = vector["text"]
    fields = explained(text)
    assert fields["format"] == "Thales key cryptogram"
    assert fields["key scheme"].startswith(text[0])
    assert text[1:] not in str(fields)


def test_a_block_that_was_cut_is_refused() -> None:
    with pytest.raises(FormatError) as raised:
        explained(VECTORS["blocks"][0]["text"][:-2])
    assert raised.value.category == "length_mismatch"


@pytest.mark.parametrize("text", ["U" + "0" * 31, "T" + "0" * 32, "0" * 32, "Z" + "0" * 32])
def test_other_digits_are_nothing_known(text: str) -> None:
    with pytest.raises(FormatError) as raised:
        explained(text)
    assert raised.value.category == "unknown"


def test_every_thales_usage_that_is_exported_has_a_name() -> None:
    assert {code for code in TR31_USAGE if code != "36"} <= set(USAGES)
