"""Keys out of a shared secret: the one-step KDF of NIST SP 800-56C and the KDF of ANSI X9.63.

Both hash the shared secret, a counter and the shared information until enough octets are there. They differ in where
the counter stands: NIST's goes before the shared secret, X9.63's behind it. So a wrong choice gives a wrong key and
no error; the key block under the derived key then fails its MAC.

Source: NIST SP 800-56A rev. 3, 5.8.1, and SP 800-56C rev. 2, section 4, option 1 (a hash, no salt); SEC 1 version 2,
3.6.1 (the X9.63 KDF); names: AWS Payment Cryptography API Reference, ImportDiffieHellmanTr31KeyBlock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF

from keyexchange.errors import UnsupportedError
from keyexchange.keys import KeyAlgorithm
from keyexchange.secret import Secret


class KdfFunction(StrEnum):
    """Which function, spelled as APC spells it."""

    NIST_SP800 = "NIST_SP800"
    ANSI_X963 = "ANSI_X963"


class KdfHash(StrEnum):
    """Which hash, spelled as APC spells it."""

    SHA_256 = "SHA_256"
    SHA_384 = "SHA_384"
    SHA_512 = "SHA_512"


_FUNCTIONS: dict[KdfFunction, Callable[[hashes.HashAlgorithm, int, bytes], ConcatKDFHash | X963KDF]] = {
    KdfFunction.NIST_SP800: ConcatKDFHash,
    KdfFunction.ANSI_X963: X963KDF,
}
_HASHES: dict[KdfHash, hashes.HashAlgorithm] = {
    KdfHash.SHA_256: hashes.SHA256(),
    KdfHash.SHA_384: hashes.SHA384(),
    KdfHash.SHA_512: hashes.SHA512(),
}


@dataclass(frozen=True)
class Derivation:
    """All that two sides must agree on to make one key of their shared secret.

    Args:
        shared_information: octets that both sides know: identities, context, nonce. Reuse with one pair of static
            keys derives one and the same key again. It is no secret.
        algorithm: the derived key; symmetric.
    """

    function: KdfFunction
    hash: KdfHash
    shared_information: bytes
    algorithm: KeyAlgorithm

    def key(self, shared_secret: Secret) -> Secret:
        """The derived key, as it leaves the function: the parity of a TDES key is not adjusted.

        Does not check that the curve is as strong as the derived key: `keys.require_kek_strength` does.

        Raises:
            UnsupportedError: an asymmetric algorithm.
        """
        try:
            length = self.algorithm.octets
        except KeyError:
            raise UnsupportedError(
                f"no {self.algorithm} key is derived", hint="derive a TDES, AES or HMAC key"
            ) from None
        return self.octets(shared_secret, length)

    def octets(self, shared_secret: Secret, length: int) -> Secret:
        """So many octets of keying material; the first of them are those of `key`."""
        function = _FUNCTIONS[self.function](_HASHES[self.hash], length, self.shared_information)
        return Secret(function.derive(shared_secret.reveal()))
