"""A small certificate authority: enough for the KDH's signing certificate and the receiver's wrapping certificate.

Source: RFC 5280, 4.2 (extensions); serial numbers of 159 random bits: CA/Browser Forum baseline requirements, 7.1.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from keyexchange.errors import FormatError, TrustError
from keyexchange.pki.certificates import subject_text, time_text
from keyexchange.pki.csr import load_csr
from keyexchange.pki.purpose import Purpose

AuthorityKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
SubjectKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

_CLOCK_SKEW = timedelta(hours=1)
"""Certificates begin this much in the past, because a receiver's clock may be behind ours."""

_PURPOSES = {
    "ca": {"key_cert_sign", "crl_sign"},
    "sign": {"digital_signature"},
    "wrap": {"key_encipherment", "data_encipherment"},
    "agree": {"key_agreement"},
}
_BITS = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)
_SECP521R1_BITS = 521


def distinguished_name(common_name: str, organization: str | None = None) -> x509.Name:
    """CN, and O when given.

    Raises:
        FormatError: category name_malformed: X.520 allows 1 to 64 characters each.
    """
    attributes = [(NameOID.COMMON_NAME, common_name)]
    if organization is not None:
        attributes.append((NameOID.ORGANIZATION_NAME, organization))
    try:
        return x509.Name([x509.NameAttribute(oid, text) for oid, text in attributes])
    except ValueError:
        raise FormatError(
            "the name for the certificate cannot be used",
            category="name_malformed",
            hint="common name and organization have 1 to 64 characters each",
        ) from None


def issue_root(
    subject: str, key: AuthorityKey, *, days: int, now: datetime, organization: str | None = None
) -> x509.Certificate:
    """A self-signed root.

    Args:
        subject: common name.
        days: how long it is valid, from now.
        now: aware.
    """
    name = distinguished_name(subject, organization)
    builder = _builder(name, key.public_key(), purpose="ca", now=now, until=now + timedelta(days=days))
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    return builder.issuer_name(name).add_extension(authority, critical=False).sign(key, _hash(key))


def issue_intermediate(
    subject: str,
    public_key: SubjectKey,
    issuer_cert: x509.Certificate,
    issuer_key: AuthorityKey,
    *,
    days: int,
    now: datetime,
    organization: str | None = None,
) -> x509.Certificate:
    """A certificate authority below another; it ends with its issuer at the latest.

    Raises:
        TrustError: category expired: the issuer is not in date.
    """
    name = distinguished_name(subject, organization)
    return _issue(name, public_key, issuer_cert, issuer_key, purpose="ca", days=days, now=now)


def issue_leaf(
    subject: str,
    public_key: SubjectKey,
    issuer_cert: x509.Certificate,
    issuer_key: AuthorityKey,
    *,
    purpose: Purpose,
    days: int,
    now: datetime,
    organization: str | None = None,
) -> x509.Certificate:
    """A certificate for a key that signs tokens ("sign") or receives them ("wrap").

    It ends with its issuer at the latest.

    Raises:
        TrustError: category expired: the issuer is not in date.
    """
    name = distinguished_name(subject, organization)
    return _issue(name, public_key, issuer_cert, issuer_key, purpose=purpose, days=days, now=now)


def issue_from_csr(
    csr: bytes | str,
    issuer_cert: x509.Certificate,
    issuer_key: AuthorityKey,
    *,
    purpose: Purpose,
    days: int,
    now: datetime,
) -> x509.Certificate:
    """Like `issue_leaf`, with name and key taken from a PKCS#10 request; extensions it asks for are not granted.

    Raises:
        TrustError: signature_invalid: no proof of possession; expired: the issuer is not in date.
        FormatError: der_malformed, or structure: neither an RSA nor an elliptic curve key.
    """
    request = load_csr(csr)
    public_key = request.public_key()
    if not isinstance(public_key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise FormatError("the request's key is neither RSA nor of an elliptic curve", category="structure")
    return _issue(request.subject, public_key, issuer_cert, issuer_key, purpose=purpose, days=days, now=now)


def _issue(
    name: x509.Name,
    public_key: SubjectKey,
    issuer_cert: x509.Certificate,
    issuer_key: AuthorityKey,
    *,
    purpose: str,
    days: int,
    now: datetime,
) -> x509.Certificate:
    if not issuer_cert.not_valid_before_utc <= now <= issuer_cert.not_valid_after_utc:
        raise TrustError(
            f"{subject_text(issuer_cert)} may issue from {time_text(issuer_cert.not_valid_before_utc)} "
            f"to {time_text(issuer_cert.not_valid_after_utc)} only",
            category="expired",
        )
    until = min(now + timedelta(days=days), issuer_cert.not_valid_after_utc)
    builder = _builder(name, public_key, purpose=purpose, now=now, until=until)
    return (
        builder.issuer_name(issuer_cert.subject)
        .add_extension(_authority_identifier(issuer_cert, issuer_key), critical=False)
        .sign(issuer_key, _hash(issuer_key))
    )


def _builder(
    name: x509.Name, public_key: SubjectKey, *, purpose: str, now: datetime, until: datetime
) -> x509.CertificateBuilder:
    granted = _PURPOSES[purpose]
    usage = x509.KeyUsage(**{bit: bit in granted for bit in _BITS})
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=purpose == "ca", path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _authority_identifier(issuer: x509.Certificate, key: AuthorityKey) -> x509.AuthorityKeyIdentifier:
    """The issuer's own subject key identifier, which need not be the digest of its key."""
    try:
        subject = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    except x509.ExtensionNotFound:
        return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(subject.value)


def _hash(key: AuthorityKey) -> hashes.SHA256 | hashes.SHA384 | hashes.SHA512:
    """A hash as strong as the key. Source: FIPS 186-5, 6.1.1 (elliptic curves)."""
    if isinstance(key, rsa.RSAPrivateKey) or key.key_size < 384:
        return hashes.SHA256()
    return hashes.SHA512() if key.key_size >= _SECP521R1_BITS else hashes.SHA384()
