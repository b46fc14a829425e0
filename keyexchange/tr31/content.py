"""Whether the key inside a block is what its header says: length of symmetric keys, shape of private keys.

Shape only: no number is looked at, no library loads the key.

Source: X9.143:2021, 6.3.2 and 7 (what is wrapped); RFC 8017, A.1.2 (PKCS#1), RFC 5915, 3 (ECPrivateKey), RFC 5958, 2
(PKCS#8); the published samples of X9.143:2021, 8.
"""

from __future__ import annotations

from keyexchange.secret import Secret

LENGTHS = {"D": (8,), "T": (16, 24), "A": (16, 24, 32)}
"""Octets of a symmetric key by algorithm letter."""
LEAST_HMAC_OCTETS = 14
"""112 bits, the least that NIST SP 800-107 rev. 1, 5.3.2 lets an HMAC key have."""

_SEQUENCE, _INTEGER, _OCTET_STRING, _CONTEXT = 0x30, 0x02, 0x04, 0x80

PRIVATE_KEYS = {
    "R": {
        (_INTEGER,) * 9: "PKCS#1 RSAPrivateKey",
        (_INTEGER, _SEQUENCE, _OCTET_STRING): "PKCS#8 PrivateKeyInfo",
    },
    "E": {
        (_INTEGER, _OCTET_STRING): "RFC 5915 ECPrivateKey",
        (_INTEGER, _SEQUENCE, _OCTET_STRING): "PKCS#8 PrivateKeyInfo",
    },
    "S": {
        (_INTEGER,) * 6: "DSAPrivateKey as OpenSSL writes it",
        (_INTEGER, _SEQUENCE, _OCTET_STRING): "PKCS#8 PrivateKeyInfo",
    },
}
"""The DER tags of the members by algorithm letter; optional members with context tags are left out."""


def content_violations(algorithm: str, key: Secret) -> tuple[str, ...]:
    """What is wrong with a key for an algorithm letter, one sentence each; proprietary letters are not judged."""
    size = len(key)
    if algorithm in LENGTHS and size not in LENGTHS[algorithm]:
        return (f"a key of algorithm {algorithm} does not have {size} octets",)
    if algorithm == "H" and size < LEAST_HMAC_OCTETS:
        return (f"an HMAC key of {size} octets is shorter than 112 bits",)
    if algorithm in PRIVATE_KEYS and private_key_form(algorithm, key) is None:
        return (f"a key of algorithm {algorithm} is not the DER of a private key",)
    return ()


def private_key_form(algorithm: str, key: Secret) -> str | None:
    """The name of the structure that a private key of algorithm R, E or S has; None when it is no such structure."""
    return PRIVATE_KEYS[algorithm].get(tuple(tag for tag, _ in members(key.reveal())))


Elements = tuple[tuple[int, bytes], ...]
"""Tag and value of each."""


def members(octets: bytes) -> Elements:
    """What stands in the one SEQUENCE that the octets are, without context tags; nothing when they are none."""
    outer = _element(octets, 0)
    if outer is None or octets[0] != _SEQUENCE or outer[1] != len(octets):
        return ()
    return tuple(one for one in elements(octets[outer[0] :]) if one[0] < _CONTEXT)


def elements(octets: bytes) -> Elements:
    """DER elements one behind the other; none when they do not fill the octets."""
    found, position = [], 0
    while position < len(octets):
        element = _element(octets, position)
        if element is None:
            return ()
        found.append((octets[position], octets[element[0] : element[1]]))
        position = element[1]
    return tuple(found)


def _element(octets: bytes, start: int) -> tuple[int, int] | None:
    """Where the value of the DER element at `start` begins and ends; None when it does not fit."""
    if start + 2 > len(octets):
        return None
    length, begin = octets[start + 1], start + 2
    if length >= 0x80:
        more = length & 0x7F
        length, begin = int.from_bytes(octets[begin : begin + more], "big"), begin + more
    end = begin + length
    return (begin, end) if end <= len(octets) else None
