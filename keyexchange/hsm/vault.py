"""Clear keys, and the only place that has them: sealed for the store, opened for use, kept ready for the next use.

Blocks say nothing about the generation of the profile main key that they are under: their MAC decides, and the newest
is tried first.

Opening a block, deriving from it and making cipher contexts costs far more than using them, so opened keys stay in a
bounded cache. It is keyed by the block, so a key whose block was destroyed is not found again.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from typing import Protocol, TypeVar, cast

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from keyexchange.crypto import BlockCipherKey, block_cipher_key
from keyexchange.crypto import ec as ec_keys
from keyexchange.crypto import rsa as rsa_keys
from keyexchange.errors import FormatError
from keyexchange.hsm.cache import LeastRecentlyUsed
from keyexchange.keys import Algorithm, KeyAlgorithm
from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk, KeyBlockContent, unwrap, wrap

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

K = TypeVar("K")

CACHED_KEYS = 1024


_ANOTHER_KEY = "mac_mismatch"


class MainKeySource(Protocol):
    """Where the profile main key comes from."""

    def newest(self) -> Kbpk:
        """The generation to seal under."""

    def known(self) -> Iterator[Kbpk]:
        """The generations that a block may be under, the likely ones first."""


class Vault:
    """Seals and opens customer keys under the profile main key.

    Args:
        profile: the profile main key's generations.
    """

    def __init__(self, profile: MainKeySource) -> None:
        self._profile = profile
        self._kbpks: LeastRecentlyUsed[Kbpk] = LeastRecentlyUsed(CACHED_KEYS)
        self._rsa: LeastRecentlyUsed[rsa.RSAPrivateKey] = LeastRecentlyUsed(CACHED_KEYS)
        self._ciphers: LeastRecentlyUsed[BlockCipherKey] = LeastRecentlyUsed(CACHED_KEYS)
        self._derived: LeastRecentlyUsed[object] = LeastRecentlyUsed(CACHED_KEYS)

    def seal(self, key: Secret, *, usage: str, algorithm: KeyAlgorithm, mode_of_use: str) -> str:
        """Key material as a TR-31 version D block: symmetric octets, or the DER of a private key.

        Seal what the store is to keep and write it without an await between: from here to the commit this process is
        the writer, and the main key it is under stays the newest.
        """
        header = Header("D", usage, algorithm.letter.value, mode_of_use, exportability="N")
        return _sealed(self._profile.newest(), header, key)

    def reseal(self, block: str) -> str | None:
        """A block under the newest main key for one that is under an older one; None when it is not.

        Raises:
            FormatError: as `key`.
        """
        newest = self._profile.newest()
        try:
            unwrap(newest, block)
        except FormatError:
            opened = self._open(block)
            return _sealed(newest, opened.header, opened.key)
        return None

    def seal_private(self, key: PrivateKey, *, usage: str, algorithm: KeyAlgorithm, mode_of_use: str) -> str:
        """A private key as a TR-31 version D block."""
        der = rsa_keys.private_der(key) if isinstance(key, rsa.RSAPrivateKey) else ec_keys.private_der(key)
        return self.seal(Secret(der), usage=usage, algorithm=algorithm, mode_of_use=mode_of_use)

    def key(self, block: str) -> Secret:
        """The material of a sealed key.

        Raises:
            FormatError: the database was changed by somebody who does not have the main key.
        """
        return self._open(block).key

    def _open(self, block: str) -> KeyBlockContent:
        refusal = None
        for kbpk in self._profile.known():
            try:
                return unwrap(kbpk, block)
            except FormatError as error:
                if error.category != _ANOTHER_KEY:
                    raise
                refusal = error
        assert refusal is not None
        raise refusal

    def kbpk(self, block: str, letter: str) -> Kbpk:
        """A sealed TDES or AES key as a key block protection key, with its contexts."""
        return self._kbpks.get(block, lambda: Kbpk(letter, self.key(block)))

    def cipher(self, block: str, letter: str) -> BlockCipherKey:
        """A sealed TDES or AES key with its contexts."""
        return self._ciphers.get(block, lambda: block_cipher_key(letter, self.key(block)))

    def derived(self, block: str, *inputs: Hashable, make: Callable[[], K]) -> K:
        """What many operations derive from a sealed key, such as a card's master key or a DUKPT device's keys.

        Args:
            block: the sealed key; once it is destroyed nobody asks with it again.
            inputs: all else that it depends on, and the method's name.
            make: derives it.
        """
        return cast(K, self._derived.get((block, *inputs), make))

    def rsa_private(self, block: str) -> rsa.RSAPrivateKey:
        """A sealed RSA key; it was checked when it was made."""
        return self._rsa.get(block, lambda: rsa_keys.load_unchecked(self.key(block).reveal()))

    def ec_private(self, block: str) -> ec.EllipticCurvePrivateKey:
        """A sealed elliptic curve key."""
        return ec_keys.load_private(self.key(block).reveal())

    def public_key(self, block: str, algorithm: KeyAlgorithm) -> PublicKey:
        """The public half of a sealed key pair."""
        if algorithm.letter is Algorithm.R:
            return self.rsa_private(block).public_key()
        return self.ec_private(block).public_key()


def _sealed(kbpk: Kbpk, header: Header, key: Secret) -> str:
    return wrap(kbpk, header, key, odd_header=True)  # AWS's own table allows more than X9.143 has
