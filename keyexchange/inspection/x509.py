"""Certificates, certification requests and revocation lists, in the words of RFC 5280 and RFC 2986.

They are told apart by the first elements of what is signed, so that a broken certificate is refused as one.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from keyexchange import pki
from keyexchange.errors import FormatError
from keyexchange.inspection.bare_keys import public_key_text
from keyexchange.inspection.contract import Explainer, Fields
from keyexchange.inspection.elements import content, first_tags, printable
from keyexchange.inspection.reading import Written
from keyexchange.pki.certificates import time_text
from keyexchange.pki.der import first_element

_MOST_REVOKED = 20
"""How many entries of a revocation list are shown."""
_NOT_POSITIVE = "the serial number is not positive, as 4.1.2.2 asks; other software may refuse it"
_KEY_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
)
"""Source: RFC 5280, 4.2.1.3, in its order; encipherOnly and decipherOnly refine key_agreement and are not shown."""


def _certificate(der: bytes) -> Fields:
    with warnings.catch_warnings(action="ignore"):  # of a serial number below 1, which has a row of its own
        certificate = pki.load(der)
        described = pki.describe(certificate)
        odd = certificate.serial_number < 1
    return [
        ("format", "X.509 certificate"),
        ("version", certificate.version.name),
        *described,
        *([("against RFC 5280", _NOT_POSITIVE)] if odd else []),
        ("signature algorithm", _signature_name(certificate)),
        *_extensions(certificate),
        ("signature", "not verified (the issuer's certificate was not given)"),
    ]


def _request(der: bytes) -> Fields:
    request = pki.load_csr(der)
    return [
        ("format", "PKCS#10 certification request"),
        ("subject", printable(request.subject.rfc4514_string())),
        ("public key", _requested_key(request)),
        ("signature algorithm", _signature_name(request)),
        *_extensions(request),
        ("signature", "verified: who made it holds the private key"),
    ]


def _list(der: bytes) -> Fields:
    crl = pki.load_crl(der)
    serials = [hex(entry.serial_number) for _, entry in zip(range(_MOST_REVOKED), crl, strict=False)]
    more = f", and {len(crl) - len(serials)} more" if len(crl) > len(serials) else ""
    return [
        ("format", "X.509 certificate revocation list"),
        ("issuer", printable(crl.issuer.rfc4514_string())),
        ("this update", time_text(crl.last_update_utc)),
        ("next update", time_text(crl.next_update_utc) if crl.next_update_utc else "not stated"),
        ("revoked certificates", str(len(crl))),
        *([("revoked serial numbers", ", ".join(serials) + more)] if serials else []),
        ("signature algorithm", _signature_name(crl)),
        ("signature", "not verified (the issuer's certificate was not given)"),
    ]


def _requested_key(request: x509.CertificateSigningRequest) -> str:
    try:
        return public_key_text(request.public_key())
    except (ValueError, UnsupportedAlgorithm):
        return "of a kind that is not known here"


def _signature_name(signed: x509.Certificate | x509.CertificateSigningRequest | x509.CertificateRevocationList) -> str:
    oid = signed.signature_algorithm_oid
    return _SIGNATURES.get(oid, oid.dotted_string)


_SIGNATURES = {
    oid: name.replace("_", " ")
    for name, oid in vars(x509.SignatureAlgorithmOID).items()
    if isinstance(oid, x509.ObjectIdentifier)
}


def _extensions(holder: x509.Certificate | x509.CertificateSigningRequest) -> Fields:
    """The extensions that decide what a key exchange may do with it; the others by their number."""
    try:
        extensions = list(holder.extensions)
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return [("extensions", "cannot be read")]  # a published TR-34 sample repeats one
    return list(_explained(extensions))


def _explained(extensions: list[x509.Extension[x509.ExtensionType]]) -> Iterator[tuple[str, str]]:
    for extension in extensions:
        critical = " (critical)" if extension.critical else ""
        name, words = _extension(extension)
        yield name, words + critical


def _extension(extension: x509.Extension[x509.ExtensionType]) -> tuple[str, str]:
    for kind, (name, words) in _WORDS.items():
        if isinstance(extension.value, kind):
            return name, words(extension.value)
    return f"extension {extension.oid.dotted_string}", "present"


def _basic(value: x509.BasicConstraints) -> str:
    if not value.ca:
        return "not a certificate authority"
    limit = "" if value.path_length is None else f", at most {value.path_length} below it"
    return f"certificate authority{limit}"


def _usages(value: x509.KeyUsage) -> str:
    return ", ".join(name.replace("_", " ") for name in _KEY_USAGES if getattr(value, name)) or "none"


_WORDS: dict[type[x509.ExtensionType], tuple[str, Callable[..., str]]] = {
    x509.BasicConstraints: ("basic constraints", _basic),
    x509.KeyUsage: ("key usage", _usages),
    x509.ExtendedKeyUsage: ("extended key usage", lambda value: ", ".join(oid.dotted_string for oid in value)),
    x509.SubjectKeyIdentifier: ("subject key identifier", lambda value: value.digest.hex().upper()),
    x509.AuthorityKeyIdentifier: (
        "authority key identifier",
        lambda value: value.key_identifier.hex().upper() if value.key_identifier else "by issuer and serial number",
    ),
}
"""Source: RFC 5280, 4.2.1."""


def _shaped(pattern: bytes) -> Callable[[Written], bool]:
    """Recognises DER whose signed part begins with elements of these tags."""
    compiled = re.compile(pattern, re.DOTALL)

    def recognises(written: Written) -> bool:
        return written.der is not None and compiled.match(_tags_of_signed_part(written.der)) is not None

    return recognises


def _tags_of_signed_part(der: bytes) -> bytes:
    """The tags of the first elements in the first element; empty when there is none."""
    try:
        signed, _ = first_element(content(der), "the object")
    except FormatError:
        return b""
    return first_tags(signed, _LONGEST_PATTERN) if signed[0] == der[0] else b""


_LONGEST_PATTERN = 7
"""Elements: of a certificate's signed part."""


def _explainer(name: str, pattern: bytes, explain: Callable[[bytes], Fields]) -> Explainer:
    def explain_written(written: Written) -> Fields:
        assert written.der is not None
        return explain(written.der)

    return Explainer(name, "", _shaped(pattern), explain_written)


EXPLAINERS = (
    _explainer("X.509 certificate", rb"\xa0?\x02\x30{5}", _certificate),
    _explainer("certification request", rb"\x02\x30\x30\xa0", _request),
    _explainer("certificate revocation list", rb"\x02?\x30\x30[\x17\x18]", _list),
)
"""Patterns are tags: 02 INTEGER, 30 SEQUENCE, 17 and 18 times, a0 context 0. Source: RFC 5280, 4.1 and 5.1; RFC 2986,
4.1."""
