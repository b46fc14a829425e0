"""Certificates for tests: elliptic curves, because their keys cost nothing to make."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from keyexchange.pki import distinguished_name, to_der

NOW = datetime(2030, 5, 17, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def certificate(  # what pki.issue would not make
    subject: str,
    issuer: str,
    public_key: ec.EllipticCurvePublicKey,
    signed_by: ec.EllipticCurvePrivateKey,
    *extensions: tuple[Any, bool],
    until: datetime = NOW + DAY,
) -> bytes:
    builder = (
        x509.CertificateBuilder()
        .subject_name(distinguished_name(subject))
        .issuer_name(distinguished_name(issuer))
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - DAY)
        .not_valid_after(until)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return to_der(builder.sign(signed_by, hashes.SHA256()))


def ca(path_length: int | None = None) -> tuple[x509.BasicConstraints, bool]:
    return x509.BasicConstraints(ca=True, path_length=path_length), True
