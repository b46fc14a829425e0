"""The header of an exported key: the key's own attributes, made stricter where the caller asks."""

from __future__ import annotations

from keyexchange.hsm.apc.attributes import mode_letter
from keyexchange.hsm.apc.errors import validation
from keyexchange.hsm.apc.materials.outgoing import Outgoing
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.apc.rules import SECRET_KEYS
from keyexchange.hsm.apc.wrapping import hash_block
from keyexchange.tr31 import Header, OptionalBlock

EXPORTABILITY = {"EXPORTABLE": "E", "NON_EXPORTABLE": "N", "SENSITIVE": "S"}
"""Source: APC API reference, KeyBlockHeaders, KeyExportability; X9.143:2021 table 6."""

NARROWER_MODES = {"B": "BED", "C": "CGV", "N": "NBEDCGVX", "E": "E", "D": "D", "G": "G", "V": "V", "X": "X"}
"""What a mode of use may become on export: itself or a part of it. Source: X9.143:2021 table 4 for the parts."""

LONGEST_BLOCKS = 112
"""Characters of all optional blocks, ids and lengths included. Source: APC API reference, OptionalBlocks."""


def export_header(outgoing: Outgoing, version: str, asked: Values) -> Header:
    """The header for a key that leaves.

    Args:
        version: B or D.
        asked: the request's KeyBlockHeaders.

    Raises:
        ApiError: ValidationException.
    """
    blocks = tuple(OptionalBlock(name, value) for name, value in asked.get("OptionalBlocks", {}).items())
    if sum(len(block.text()) for block in blocks) > LONGEST_BLOCKS:
        raise validation(f"OptionalBlocks are longer than {LONGEST_BLOCKS} characters")
    return Header(
        version_id=version,
        key_usage=outgoing.usage,
        algorithm=outgoing.algorithm.letter.value,
        mode_of_use=_mode(outgoing, asked.get("KeyModesOfUse")),
        key_version_number=asked.get("KeyVersion", "00"),
        exportability=EXPORTABILITY[asked.get("KeyExportability", "EXPORTABLE")],
        optional_blocks=hash_block(outgoing.algorithm) + blocks,
    )


def _mode(outgoing: Outgoing, asked: Values | None) -> str:
    if not asked:
        return outgoing.mode_of_use
    letter = mode_letter(asked)
    allowed = SECRET_KEYS[outgoing.usage].modes if outgoing.usage in SECRET_KEYS else outgoing.mode_of_use
    if letter not in NARROWER_MODES[outgoing.mode_of_use] or letter not in allowed:
        raise validation("KeyModesOfUse of KeyBlockHeaders is not a restriction of the key's own")
    return letter
