"""An authority whose certificate and private key lie in files."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import ClassVar, Literal

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_pem_private_key
from pydantic import BaseModel, ConfigDict, Field

from keyexchange import pki
from keyexchange.authority.checks import checked_chain, read_certificates, subject_key
from keyexchange.authority.contract import AuthorityKind, Now, utc_now
from keyexchange.errors import ConfigError, TrustError
from keyexchange.protocols.messages import CertificateChain, CertificationRequest
from keyexchange.references import PATTERN, resolve
from keyexchange.secret import Secret


class FilesSettings(BaseModel):
    """`certificate_authority` of kind `files`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["files"] = "files"
    ca_certificate: str = Field(min_length=1, description="path of the authority's certificate, PEM or DER")
    ca_private_key: str = Field(pattern=PATTERN, description="reference (env: or file:) to its private key, PEM or DER")
    ca_private_key_passphrase: str | None = Field(
        default=None, pattern=PATTERN, description="reference to the key's passphrase"
    )
    issuers: str | None = Field(default=None, description="path of the certificates above the authority's, to the root")
    organisation: str | None = Field(default=None, min_length=1, max_length=64)
    validity_days: int = Field(default=30, ge=1, le=3650, description="of the certificate")


class FilesAuthority:
    """Signs a public key with an existing authority's key.

    The private key is read when it is needed and dropped after it has signed.

    Args:
        settings: where the files are.
        now: the clock.
    """

    name: ClassVar[str] = "files"
    needs_csr: ClassVar[bool] = False
    new_root: ClassVar[bool] = False

    def __init__(self, settings: FilesSettings, *, now: Now = utc_now) -> None:
        self._settings = settings
        self._now = now

    def check(self) -> None:
        """See `Authority.check`. Reads everything that `certify` will need."""
        issuer, *_ = self._certificates()
        _require_authority(issuer, self._now())
        self._private_key(issuer)

    def certify(self, request: CertificationRequest) -> CertificateChain:
        """See `Authority.certify`. The certificate ends with the authority's at the latest."""
        settings, now = self._settings, self._now()
        public_key = subject_key(request.key_pair)
        issuer, *others = self._certificates()
        _require_authority(issuer, now)
        leaf = pki.issue_leaf(
            request.common_name,
            public_key,
            issuer,
            self._private_key(issuer),
            purpose=request.purpose,
            days=settings.validity_days,
            now=now,
            organization=settings.organisation,
        )
        return checked_chain((leaf, issuer, *others), request.key_pair, at=now)

    def _certificates(self) -> list[x509.Certificate]:
        certificates = [*read_certificates(Path(self._settings.ca_certificate))]
        if self._settings.issuers is not None:
            certificates += read_certificates(Path(self._settings.issuers))
        return certificates

    def _private_key(self, issuer: x509.Certificate) -> pki.AuthorityKey:
        passphrase = self._settings.ca_private_key_passphrase
        key = _load_private_key(
            resolve(self._settings.ca_private_key), None if passphrase is None else resolve(passphrase)
        )
        if key.public_key() != issuer.public_key():
            raise ConfigError(
                "ca_private_key is not the key of ca_certificate", hint="check that both belong to one authority"
            )
        return key


def _load_private_key(stored: Secret, passphrase: Secret | None) -> pki.AuthorityKey:
    octets = stored.reveal()
    load = load_pem_private_key if b"-----BEGIN" in octets else load_der_private_key
    # A passphrase in a file ends with the line's end.
    password = None if passphrase is None else passphrase.reveal().rstrip(b"\r\n")
    try:
        key = load(octets, password)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ConfigError(
            "ca_private_key cannot be read: not a private key, or its passphrase is missing or wrong",
            hint="give PEM or DER, and ca_private_key_passphrase exactly when the key is encrypted",
        ) from None
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise ConfigError("ca_private_key is neither RSA nor of an elliptic curve", hint="use another authority")
    return key


def _require_authority(certificate: x509.Certificate, now: datetime) -> None:
    """Refuse before the private key is touched: the certificate of something else, or one that is out of date."""
    name = pki.subject_text(certificate)
    try:
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        constraints = False
    if not constraints:
        raise TrustError(
            f"the certificate of {name} is not a certificate authority's",
            category="chain_untrusted",
            hint="ca_certificate must have the extension basicConstraints with cA set",
        )
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise TrustError(
            f"the certificate of {name} is valid from {certificate.not_valid_before_utc:%Y-%m-%d} "
            f"to {certificate.not_valid_after_utc:%Y-%m-%d} only",
            category="expired",
        )


AUTHORITY = AuthorityKind("files", FilesSettings, FilesAuthority)
