"""Operations that wait for an approval team. Source: AWS Payment Cryptography User Guide, "Multi-party approval"."""

from __future__ import annotations

from keyexchange.hsm.apc.errors import validation
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.approvals import IMPORT_ROOT, open_session, settle_if_automatic
from keyexchange.hsm.device import Hsm
from keyexchange.hsm.records import KeyRecord, KeyState, ProtectedOperation


def await_approval(hsm: Hsm, request: Values, record: KeyRecord) -> KeyRecord:
    """Hold a root certificate that was just imported until the region's team has approved it, if it has a team.

    Raises:
        ApiError: ValidationException: a team has to be told why.
    """
    association = hsm.approvals.association(record.home, IMPORT_ROOT)
    if association is None:
        return record
    comment = request.get("RequesterComment")
    if not comment:
        raise validation("RequesterComment is required to import a root certificate with multi-party approval")
    session = open_session(hsm, association, ProtectedOperation.IMPORT_KEY, subject=record.id, comment=comment)
    hsm.keys.change(
        record.id, state=KeyState.CREATE_IN_PROGRESS, mpa_session=session.id, approval_until=session.expires_at
    )
    settle_if_automatic(hsm, session)
    held = hsm.keys.get(record.home, record.id, hsm.now())
    assert held is not None
    return held
