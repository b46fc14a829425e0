"""The other side of a TR-34 exchange with the APC face: a KDH (and a KRD) made of keys in memory."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from keyexchange import pki, tr34
from keyexchange.crypto import rsa as rsa_keys
from keyexchange.secret import Secret

NONCE = bytes.fromhex("0102030405060708")
BOTH = {"Encrypt": True, "Decrypt": True, "Wrap": True, "Unwrap": True}


def now() -> datetime:
    return datetime.now(UTC)


def as_apc(certificate: x509.Certificate) -> str:
    """A certificate as APC takes it."""
    return base64.b64encode(certificate.public_bytes(Encoding.PEM)).decode()


def root_material(certificate: x509.Certificate, algorithm: str = "RSA_2048", **changes: Any) -> dict[str, Any]:
    """KeyMaterial that imports a root."""
    attributes = {
        "KeyAlgorithm": algorithm,
        "KeyClass": "PUBLIC_KEY",
        "KeyModesOfUse": {"Verify": True},
        "KeyUsage": "TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE",
    }
    return {
        "RootCertificatePublicKey": {
            "KeyAttributes": attributes | changes,
            "PublicKeyCertificate": as_apc(certificate),
        }
    }


@dataclass(frozen=True)
class Party:
    """A root and one leaf under it."""

    root_key: rsa.RSAPrivateKey
    root: x509.Certificate
    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def certificate_id(self) -> bytes:
        return pki.issuer_and_serial(pki.to_der(self.certificate))

    def token(self, key: bytes, header: str, krd: x509.Certificate, nonce: bytes = NONCE) -> str:
        """A key in a TR-34 token for a receiver, as hex."""
        return tr34.assemble(self.parts(key, header, krd, nonce), self.certificate_id).hex().upper()

    def parts(
        self,
        key: bytes,
        header: str,
        krd: x509.Certificate,
        nonce: bytes = NONCE,
        weaker: tr34.ContentCipher | None = None,
    ) -> tr34.TokenParts:
        """The pieces of such a token; `weaker`: a content cipher that need not be as strong as the key."""
        return tr34.build_parts(
            Secret(key),
            header,
            kdh_id=self.certificate_id,
            krd_id=pki.issuer_and_serial(pki.to_der(krd)),
            krd_public_key=pki.rsa_public_key(krd),
            nonce=nonce,
            sign=lambda octets: rsa_keys.sign_pkcs1_sha256(self.key, octets),
            cipher=weaker,
            weaker_cipher=weaker is not None,
            weaker_receiver=True,  # whether it is too weak is the service's to say
        )


@dataclass(frozen=True)
class Established:
    """A party that an APC face trusts, with an import token.

    Args:
        parameters: the answer of GetParametersForImport.
    """

    party: Party
    client: Any
    root_arn: str
    parameters: dict[str, Any]

    @property
    def krd(self) -> x509.Certificate:
        return pki.load(self.parameters["WrappingKeyCertificate"])

    def material(self, key: bytes, header: str, **changes: Any) -> dict[str, Any]:
        """KeyMaterial that imports a key by TR-34; with a new random number, or NONCE when the token is given."""
        nonce = NONCE if "WrappedKeyBlock" in changes else secrets.token_bytes(8)
        block = {
            "CertificateAuthorityPublicKeyIdentifier": self.root_arn,
            "ImportToken": self.parameters["ImportToken"],
            "KeyBlockFormat": "X9_TR34_2012",
            "SigningKeyCertificate": as_apc(self.party.certificate),
            "WrappedKeyBlock": self.party.token(key, header, self.krd, nonce),
            "RandomNonce": nonce.hex().upper(),
        }
        return {"Tr34KeyBlock": {name: value for name, value in (block | changes).items() if value is not None}}

    def send(self, key: bytes, header: str, **changes: Any) -> dict[str, Any]:
        """Import a key by TR-34; the Key of the answer."""
        return self.client.import_key(KeyMaterial=self.material(key, header, **changes))["Key"]


def establish(client: Any, party: Party, algorithm: str = "RSA_2048") -> Established:
    """Make an APC face trust a party, and get an import token from it."""
    root_arn = client.import_key(KeyMaterial=root_material(party.root))["Key"]["KeyArn"]
    parameters = client.get_parameters_for_import(KeyMaterialType="TR34_KEY_BLOCK", WrappingKeyAlgorithm=algorithm)
    return Established(party, client, root_arn, parameters)


def create(client: Any, algorithm: str, usage: str, modes: dict[str, bool], **more: Any) -> dict[str, Any]:
    """CreateKey of a symmetric key; the Key of the answer."""
    attributes = {"KeyAlgorithm": algorithm, "KeyUsage": usage, "KeyClass": "SYMMETRIC_KEY", "KeyModesOfUse": modes}
    return client.create_key(**{"Exportable": True, "KeyAttributes": attributes} | more)["Key"]


def create_kek(client: Any, algorithm: str = "AES_256") -> str:
    """A key block protection key; its ARN."""
    return create(client, algorithm, "TR31_K1_KEY_BLOCK_PROTECTION_KEY", BOTH)["KeyArn"]
