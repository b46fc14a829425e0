"""Working keys as the data commands use them: of the right usage and mode, as key objects."""

from __future__ import annotations

from dataclasses import dataclass

from keyexchange.crypto import BlockCipherKey, TdesKey, block_cipher_key

from ..errors import Refusal
from .device import Device
from .rules import open_key

_WRONG_TYPE = "63"


@dataclass(frozen=True)
class Purpose:
    """What a command needs of a key.

    Args:
        usages: key usages, of which it has one.
        modes: modes of use, of which it has one; N goes without saying.
    """

    usages: tuple[str, ...]
    modes: str


def working_key(device: Device, text: str, purpose: Purpose) -> tuple[str, BlockCipherKey]:
    """The key and its usage.

    Raises:
        Refusal: as `open_key`, and 63: usage or mode is another's.
    """
    key = open_key(device, text)
    if key.header.key_usage not in purpose.usages or key.header.mode_of_use not in purpose.modes + "N":
        raise Refusal(_WRONG_TYPE)
    _ = key.algorithm  # refuses a length that the algorithm does not have
    return key.header.key_usage, block_cipher_key(key.header.algorithm, key.key)


def tdes_key(device: Device, text: str, purpose: Purpose) -> TdesKey:
    """The same, for commands that know TDES only.

    Raises:
        Refusal: as `working_key`, and 63: an AES key.
    """
    _, key = working_key(device, text, purpose)
    if not isinstance(key, TdesKey):
        raise Refusal(_WRONG_TYPE)
    return key
