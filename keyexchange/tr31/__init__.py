"""X9.143 / TR-31 key blocks: versions A, B, C and D read, B and D written. No I/O."""

from keyexchange.tr31.binding import VERSIONS, Kbpk
from keyexchange.tr31.header import Header, OptionalBlock, parse_header
from keyexchange.tr31.keyblock import KeyBlockContent, ParsedBlock, parse, unwrap, wrap

__all__ = [
    "VERSIONS",
    "Header",
    "Kbpk",
    "KeyBlockContent",
    "OptionalBlock",
    "ParsedBlock",
    "parse",
    "parse_header",
    "unwrap",
    "wrap",
]
