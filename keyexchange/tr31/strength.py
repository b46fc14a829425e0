"""How strong the key in a block is, as far as its header and its size tell. No key is loaded, only counted.

Source: NIST SP 800-57 part 1 rev. 5, table 2 (RSA, DSA, curves), FIPS 140 implementation guidance, D.B (RSA-4096). An
HMAC key counts half its hash's output, as `KeyAlgorithm` has it, and at most its own bits.
"""

from __future__ import annotations

from keyexchange.keys import KeyAlgorithm
from keyexchange.secret import Secret
from keyexchange.tr31.content import LENGTHS, elements, members
from keyexchange.tr31.header import Header

_MOST = 256
_MODULI = ((15360, 256), (7680, 192), (4096, 150), (3072, 128), (2048, 112), (1024, 80))
"""Bits of an RSA modulus or a DSA prime, and of strength; the largest first."""
_HASHES = {
    "10": 160,
    **dict.fromkeys(("20", "24", "30"), 224),
    **dict.fromkeys(("21", "25", "31", "40"), 256),
    **dict.fromkeys(("22", "32"), 384),
    **dict.fromkeys(("23", "33", "41"), 512),
}
"""Bits of output by the data of optional block HM; of SHAKE, twice its strength. Source: FIPS 180-4, FIPS 202."""
_PKCS8, _ECPRIVATEKEY, _VERSION_AND_MODULUS = (0x02, 0x30, 0x04), (0x02, 0x04), (0x02, 0x02)
"""Tags of the first members."""
_OF_MODULUS = {"R": (9, 2), "S": (2, 1)}
"""A private key takes at least so many times the octets of its modulus: an RSA key the modulus, the exponent and five
halves, a DSA key in PKCS#8 a prime and a generator."""
_EC_FRAME = 7
"""Octets of an ECPrivateKey around its number: two tags with lengths, and the version."""


def content_strength(header: Header, key: Secret) -> int:
    """Bits of strength of a key; 0 when it cannot be told."""
    letter = header.algorithm
    if letter in LENGTHS:
        return _of_symmetric(letter, len(key))
    if letter == "H":
        return _of_hmac(header, len(key))
    return _of_private(letter, key.reveal())


def most_strength(header: Header, octets: int) -> int:
    """The most bits of strength that a key of that many octets or fewer can have; 0 when it cannot be told."""
    letter = header.algorithm
    if letter in LENGTHS:
        return max((_of_symmetric(letter, size) for size in LENGTHS[letter] if size <= octets), default=0)
    if letter == "H":
        return _of_hmac(header, octets)
    if letter in _OF_MODULUS:
        times, divided = _OF_MODULUS[letter]
        return _of_modulus(octets * divided // times)
    return _of_curve(octets - _EC_FRAME) if letter == "E" else 0


def _of_symmetric(letter: str, octets: int) -> int:
    try:
        return KeyAlgorithm.of_symmetric(letter, octets).strength
    except KeyError:  # single DES, or no length of the algorithm
        return 0


def _of_hmac(header: Header, octets: int) -> int:
    stated = next((block.data for block in header.optional_blocks if block.block_id == "HM"), "")
    return min(8 * octets, _HASHES.get(stated, 2 * _MOST) // 2)


def _of_modulus(octets: int) -> int:
    return next((strength for bits, strength in _MODULI if 8 * octets >= bits), 0)


def _of_curve(octets: int) -> int:
    """A curve is half as strong as its order is long."""
    return max(0, min(4 * octets, _MOST))


def _of_private(letter: str, der: bytes) -> int:
    found = members(der)
    tags, values = tuple(tag for tag, _ in found), tuple(value for _, value in found)
    if tags[:3] == _PKCS8:
        return _of_dsa(values[1]) if letter == "S" else _of_private(letter, values[2])
    if tags[:2] == _ECPRIVATEKEY and letter == "E":
        return _of_curve(len(values[1]))
    if tags[:2] == _VERSION_AND_MODULUS and letter in _OF_MODULUS:
        return _of_number(values[1])
    return 0


def _of_dsa(algorithm: bytes) -> int:
    """By the prime among the parameters of an AlgorithmIdentifier's content."""
    parameters = elements(algorithm)[1:]
    numbers = elements(parameters[0][1]) if parameters else ()
    return _of_number(numbers[0][1]) if numbers else 0


def _of_number(number: bytes) -> int:
    return _of_modulus(len(number.lstrip(b"\0")))
