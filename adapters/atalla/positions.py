"""Where a piece stands in an envelope, as command 139 wants to know it."""

from __future__ import annotations


def position_of(piece: bytes, envelope: bytes) -> int:
    """The place of the first hexadecimal digit of the piece among those of the envelope, counted from 1.

    Source: aws-samples/samples-for-payment-cryptography-service: key_exchange/hsm/atalla/atalla_to_apc_tr34.py.
    """
    return 2 * envelope.index(piece) + 1
