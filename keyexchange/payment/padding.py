"""The padding methods of ISO/IEC 9797-1, which retail MACs, EMV cryptograms and EMV scripts share.

Source: ISO/IEC 9797-1:2011, 6.3.2 and 6.3.3. Method 2 is also ISO/IEC 7816-4 padding.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum


def pad_zeros(data: bytes, block_size: int) -> bytes:
    """Method 1: as few zero octets as fill the last block; none on whole blocks, one block of them on nothing."""
    return data + bytes(-len(data) % block_size or (0 if data else block_size))


def pad_one_and_zeros(data: bytes, block_size: int) -> bytes:
    """Method 2: an octet 80, then as few zero octets as fill the last block; whole blocks get a block more."""
    return data + b"\x80" + bytes(-(len(data) + 1) % block_size)


class Padding(IntEnum):
    """A padding method by its number."""

    METHOD_1 = 1
    METHOD_2 = 2

    def apply(self, data: bytes, block_size: int) -> bytes:
        """The data, padded to whole blocks of so many octets; at least one block."""
        return _METHODS[self](data, block_size)


_METHODS: dict[Padding, Callable[[bytes, int], bytes]] = {
    Padding.METHOD_1: pad_zeros,
    Padding.METHOD_2: pad_one_and_zeros,
}
