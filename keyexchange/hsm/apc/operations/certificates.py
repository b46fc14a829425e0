"""GetPublicKeyCertificate."""

from __future__ import annotations

from datetime import timedelta

from keyexchange import pki
from keyexchange.hsm.apc import shapes
from keyexchange.hsm.apc.context import Context, operation
from keyexchange.hsm.apc.errors import validation
from keyexchange.hsm.apc.identifiers import find_living_key
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.device import Hsm
from keyexchange.hsm.records import CertifiedKey, KeyClass, KeyRecord

VALID_DAYS = 90
REUSE_LEFT = timedelta(days=30)
"""Source of both: APC API reference, GetPublicKeyCertificate, KeyCertificate."""

_SIGNING_USAGES = ("S0",)


@operation("GetPublicKeyCertificate", writes=True)
async def get_public_key_certificate(hsm: Hsm, context: Context, request: Values) -> Values:
    """The certificate of a key pair; issued anew when less than 30 days are left. Source: APC API reference."""
    record = find_living_key(hsm, context, request["KeyIdentifier"])
    if record.key_class is not KeyClass.ASYMMETRIC_KEY_PAIR:
        raise validation("KeyIdentifier is not an asymmetric key pair")
    root = await hsm.authority.root()
    kept = hsm.service_keys.certified_key(record.id)
    if kept is None or kept.valid_until < hsm.now() + REUSE_LEFT:
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
