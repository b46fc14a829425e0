"""A Secret gives its octets to nobody who did not ask by name."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

from keyexchange.secret import Secret

OCTETS = b"\x13\x37" * 8


def test_a_secret_prints_only_its_length() -> None:
    for text in (repr(Secret(OCTETS)), str(Secret(OCTETS)), f"{Secret(OCTETS)}", f"{[Secret(OCTETS)]}"):
        assert text.strip("[]") == "Secret(<16 octets>)"


def test_a_secret_is_not_serialised_copied_or_hashed() -> None:
    for leak in (pickle.dumps, copy.copy, copy.deepcopy, json.dumps, hash):
        with pytest.raises(TypeError):
            leak(Secret(OCTETS))


def test_secrets_compare_by_value_and_never_with_octets() -> None:
    assert Secret(OCTETS) == Secret(OCTETS)
    assert Secret(OCTETS) != Secret(OCTETS[:-1])
    assert Secret(OCTETS) != OCTETS
