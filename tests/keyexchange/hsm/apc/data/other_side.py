"""Who agrees on keys with the software HSM: a key pair, a certificate, an authority that the HSM trusts.

The derivation is the library's (pyca), not the project's own.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF
from cryptography.hazmat.primitives.serialization import Encoding

from keyexchange import pki
from keyexchange.crypto import ec as ec_keys
from keyexchange.keys import KeyAlgorithm
from tests.keyexchange.hsm.apc.data.desk import Desk
from tests.keyexchange.hsm.kdh import now

INFORMATION = "0102030405060708"
_KDFS: dict[str, Any] = {"NIST_SP800": ConcatKDFHash, "ANSI_X963": X963KDF}


@dataclass(frozen=True)
class OtherSide:
    """One key agreement.

    Args:
        curve: ECC_NIST_...
        authority: ARN of its authority's public key.
        certificate: base64 of PEM, as the service takes it.
        key_pair: ARN of the service's key pair.
        shared: what both sides' key pairs give.
    """

    curve: KeyAlgorithm
    authority: str
    certificate: str
    key_pair: str
    shared: bytes

    def key(self, algorithm: str, *, function: str = "NIST_SP800") -> bytes:
        """The derived key, by SHA-256 over `INFORMATION`."""
        octets = KeyAlgorithm(algorithm).octets
        kdf = _KDFS[function](hashes.SHA256(), octets, bytes.fromhex(INFORMATION))
        return bytes(kdf.derive(self.shared))

    def parameters(self, *, function: str = "NIST_SP800") -> dict[str, Any]:
        """The members that every key agreement has."""
        return {
            "CertificateAuthorityPublicKeyIdentifier": self.authority,
            "PublicKeyCertificate": self.certificate,
            "KeyDerivationFunction": function,
            "KeyDerivationHashAlgorithm": "SHA_256",
        }

    def wrapped_key(self, algorithm: str, *, function: str = "NIST_SP800", **members: str) -> dict[str, Any]:
        """A WrappedKey."""
        derivation = {"KeyAlgorithm": algorithm, "SharedInformation": INFORMATION}
        material = {"DiffieHellmanSymmetricKey": {**self.parameters(function=function), **derivation}}
        return {"WrappedKeyMaterial": material, **members}


def meet(desk: Desk, derive_key_usage: str | None, *, curve: str = "ECC_NIST_P256") -> OtherSide:
    """Set up a key agreement for keys of a usage; for any when none is given."""
    algorithm = KeyAlgorithm(curve)
    root_key, theirs, ours = (ec_keys.generate(algorithm) for _ in range(3))
    root = pki.issue_root("Other side", root_key, days=30, now=now())
    leaf = pki.issue_leaf("Terminal", theirs.public_key(), root, root_key, purpose="wrap", days=30, now=now())
    return OtherSide(
        curve=algorithm,
        authority=desk.public_key("S0", curve, "V", pki.to_der(root), kcv_of=root_key.public_key()),
        certificate=base64.b64encode(leaf.public_bytes(Encoding.PEM)).decode(),
        key_pair=desk.key_pair("K3", curve, "X", ours, derive_key_usage=derive_key_usage),
        shared=theirs.exchange(ec.ECDH(), ours.public_key()),
    )
