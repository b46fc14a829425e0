"""RSA as TR-34 and RSA wrap use it: OAEP, PKCS#1 v1.5 signatures, and private keys that load fast.

Loading a private key with its checks costs 31 ms at 2048 bits, without them 3 microseconds; so a key is checked once
where it enters (`generate`, `load_checked`) and loaded unchecked from then on.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from keyexchange.errors import FormatError, TrustError, UnsupportedError
from keyexchange.secret import Secret

PUBLIC_EXPONENT = 65537

WRAPPING_KEY_BITS = (2048, 3072, 4096)
"""The sizes that APC makes and takes. Source: AWS Payment Cryptography API Reference, KeyAlgorithm."""


class WrappingSpec(StrEnum):
    """How RSA wrap pads a key, spelled as APC spells it. Source: API Reference, ImportKeyCryptogram."""

    RSA_OAEP_SHA_256 = "RSA_OAEP_SHA_256"
    RSA_OAEP_SHA_512 = "RSA_OAEP_SHA_512"


_OAEP = {
    WrappingSpec.RSA_OAEP_SHA_256: padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None),
    WrappingSpec.RSA_OAEP_SHA_512: padding.OAEP(padding.MGF1(hashes.SHA512()), hashes.SHA512(), None),
}


class SignatureHash(StrEnum):
    """What a signature hashes with; nothing weaker is signed or verified here. Source: FIPS 180-4, 1."""

    SHA_256 = "SHA-256"
    SHA_384 = "SHA-384"
    SHA_512 = "SHA-512"

    def digest(self, octets: bytes) -> bytes:
        """The hash over octets."""
        return _DIGEST[self](octets).digest()


_DIGEST = {
    SignatureHash.SHA_256: hashlib.sha256,
    SignatureHash.SHA_384: hashlib.sha384,
    SignatureHash.SHA_512: hashlib.sha512,
}
_HASH: dict[SignatureHash, hashes.HashAlgorithm] = {
    SignatureHash.SHA_256: hashes.SHA256(),
    SignatureHash.SHA_384: hashes.SHA384(),
    SignatureHash.SHA_512: hashes.SHA512(),
}
_PKCS1 = padding.PKCS1v15()


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


def oaep(spec: WrappingSpec) -> padding.OAEP:
    """OAEP with MGF1 over the same hash and an empty label. Source: RFC 8017, 7.1."""
    return _OAEP[spec]


def oaep_encrypt(key: rsa.RSAPublicKey, octets: bytes) -> bytes:
    """Encrypt under OAEP SHA-256, as TR-34 does with its content encryption key."""
    return key.encrypt(octets, oaep(WrappingSpec.RSA_OAEP_SHA_256))


def oaep_decrypt(key: rsa.RSAPrivateKey, octets: bytes, spec: WrappingSpec = WrappingSpec.RSA_OAEP_SHA_256) -> bytes:
    """Decrypt under OAEP; SHA-256 unless told otherwise.

    Raises:
        FormatError: category decrypt_failed; no detail, so that nothing can be learned from it.
    """
    try:
        return key.decrypt(octets, oaep(spec))
    except ValueError:
        raise FormatError(
            "the wrapped key does not open under this private key",
            category="decrypt_failed",
            hint="it was wrapped for another key, with another OAEP hash, or was changed on the way",
        ) from None


def wrap_key(key: rsa.RSAPublicKey, clear: Secret, spec: WrappingSpec) -> bytes:
    """RSA wrap: the key alone, without a header, under OAEP.

    Does not check that the RSA key is as strong as what it wraps: `keys.require_kek_strength` does.

    Args:
        clear: at most the modulus less 66 (SHA-256) or 130 (SHA-512) octets.

    Returns:
        The key cryptogram, as many octets as the modulus.

    Raises:
        UnsupportedError: not an RSA key of 2048, 3072 or 4096 bits.
        FormatError: category key_too_long.

    Source: AWS Payment Cryptography API Reference, ExportKeyCryptogram; RFC 8017, 7.1.1.
    """
    _require_size(key.key_size)
    try:
        return key.encrypt(clear.reveal(), oaep(spec))
    except ValueError:
        raise FormatError(
            f"{len(clear)} octets do not fit under {spec} and {key.key_size} bits",
            category="key_too_long",
            hint="use a larger RSA key, or SHA-256; a symmetric key never is that long",
        ) from None


def unwrap_key(key: rsa.RSAPrivateKey, cryptogram: bytes, spec: WrappingSpec) -> Secret:
    """RSA unwrap, the other direction of `wrap_key`.

    A cryptogram says nothing about the key in it: the caller checks its length against the algorithm agreed on, and
    its check value against the sender's.

    Raises:
        UnsupportedError: not an RSA key of 2048, 3072 or 4096 bits.
        FormatError: category decrypt_failed.

    Source: AWS Payment Cryptography API Reference, ImportKeyCryptogram; RFC 8017, 7.1.2.
    """
    _require_size(key.key_size)
    return Secret(oaep_decrypt(key, cryptogram, spec))


def _require_size(bits: int) -> None:
    if bits not in WRAPPING_KEY_BITS:
        raise UnsupportedError(
            f"an RSA key of {bits} bits wraps no keys", hint="use RSA-2048, RSA-3072 or RSA-4096 for wrapping"
        )


def sign_pkcs1(key: rsa.RSAPrivateKey, octets: bytes, hashing: SignatureHash) -> bytes:
    """RSASSA-PKCS1-v1_5. Source: RFC 8017, 8.2.1."""
    return key.sign(octets, _PKCS1, _HASH[hashing])


def sign_pkcs1_sha256(key: rsa.RSAPrivateKey, octets: bytes) -> bytes:
    """RSASSA-PKCS1-v1_5 with SHA-256."""
    return sign_pkcs1(key, octets, SignatureHash.SHA_256)


def verify_pkcs1(key: rsa.RSAPublicKey, signature: bytes, octets: bytes, hashing: SignatureHash) -> None:
    """Verify RSASSA-PKCS1-v1_5. Source: RFC 8017, 8.2.2.

    Raises:
        TrustError: category signature_invalid.
    """
    try:
        key.verify(signature, octets, _PKCS1, _HASH[hashing])
    except InvalidSignature:
        raise TrustError("the signature does not verify", category="signature_invalid") from None
