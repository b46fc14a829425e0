"""A TR-31 block, field by field, with the meaning of each code."""

from __future__ import annotations

import re

from keyexchange import tr31
from keyexchange.keys import Algorithm, Exportability, KeyUsage, ModeOfUse

_BLOCK = re.compile(rb"[A-Z0-9][0-9]{4}[A-Z0-9]{4}")

_VERSIONS = {
    "A": "TDES, key variant binding (deprecated)",
    "B": "TDES, key derivation binding",
    "C": "TDES, key variant binding",
    "D": "AES, key derivation binding",
}
_TABLES: tuple[tuple[str, str, type], ...] = (
    ("key usage", "key_usage", KeyUsage),
    ("algorithm", "algorithm", Algorithm),
    ("mode of use", "mode_of_use", ModeOfUse),
    ("exportability", "exportability", Exportability),
)


def looks_like_block(octets: bytes) -> bool:
    """Whether octets begin as a key block header does."""
    return _BLOCK.match(octets) is not None


def describe_block(text: str) -> list[tuple[str, str]]:
    """Name and meaning of each field.

    Raises:
        FormatError: not a TR-31 block.
    """
    parsed = tr31.parse(text)
    header = parsed.header
    fields = [
        ("format", "TR-31 / X9.143 key block"),
        ("version", f"{header.version_id}: {_VERSIONS[header.version_id]}"),
        ("length", f"{parsed.length} characters"),
    ]
    fields += [(name, _meaning(getattr(header, attribute), table)) for name, attribute, table in _TABLES]
    fields.append(("key version number", _version_number(header.key_version_number)))
    fields += [(f"optional block {block.block_id}", block.data) for block in header.optional_blocks]
    fields.append(("encrypted key", f"{len(parsed.ciphertext)} octets, not opened"))
    fields.append(("MAC", f"{len(parsed.mac)} octets, not verified (no key was given)"))
    fields += [("tolerance", name) for name in parsed.tolerances]
    return fields


def _meaning(code: str, table: type) -> str:
    member = table.__members__.get(code)  # type: ignore[attr-defined]  # an enum class
    return f"{code}: {member.meaning if member else 'proprietary'}"


def _version_number(number: str) -> str:
    if number == "00":
        return "00: not used"
    return f"{number}: a component" if number.startswith("c") else number
