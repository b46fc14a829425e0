"""A second implementation of OAEP, ECDH and both KDFs to hold the product's against: none that it uses itself."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.padding import OAEP


_HASHES = {"sha224": hashes.SHA224, "sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512}
_FIELDS = {
    "P-256": 2**256 - 2**224 + 2**192 + 2**96 - 1,
    "P-384": 2**384 - 2**128 - 2**96 + 2**32 - 1,
    "P-521": 2**521 - 1,
}
_Point = tuple[int, int] | None


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
    """Both KDFs as pyca cryptography has them; the product writes them out."""
    algorithm = _HASHES[hash_name]()
    chosen = {"NIST_SP800": ConcatKDFHash, "ANSI_X963": X963KDF}[function]
    return chosen(algorithm, length, info).derive(z)


def ecdh(curve: str, scalar: int, point: bytes) -> bytes:
    """The shared secret, by double and add in affine coordinates. Source: SEC 1 version 2, 2.2.1 and 3.3.1; SP 800-186.

    Slow and not constant-time; it shares nothing with OpenSSL.
    """
    p = _FIELDS[curve]
    size = (p.bit_length() + 7) // 8
    x, y = int.from_bytes(point[1 : size + 1], "big"), int.from_bytes(point[size + 1 :], "big")
    total: _Point = None
    for bit in bin(scalar)[2:]:
        total = _add(p, total, total)
        total = _add(p, total, (x, y)) if bit == "1" else total
    assert total is not None
    return total[0].to_bytes(size, "big")


def _add(p: int, left: _Point, right: _Point) -> _Point:
    if left is None or right is None:
        return right if left is None else left
    (x1, y1), (x2, y2) = left, right
    if x1 == x2 and (y1 + y2) % p == 0:
        return None
    slope = (3 * x1 * x1 - 3) * pow(2 * y1, -1, p) if left == right else (y2 - y1) * pow(x2 - x1, -1, p)
    x = (slope * slope - x1 - x2) % p
    return x, (slope * (x1 - x) - y1) % p


def _mgf1(name: str, seed: bytes, length: int) -> bytes:
    rounds = range(-(-length // hashlib.new(name).digest_size))
    return b"".join(hashlib.new(name, seed + i.to_bytes(4, "big")).digest() for i in rounds)[:length]


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))
