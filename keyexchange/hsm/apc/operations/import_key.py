"""ImportKey. Each kind of key material is one function of `MATERIALS`."""

from __future__ import annotations

from collections.abc import Callable

from cryptography import x509

from keyexchange import pki, tr31, tr34
from keyexchange.crypto import public_key_kcv
from keyexchange.errors import FormatError, TrustError
from keyexchange.hsm.apc import shapes
from keyexchange.hsm.apc.attributes import mode_letter, usage_code
from keyexchange.hsm.apc.context import Context, operation
from keyexchange.hsm.apc.enrolment import Attributes, Material, enrol, enrol_secret
from keyexchange.hsm.apc.errors import validation
from keyexchange.hsm.apc.operations.parameters import find_token
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.apc.rules import require_strength
from keyexchange.hsm.apc.trust import (
    certified_key,
    find_authority,
    public_spki,
    read_certificate,
    verify_issued,
)
from keyexchange.hsm.apc.wrapping import find_wrapping_key, imported_attributes
from keyexchange.hsm.device import Hsm
from keyexchange.hsm.records import KeyClass, KeyOrigin, KeyRecord, TokenKind, TokenRecord
from keyexchange.keys import KeyAlgorithm

Import = Callable[[Hsm, Context, Values, Values], KeyRecord]
"""Takes the device, the context, the whole request and the member of KeyMaterial."""


@operation("ImportKey", writes=True)
def import_key(hsm: Hsm, context: Context, request: Values) -> Values:
    """Source: APC API reference, ImportKey."""
    ((kind, material),) = ((name, value) for name, value in request["KeyMaterial"].items() if value is not None)
    if kind not in MATERIALS:
        raise validation(f"KeyMaterial {kind} is not served by this endpoint")
    return {"Key": shapes.key(MATERIALS[kind](hsm, context, request, material))}


def _root_certificate(hsm: Hsm, context: Context, request: Values, material: Values) -> KeyRecord:
    certificate = read_certificate("PublicKeyCertificate", material["PublicKeyCertificate"])
    if certificate.issuer != certificate.subject:
        raise validation("PublicKeyCertificate is not self-signed: a root certificate is its own issuer")
    der = pki.to_der(certificate)
    try:
        pki.verify_chain(der, [], [der], at=hsm.now())
    except TrustError as error:
        raise validation(f"PublicKeyCertificate is not valid: {error.message}") from None
    attributes = _public_key_attributes(material)
    if attributes.usage != "S0":
        raise validation("A root certificate has KeyUsage TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE")
    return _enrol_public_key(hsm, context, request, attributes, certificate, issuer_id=None)


def _trusted_certificate(hsm: Hsm, context: Context, request: Values, material: Values) -> KeyRecord:
    certificate = read_certificate("PublicKeyCertificate", material["PublicKeyCertificate"])
    authority = find_authority(hsm, context, material["CertificateAuthorityPublicKeyIdentifier"])
    verify_issued(hsm, "PublicKeyCertificate", certificate, authority)
    attributes = _public_key_attributes(material)
    return _enrol_public_key(hsm, context, request, attributes, certificate, issuer_id=authority.id)


def _public_key_attributes(material: Values) -> Attributes:
    stated = material["KeyAttributes"]
    if stated["KeyClass"] != KeyClass.PUBLIC_KEY.value:
        raise validation(f"KeyClass {stated['KeyClass']} is not valid for a public key certificate")
    attributes = Attributes(
        key_class=KeyClass.PUBLIC_KEY,
        usage=usage_code(stated["KeyUsage"]),
        algorithm=KeyAlgorithm(stated["KeyAlgorithm"]),
        mode_of_use=mode_letter(stated["KeyModesOfUse"]),
        exportable=True,
        origin=KeyOrigin.EXTERNAL,
    )
    attributes.require_valid()
    return attributes


def _enrol_public_key(
    hsm: Hsm,
    context: Context,
    request: Values,
    attributes: Attributes,
    certificate: x509.Certificate,
    *,
    issuer_id: str | None,
) -> KeyRecord:
    algorithm, key = certified_key("PublicKeyCertificate", certificate)
    if algorithm is not attributes.algorithm:
        raise validation(f"KeyAlgorithm {attributes.algorithm} is not the algorithm of PublicKeyCertificate")
    material = Material(kcv=public_key_kcv(public_spki(key)), certificate=pki.to_der(certificate), issuer_id=issuer_id)
    return enrol(hsm, context, request, attributes, material)


def _tr31(hsm: Hsm, context: Context, request: Values, material: Values) -> KeyRecord:
    wrapping, kbpk = find_wrapping_key(hsm, context, material["WrappingKeyIdentifier"], to="Unwrap")
    try:
        content = tr31.unwrap(kbpk, material["WrappedKeyBlock"])
    except FormatError as error:
        raise validation(f"WrappedKeyBlock can not be unwrapped: {error.message}") from None
    attributes = imported_attributes(content.header, content.key)
    require_strength(wrapping.algorithm, attributes.algorithm, strength=kbpk.strength)
    return enrol_secret(hsm, context, request, attributes, content.key)


def _tr34(hsm: Hsm, context: Context, request: Values, material: Values) -> KeyRecord:
    """Two-pass tokens only, each of them once: the random number it answers is remembered with the import token.

    A one-pass token is fresh by its signing time alone, and a receiver of those must remember the last one of each
    sender (IBM CCA, CSNDT34R, 1PASSRCV does). This endpoint remembers none and refuses them; whether the service takes
    them is not documented.
    """
    authority = find_authority(hsm, context, material["CertificateAuthorityPublicKeyIdentifier"])
    signer = read_certificate("SigningKeyCertificate", material["SigningKeyCertificate"])
    verify_issued(hsm, "SigningKeyCertificate", signer, authority)
    certified_key("SigningKeyCertificate", signer)
    if not material.get("ImportToken"):
        raise validation("ImportToken is required: this endpoint does not unwrap with WrappingKeyIdentifier")
    token = find_token(hsm, context, TokenKind.IMPORT, material["ImportToken"])
    nonce = bytes.fromhex(material["RandomNonce"]) if "RandomNonce" in material else None
    try:
        opened = _open(hsm, material["WrappedKeyBlock"], token, kdh_certificate=pki.to_der(signer), nonce=nonce)
        header, _ = tr31.parse_header(opened.header)
    except (FormatError, TrustError) as error:
        raise validation(f"WrappedKeyBlock can not be unwrapped: {error.message}") from None
    attributes = imported_attributes(header, opened.key)
    for wrapping in (token.algorithm, opened.cipher.algorithm):
        require_strength(wrapping, attributes.algorithm)
    assert nonce is not None  # _open refuses it
    if not hsm.service_keys.use_nonce(token.id, nonce, hsm.now()):
        raise validation("RandomNonce was used before with this ImportToken: have the sender make a new token")
    return enrol_secret(hsm, context, request, attributes, opened.key)


def _open(
    hsm: Hsm, block: str, import_token: TokenRecord, *, kdh_certificate: bytes, nonce: bytes | None
) -> tr34.OpenedToken:
    """Every check of a TR-34 token but the chain of the signer's certificate, which is done."""
    try:
        octets = bytes.fromhex(block)
    except ValueError:
        raise validation("WrappedKeyBlock has an odd number of hexadecimal digits") from None
    token = tr34.read(octets)
    if token.layout is not tr34.Layout.X9_TR34_2012:
        raise validation("WrappedKeyBlock is not in the KeyBlockFormat X9_TR34_2012")
    if token.nonce is None:
        raise validation(
            "WrappedKeyBlock was made in one pass: this endpoint imports in two passes, with a RandomNonce"
        )
    if nonce is None:
        raise validation("RandomNonce is required: WrappedKeyBlock was made in two passes")
    tr34.verify(token, kdh_certificate=kdh_certificate, nonce=nonce)
    return tr34.open_token(
        token,
        krd_private_key=hsm.vault.rsa_private(import_token.block),
        krd_certificate=import_token.certificate,
        kdh_certificate=kdh_certificate,
    )


MATERIALS: dict[str, Import] = {
    "RootCertificatePublicKey": _root_certificate,
    "TrustedCertificatePublicKey": _trusted_certificate,
    "Tr31KeyBlock": _tr31,
    "Tr34KeyBlock": _tr34,
}
