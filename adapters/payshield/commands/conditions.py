"""Conditions that decide which fields a command has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

KEY_BLOCK_TYPE = "FFF"
"""The key type of every key under a key-block LMK: its header says the rest."""


def key_block(values: Mapping[str, Any]) -> bool:
    """The key is under a key-block LMK."""
    return bool(values["key_type"] == KEY_BLOCK_TYPE)


def variant(values: Mapping[str, Any]) -> bool:
    """The key is under a variant LMK."""
    return not key_block(values)
