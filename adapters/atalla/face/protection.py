"""How a version 1 key block protects its content, under the master file key or under a KEK.

| what | how |
|---|---|
| encryption key | the key, each octet XOR 45 |
| authentication key | the key, each octet XOR 4D |
| key field | 24 octets: shorter keys are filled, with 53 after 8 octets and with 44 after 16; 3DES-CBC, IV = header |
| MAC | 3DES-CBC-MAC over header and key field, zero IV, all 8 octets |

These are known: three blocks of three sources open and authenticate (tests/vectors/atalla.json). For RSA keys there is
no public source; the conventions are in the declaration of command 120.

Source: futehkao/elements: hsm/atalla (an implementation and its tests); FelipeRodriguezFonte/CryptoCarver:
AtallaAkbOperations; checked with the sample block of AWS's readme, key_exchange/hsm/atalla.
"""

from __future__ import annotations

import hmac

from cryptography.hazmat.primitives.asymmetric import rsa

from keyexchange.crypto import TdesKey, xor
from keyexchange.crypto.rsa import PUBLIC_EXPONENT, load_unchecked, private_der
from keyexchange.secret import Secret

from .. import akb
from ..errors import Refusal

TEST_MASTER_FILE_KEY = "2ABC3DEF4567018998107645FED3CBA20123456789ABCDEF"
"""Published: everybody knows it. For rehearsal and test, never for a live key. Source: futehkao/elements, the tests."""

_BLOCK = 8
_KEY_FIELD = 24
_FILLING = {8: b"\x53", 16: b"\x44", 24: b""}
"""By the length of the key: what fills the rest of the key field."""
_END_OF_DER = b"\x80"


class Protection:
    """The keys that protect key blocks; keeps their contexts.

    Args:
        key: the master file key or a KEK, 16 or 24 octets.
    """

    def __init__(self, key: Secret) -> None:
        octets = key.reveal()
        self._encryption = TdesKey(Secret(xor(octets, b"\x45" * len(octets))))
        self._authentication = TdesKey(Secret(xor(octets, b"\x4d" * len(octets))))

    def wrap(self, header: str, key: Secret) -> str:
        """A symmetric key of 8, 16 or 24 octets as a key block."""
        filling = _FILLING[len(key)] * (_KEY_FIELD - len(key))
        return self._block(header, self._encryption.encrypt_cbc(header.encode("ascii"), key.reveal() + filling))

    def unwrap(self, block: akb.Akb, field: int) -> Secret:
        """The symmetric key of a block.

        Args:
            field: its number in the command.

        Raises:
            Refusal: 05: it does not authenticate; 10: its key field is no symmetric key's.
        """
        self.authenticate(block, field)
        if len(block.key_field) != _KEY_FIELD:
            raise Refusal("10", field)
        clear = self._encryption.decrypt_cbc(block.header.encode("ascii"), block.key_field)
        length = next(n for n, fill in _FILLING.items() if clear.endswith(fill * (_KEY_FIELD - n)))
        return Secret(clear[:length])

    def wrap_public(self, header: str, key: rsa.RSAPublicKey) -> str:
        """An RSA public key as a block: lengths, exponent and modulus in clear."""
        modulus = key.public_numbers().n.to_bytes(key.key_size // 8, "big")
        exponent = PUBLIC_EXPONENT.to_bytes(3, "big")
        return self._block(header, b"\x00\x03" + exponent + len(modulus).to_bytes(2, "big") + modulus)

    def unwrap_public(self, block: akb.Akb, field: int) -> rsa.RSAPublicKey:
        """The RSA public key of a block.

        Raises:
            Refusal: 05: it does not authenticate; 03: it is no RSA public key.
        """
        self.authenticate(block, field)
        modulus = block.public_modulus
        if modulus is None:
            raise Refusal("03", field)
        return public_key(modulus, PUBLIC_EXPONENT, field)

    def wrap_private(self, header: str, key: rsa.RSAPrivateKey) -> str:
        """An RSA private key as a block."""
        der = private_der(key) + _END_OF_DER
        return self._block(header, self._encryption.encrypt_cbc(header.encode("ascii"), _filled(der)))

    def unwrap_private(self, block: akb.Akb, field: int) -> rsa.RSAPrivateKey:
        """The RSA private key of a block. It was checked when it was made and is authenticated here.

        Raises:
            Refusal: 05: it does not authenticate; 03: it is no RSA private key.
        """
        self.authenticate(block, field)
        if len(block.key_field) <= _KEY_FIELD or len(block.key_field) % _BLOCK:
            raise Refusal("03", field)
        clear = self._encryption.decrypt_cbc(block.header.encode("ascii"), block.key_field)
        try:
            return load_unchecked(clear.rstrip(b"\x00").removesuffix(_END_OF_DER))
        except (ValueError, AssertionError):
            raise Refusal("03", field) from None

    def mac(self, octets: bytes) -> bytes:
        """8 octets over any octets, filled with zeros."""
        return self._authentication.cbc_mac(_filled(octets))

    def authenticate(self, block: akb.Akb, field: int) -> None:
        """Verify a block's MAC.

        Raises:
            Refusal: 05.
        """
        if not hmac.compare_digest(self.mac(block.header.encode("ascii") + block.key_field), block.mac):
            raise Refusal("05", field)

    def _block(self, header: str, key_field: bytes) -> str:
        return akb.Akb(header, key_field, self.mac(header.encode("ascii") + key_field)).text


def public_key(modulus: int, exponent: int, field: int) -> rsa.RSAPublicKey:
    """A public key of numbers.

    Raises:
        Refusal: 03: they are none.
    """
    try:
        return rsa.RSAPublicNumbers(exponent, modulus).public_key()
    except ValueError:
        raise Refusal("03", field) from None


def _filled(octets: bytes) -> bytes:
    return octets + bytes(-len(octets) % _BLOCK)
