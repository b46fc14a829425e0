"""The audit trail of a software HSM: events as JSON lines in a folder of its state directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyexchange.hsm.audit.writing import FOLDER, AuditLog
from keyexchange.lazy import names_of

if TYPE_CHECKING:
    from keyexchange.hsm.audit.reading import Filter, follow, read

__all__ = ["FOLDER", "AuditLog", "Filter", "follow", "read"]

__getattr__ = names_of(__name__, {"reading": ("Filter", "follow", "read")})
