"""Working keys as the data commands use them: for the purpose, as key objects."""

from __future__ import annotations

from keyexchange.crypto import BlockCipherKey, TdesKey

from ..commands import KEY_BLOCK_TYPE
from ..errors import Refusal
from ..lmk.key_types import TR31_USAGE
from .device import Device
from .rules import Purpose


def tdes_key(device: Device, lmk: str | None, text: str, purpose: Purpose, *, parity: str) -> TdesKey:
    """The key, for commands that know TDES only.

    Args:
        parity: the code for a wrong one.

    Raises:
        Refusal: as `LmkRules.open_working_key`, and A7: an AES key.
    """
    key = device.lmk(lmk).open_working_key(text, purpose, parity=parity).cipher
    if not isinstance(key, TdesKey):
        raise Refusal("A7")
    return key


def typed_key(device: Device, lmk: str | None, key_type: str, text: str, wanted: TypedPurpose) -> BlockCipherKey:
    """The key of a command that states the key's type itself.

    Raises:
        Refusal: as `LmkRules.open_working_key`; 28: a type that is not for this; A1: a type of the other kind of LMK.
    """
    rules = device.lmk(lmk)
    if rules.holds_blocks != (key_type == KEY_BLOCK_TYPE):
        raise Refusal("A1" if rules.holds_blocks else "28")
    if not rules.holds_blocks and key_type not in wanted.key_types:
        raise Refusal("28")
    purpose = Purpose(wanted.usages, wanted.modes, key_type)
    return rules.open_working_key(text, purpose, parity="10").cipher


class TypedPurpose:
    """What a command that states the key's type needs of the key.

    Args:
        usages: of X9.143; Thales usages that stand for them are taken too.
        modes: as in `Purpose`.
        key_types: under a variant LMK, of which it has one.
    """

    def __init__(self, usages: tuple[str, ...], modes: str, key_types: tuple[str, ...]) -> None:
        thales = {own for own, known in TR31_USAGE.items() if known in usages}
        self.usages = frozenset({*usages, *thales})
        self.modes = modes
        self.key_types = key_types
