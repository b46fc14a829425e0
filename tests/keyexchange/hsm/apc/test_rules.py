"""The tables of attributes and strengths."""

from __future__ import annotations

from typing import Any

import pytest

from keyexchange.hsm.apc.attributes import MODES, USAGE_NAMES, mode_letter, modes_of_use, usage_code
from keyexchange.hsm.apc.errors import ApiError
from keyexchange.hsm.apc.model import CONTROL_PLANE, load
from keyexchange.hsm.apc.rules import (
    ECC,
    HMAC,
    KCV_METHODS,
    KEY_PAIRS,
    PUBLIC_KEYS,
    SECRET_KEYS,
    require_strength,
)
from keyexchange.keys import KeyAlgorithm
from tests.vectors import vectors

TR31_TABLE = {
    "TDES_2KEY": "TDES_2KEY TDES_3KEY AES_128 AES_192 AES_256 RSA_2048 RSA_3072 RSA_4096",
    "TDES_3KEY": "TDES_3KEY AES_128 AES_192 AES_256 RSA_2048 RSA_3072 RSA_4096",
    "AES_128": "AES_128 AES_192 AES_256 RSA_3072 RSA_4096",
    "AES_192": "AES_192 AES_256",
    "AES_256": "AES_256",
}
"""Wrapping keys that may protect a key. Source: AWS Payment Cryptography User Guide, "Importing and exporting keys",
table of minimum key strengths."""


WRAPPING = ["TDES_2KEY", "TDES_3KEY", "AES_128", "AES_192", "AES_256", "RSA_2048", "RSA_3072", "RSA_4096"]


@pytest.mark.parametrize("key", list(TR31_TABLE))
@pytest.mark.parametrize("wrapping", WRAPPING)
def test_the_strengths_are_those_of_the_user_guide(wrapping: str, key: str) -> None:
    try:
        require_strength(KeyAlgorithm(wrapping), KeyAlgorithm(key))
        allowed = True
    except ApiError:
        allowed = False
    assert allowed is (wrapping in TR31_TABLE[key].split())


TABLES = {"SYMMETRIC_KEY": SECRET_KEYS, "ASYMMETRIC_KEY_PAIR": KEY_PAIRS, "PUBLIC_KEY": PUBLIC_KEYS}
MORE_ALGORITHMS = {"M7-symmetric_key": HMAC, "S0-public_key": ECC}
"""What the tables allow beyond the guide; the reasons stand in the tables."""
MORE_USAGES = {("SYMMETRIC_KEY", "M0"), ("SYMMETRIC_KEY", "P1")}


@pytest.mark.parametrize("row", vectors("apc_key_attributes"))
def test_keys_may_be_what_the_user_guide_says(row: dict[str, Any]) -> None:
    allowed = TABLES[row["key_class"]][usage_code(row["usage"])]
    more = {algorithm.value for algorithm in MORE_ALGORITHMS.get(row["name"], frozenset())}
    assert {algorithm.value for algorithm in allowed.algorithms} == set(row["algorithms"]) | more
    assert {MODES[letter] for letter in allowed.modes} == {frozenset(modes) for modes in row["modes"]}


def test_nothing_else_is_allowed_but_what_is_named_here() -> None:
    rows = [parameter.values[0] for parameter in vectors("apc_key_attributes")]
    listed = {(row["key_class"], usage_code(row["usage"])) for row in rows}
    ours = {(key_class, usage) for key_class, table in TABLES.items() for usage in table}
    assert ours - listed == MORE_USAGES
    assert listed <= ours


def test_every_usage_of_the_model_has_a_row() -> None:
    assert set(SECRET_KEYS) | set(KEY_PAIRS) == set(USAGE_NAMES)
    assert set(PUBLIC_KEYS) <= set(KEY_PAIRS)


def test_every_algorithm_of_the_model_is_known() -> None:
    assert set(load(CONTROL_PLANE).enum("KeyAlgorithm")) == {algorithm.value for algorithm in KeyAlgorithm}
    assert {algorithm.letter.value for algorithm in KeyAlgorithm} == set(KCV_METHODS)


@pytest.mark.parametrize("letter", list(MODES))
def test_a_mode_of_use_letter_comes_back(letter: str) -> None:
    assert mode_letter(modes_of_use(letter)) == letter
