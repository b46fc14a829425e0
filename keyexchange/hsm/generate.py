"""New keys. RSA key pairs take up to seconds, so they are made in a worker thread."""

from __future__ import annotations

import asyncio
import os

from keyexchange.crypto import ec as ec_keys
from keyexchange.crypto import new_des_key
from keyexchange.crypto import rsa as rsa_keys
from keyexchange.hsm.vault import PrivateKey
from keyexchange.keys import Algorithm, KeyAlgorithm
from keyexchange.secret import Secret


def symmetric_key(algorithm: KeyAlgorithm) -> Secret:
    """A random TDES (odd parity), AES or HMAC key."""
    return new_des_key(algorithm.octets) if algorithm.letter is Algorithm.T else Secret(os.urandom(algorithm.octets))


async def key_pair(algorithm: KeyAlgorithm) -> PrivateKey:
    """A new RSA or elliptic curve key pair."""
    if algorithm.letter is Algorithm.E:
        return ec_keys.generate(algorithm)
    return await asyncio.to_thread(rsa_keys.generate, int(algorithm.value.removeprefix("RSA_")))


def identifier() -> str:
    """16 lower-case letters and digits, as APC's key ids and tokens end: 80 random bits."""
    return os.urandom(16).translate(_LETTERS).decode()


_LETTERS = b"abcdefghijklmnopqrstuvwxyz234567" * 8
"""Base32's for every octet, by five of its bits. Source: RFC 4648, 6."""


def new_uuid() -> str:
    """A random UUID, for requests and events: the library's own takes five times as long. Source: RFC 9562, 5.4."""
    digits = os.urandom(16).hex()
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"
