"""Clear keys, and the only place that has them: sealed for the store, opened for use, kept ready for the next use.

Opening a block, deriving from it and making cipher contexts costs far more than using them, so opened keys stay in a
bounded cache. It is keyed by the block, so a key whose block was destroyed is not found again.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from keyexchange.crypto import ec as ec_keys
from keyexchange.crypto import rsa as rsa_keys
from keyexchange.hsm.cache import LeastRecentlyUsed
from keyexchange.keys import Algorithm, KeyAlgorithm
from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk, unwrap, wrap

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

CACHED_KEYS = 1024


class Vault:
    """Seals and opens customer keys under the profile main key.

    Args:
        profile: the profile main key.
    """

    def __init__(self, profile: Kbpk) -> None:
        self._profile = profile
        self._kbpks: LeastRecentlyUsed[Kbpk] = LeastRecentlyUsed(CACHED_KEYS)
        self._rsa: LeastRecentlyUsed[rsa.RSAPrivateKey] = LeastRecentlyUsed(CACHED_KEYS)

    def seal(self, key: Secret, *, usage: str, algorithm: KeyAlgorithm, mode_of_use: str) -> str:
        """Key material as a TR-31 version D block: symmetric octets, or the DER of a private key."""
        header = Header("D", usage, algorithm.letter.value, mode_of_use, exportability="N")
        return wrap(self._profile, header, key, odd_header=True)  # AWS's own table allows more than X9.143 has

    def seal_private(self, key: PrivateKey, *, usage: str, algorithm: KeyAlgorithm, mode_of_use: str) -> str:
        """A private key as a TR-31 version D block."""
        der = rsa_keys.private_der(key) if isinstance(key, rsa.RSAPrivateKey) else ec_keys.private_der(key)
        return self.seal(Secret(der), usage=usage, algorithm=algorithm, mode_of_use=mode_of_use)

    def key(self, block: str) -> Secret:
        """The material of a sealed key.

        Raises:
            FormatError: the database was changed by somebody who does not have the main key.
        """
        return unwrap(self._profile, block).key

    def kbpk(self, block: str, letter: str) -> Kbpk:
        """A sealed TDES or AES key as a key block protection key, with its contexts."""
        return self._kbpks.get(block, lambda: Kbpk(letter, self.key(block)))

    def rsa_private(self, block: str) -> rsa.RSAPrivateKey:
        """A sealed RSA key; it was checked when it was made."""
        return self._rsa.get(block, lambda: rsa_keys.load_unchecked(self.key(block).reveal()))

    def public_key(self, block: str, algorithm: KeyAlgorithm) -> PublicKey:
        """The public half of a sealed key pair."""
        if algorithm.letter is Algorithm.R:
            return self.rsa_private(block).public_key()
        return ec_keys.load_private(self.key(block).reveal()).public_key()
