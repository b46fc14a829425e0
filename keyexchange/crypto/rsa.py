"""RSA as TR-34 and RSA wrap use it: OAEP, PKCS#1 v1.5 signatures, and private keys that load fast.

Loading a private key with its checks costs 31 ms at 2048 bits, without them 3 microseconds; so a key is checked once
where it enters (`generate`, `load_checked`) and loaded unchecked from then on.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from keyexchange.errors import FormatError, TrustError

PUBLIC_EXPONENT = 65537


def generate(bits: int) -> rsa.RSAPrivateKey:
    """A new key pair of so many bits."""
    return rsa.generate_private_key(PUBLIC_EXPONENT, bits)


def private_der(key: rsa.RSAPrivateKey) -> bytes:
    """PKCS#1 RSAPrivateKey, DER, clear: keep it inside a key block or a Secret."""
    return key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )


def load_unchecked(der: bytes) -> rsa.RSAPrivateKey:
    """A private key that was checked before it was stored and was kept authenticated since."""
    key = serialization.load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def public_pkcs1(key: rsa.RSAPublicKey) -> bytes:
    """PKCS#1 RSAPublicKey, DER."""
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)


def public_spki(key: rsa.RSAPublicKey) -> bytes:
    """SubjectPublicKeyInfo, DER."""
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def oaep_sha256() -> padding.OAEP:
    """OAEP with SHA-256, MGF1 with SHA-256 and an empty label: what TR-34 and APC use."""
    return padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)


def oaep_encrypt(key: rsa.RSAPublicKey, octets: bytes) -> bytes:
    """Wrap under OAEP SHA-256."""
    return key.encrypt(octets, oaep_sha256())


def oaep_decrypt(key: rsa.RSAPrivateKey, octets: bytes) -> bytes:
    """Unwrap under OAEP SHA-256.

    Raises:
        FormatError: category decrypt_failed; no detail, so that nothing can be learned from it.
    """
    try:
        return key.decrypt(octets, oaep_sha256())
    except ValueError:
        raise FormatError("the wrapped key does not open under this private key", category="decrypt_failed") from None


def sign_pkcs1_sha256(key: rsa.RSAPrivateKey, octets: bytes) -> bytes:
    """RSASSA-PKCS1-v1_5 with SHA-256."""
    return key.sign(octets, padding.PKCS1v15(), hashes.SHA256())


def verify_pkcs1_sha256(key: rsa.RSAPublicKey, signature: bytes, octets: bytes) -> None:
    """Verify RSASSA-PKCS1-v1_5 with SHA-256.

    Raises:
        TrustError: category signature_invalid.
    """
    try:
        key.verify(signature, octets, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        raise TrustError("the signature does not verify", category="signature_invalid") from None
