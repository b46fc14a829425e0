"""Message authentication codes: CBC-MAC, retail MAC, CMAC, HMAC, and the comparison of a MAC that was received.

DUKPT and EMV add nothing here: they derive a key (dukpt_tdes, dukpt_aes, emv) and then use one of these.

All take the whole message at once, of any length, and give the first `length` octets of the MAC. Four octets is the
least that the standards of retail banking use; so a shorter MAC is neither made nor compared.
"""

from __future__ import annotations

import hmac
from enum import StrEnum

from keyexchange.crypto import BlockCipherKey, TdesKey, xor
from keyexchange.errors import FormatError
from keyexchange.payment.comparing import require_same
from keyexchange.payment.padding import Padding
from keyexchange.secret import Secret

SHORTEST = 4
"""Octets of the shortest MAC. Source: ISO 16609:2012, 5.5; ISO/IEC 9797-1:2011, annex C on guessing."""


class HmacHash(StrEnum):
    """The hash of an HMAC, by the name that `hashlib` knows."""

    SHA_224 = "sha224"
    SHA_256 = "sha256"
    SHA_384 = "sha384"
    SHA_512 = "sha512"


def iso9797_algorithm_1(
    key: BlockCipherKey, message: bytes, *, padding: Padding = Padding.METHOD_1, length: int | None = None
) -> bytes:
    """CBC-MAC with the whole key on every block (ISO 16609 when the key is TDES).

    Args:
        length: octets, 4 up to a block; a whole block when absent.

    Raises:
        FormatError: category mac_length.

    Source: ISO/IEC 9797-1:2011, 7.2.
    """
    return _first(key.cbc_mac(padding.apply(message, key.block_size)), length)


def iso9797_algorithm_3(
    key: TdesKey, message: bytes, *, padding: Padding = Padding.METHOD_1, length: int | None = None
) -> bytes:
    """The retail MAC (ANSI X9.19): single DES under the first part on all blocks, the whole key on the last one.

    A key of three parts ends with the third one, as triple DES does; the standard knows keys of two.

    Args:
        key: 16 or 24 octets.
        length: octets, 4 to 8; 8 when absent.

    Raises:
        FormatError: categories key_length, mac_length.

    Source: ISO/IEC 9797-1:2011, 7.4. Its last two steps, decrypting under K2 and encrypting under K1, undo and repeat
    the last chaining step under K1; so they are one triple DES block.
    """
    if len(key.secret) < 16:
        raise FormatError(
            "a retail MAC needs a key of two parts", category="key_length", hint="use a TDES key of 16 or 24 octets"
        )
    blocks = padding.apply(message, 8)
    last = blocks[-8:]
    if len(blocks) > 8:
        last = xor(last, key.first_part.cbc_mac(blocks[:-8]))
    return _first(key.encrypt_ecb(last), length)


def cmac(key: BlockCipherKey, message: bytes, *, length: int | None = None) -> bytes:
    """CMAC under TDES or AES.

    Args:
        length: octets, 4 up to a block; a whole block when absent.

    Raises:
        FormatError: category mac_length.

    Source: NIST SP 800-38B; ISO/IEC 9797-1:2011, 7.6 (algorithm 5).
    """
    return _first(key.cmac(message), length)


def hmac_mac(key: Secret, message: bytes, hash_name: HmacHash, *, length: int | None = None) -> bytes:
    """HMAC.

    Args:
        key: of any length; what is longer than the hash's block is hashed first, as the RFC has it.
        length: octets, 4 up to the hash; a whole hash when absent.

    Raises:
        FormatError: category mac_length.

    Source: RFC 2104; RFC 4231 (the SHA-2 family); FIPS 198-1.
    """
    return _first(hmac.digest(key.reveal(), message, hash_name.value), length)


def verify_mac(calculated: bytes, received: bytes) -> None:
    """Compare a received MAC with the calculated one, in constant time, on the length of the received one.

    Args:
        calculated: the MAC in full.
        received: its first octets, at least four.

    Raises:
        FormatError: category mac_length: shorter than four octets or longer than the calculated one.
        MismatchError: reason mac.
    """
    require_same(_first(calculated, len(received)), received, what="the MAC", reason="mac")


def _first(mac: bytes, length: int | None) -> bytes:
    if length is None:
        return mac
    if not SHORTEST <= length <= len(mac):
        raise FormatError(
            f"a MAC of {length} octets, where {SHORTEST} to {len(mac)} are possible",
            category="mac_length",
            hint="the algorithm gives the longest MAC, and four octets is the shortest that is safe to compare",
        )
    return mac[:length]
