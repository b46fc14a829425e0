"""RootCertificatePublicKey and TrustedCertificatePublicKey: public keys, with the certificates that vouch for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyexchange import pki
from keyexchange.crypto import public_key_kcv
from keyexchange.errors import TrustError
from keyexchange.hsm.apc.attributes import mode_letter, usage_code
from keyexchange.hsm.apc.context import Context
from keyexchange.hsm.apc.enrolment import Attributes, Material, enrol
from keyexchange.hsm.apc.errors import validation
from keyexchange.hsm.apc.protection import await_approval
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.apc.trust import certified_key, find_authority, public_spki, read_certificate, verify_issued
from keyexchange.hsm.device import Hsm
from keyexchange.hsm.records import KeyClass, KeyOrigin, KeyRecord
from keyexchange.keys import KeyAlgorithm

if TYPE_CHECKING:  # see keyexchange.pki
    from cryptography import x509


def receive_root(hsm: Hsm, context: Context, request: Values, material: Values) -> KeyRecord:
    """A root: its own issuer, and good for verifying only. Source: APC API reference, ImportKey."""
    certificate = read_certificate("PublicKeyCertificate", material["PublicKeyCertificate"])
    if certificate.issuer != certificate.subject:
        raise validation("PublicKeyCertificate is not self-signed: a root certificate is its own issuer")
    certified_key("PublicKeyCertificate", certificate)
    der = pki.to_der(certificate)
    try:
        pki.verify_chain(der, [], [der], at=hsm.now())
    except TrustError as error:
        raise validation(f"PublicKeyCertificate is not valid: {error.message}") from None
    attributes = _attributes(material)
    if attributes.usage != "S0":
        raise validation("A root certificate has KeyUsage TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE")
    record = _enrol(hsm, context, request, attributes, certificate, issuer_id=None)
    return await_approval(hsm, request, record)


def receive_trusted(hsm: Hsm, context: Context, request: Values, material: Values) -> KeyRecord:
    """A certificate under an authority that was imported before. Source: APC API reference, ImportKey."""
    certificate = read_certificate("PublicKeyCertificate", material["PublicKeyCertificate"])
    authority = find_authority(hsm, context, material["CertificateAuthorityPublicKeyIdentifier"])
    verify_issued(hsm, "PublicKeyCertificate", certificate, authority)
    return _enrol(hsm, context, request, _attributes(material), certificate, issuer_id=authority.id)


def _attributes(material: Values) -> Attributes:
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


def _enrol(
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
