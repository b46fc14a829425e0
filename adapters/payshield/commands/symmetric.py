"""A0 generate, A8 export, BU check value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keyexchange.wire import Digits, Hex, Marked, Nested, Text, wire

from ..fields import IfMore, Key
from ..message import Reply, Request
from .attributes import ExportAttributes, NewKeyAttributes
from .conditions import key_block, variant

_KCV_DIGITS = 6


def _exports(values: Mapping[str, Any]) -> bool:
    return bool(values["mode"] == "1")


def _exports_block(values: Mapping[str, Any]) -> bool:
    return _exports(values) and key_block(values)


def _exports_variant(values: Mapping[str, Any]) -> bool:
    return _exports(values) and variant(values)


class GenerateKeyReply(Reply):
    """A1."""

    code = "A1"
    key: str = wire(Key(), sensitive=True)
    exported: str | None = wire(IfMore(_KCV_DIGITS, Key()), default=None, sensitive=True)
    kcv: str = wire(Hex(_KCV_DIGITS))


class GenerateKey(Request[GenerateKeyReply]):
    """A0: a new random key under the LMK, with mode 1 also under a ZMK."""

    code = "A0"
    reply = GenerateKeyReply
    provenance = "capture"
    source = (
        "AWS samples-for-payment-cryptography-service: key_exchange/hsm/payshield/commands.py; "
        "ut-codec-payshield: docs/A0_generateKey.png and test traffic"
    )
    conventions = ("modes A and B (derivation) are not declared: the face answers them with 15",)
    mode: str = wire(Text(1))
    key_type: str = wire(Text(3))
    scheme: str = wire(Text(1))
    zmk_flag: str | None = wire(Marked(";", Digits(1)), default=None, when=_exports_variant)
    block_zmk_flag: str | None = wire(Digits(1), default=None, when=_exports_block)
    zmk: str | None = wire(Key(), default=None, sensitive=True, when=_exports)
    zmk_scheme: str | None = wire(Text(1), default=None, when=_exports)
    lmk: str | None = wire(Marked("%", Digits(2)), default=None)
    attributes: NewKeyAttributes | None = wire(Marked("#", Nested(NewKeyAttributes)), default=None)
    exportability: str | None = wire(Marked("&", Text(1)), default=None, when=key_block)
    export_attributes: ExportAttributes | None = wire(Marked("&", Nested(ExportAttributes)), default=None, when=variant)
    version: str | None = wire(Marked("!", Text(1)), default=None)


class ExportKeyReply(Reply):
    """A9."""

    code = "A9"
    key: str = wire(Key(), sensitive=True)
    kcv: str = wire(Hex(_KCV_DIGITS))


class ExportKey(Request[ExportKeyReply]):
    """A8: a key from under the LMK to under a ZMK; scheme R gives a TR-31 block with R in front."""

    code = "A8"
    reply = ExportKeyReply
    provenance = "capture"
    source = (
        "AWS samples-for-payment-cryptography-service: key_exchange/hsm/payshield/commands.py; "
        "ut-codec-payshield: docs/A8_exportKey.png and test traffic"
    )
    conventions = (
        "a key of exportability N and a ZMK as the key to export are refused with 29",
        "schemes X and Y are refused with 26 while X9.17 export is off; U, T, Z, X and Y with 29 while only trusted "
        "formats are allowed, and for a key block whose exportability is not S",
        "without `!` the version is B under a TDES ZMK and D under an AES one",
    )
    key_type: str = wire(Text(3))
    zmk_flag: str | None = wire(Marked(";", Digits(1)), default=None)
    zmk: str = wire(Key(), sensitive=True)
    key: str = wire(Key(), sensitive=True)
    scheme: str = wire(Text(1))
    lmk: str | None = wire(Marked("%", Digits(2)), default=None)
    exportability: str | None = wire(Marked("&", Text(1)), default=None, when=key_block)
    export_attributes: ExportAttributes | None = wire(Marked("&", Nested(ExportAttributes)), default=None, when=variant)
    version: str | None = wire(Marked("!", Text(1)), default=None)


def _type_stands_apart(values: Mapping[str, Any]) -> bool:
    return bool(values["type_code"] == "FF")


class CheckValueReply(Reply):
    """BV: six digits, or sixteen."""

    code = "BV"
    kcv: str = wire(Hex(_KCV_DIGITS))
    more: str | None = wire(IfMore(0, Hex(10)), default=None)


class CheckValue(Request[CheckValueReply]):
    """BU: the check value of a key. `options` is 000 for sixteen digits, 001 for six."""

    code = "BU"
    reply = CheckValueReply
    provenance = "second"
    source = "ut-codec-payshield: messages.json; metalcorpe/payshield-rest-api: engine/command.go"
    conventions = ("sixteen digits are six and ten zeros while check values are restricted to six",)
    type_code: str = wire(Hex(2))
    length_flag: str = wire(Text(1))
    key: str = wire(Key(), sensitive=True)
    key_type: str | None = wire(Marked(";", Text(3)), default=None, when=_type_stands_apart)
    options: str | None = wire(Marked(";", Digits(3)), default=None)
    lmk: str | None = wire(Marked("%", Digits(2)), default=None)
