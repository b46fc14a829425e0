"""Atalla key blocks for `keyexchange inspect`."""

from __future__ import annotations

from collections.abc import Mapping

from keyexchange.inspection import Explainer, Fields, Written

from . import akb

_NAME = "Atalla key block"

_FIELDS: tuple[tuple[str, int, Mapping[str, str]], ...] = (
    ("version", 0, akb.VERSIONS),
    ("key usage", 1, akb.USAGES),
    ("algorithm", 2, akb.ALGORITHMS),
    ("mode of use", 3, akb.MODES),
    ("exportability", 4, akb.EXPORTABILITY),
    ("reserved", 5, {"0": "as it should be"}),
    ("special handling", 6, akb.SPECIAL_HANDLING),
    ("other", 7, akb.OTHER),
)
"""Name, place in the header, meanings."""


def _recognises(written: Written) -> bool:
    return akb.looks_like_akb(written.text)


def _explain(written: Written) -> Fields:
    block = akb.parse(written.text)
    fields = [
        (name, f"{block.header[place]}: {meanings.get(block.header[place], 'not known here')}")
        for name, place, meanings in _FIELDS
    ]
    return [
        ("format", _NAME),
        *fields,
        ("key field", _key_field(block)),
        ("MAC", f"{len(block.mac)} octets, not verified (only the master file key can)"),
    ]


def _key_field(block: akb.Akb) -> str:
    if block.public_bits is not None:
        return f"RSA public key in clear, {block.public_bits} bits"
    return f"{len(block.key_field)} octets, encrypted"


EXPLAINERS = (Explainer(_NAME, "header, key field and MAC with commas between", _recognises, _explain),)
