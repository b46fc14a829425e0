"""Keys out of a shared secret: the one-step KDF of NIST SP 800-56C and the KDF of ANSI X9.63.

Both hash the shared secret, a counter and the shared information until enough octets are there. They differ in where
the counter stands: NIST's goes before the shared secret, X9.63's behind it. So a wrong choice gives a wrong key and
no error; the key block under the derived key then fails its MAC.

Written out over the hash, because building the library's KDF object costs more than the hash does; the tests hold it
against that library and against OpenSSL.

Source: NIST SP 800-56A rev. 3, 5.8.1, and SP 800-56C rev. 2, section 4, option 1 (a hash, no salt); SEC 1 version 2,
3.6.1 (the X9.63 KDF); names: AWS Payment Cryptography API Reference, ImportDiffieHellmanTr31KeyBlock.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

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


_HASHES = {KdfHash.SHA_256: hashlib.sha256, KdfHash.SHA_384: hashlib.sha384, KdfHash.SHA_512: hashlib.sha512}
_COUNTER_FIRST = KdfFunction.NIST_SP800


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
        z, new, information = shared_secret.reveal(), _HASHES[self.hash], self.shared_information
        counter_first, made, counter = self.function is _COUNTER_FIRST, b"", 0
        while len(made) < length:
            counter += 1
            octets = counter.to_bytes(4, "big")
            made += new((octets + z if counter_first else z + octets) + information).digest()
        return Secret(made[:length])
