"""Elliptic curve key pairs on the NIST curves. Source: FIPS 186-5; curves: SP 800-186."""

from __future__ import annotations

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from keyexchange.keys import KeyAlgorithm

CURVES: dict[KeyAlgorithm, ec.EllipticCurve] = {
    KeyAlgorithm.ECC_NIST_P256: ec.SECP256R1(),
    KeyAlgorithm.ECC_NIST_P384: ec.SECP384R1(),
    KeyAlgorithm.ECC_NIST_P521: ec.SECP521R1(),
}


def generate(algorithm: KeyAlgorithm) -> ec.EllipticCurvePrivateKey:
    """A new key pair on the curve of an ECC_NIST algorithm."""
    return ec.generate_private_key(CURVES[algorithm])


def private_der(key: ec.EllipticCurvePrivateKey) -> bytes:
    """ECPrivateKey of RFC 5915, DER, clear: keep it inside a key block or a Secret."""
    return key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )


def load_private(der: bytes) -> ec.EllipticCurvePrivateKey:
    """A private key that was made here and was kept authenticated since."""
    key = serialization.load_der_private_key(der, None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key
