"""Answers to ASYR, ASGC, ASSR and AVPC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from keyexchange import pki
from keyexchange.errors import FormatError, TrustError

from ..commands import (
    CertificationRequest,
    CertificationRequestReply,
    SelfSign,
    SelfSignReply,
    SignRequest,
    SignRequestReply,
    TrustCertificate,
    TrustCertificateReply,
)
from ..errors import Refusal
from ..keys.pmk import PublicKey
from .device import Device, answers
from .rules import trusted_key

_HASHES: dict[str, hashes.SHA256 | hashes.SHA384 | hashes.SHA512] = {
    "4": hashes.SHA256(),
    "5": hashes.SHA384(),
    "6": hashes.SHA512(),
}
_CRITICAL = "critical"
_USAGES = {
    "digitalSignature": "digital_signature",
    "nonRepudiation": "content_commitment",
    "keyEncipherment": "key_encipherment",
    "dataEncipherment": "data_encipherment",
    "keyAgreement": "key_agreement",
    "keyCertSign": "key_cert_sign",
    "cRLSign": "crl_sign",
    "encipherOnly": "encipher_only",
    "decipherOnly": "decipher_only",
}
"""OpenSSL's names. Source: OpenSSL, x509v3_config(5)."""
_INVALID_CERTIFICATE, _INVALID_REQUEST, _INVALID_PRIVATE, _WRONG_TYPE, _NOT_LOGGED_IN = "59", "60", "58", "63", "50"
_WRONG_VALUE = "03"


@answers(CertificationRequest)
def certification_request(device: Device, request: CertificationRequest) -> CertificationRequestReply:
    """ASYR. Any private key of this PMK may prove that it is there, one for key agreement too."""
    _, key = device.pmk.open_private(request.private_key)
    usage, critical = _usage(request.usages)
    built = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(pki.distinguished_name(request.common_name))
        .add_extension(usage, critical=critical)
        .sign(key, _HASHES[request.hash])
    )
    return CertificationRequestReply(request=built.public_bytes(Encoding.DER))


@answers(SelfSign)
def self_sign(device: Device, request: SelfSign) -> SelfSignReply:
    """ASGC."""
    header, key = device.pmk.open_private(request.private_key)
    if header.key_usage != "S0":
        raise Refusal(_WRONG_TYPE)
    name = pki.distinguished_name(request.common_name)
    builder = _builder(name, name, key.public_key(), request)
    if request.constraints is not None:
        ca = request.constraints == "CA:TRUE"
        builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    return SelfSignReply(certificate=_der(builder.sign(key, _HASHES[request.hash])))


@answers(SignRequest)
def sign_request(device: Device, request: SignRequest) -> SignRequestReply:
    """ASSR. The request's signature proves its key; extensions that it asks for are not granted."""
    header, key = device.pmk.open_private(request.private_key)
    if header.key_usage != "S0":
        raise Refusal(_WRONG_TYPE)
    issuer = load_certificate(request.issuer)
    if _public_key(issuer) != key.public_key():
        raise Refusal(_INVALID_PRIVATE)
    try:
        asked = pki.load_csr(request.request)
    except (FormatError, TrustError):
        raise Refusal(_INVALID_REQUEST) from None
    public_key = asked.public_key()
    if not isinstance(public_key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise Refusal(_INVALID_REQUEST)
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    builder = _builder(asked.subject, issuer.subject, public_key, request).add_extension(authority, critical=False)
    return SignRequestReply(certificate=_der(builder.sign(key, _HASHES[request.hash])))


@answers(TrustCertificate)
def trust_certificate(device: Device, request: TrustCertificate) -> TrustCertificateReply:
    """AVPC."""
    certificate = load_certificate(request.certificate)
    require_in_date(device, certificate)
    if request.issuer is not None:
        require_signed_by(certificate, trusted_key(device, request.issuer, "V"))
    elif not device.options.users_logged_in:
        raise Refusal(_NOT_LOGGED_IN)
    key = _public_key(certificate)
    if request.mode == "X" and isinstance(key, rsa.RSAPublicKey):
        raise Refusal(_WRONG_TYPE)
    return TrustCertificateReply(trusted_key=device.pmk.wrap_public(key, request.mode))


def load_certificate(der: bytes) -> x509.Certificate:
    """A certificate that a command gives.

    Raises:
        Refusal: 59.
    """
    try:
        return pki.load(der)
    except FormatError:
        raise Refusal(_INVALID_CERTIFICATE) from None


def require_in_date(device: Device, certificate: x509.Certificate) -> None:
    """Refuse a certificate before and after its time.

    Raises:
        Refusal: 59.
    """
    if not certificate.not_valid_before_utc <= device.now() <= certificate.not_valid_after_utc:
        raise Refusal(_INVALID_CERTIFICATE)


def require_signed_by(certificate: x509.Certificate, issuer: PublicKey) -> None:
    """Verify the signature of a certificate. Only the issuer's key is known here, not its name.

    Raises:
        Refusal: 59.
    """
    try:
        hash_algorithm = certificate.signature_hash_algorithm
        parameters = certificate.signature_algorithm_parameters
        signed = certificate.tbs_certificate_bytes
        if isinstance(issuer, rsa.RSAPublicKey):
            issuer.verify(certificate.signature, signed, parameters, hash_algorithm)  # type: ignore[arg-type]
        else:
            issuer.verify(certificate.signature, signed, parameters)  # type: ignore[arg-type]
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):  # TypeError: a key of another kind
        raise Refusal(_INVALID_CERTIFICATE) from None


def _public_key(certificate: x509.Certificate) -> PublicKey:
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise Refusal(_INVALID_CERTIFICATE) from None
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise Refusal(_INVALID_CERTIFICATE)
    return key


def _builder(
    subject: x509.Name, issuer: x509.Name, key: PublicKey, request: SelfSign | SignRequest
) -> x509.CertificateBuilder:
    usage, critical = _usage(request.usages)
    begin = _first_moment(request.first_day)
    try:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key)
            .serial_number(int(request.serial))
            .not_valid_before(begin)
            .not_valid_after(begin + timedelta(days=int(request.days)))
            .add_extension(usage, critical=critical)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        )
    except (ValueError, OverflowError):  # a serial number of zero, an end before the beginning, a year beyond 9999
        raise Refusal(_WRONG_VALUE) from None


def _first_moment(day: str) -> datetime:
    """00:00 of the HSM's local time: AWS's scripts send their own local date."""
    try:
        return datetime.strptime(day, "%Y%m%d").astimezone().astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refusal(_WRONG_VALUE) from None


def _usage(names: str) -> tuple[x509.KeyUsage, bool]:
    """The extension and whether it is critical."""
    asked = [name.strip() for name in names.split(",")]
    granted = {name for name in asked if name != _CRITICAL}
    if not granted or not granted <= set(_USAGES):
        raise Refusal(_WRONG_VALUE)
    try:
        return x509.KeyUsage(**{bit: name in granted for name, bit in _USAGES.items()}), _CRITICAL in asked
    except ValueError:  # encipherOnly without keyAgreement
        raise Refusal(_WRONG_VALUE) from None


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)
