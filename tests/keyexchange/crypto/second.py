"""A second implementation of OAEP and of both KDFs, written from the standards, to hold the product's against."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import rsa

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.padding import OAEP


class SeededKey:
    """A public key that encrypts with a given OAEP seed and an empty label. Source: RFC 8017, 7.1.1."""

    def __init__(self, key: rsa.RSAPublicKey, seed: bytes) -> None:
        self._key, self._seed, self.key_size = key, seed, key.key_size

    def encrypt(self, message: bytes, padding: OAEP) -> bytes:
        name = padding.algorithm.name
        assert padding.mgf._algorithm.name == name
        size, numbers, digest = self.key_size // 8, self._key.public_numbers(), hashlib.new(name, b"").digest()
        data = digest + bytes(size - len(message) - 2 * len(digest) - 2) + b"\x01" + message
        masked = _xor(data, _mgf1(name, self._seed, len(data)))
        block = b"\x00" + _xor(self._seed, _mgf1(name, masked, len(digest))) + masked
        return pow(int.from_bytes(block, "big"), numbers.e, numbers.n).to_bytes(size, "big")


def kdf(function: str, hash_name: str, z: bytes, info: bytes, length: int) -> bytes:
    """NIST_SP800: hash(counter, z, info). ANSI_X963: hash(z, counter, info). The counter starts at 1."""
    out, counter = b"", 0
    while len(out) < length:
        counter += 1
        octets = counter.to_bytes(4, "big")
        out += hashlib.new(hash_name, {"NIST_SP800": octets + z, "ANSI_X963": z + octets}[function] + info).digest()
    return out[:length]


def _mgf1(name: str, seed: bytes, length: int) -> bytes:
    rounds = range(-(-length // hashlib.new(name).digest_size))
    return b"".join(hashlib.new(name, seed + i.to_bytes(4, "big")).digest() for i in rounds)[:length]


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))
