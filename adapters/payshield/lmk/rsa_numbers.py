"""RSA keys as the payShield writes them: INTEGERs without a sign octet.

A private key is five of them: p, q, dP, dQ and qInv; n, e and d are computed, e is 65537. Each is padded here to half
the modulus, so that a block's length depends on the key's size alone. Source: recorded payShield key blocks, opened
with the published test LMK; the sizes 0688, 0704 and 0656 of a 2048-bit key follow from this.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import rsa

from keyexchange.crypto.rsa import PUBLIC_EXPONENT
from keyexchange.errors import FormatError
from keyexchange.secret import Secret
from keyexchange.wire import Cursor, Der

from ..errors import Refusal

_SEQUENCE, _INTEGER = b"\x30", b"\x02"
_COUNT = 5


def integers(key: rsa.RSAPrivateKey) -> Secret:
    """The five INTEGERs one after the other."""
    numbers = key.private_numbers()
    width = key.key_size // 16
    values = (numbers.p, numbers.q, numbers.dmp1, numbers.dmq1, numbers.iqmp)
    return Secret(b"".join(_element(_INTEGER, value.to_bytes(width, "big")) for value in values))


def sequence(key: rsa.RSAPrivateKey) -> Secret:
    """The five INTEGERs in a SEQUENCE."""
    return Secret(_element(_SEQUENCE, integers(key).reveal()))


def unsigned_public_key(key: rsa.RSAPublicKey) -> bytes:
    """RSAPublicKey with a modulus without a sign octet: encoding 01, which is not DER (269 octets at 2048 bits)."""
    numbers = key.public_numbers()
    parts = (number.to_bytes((number.bit_length() + 7) // 8, "big") for number in (numbers.n, numbers.e))
    return _element(_SEQUENCE, b"".join(_element(_INTEGER, part) for part in parts))


def load_sequence(octets: Secret) -> rsa.RSAPrivateKey:
    """The key of a SEQUENCE that was authenticated; padding after it is not looked at.

    Raises:
        Refusal: 49.
    """
    try:
        element = Der().decode(Cursor(octets.reveal()))
    except FormatError:
        raise Refusal("49") from None
    if element[:1] != _SEQUENCE:
        raise Refusal("49")
    return load_integers(Secret(_content(element)))


def load_integers(octets: Secret) -> rsa.RSAPrivateKey:
    """The key of five INTEGERs; padding after them is not looked at.

    The key is loaded without the library's 31 ms of checks, but p and q must fit the CRT values: nothing authenticates
    a cryptogram under a variant LMK.

    Raises:
        Refusal: 49.
    """
    cursor = Cursor(octets.reveal())
    try:
        elements = [Der().decode(cursor) for _ in range(_COUNT)]
    except FormatError:
        raise Refusal("49") from None
    if any(element[:1] != _INTEGER for element in elements):
        raise Refusal("49")
    p, q, dmp1, dmq1, iqmp = (int.from_bytes(_content(element), "big") for element in elements)
    if min(p, q) < 3 or (iqmp * q) % p != 1 or (PUBLIC_EXPONENT * dmp1) % (p - 1) != 1:
        raise Refusal("49")
    try:
        private_exponent = pow(PUBLIC_EXPONENT, -1, (p - 1) * (q - 1))
        numbers = rsa.RSAPrivateNumbers(
            p, q, private_exponent, dmp1, dmq1, iqmp, rsa.RSAPublicNumbers(PUBLIC_EXPONENT, p * q)
        )
        return numbers.private_key(unsafe_skip_rsa_key_validation=True)
    except ValueError:
        raise Refusal("49") from None


def _element(tag: bytes, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return tag + bytes([length]) + content
    size = (length.bit_length() + 7) // 8
    return tag + bytes([0x80 | size]) + length.to_bytes(size, "big") + content


def _content(element: bytes) -> bytes:
    head = 2 if element[1] < 0x80 else 2 + (element[1] & 0x7F)
    return element[head:]
