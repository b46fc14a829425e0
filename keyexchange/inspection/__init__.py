"""What somebody handed over, in words: recognised, explained, and held against what a receiver takes. No I/O.

Formats of the standards are explained here; those of a vendor in the vendor's room, found by entry point.
"""

from keyexchange.inspection.contract import Explainer, Fields, ProtectionKey
from keyexchange.inspection.diagnosis import Doctor, Facts, Finding, Remedy, Rule, Severity, Step, diagnose, facts_of
from keyexchange.inspection.formats import EXPLAINERS, recognise
from keyexchange.inspection.key_blocks import header_rows
from keyexchange.inspection.reading import Written, read
from keyexchange.inspection.standard_rules import STANDARD_RULES, is_component, wraps_keys
from keyexchange.inspection.verification import protection_key

__all__ = [
    "EXPLAINERS",
    "STANDARD_RULES",
    "Doctor",
    "Explainer",
    "Facts",
    "Fields",
    "Finding",
    "ProtectionKey",
    "Remedy",
    "Rule",
    "Severity",
    "Step",
    "Written",
    "diagnose",
    "facts_of",
    "header_rows",
    "is_component",
    "protection_key",
    "read",
    "recognise",
    "wraps_keys",
]
