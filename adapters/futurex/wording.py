"""Between the protocols' messages and the HSM's words: what to ask for, and what an answer means."""

from __future__ import annotations

from collections.abc import Iterator

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from keyexchange import tr31
from keyexchange.crypto.ec import CURVES, load_point
from keyexchange.errors import FormatError, ProtocolError, UnsupportedError
from keyexchange.keys import Algorithm, Kcv, KcvMethod, KeyAlgorithm, KeyAttributes
from keyexchange.protocols.messages import HeldKey

from .commands import EchoReply, GenerateKey
from .commands.conventions import OAEP_SPECS
from .commands.exchange import KDFS, TDES_ENVELOPE
from .commands.values import HASHES, TYPE_OF_KEY
from .refusals import header_of

HASH_CODES = {name: code for code, name in HASHES.items()}
"""RG of SDDH, by the name in the terms of an agreement."""
KDF_CODES = {name: code for code, name in KDFS.items()}
"""KM of SDDH, likewise."""
OAEP_HASHES = {spec: code for code, spec in OAEP_SPECS.items()}
"""RG of ZRSE and ZRSI, by the name of the padding."""
_POINT = b"\x04"
_AES_ENVELOPES = {KeyAlgorithm.AES_128: "4", KeyAlgorithm.AES_192: "6", KeyAlgorithm.AES_256: "6"}


def details_of(told: EchoReply) -> Iterator[tuple[str, str]]:
    """What the unit said about itself, in the order to print."""
    said = (
        ("product", told.product),
        ("version", told.version),
        ("firmware", told.firmware),
        ("serial number", told.serial),
    )
    yield from ((name, value) for name, value in said if value)


def generation_of(attributes: KeyAttributes) -> GenerateKey:
    """GPGS for a key of these attributes.

    Raises:
        UnsupportedError: neither a TDES nor an AES key.
    """
    if attributes.algorithm not in TYPE_OF_KEY:
        raise UnsupportedError(
            f"a Futurex HSM makes no {attributes.algorithm} keys by GPGS", hint="it makes TDES and AES keys"
        )
    return GenerateKey(key_type=TYPE_OF_KEY[attributes.algorithm], header=header_of(attributes).text(0))


def envelope_for(algorithm: KeyAlgorithm) -> str:
    """CT of TRTP. AWS's scripts send 3, for a TDES key; for AES keys it is the weakest that is as strong as the key."""
    return _AES_ENVELOPES.get(algorithm, TDES_ENVELOPE)


def held_key(block: str, digits: str, wanted: KeyAlgorithm) -> HeldKey:
    """A key that has arrived. Its header does not tell how long it is: that is as it was sent.

    Raises:
        ProtocolError: its algorithm is another one.
    """
    header = tr31.parse(block).header
    if header.algorithm != wanted.letter:
        raise ProtocolError("the key that arrived has another algorithm than the one that was sent")
    attributes = KeyAttributes(
        header.key_usage, wanted, header.mode_of_use, header.exportability, header.key_version_number
    )
    return HeldKey(block, kcv_of(digits, wanted.letter), attributes)


def kcv_of(digits: str, letter: str) -> Kcv:
    """Check digits with the method that goes with the key's algorithm letter."""
    return Kcv(digits, KcvMethod.CMAC if letter == Algorithm.A else KcvMethod.ANSI_X9_24)


def rsa_key(der: bytes) -> rsa.RSAPublicKey:
    """SubjectPublicKeyInfo or PKCS#1: which of them a device gives is not public.

    Raises:
        ProtocolError: no RSA public key.
    """
    try:
        key = load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm):
        raise ProtocolError("the HSM's public key is no RSA key in DER") from None
    if not isinstance(key, rsa.RSAPublicKey):
        raise ProtocolError("the HSM's public key is no RSA key in DER")
    return key


def ec_key(der: bytes, curve: KeyAlgorithm) -> ec.EllipticCurvePublicKey:
    """SubjectPublicKeyInfo or an uncompressed point: which of them a device gives is not public.

    Raises:
        ProtocolError: no public key on the curve that was asked for.
    """
    try:
        key = load_point(curve, der) if der.startswith(_POINT) else load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm, FormatError):
        raise ProtocolError("the HSM's public key is no elliptic curve key in DER") from None
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != CURVES[curve].name:
        raise ProtocolError("the HSM's public key is not on the curve that was asked for")
    return key
