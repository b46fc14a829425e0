"""Stream modes against their definition, step by step on single blocks."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyexchange.crypto import AesKey, BlockCipherKey, TdesKey
from keyexchange.crypto.modes import decrypt_cfb, encrypt_cfb, ofb
from keyexchange.secret import Secret

KEYS = {"tdes": TdesKey(Secret(bytes(range(24)))), "aes": AesKey(Secret(bytes(range(16))))}


def bits_of(octets: bytes) -> str:
    return "".join(f"{octet:08b}" for octet in octets)


def cfb_by_definition(key: BlockCipherKey, iv: bytes, octets: bytes, segment: int) -> bytes:
    """NIST SP 800-38A, 6.3, on texts of bits."""
    register, clear, out = bits_of(iv), bits_of(octets), ""
    for start in range(0, len(clear), segment):
        stream = bits_of(key.encrypt_ecb(int(register, 2).to_bytes(key.block_size, "big")))
        part = "".join(str(int(a) ^ int(b)) for a, b in zip(clear[start : start + segment], stream, strict=False))
        out += part
        register = register[len(part) :] + part
    return bytes(int(out[start : start + 8], 2) for start in range(0, len(out), 8))


@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize("segment", [1, 8, 16, 24, 64, 128])
def test_cfb_is_what_the_standard_defines(name: str, segment: int) -> None:
    key = KEYS[name]
    if segment > 8 * key.block_size:
        segment = 8 * key.block_size

    @settings(max_examples=20)
    @given(iv=st.binary(min_size=key.block_size, max_size=key.block_size), octets=st.binary(max_size=50))
    def holds(iv: bytes, octets: bytes) -> None:
        enciphered = encrypt_cfb(key, iv, octets, segment_bits=segment)
        assert enciphered == cfb_by_definition(key, iv, octets, segment)
        assert decrypt_cfb(key, iv, enciphered, segment_bits=segment) == octets

    holds()


@pytest.mark.parametrize("name", KEYS)
def test_ofb_is_what_the_standard_defines(name: str) -> None:
    key, data = KEYS[name], bytes(range(50))
    block, stream = bytes(key.block_size), b""
    while len(stream) < len(data):
        block = key.encrypt_ecb(block)
        stream += block
    expected = bytes(a ^ b for a, b in zip(data, stream, strict=False))
    assert ofb(key, bytes(key.block_size), data) == expected
    assert ofb(key, bytes(key.block_size), expected) == data
