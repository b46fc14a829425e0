"""What somebody handed over, in words: recognised, explained, and held against what a receiver takes. No I/O.

Formats of the standards are explained here; those of a vendor in the vendor's room, found by entry point.
"""

from keyexchange.inspection.attribute_rules import Attributes, Words, attribute_rules
from keyexchange.inspection.contract import Explainer, Fields, ProtectionKey
from keyexchange.inspection.diagnosis import (
    Confidence,
    Doctor,
    Facts,
    Finding,
    Remedy,
    Rule,
    Severity,
    Source,
    Step,
    diagnose,
    facts_of,
)
from keyexchange.inspection.formats import EXPLAINERS, recognise
from keyexchange.inspection.key_blocks import BLOCK_NAME, header_rows
from keyexchange.inspection.reading import Written, read
from keyexchange.inspection.standard_rules import (
    STANDARD_RULES,
    block_ids,
    is_component,
    lacks_hash,
    wraps_keys,
)
from keyexchange.inspection.verification import protection_key

__all__ = [
    "BLOCK_NAME",
    "EXPLAINERS",
    "STANDARD_RULES",
    "Attributes",
    "Confidence",
    "Doctor",
    "Explainer",
    "Facts",
    "Fields",
    "Finding",
    "ProtectionKey",
    "Remedy",
    "Rule",
    "Severity",
    "Source",
    "Step",
    "Words",
    "Written",
    "attribute_rules",
    "block_ids",
    "diagnose",
    "facts_of",
    "header_rows",
    "is_component",
    "lacks_hash",
    "protection_key",
    "read",
    "recognise",
    "wraps_keys",
]
