"""The clear key block: padded whole, read strictly, version 0 and 1."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyexchange.errors import FormatError
from keyexchange.pki import issuer_and_serial
from keyexchange.secret import Secret
from keyexchange.tr34 import Tolerance
from keyexchange.tr34.keyblock import KeyBlock, decode_padded, encode_padded
from tests.keyexchange.tr34.lab import certificate

KDH = issuer_and_serial(certificate("kdh_2048"))
BLOCK = KeyBlock(KDH, Secret(bytes(range(24))), "D0000K0TB00E0000")


@given(st.binary(min_size=1, max_size=48), st.sampled_from([8, 16]))
def test_any_key_comes_back_from_whole_blocks(key: bytes, block_octets: int) -> None:
    padded = encode_padded(KeyBlock(KDH, Secret(key), BLOCK.header), block_octets)
    assert len(padded) % block_octets == 0
    assert decode_padded(padded, block_octets) == KeyBlock(KDH, Secret(key), BLOCK.header)


def test_version_0_is_read_and_named() -> None:
    clear = encode_padded(BLOCK, 8).reveal()
    version_0 = clear.replace(b"\x02\x01\x01", b"\x02\x01\x00", 1)
    assert decode_padded(Secret(version_0), 8).tolerances == (Tolerance.VERSION_0,)
    with pytest.raises(FormatError):
        decode_padded(Secret(clear.replace(b"\x02\x01\x01", b"\x02\x01\x02", 1)), 8)


@pytest.mark.parametrize("padding", ["00", "02", "0101", "09" * 9, "030303030303", "0807080808080808"])
def test_wrong_padding_is_refused(padding: str) -> None:
    padded = encode_padded(BLOCK, 8).reveal()
    clear = padded[: -padded[-1]]
    with pytest.raises(FormatError):
        decode_padded(Secret(clear + bytes.fromhex(padding)), 8)


@given(st.binary(max_size=80))
def test_anything_else_is_refused(octets: bytes) -> None:
    with pytest.raises(FormatError):
        decode_padded(Secret(octets), 8)
