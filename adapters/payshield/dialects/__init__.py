"""How the adapter words its commands under each kind of LMK."""

from .common import ALGORITHM_CODES, BOTH, KEY_MANAGEMENT, SIGNATURE_ONLY, TR31_TAG, Dialect
from .key_block import KeyBlockDialect
from .variant import VariantDialect

__all__ = [
    "ALGORITHM_CODES",
    "BOTH",
    "KEY_MANAGEMENT",
    "SIGNATURE_ONLY",
    "TR31_TAG",
    "Dialect",
    "KeyBlockDialect",
    "VariantDialect",
]
