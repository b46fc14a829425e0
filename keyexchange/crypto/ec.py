"""Elliptic curve key pairs on the NIST curves, and what two of them share.

Source: FIPS 186-5; curves: SP 800-186; shared secret: SP 800-56A rev. 3, 5.7.1.2 (ECC CDH).
"""

from __future__ import annotations

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from keyexchange.errors import FormatError, UnsupportedError
from keyexchange.keys import KeyAlgorithm
from keyexchange.secret import Secret

CURVES: dict[KeyAlgorithm, ec.EllipticCurve] = {
    KeyAlgorithm.ECC_NIST_P256: ec.SECP256R1(),
    KeyAlgorithm.ECC_NIST_P384: ec.SECP384R1(),
    KeyAlgorithm.ECC_NIST_P521: ec.SECP521R1(),
}

_ECDH = ec.ECDH()


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


def load_point(algorithm: KeyAlgorithm, octets: bytes) -> ec.EllipticCurvePublicKey:
    """A public key from its point, compressed or not. The point is checked to lie on the curve.

    Raises:
        UnsupportedError: not an ECC_NIST algorithm.
        FormatError: category point_invalid: on no curve or on another one, the point at infinity, or not a point.

    Source: SEC 1 version 2, 2.3.4.
    """
    if algorithm not in CURVES:
        raise UnsupportedError(f"{algorithm} is not an elliptic curve", hint=f"one of {', '.join(CURVES)}")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(CURVES[algorithm], octets)
    except ValueError:
        raise FormatError(
            f"the public key is no point of {algorithm}",
            category="point_invalid",
            hint="ask the other side which curve its key is on, and for the certificate again",
        ) from None


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    """The point of a public key, uncompressed; what `load_point` reads."""
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def shared_secret(private_key: ec.EllipticCurvePrivateKey, peer: ec.EllipticCurvePublicKey) -> Secret:
    """The x coordinate that both sides arrive at, as many octets as the field. Derive a key from it, never use it.

    Raises:
        FormatError: category curve_mismatch: the two keys are on different curves.
    """
    try:
        return Secret(private_key.exchange(_ECDH, peer))
    except ValueError:
        raise FormatError(
            f"the keys are on different curves, {private_key.curve.name} and {peer.curve.name}",
            category="curve_mismatch",
            hint="make a key pair on the curve of the other side's certificate",
        ) from None
