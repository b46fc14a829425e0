"""The audit trail of a software HSM: events as JSON lines in a folder of its state directory."""

from keyexchange.hsm.audit.reading import Filter, follow, read
from keyexchange.hsm.audit.writing import FOLDER, AuditLog

__all__ = ["FOLDER", "AuditLog", "Filter", "follow", "read"]
