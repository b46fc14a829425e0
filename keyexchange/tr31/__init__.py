"""X9.143 / TR-31 key blocks: versions A, B, C and D read, B and D written. No I/O.

The classes of the optional blocks are loaded when one is asked for: most headers have none, and a server that makes
keys would wait for them at every start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyexchange.lazy import names_of
from keyexchange.tr31.binding import VERSIONS, Kbpk
from keyexchange.tr31.content import content_violations, private_key_form
from keyexchange.tr31.header import Header, OptionalBlock, parse_header
from keyexchange.tr31.keyblock import KeyBlockContent, unwrap, wrap
from keyexchange.tr31.rules import misplaced, violations
from keyexchange.tr31.strength import content_strength, most_strength
from keyexchange.tr31.structure import ParsedBlock, parse
from keyexchange.tr31.tolerances import STRICT, USUAL, Tolerance
from keyexchange.tr31.typed_block import TypedBlock

if TYPE_CHECKING:
    from keyexchange.tr31.optional_blocks import UnknownBlock, explain, interpret

__all__ = [
    "STRICT",
    "USUAL",
    "VERSIONS",
    "Header",
    "Kbpk",
    "KeyBlockContent",
    "OptionalBlock",
    "ParsedBlock",
    "Tolerance",
    "TypedBlock",
    "UnknownBlock",
    "content_strength",
    "content_violations",
    "explain",
    "interpret",
    "misplaced",
    "most_strength",
    "parse",
    "parse_header",
    "private_key_form",
    "unwrap",
    "violations",
    "wrap",
]

__getattr__ = names_of(__name__, {"optional_blocks": ("UnknownBlock", "explain", "interpret")})
