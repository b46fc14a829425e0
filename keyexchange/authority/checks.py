"""What every authority checks before and after: the key is the one asked for, and the chain is whole and holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from keyexchange import pki
from keyexchange.errors import ConfigError, FormatError, TrustError, UnsupportedError
from keyexchange.protocols.messages import AgreementKey, CertificateChain, CertificationRequest, SigningKey


def subject_key(key_pair: SigningKey | AgreementKey) -> pki.SubjectKey:
    """The public key that is to be certified.

    Raises:
        FormatError: category der_malformed: neither an RSA nor an elliptic curve key.
    """
    try:
        key = load_der_public_key(key_pair.public_key)
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise FormatError("the public key to certify cannot be read", category="der_malformed")
    return key


def csr_pem(request: CertificationRequest) -> bytes:
    """The certification request as PEM, after its signature and its key were checked.

    Raises:
        UnsupportedError: the KDH made none.
        TrustError: signature_invalid, or key_mismatch: it asks for another key.
        FormatError: category der_malformed.
    """
    if request.csr is None:
        raise UnsupportedError(
            "this certificate authority needs a certification request, and none was made",
            hint="use an authority of kind `local` or `files`",
        )
    csr = pki.load_csr(request.csr.der)
    if _spki(csr.public_key()) != _spki(subject_key(request.key_pair)):
        raise TrustError("the certification request is for another key than was asked for", category="key_mismatch")
    return csr.public_bytes(Encoding.PEM)


def checked_chain(
    certificates: Sequence[x509.Certificate], key_pair: SigningKey | AgreementKey, *, at: datetime
) -> CertificateChain:
    """The chain of the certificate that is for the key pair, verified up to its root.

    Args:
        certificates: the leaf, its issuers and the root, in any order; others are ignored.
        at: the moment to judge dates by; aware.

    Raises:
        TrustError: key_mismatch: none is for this key; chain_untrusted, expired.
        FormatError: category der_malformed: the public key cannot be read.
    """
    wanted = _spki(subject_key(key_pair))
    leaf = next((c for c in certificates if _certified(c) == wanted), None)
    if leaf is None:
        raise TrustError(
            "no certificate given here is for the key that is to be certified",
            category="key_mismatch",
            hint="was the certificate issued for the request of this very run?",
        )
    chain = CertificateChain(pki.to_der(leaf), issuers_upwards(leaf, certificates))
    pki.verify_chain(chain.certificate, chain.issuers, chain.issuers[-1:], at=at)
    return chain


def issuers_upwards(leaf: x509.Certificate, certificates: Sequence[x509.Certificate]) -> tuple[bytes, ...]:
    """Of certificates in any order, those above the leaf: from its issuer up to the root, DER.

    Dates and extensions are not looked at (`pki.verify_chain` does).

    Raises:
        TrustError: category chain_untrusted: an issuer is missing, or the leaf is its own issuer.
    """
    path = [leaf]
    while path[-1].issuer != path[-1].subject:
        issuer = next((c for c in certificates if c not in path and _issued(path[-1], c)), None)
        if issuer is None:
            raise TrustError(
                f"the issuer of {pki.subject_text(path[-1])} is missing",
                category="chain_untrusted",
                hint="give all certificates up to the root, the root included",
            )
        path.append(issuer)
    if len(path) == 1:
        raise TrustError(
            f"{pki.subject_text(leaf)} is its own issuer; a receiver trusts an authority, not a signing certificate",
            category="chain_untrusted",
        )
    return tuple(pki.to_der(certificate) for certificate in path[1:])


def read_certificates(path: Path) -> tuple[x509.Certificate, ...]:
    """The certificates of a PEM or DER file.

    Raises:
        ConfigError: the file cannot be read.
        FormatError: category der_malformed.
    """
    try:
        octets = path.expanduser().read_bytes()
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}", hint="check the path and its rights") from None
    return pki.load_all(octets)


def _certified(certificate: x509.Certificate) -> bytes | None:
    try:
        return _spki(certificate.public_key())
    except (ValueError, UnsupportedAlgorithm):
        return None  # a key of a kind that is not known here is not the KDH's


def _spki(key: CertificatePublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        return False
    return True
