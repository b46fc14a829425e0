"""GetPublicKeyCertificate and GetCertificateSigningRequest."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from keyexchange import pki
from keyexchange.hsm.apc import shapes
from keyexchange.hsm.apc.context import Context, operation
from keyexchange.hsm.apc.errors import validation
from keyexchange.hsm.apc.identifiers import find_living_key, find_usable_key
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.device import Hsm
from keyexchange.hsm.records import CertifiedKey, KeyClass, KeyRecord
from keyexchange.keys import Algorithm

if TYPE_CHECKING:  # see keyexchange.pki
    from cryptography import x509

VALID_DAYS = 90
REUSE_LEFT = timedelta(days=30)
"""Source of both: APC API reference, GetPublicKeyCertificate, KeyCertificate."""

_SIGNING_USAGES = ("S0",)

SUBJECT = {
    "Country": "COUNTRY_NAME",
    "StateOrProvince": "STATE_OR_PROVINCE_NAME",
    "City": "LOCALITY_NAME",
    "Organization": "ORGANIZATION_NAME",
    "OrganizationUnit": "ORGANIZATIONAL_UNIT_NAME",
    "CommonName": "COMMON_NAME",
    "EmailAddress": "EMAIL_ADDRESS",
}
"""The members of CertificateSubjectType as `x509.NameOID` has them, in the order in which they stand in the subject."""

SIGNING_HASHES: dict[str, hashes.SHA224 | hashes.SHA256 | hashes.SHA384 | hashes.SHA512] = {
    "SHA224": hashes.SHA224(),
    "SHA256": hashes.SHA256(),
    "SHA384": hashes.SHA384(),
    "SHA512": hashes.SHA512(),
}
"""By SigningAlgorithmType; any of them with any key, RSASSA-PKCS1-v1_5 or ECDSA."""


@operation("GetPublicKeyCertificate", writes=True)
async def get_public_key_certificate(hsm: Hsm, context: Context, request: Values) -> Values:
    """The certificate of a key pair; issued anew when less than 30 days are left. Source: APC API reference."""
    record = find_living_key(hsm, context, request["KeyIdentifier"])
    if record.key_class is not KeyClass.ASYMMETRIC_KEY_PAIR:
        raise validation("KeyIdentifier is not an asymmetric key pair")
    root = await hsm.authority.root(record.algorithm.letter)
    kept = hsm.service_keys.certified_key(record.id)
    if kept is None or kept.valid_until < hsm.now() + REUSE_LEFT or pki.load(kept.certificate).issuer != root.subject:
        kept = await _certify(hsm, record)
    return {
        "KeyCertificate": shapes.certificate(pki.load(kept.certificate)),
        "KeyCertificateChain": shapes.certificate(root),
    }


async def _certify(hsm: Hsm, record: KeyRecord) -> CertifiedKey:
    assert record.block is not None
    public_key = hsm.vault.public_key(record.block, record.algorithm)
    purpose: pki.Purpose = "sign" if record.usage in _SIGNING_USAGES else "wrap"
    certificate = await hsm.authority.issue(record.id, public_key, purpose=purpose, days=VALID_DAYS)
    certified = CertifiedKey(record.id, None, pki.to_der(certificate), certificate.not_valid_after_utc)
    with hsm.store.savepoint():
        hsm.service_keys.put_certified_key(certified)
    return certified


@operation("GetCertificateSigningRequest", writes=False)
def get_certificate_signing_request(hsm: Hsm, context: Context, request: Values) -> Values:
    """A PKCS#10 request of a key pair, base64 of PEM, signed with the key itself whatever its modes of use.

    Source: APC API reference, GetCertificateSigningRequest; AWS Payment Cryptography User Guide, "Bring Your Own
    Certificate Authority" (the form, and the order of the subject as OpenSSL shows it there; where it puts the e-mail
    address is not shown).
    """
    record = find_usable_key(hsm, context, request["KeyIdentifier"])
    if record.key_class is not KeyClass.ASYMMETRIC_KEY_PAIR:
        raise validation("KeyIdentifier is not an asymmetric key pair")
    assert record.block is not None
    rsa = record.algorithm.letter is Algorithm.R
    key = hsm.vault.rsa_private(record.block) if rsa else hsm.vault.ec_private(record.block)
    signed = _signing_request(request["CertificateSubject"]).sign(key, SIGNING_HASHES[request["SigningAlgorithm"]])
    return {"CertificateSigningRequest": base64.b64encode(signed.public_bytes(Encoding.PEM)).decode()}


def _signing_request(stated: Values) -> x509.CertificateSigningRequestBuilder:
    if not stated.get("EmailAddress", "").isascii():
        raise validation("EmailAddress has characters that a certificate can not hold")  # the model's pattern has one
    from cryptography import x509  # noqa: PLC0415  # see keyexchange.pki

    named = [(getattr(x509.NameOID, name), stated[member]) for member, name in SUBJECT.items() if member in stated]
    return x509.CertificateSigningRequestBuilder(x509.Name([x509.NameAttribute(oid, value) for oid, value in named]))
