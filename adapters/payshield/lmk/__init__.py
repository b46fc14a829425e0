"""Local master keys and what lies under them: cryptograms of a variant LMK, key blocks of a key-block LMK."""

from . import blocks, key_types, rsa_numbers
from .key_block import KeyBlockLmk
from .protection import Protection
from .schemes import SchemeZmk
from .variant import VariantLmk

__all__ = ["KeyBlockLmk", "Protection", "SchemeZmk", "VariantLmk", "blocks", "key_types", "rsa_numbers"]
