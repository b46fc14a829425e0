"""Reading X.509 certificates, in every wrapping in which they are handed over. Verifying is `chain`'s work."""

from __future__ import annotations

import base64
import hashlib
import warnings
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding

from keyexchange.crypto.ec import CURVES
from keyexchange.crypto.rsa import WRAPPING_KEY_BITS
from keyexchange.errors import FormatError
from keyexchange.keys import KeyAlgorithm
from keyexchange.pki.asn1 import IssuerAndSerialNumber
from keyexchange.pki.declared import read_fields
from keyexchange.pki.der import contents, decode, encode, reading, require_der

_PEM = b"-----BEGIN"
_SEQUENCE = b"\x30"
_LONGEST_NAME = 200
_SHORT_NAMES = {
    "2.5.4.3": "CN",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "0.9.2342.19200300.100.1.1": "UID",
    "0.9.2342.19200300.100.1.25": "DC",
}
"""Source: RFC 4514, 3."""


_KEPT = 256
"""How many certificates are kept parsed: an exchange looks at the same few again and again, and they never change.
What is kept about a certificate follows from its octets alone; whatever depends on the time is judged each time."""


def load(octets: bytes | str) -> x509.Certificate:
    """A certificate from DER, PEM, base64 of DER or base64 of PEM (as APC hands them over).

    Of several certificates in one PEM text the first is taken; `load_all` gives all.

    Raises:
        FormatError: category der_malformed.
    """
    return load_all(octets)[0]


def load_all(octets: bytes | str) -> tuple[x509.Certificate, ...]:
    """One or more certificates, in their order: like `load`, for chain files.

    Raises:
        FormatError: category der_malformed.
    """
    return _load_all(octets.encode("utf-8", "replace") if isinstance(octets, str) else bytes(octets))


@lru_cache(maxsize=_KEPT)
def _load_all(raw: bytes) -> tuple[x509.Certificate, ...]:
    try:
        with warnings.catch_warnings(action="ignore"):  # of a serial number below 1; see `serial_number`
            certificates = _parse(raw)
        for certificate in certificates:
            _look_into(certificate)
    except (ValueError, TypeError, x509.InvalidVersion):
        raise FormatError(
            "this is not an X.509 certificate",
            category="der_malformed",
            hint="give a certificate as DER, PEM, or base64 of either",
        ) from None
    return certificates


def _parse(octets: bytes) -> tuple[x509.Certificate, ...]:
    if octets.startswith(_SEQUENCE):
        return (x509.load_der_x509_certificate(octets),)
    if _PEM in octets:
        return tuple(x509.load_pem_x509_certificates(octets))
    inner = base64.b64decode(b"".join(octets.split()), validate=True)
    if not inner.startswith((_SEQUENCE, _PEM)):
        raise ValueError
    return _parse(inner)


def _look_into(certificate: x509.Certificate) -> None:
    """Have parsed now what cryptography parses when it is asked for, so that nothing fails later."""
    _ = certificate.subject, certificate.issuer
    _ = certificate.not_valid_before_utc, certificate.not_valid_after_utc


@lru_cache(maxsize=_KEPT)
def to_der(certificate: x509.Certificate) -> bytes:
    """The certificate's own octets."""
    return certificate.public_bytes(Encoding.DER)


def fingerprint(der: bytes) -> str:
    """SHA-256 over a DER certificate, 64 hex digits in lower case."""
    return hashlib.sha256(der).hexdigest()


@lru_cache(maxsize=_KEPT)
def issuer_and_serial(der: bytes) -> bytes:
    """DER IssuerAndSerialNumber of a certificate; TR-34 names certificates by it.

    The issuer's Name is copied octet for octet, because receivers compare octets. Extensions are not read, so a
    certificate that repeats some works too (TR-34's own sample kdh_1 does).

    Source: RFC 5652, 10.2.4.

    Raises:
        FormatError: der_malformed or structure.
    """
    body = signed_fields(der)
    return encode(IssuerAndSerialNumber, body["issuer"], body["serial_number"])


def serial_number(certificate: x509.Certificate) -> int:
    """As it stands: below 1 in certificates that break RFC 5280, 4.1.2.2, of which `cryptography` warns each time."""
    return int.from_bytes(contents(signed_fields(to_der(certificate))["serial_number"]), "big", signed=True)


@lru_cache(maxsize=_KEPT)
def signed_fields(der: bytes) -> Mapping[str, bytes]:
    """The fields of a certificate that its issuer signed, as they stand, by RFC 5280's names.

    Raises:
        FormatError: der_malformed or structure.
    """
    what = "the certificate"
    require_der(der, what)
    certificate = read_fields(asn1_x509.Certificate, der, what)
    return read_fields(asn1_x509.TbsCertificate, certificate["tbs_certificate"], what)


@lru_cache(maxsize=_KEPT)
def require_identifier(ias: bytes) -> None:
    """Make sure that these octets are an IssuerAndSerialNumber.

    Raises:
        FormatError: der_malformed or structure.
    """
    what = "the issuer and serial number"
    require_der(ias, what)
    issuer = read_fields(IssuerAndSerialNumber, ias, what)["issuer"]
    with reading(what):
        _ = asn1_x509.Name.load(issuer, strict=True).chosen


def describe_identifier(ias: bytes) -> str:
    """An IssuerAndSerialNumber for a person: `CN=KDH CA,O=Acme, serial number 0x1234`.

    Raises:
        FormatError: der_malformed or structure.
    """
    value = decode(IssuerAndSerialNumber, ias, "the issuer and serial number")
    with reading("the issuer and serial number"):
        issuer = asn1_x509.Name.load(value["issuer"].dump(), strict=True).chosen
        parts = [_attribute_text(attribute) for relative in reversed(issuer) for attribute in relative]
        return f"{_printable(','.join(parts))}, serial number {hex(value['serial_number'].native)}"


@lru_cache(maxsize=_KEPT)
def rsa_public_key(certificate: x509.Certificate) -> rsa.RSAPublicKey:
    """The public key of an RSA certificate, of a size that TR-34 is used with.

    Raises:
        FormatError: category structure: another kind of key, a key that is none, or of another size.
    """
    key = _public_key(certificate)
    if not isinstance(key, rsa.RSAPublicKey):
        raise FormatError(
            f"the certificate of {subject_text(certificate)} does not hold an RSA key",
            category="structure",
            hint="TR-34 signs and wraps with RSA: make an RSA key pair for this side",
        )
    rsa_algorithm(key, f"the certificate of {subject_text(certificate)}")
    return key


def rsa_algorithm(key: rsa.RSAPublicKey, what: str) -> KeyAlgorithm:
    """The sized algorithm of an RSA key, which has the strength.

    Args:
        what: names what holds the key, in the message.

    Raises:
        FormatError: category structure: not of 2048, 3072 or 4096 bits.
    """
    if key.key_size not in WRAPPING_KEY_BITS:
        raise FormatError(
            f"{what} holds an RSA key of {key.key_size} bits",
            category="structure",
            hint="make a key pair of 2048, 3072 or 4096 bits for this side, and have it certified",
        )
    return KeyAlgorithm(f"RSA_{key.key_size}")


def curve_algorithm(certificate: x509.Certificate) -> KeyAlgorithm | None:
    """The algorithm of a certificate's elliptic curve key; None for another kind of key, or a curve without a name
    here."""
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return None
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return None
    return next((algorithm for algorithm, curve in CURVES.items() if curve.name == key.curve.name), None)


@lru_cache(maxsize=_KEPT)
def subject_text(certificate: x509.Certificate) -> str:
    """The subject for a message: RFC 4514, printable characters only, cut after 200."""
    return _printable(certificate.subject.rfc4514_string())


def describe(certificate: x509.Certificate) -> list[tuple[str, str]]:
    """Facts for a person, in the order to print."""
    return [
        ("subject", subject_text(certificate)),
        ("issuer", _printable(certificate.issuer.rfc4514_string())),
        ("serial number", hex(serial_number(certificate))),
        ("not before", time_text(certificate.not_valid_before_utc)),
        ("not after", time_text(certificate.not_valid_after_utc)),
        ("public key", _key_text(certificate)),
        ("SHA-256 fingerprint", fingerprint(to_der(certificate))),
    ]


def require_aware(moment: datetime, what: str) -> None:
    """Make sure that a time has a zone: one without cannot be compared with a certificate's.

    Raises:
        FormatError: category structure.
    """
    if moment.tzinfo is None:
        raise FormatError(
            f"{what} has no time zone",
            category="structure",
            hint="give an aware time, such as datetime.now(UTC)",
        )


def time_text(moment: datetime) -> str:
    """An aware time in UTC, to the second: `2030-01-31 12:00:00 UTC`."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _key_text(certificate: x509.Certificate) -> str:
    try:
        key = _public_key(certificate)
    except FormatError:
        return "of a kind that is not known here"
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA, {key.key_size} bits"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"elliptic curve, {key.curve.name}"
    return type(key).__name__


def _public_key(certificate: x509.Certificate) -> CertificatePublicKeyTypes:
    try:
        return certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise FormatError(
            f"the certificate of {subject_text(certificate)} holds a key of an unknown kind", category="structure"
        ) from None


def _attribute_text(attribute: Any) -> str:
    """Source: RFC 4514, 2.4: a value of a type without a short name is shown as hex of its DER."""
    dotted, value = str(attribute["type"].dotted), attribute["value"]
    if dotted not in _SHORT_NAMES:
        return f"{dotted}=#{value.dump().hex()}"
    return f"{_SHORT_NAMES[dotted]}={value.native}"


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text[:_LONGEST_NAME])
