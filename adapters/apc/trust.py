"""Certificates at the service: those it is given to trust, and the one it offers."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from keyexchange import pki
from keyexchange.authority import issuers_upwards, read_certificates
from keyexchange.crypto.ec import CURVES
from keyexchange.errors import ProtocolError, TrustError, UnsupportedError
from keyexchange.keys import KeyAlgorithm
from keyexchange.protocols.messages import (
    CertificateChain,
    ImportMark,
    KdhCredential,
    KrdCredential,
    SigningKey,
    TrustAnchor,
)

from .attributes import USAGES
from .client import AwsClient
from .keys import TAG_CERTIFICATE, as_tag_list, find_certificate, imported_key, mark_tags

_CURVES = {curve.name: algorithm for algorithm, curve in CURVES.items()}


def encode_certificate(der: bytes) -> str:
    """A certificate as the API takes it: Base64 of PEM."""
    return base64.b64encode(pki.load(der).public_bytes(Encoding.PEM)).decode("ascii")


def import_chain(client: AwsClient, chain: CertificateChain, mark: ImportMark, *, search: bool) -> TrustAnchor:
    """Make the service trust the chain's issuers, the root first; those it trusts already are used.

    A certificate is recognised by its fingerprint in a tag, so a run that was killed in between finds its own.

    Args:
        chain: of the KDH's certificate, which is not itself imported.
        mark: of the run.
        search: look for what is there already.

    Raises:
        UnsupportedError: a key that the service cannot hold.
        TrustError: category chain_untrusted: the issuers do not lead up to a root.
    """
    imported: list[str] = []
    above = ""
    for certificate, algorithm in _downwards(chain):
        fingerprint = pki.fingerprint(pki.to_der(certificate))
        found = find_certificate(client, fingerprint, algorithm) if search else None
        if found is None:
            found = _import_certificate(client, certificate, algorithm, above, mark)
            imported.append(found)
        above = found
    return TrustAnchor(reference=above, imported=tuple(imported))


def find_chain(client: AwsClient, chain: CertificateChain) -> TrustAnchor | None:
    """What `import_chain` would answer if all issuers are trusted already; None when one is missing.

    Raises:
        UnsupportedError, TrustError: as `import_chain`.
    """
    lowest = ""
    for certificate, algorithm in _downwards(chain):
        found = find_certificate(client, pki.fingerprint(pki.to_der(certificate)), algorithm)
        if found is None:
            return None
        lowest = found
    return TrustAnchor(reference=lowest, imported=())


def _downwards(chain: CertificateChain) -> list[tuple[x509.Certificate, str]]:
    """The issuers, the root first, with the algorithms of their keys; all are looked at before one is imported."""
    leaf = pki.load(chain.certificate)
    issuers = issuers_upwards(leaf, [pki.load(issuer) for issuer in chain.issuers])
    return [(certificate, _algorithm(certificate)) for certificate in map(pki.load, reversed(issuers))]


def read_credential(answer: Mapping[str, Any], pinned: str) -> KrdCredential:
    """The wrapping certificate of GetParametersForImport, with its issuers. Dates and signatures are the caller's.

    Args:
        answer: of the operation.
        pinned: path of the root that it must chain to; empty for the one that came with it.

    Raises:
        TrustError: category chain_untrusted: an issuer is missing, or the root is not the pinned one.
        ProtocolError: the answer lacks what the API promises.
        ConfigError: the pinned file cannot be read.
        FormatError: category der_malformed.
    """
    try:
        encoded, chain = answer["WrappingKeyCertificate"], answer["WrappingKeyCertificateChain"]
        token, until = str(answer["ImportToken"]), answer["ParametersValidUntilTimestamp"]
    except KeyError:
        raise ProtocolError("apc answered GetParametersForImport without all that it promises") from None
    return KrdCredential(read_chain(encoded, chain, pinned), token=token, valid_until=until)


def read_kdh_credential(answer: Mapping[str, Any], pinned: str) -> KdhCredential:
    """The signing certificate of GetParametersForExport, with its issuers. Dates and signatures are the caller's.

    Raises:
        TrustError, ConfigError: as `read_chain`.
        ProtocolError: the answer lacks what the API promises.
        FormatError: category der_malformed.
    """
    try:
        encoded, chain = answer["SigningKeyCertificate"], answer["SigningKeyCertificateChain"]
        token, until = str(answer["ExportToken"]), answer["ParametersValidUntilTimestamp"]
    except KeyError:
        raise ProtocolError("apc answered GetParametersForExport without all that it promises") from None
    found = read_chain(encoded, chain, pinned)
    return KdhCredential(found, SigningKey(_public_key(found.certificate), token.encode("ascii")), until)


def read_chain(encoded: str, chain: str, pinned: str) -> CertificateChain:
    """A certificate of the service and those above it, as the API encodes both.

    Args:
        pinned: path of the root that it must chain to; empty for the one that came with it.

    Raises:
        TrustError: category chain_untrusted: an issuer is missing, or the root is not the pinned one.
        ConfigError: the pinned file cannot be read.
        FormatError: category der_malformed.
    """
    leaf = pki.load(encoded)
    roots = read_certificates(Path(pinned)) if pinned else ()
    issuers = issuers_upwards(leaf, [*pki.load_all(chain), *roots])
    if roots and issuers[-1] not in [pki.to_der(root) for root in roots]:
        raise TrustError(
            "apc's certificate does not chain to the root in ca_certificate",
            category="chain_untrusted",
            hint="is ca_certificate AWS's root for this region, and endpoint_url the right one?",
        )
    return CertificateChain(pki.to_der(leaf), issuers)


def _public_key(certificate: bytes) -> bytes:
    return pki.load(certificate).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _import_certificate(
    client: AwsClient, certificate: x509.Certificate, algorithm: str, above: str, mark: ImportMark
) -> str:
    der = pki.to_der(certificate)
    material: dict[str, object] = {
        "KeyAttributes": {
            "KeyUsage": USAGES["S0"],
            "KeyClass": "PUBLIC_KEY",
            "KeyAlgorithm": algorithm,
            "KeyModesOfUse": {"Verify": True},
        },
        "PublicKeyCertificate": encode_certificate(der),
    }
    kind = "RootCertificatePublicKey"
    if above:
        kind = "TrustedCertificatePublicKey"
        material["CertificateAuthorityPublicKeyIdentifier"] = above
    tags = {**mark_tags(mark), TAG_CERTIFICATE: pki.fingerprint(der)}
    answer = client.call("ImportKey", KeyMaterial={kind: material}, Enabled=True, Tags=as_tag_list(tags))
    return imported_key(answer).reference


def _algorithm(certificate: x509.Certificate) -> str:
    try:
        key = certificate.public_key()
        if isinstance(key, rsa.RSAPublicKey):
            return KeyAlgorithm(f"RSA_{key.key_size}").value
        if isinstance(key, ec.EllipticCurvePublicKey):
            return _CURVES[key.curve.name].value
    except (KeyError, ValueError, UnsupportedAlgorithm):
        pass  # a size, curve or kind that the service has no name for
    raise UnsupportedError(
        f"apc cannot hold the key of {pki.subject_text(certificate)}",
        hint="the authority's key must be RSA 2048, 3072 or 4096, or on P-256, P-384 or P-521",
    )
