"""Records of the store as the structures that APC answers with."""

from __future__ import annotations

import base64

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from keyexchange.hsm.apc.attributes import USAGE_NAMES, modes_of_use
from keyexchange.hsm.apc.identifiers import key_arn
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.records import AliasRecord, KeyRecord


def key(record: KeyRecord) -> Values:
    """A `Key`."""
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
        }
    )


def key_summary(record: KeyRecord) -> Values:
    """A `KeySummary`."""
    return {
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


def alias(record: AliasRecord) -> Values:
    """An `Alias`."""
    return _present(
        {"AliasName": record.name, "KeyArn": key_arn(record.home, record.key_id) if record.key_id else None}
    )


def certificate(value: x509.Certificate) -> str:
    """A `CertificateType`: base64 of the PEM text."""
    return base64.b64encode(value.public_bytes(Encoding.PEM)).decode()


def _present(values: Values) -> Values:
    """Without the members that have no value."""
    return {name: value for name, value in values.items() if value is not None}
