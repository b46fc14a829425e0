"""TR-31 / X9.143 key blocks, field by field, with the meaning of each code."""

from __future__ import annotations

import re

from keyexchange import tr31
from keyexchange.errors import FormatError
from keyexchange.inspection.contract import Explainer, Fields, ProtectionKey
from keyexchange.inspection.reading import Written
from keyexchange.inspection.verification import kbpk_for, key_rows
from keyexchange.keys import Algorithm, Exportability, KeyUsage, ModeOfUse

_BLOCK = re.compile(r"R?[A-E][0-9]{4}[A-Z0-9]{4}[A-Za-z0-9]{2}[A-Z0-9][0-9]{2}")
BLOCK_NAME = "TR-31 / X9.143 key block"
SCHEME_TAG = "R"
"""Stands before a TR-31 block in payShield's commands. Source: softwaregroup-bg/ut-codec-payshield, key schemes."""
_TAG = "R: stands before the block in host commands, and is no part of it"

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


def _recognises(written: Written) -> bool:
    return written.der is None and _BLOCK.match(written.text) is not None


def header_rows(header: tr31.Header) -> Fields:
    """The fields of a header behind version and length, for every format that shares them."""
    rows = [(name, _meaning(getattr(header, attribute), table)) for name, attribute, table in _TABLES]
    rows.append(("key version number", _version_number(header.key_version_number)))
    return rows + [row for block in header.optional_blocks for row in _block_rows(block)]


def _block_rows(block: tr31.OptionalBlock) -> Fields:
    """One optional block, taken apart where its data has the standard's form."""
    name = f"optional block {block.block_id}"
    try:
        typed = tr31.interpret(block)
    except FormatError:
        return [(name, f"{block.data} (not in the form of X9.143)")]
    if isinstance(typed, tr31.UnknownBlock):
        return [(name, f"{block.data} (not defined by X9.143)")]
    (_, title), *fields = tr31.explain(typed)
    return [(name, title), *((f"  {block.block_id} {field}", value) for field, value in fields)]


def _block(written: Written) -> tuple[str, Fields]:
    """The block, and a row about the tag when one stands in front."""
    tagged = written.text.startswith(SCHEME_TAG)
    return written.text.removeprefix(SCHEME_TAG), [("key scheme tag", _TAG)] if tagged else []


def _explain(written: Written) -> Fields:
    block, tag = _block(written)
    parsed = tr31.parse(block)
    return [
        *_clear_rows(parsed),
        *tag,
        *_tolerances(parsed.tolerances),
        ("MAC", f"{len(parsed.mac)} octets, not verified (no key was given)"),
    ]


def _verify(written: Written, protection: ProtectionKey) -> Fields:
    block, tag = _block(written)
    parsed = tr31.parse(block)
    kbpk = kbpk_for(parsed.header.version_id, protection)
    content = tr31.unwrap(kbpk, block, tolerate=frozenset(tr31.Tolerance))
    return [
        *_clear_rows(parsed),
        *tag,
        *_tolerances(content.tolerances),
        ("MAC", f"{len(parsed.mac)} octets, verified"),
        ("key block protection key", f"check value {kbpk.kcv}"),
        *key_rows(content.header, content.key),
    ]


def _tolerances(met: tuple[tr31.Tolerance, ...]) -> Fields:
    """Habits that are let pass here, since to explain a block is not to accept it."""
    return [("tolerated", f"{tolerance.value}: {tolerance.meaning}") for tolerance in met]


def _clear_rows(parsed: tr31.ParsedBlock) -> Fields:
    version = parsed.header.version_id
    return [
        ("format", BLOCK_NAME),
        ("version", f"{version}: {_VERSIONS[version]}"),
        ("length", f"{parsed.length} characters"),
        *header_rows(parsed.header),
        *[("against X9.143", words) for words in tr31.violations(parsed.header) + tr31.misplaced(parsed.header)],
        ("encrypted key", f"{len(parsed.ciphertext)} octets, not shown"),
    ]


def _meaning(code: str, table: type) -> str:
    member = table.__members__.get(code)  # type: ignore[attr-defined]  # an enum class
    return f"{code}: {member.meaning if member else 'proprietary'}"


def _version_number(number: str) -> str:
    if number == "00":
        return "00: not used"
    return f"{number}: a component" if number.startswith("c") else number


EXPLAINERS = (Explainer(BLOCK_NAME, "begins with A to D and four digits of length", _recognises, _explain, _verify),)
