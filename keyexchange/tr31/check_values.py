"""Whether the check values that a header states are those of the keys they are said to be of.

KC states the check value of the wrapped key and KP that of the KBPK. PK states that of the key the block was exported
under before, which nobody here has, so nothing is said of it. What a value is made of follows from its method, not
from the key: encryption of zeros exists for AES keys too, and CMAC for TDES keys.

Source: X9.143:2021, 6.3.6.7, table 15 (KC, KP) and 6.3.6.12, table 20 (PK), as openemv/tr31 documents them;
X9.24-1:2017, Annex A (methods).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from keyexchange.crypto import BlockCipherKey, block_cipher_key
from keyexchange.errors import FormatError
from keyexchange.secret import Secret
from keyexchange.tr31.binding import Kbpk
from keyexchange.tr31.content import LENGTHS
from keyexchange.tr31.header import Header, OptionalBlock

_METHODS: dict[str, Callable[[BlockCipherKey], bytes]] = {
    "00": lambda key: key.encrypt_ecb(bytes(key.block_size)),
    "01": lambda key: key.cmac(bytes(key.block_size)),
}
_OCTETS = {**LENGTHS, "T": (8, *LENGTHS["T"])}
"""Of keys that have such values. Old TDES keys may be single DES ones."""


def wrong_check_values(header: Header, kbpk: Kbpk, key: Secret) -> tuple[str, ...]:
    """The ids of the blocks, KC or KP, whose value is not that of their key; for a header that is authentic."""
    return tuple(_wrong(header, {"KP": (kbpk.letter, kbpk.key), "KC": (header.algorithm, key)}))


def names_another_kbpk(header: Header, kbpk: Kbpk) -> bool:
    """Whether KP states another key than this; of a block that does not verify it is a hint at most."""
    return any(_wrong(header, {"KP": (kbpk.letter, kbpk.key)}))


def _wrong(header: Header, keys: dict[str, tuple[str, Secret]]) -> Iterator[str]:
    for block in header.optional_blocks:
        if block.block_id in keys:
            letter, key = keys[block.block_id]
            if not _is_right(block, letter, key):
                yield block.block_id


def _is_right(block: OptionalBlock, letter: str, key: Secret) -> bool:
    """False only where there is a value that could be the key's and is not."""
    from keyexchange.tr31.optional_blocks import CheckValue, interpret  # noqa: PLC0415  # see keyexchange.tr31

    try:
        stated = interpret(block)
    except FormatError:  # carried as it is, like any odd block; there is no value to compare
        return True
    if not isinstance(stated, CheckValue) or len(key) not in _OCTETS.get(letter, ()):
        return True
    made = _METHODS[stated.method](block_cipher_key(letter, key)).hex().upper()
    return made.startswith(stated.digits)
