"""Records of the store as the structures that APC answers with."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.serialization import Encoding

from keyexchange.hsm.apc.attributes import USAGE_NAMES, modes_of_use
from keyexchange.hsm.apc.identifiers import key_arn
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.records import AliasRecord, ApprovalSession, KeyRecord, SessionStatus, TeamAssociation

if TYPE_CHECKING:  # see keyexchange.pki
    from cryptography import x509

NOT_APPROVED = "Approval session expired or was denied"
"""Source: AWS Payment Cryptography User Guide, "Multi-party approval", the example of a failed request."""


def key(record: KeyRecord, *, replication: Mapping[str, str] | None = None, approval: Values | None = None) -> Values:
    """A `Key`.

    Args:
        replication: of a primary: KeyReplicationState by region.
        approval: of an import that had to be approved: its `MpaStatus`.
    """
    return _present(
        {
            **key_summary(record),
            "KeyCheckValueAlgorithm": record.kcv_method.value,
            "KeyOrigin": record.origin.value,
            "CreateTimestamp": record.created_at,
            "UsageStartTimestamp": record.usage_start_at,
            "UsageStopTimestamp": record.usage_stop_at,
            "DeletePendingTimestamp": record.delete_pending_at,
            "DeleteTimestamp": record.deleted_at,
            "DeriveKeyUsage": USAGE_NAMES[record.derive_key_usage] if record.derive_key_usage else None,
            "ReplicationStatus": {region: {"Status": state} for region, state in replication.items()}
            if replication
            else None,
            "UsingDefaultReplicationRegions": record.default_regions if _is_primary(record) else None,
            "MpaStatus": approval,
        }
    )


def key_summary(record: KeyRecord) -> Values:
    """A `KeySummary`."""
    summary = {
        "KeyArn": key_arn(record.home, record.id),
        "KeyState": record.state.value,
        "KeyAttributes": {
            "KeyUsage": USAGE_NAMES[record.usage],
            "KeyClass": record.key_class.value,
            "KeyAlgorithm": record.algorithm.value,
            "KeyModesOfUse": modes_of_use(record.mode_of_use),
        },
        "KeyCheckValue": record.kcv,
        "Exportable": record.exportable,
        "Enabled": record.enabled,
    }
    if record.multi_region:
        summary["MultiRegionKeyType"] = "PRIMARY" if _is_primary(record) else "REPLICA"
        summary["PrimaryRegion"] = record.region
    return summary


def _is_primary(record: KeyRecord) -> bool:
    return record.multi_region and record.replica_region is None


def alias(record: AliasRecord) -> Values:
    """An `Alias`."""
    return _present(
        {"AliasName": record.name, "KeyArn": key_arn(record.home, record.key_id) if record.key_id else None}
    )


def mpa_status(session: ApprovalSession, now: datetime) -> Values:
    """An `MpaStatus`."""
    team = session.team_arn.rpartition("/")[2]
    scope = session.team_arn.partition(":approval-team/")[0]
    status = session.status_at(now)
    return _present(
        {
            "MpaSessionArn": f"{scope}:session/{team}/{session.id}",
            "Status": status.value,
            "InitiationDate": session.initiated_at,
            "StatusMessage": NOT_APPROVED if status is SessionStatus.FAILED else None,
        }
    )


def team_association(association: TeamAssociation, state: str, approval: Values | None) -> Values:
    """An `MpaTeamAssociation`."""
    return _present(
        {
            "Action": association.action,
            "MpaTeamArn": association.team_arn,
            "AssociationState": state,
            "MpaStatus": approval,
        }
    )


def certificate(value: x509.Certificate) -> str:
    """A `CertificateType`: base64 of the PEM text."""
    return base64.b64encode(value.public_bytes(Encoding.PEM)).decode()


def _present(values: Values) -> Values:
    """Without the members that have no value."""
    return {name: value for name, value in values.items() if value is not None}
