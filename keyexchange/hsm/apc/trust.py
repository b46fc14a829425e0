"""Certificates that callers hand in, and the authorities among the keys that vouch for them."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from keyexchange import pki
from keyexchange.crypto import ec as ec_keys
from keyexchange.errors import FormatError, TrustError
from keyexchange.hsm.apc.context import Context
from keyexchange.hsm.apc.errors import validation
from keyexchange.hsm.apc.identifiers import find_usable_key
from keyexchange.hsm.device import Hsm
from keyexchange.hsm.records import KeyClass, KeyRecord
from keyexchange.hsm.vault import PublicKey
from keyexchange.keys import KeyAlgorithm

if TYPE_CHECKING:  # see keyexchange.pki
    from cryptography import x509

_PEM = b"-----BEGIN CERTIFICATE-----"
_CURVES = {curve.name: algorithm for algorithm, curve in ec_keys.CURVES.items()}


def read_certificate(member: str, text: str) -> x509.Certificate:
    """A certificate as the service takes it: base64 of PEM.

    Args:
        member: the request's member, for the message.

    Raises:
        ApiError: ValidationException.
    """
    try:
        octets = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        octets = b""
    if not octets.lstrip().startswith(_PEM):
        raise validation(f"{member} is not a certificate in PEM format (base64 encoded)")
    try:
        return pki.load(octets)
    except FormatError as error:
        raise validation(f"{member}: {error.message}") from None


def certified_key(member: str, certificate: x509.Certificate) -> tuple[KeyAlgorithm, PublicKey]:
    """The key of a certificate, and its algorithm.

    Raises:
        ApiError: ValidationException: a key of a kind or size that the service does not know.
    """
    try:
        key = certificate.public_key()
        if isinstance(key, rsa.RSAPublicKey):
            return KeyAlgorithm(f"RSA_{key.key_size}"), key
        if isinstance(key, ec.EllipticCurvePublicKey):
            return _CURVES[key.curve.name], key
    except (KeyError, ValueError, UnsupportedAlgorithm):
        pass  # such as RSA_1024, or a curve without a name in the model
    raise validation(f"{member} holds a key of an algorithm that is not supported")


def public_spki(key: PublicKey) -> bytes:
    """SubjectPublicKeyInfo, DER: what the check value of an asymmetric key is made from."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def find_authority(hsm: Hsm, context: Context, identifier: str) -> KeyRecord:
    """The imported certificate authority of a CertificateAuthorityPublicKeyIdentifier.

    Raises:
        ApiError: ResourceNotFoundException, ConflictException, ValidationException.
    """
    record = find_usable_key(hsm, context, identifier)
    if record.key_class is not KeyClass.PUBLIC_KEY or record.usage != "S0":
        raise validation("CertificateAuthorityPublicKeyIdentifier is not a public key for digital signatures")
    return record


def verify_issued(hsm: Hsm, member: str, certificate: x509.Certificate, authority: KeyRecord) -> None:
    """Verify that an authority, itself in good standing up to its root, has issued a certificate.

    Raises:
        ApiError: ValidationException: a key that the service does not know; not issued by it, out of date, an authority
            above is gone or disabled.
    """
    certified_key(member, certificate)
    path = [pki.to_der(certificate), *_path(hsm, authority)]
    try:
        pki.verify_chain(path[0], [], path[1:2], at=hsm.now())  # by this authority, not by another of the path
        pki.verify_chain(path[0], path[1:-1], path[-1:], at=hsm.now())
    except (TrustError, FormatError) as error:
        raise validation(f"{member} is not valid: {error.message}") from None


def _path(hsm: Hsm, authority: KeyRecord) -> list[bytes]:
    """The certificates of an authority and those above it."""
    path: list[bytes] = []
    record: KeyRecord | None = authority
    while record is not None:
        if record.certificate is None or not record.enabled:
            raise validation("A certificate authority above CertificateAuthorityPublicKeyIdentifier is not enabled")
        path.append(record.certificate)
        if record.issuer_id is None:
            return path
        record = hsm.keys.get(record.home, record.issuer_id, hsm.now())
    return path
