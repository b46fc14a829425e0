"""A partner that agrees on keys with the service by ECDH, through the public API alone. Its side is pyca's."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF

from keyexchange import pki
from keyexchange.crypto import ec as ec_keys
from keyexchange.keys import KeyAlgorithm
from keyexchange.secret import Secret
from tests.keyexchange.hsm.apc.data.walks.customer import Customer
from tests.keyexchange.hsm.kdh import as_apc, now, root_material

INFORMATION = "0102030405060708"
FUNCTIONS: dict[str, Any] = {"NIST_SP800": ConcatKDFHash, "ANSI_X963": X963KDF}
HASHES = {"SHA_256": hashes.SHA256(), "SHA_384": hashes.SHA384(), "SHA_512": hashes.SHA512()}
METHODS = [(function, name) for function in FUNCTIONS for name in HASHES]
"""KeyDerivationFunction and KeyDerivationHashAlgorithm, all of both."""


@dataclass(frozen=True)
class Partner:
    """Both sides of one agreement.

    Args:
        customer: of the service.
        usage: DeriveKeyUsage of the service's key pair.
        curve: ECC_NIST_...
    """

    customer: Customer
    usage: str
    curve: str = "ECC_NIST_P521"

    @cached_property
    def key_pair(self) -> str:
        return self.customer.key("K3", self.curve, "X", self.usage)

    @cached_property
    def _private_key(self) -> ec.EllipticCurvePrivateKey:
        return ec_keys.generate(KeyAlgorithm(self.curve))

    @cached_property
    def _named(self) -> dict[str, str]:
        root_key = ec_keys.generate(KeyAlgorithm(self.curve))
        root = pki.issue_root("Partner", root_key, days=30, now=now())
        leaf = pki.issue_leaf("Terminal", self._private_key.public_key(), root, root_key,
                              purpose="wrap", days=30, now=now())  # fmt: skip
        imported = self.customer.control.import_key(KeyMaterial=root_material(root, self.curve))
        return {
            "CertificateAuthorityPublicKeyIdentifier": imported["Key"]["KeyArn"],
            "PublicKeyCertificate": as_apc(leaf),
        }

    def parameters(self, function: str, hash_name: str) -> dict[str, Any]:
        """The members that every agreement has."""
        return {**self._named, "KeyDerivationFunction": function, "KeyDerivationHashAlgorithm": hash_name}

    def wrapped_key(
        self, algorithm: str, function: str = "NIST_SP800", hash_name: str = "SHA_256", **members: str
    ) -> dict[str, Any]:
        """A WrappedKey."""
        agreed = {**self.parameters(function, hash_name), "KeyAlgorithm": algorithm, "SharedInformation": INFORMATION}
        return {"WrappedKeyMaterial": {"DiffieHellmanSymmetricKey": agreed}, **members}

    def key(self, algorithm: str, function: str = "NIST_SP800", hash_name: str = "SHA_256") -> Secret:
        """The same key on the partner's side."""
        kdf = FUNCTIONS[function](HASHES[hash_name], KeyAlgorithm(algorithm).octets, bytes.fromhex(INFORMATION))
        return Secret(kdf.derive(self._shared))

    @cached_property
    def _shared(self) -> bytes:
        found = self.customer.control.get_public_key_certificate(KeyIdentifier=self.key_pair)["KeyCertificate"]
        theirs = pki.load(base64.b64decode(found)).public_key()
        assert isinstance(theirs, ec.EllipticCurvePublicKey)
        return self._private_key.exchange(ec.ECDH(), theirs)
