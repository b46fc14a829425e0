"""A4 form a key from components, A6 import, BW translate from the old LMK."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keyexchange.wire import Digits, Hex, Marked, Nested, Text, wire

from ..fields import IfMore, Key, Keys
from ..message import Reply, Request
from .attributes import ArrivingAttributes, ChangedUsage, KeyPairAttributes
from .conditions import key_block

_KCV_DIGITS = 6
_TR31_TAG, _THALES_TAG = "R", "S"


class KeyReply(Reply):
    """A key under the LMK, and its check value."""

    key: str = wire(Key(), sensitive=True)
    kcv: str = wire(Hex(_KCV_DIGITS))


class FormKeyReply(KeyReply):
    """A5."""

    code = "A5"


class FormKey(Request[FormKeyReply]):
    """A4: a key out of two to nine components under the LMK: their XOR, with odd parity."""

    code = "A4"
    reply = FormKeyReply
    provenance = "capture"
    source = "ut-codec-payshield, test traffic (its components were added up and give the reply's check value)"
    conventions = (
        "components that differ in usage, algorithm, mode or exportability, or whose version is not cN, give B5",
        "under a variant LMK a component is encrypted as a key of its type, without another variant",
        "a number of components that is not the number sent gives 03",
    )
    count: str = wire(Digits(1))
    key_type: str = wire(Text(3))
    scheme: str = wire(Text(1))
    components: tuple[str, ...] = wire(Keys(), sensitive=True)
    lmk: str | None = wire(Marked("%", Digits(2)), default=None)
    attributes: KeyPairAttributes | None = wire(Marked("#", Nested(KeyPairAttributes)), default=None)


def _in_tr31(values: Mapping[str, Any]) -> bool:
    return key_block(values) and values["key"].startswith(_TR31_TAG)


def _without_header(values: Mapping[str, Any]) -> bool:
    return key_block(values) and not values["key"].startswith((_TR31_TAG, _THALES_TAG))


class ImportKeyReply(KeyReply):
    """A7. With error code 01 the body is there too: the key was imported, and its parity was put right."""

    code = "A7"


class ImportKey(Request[ImportKeyReply]):
    """A6: a key from under a ZMK to under the LMK; a TR-31 block comes with R in front."""

    code = "A6"
    reply = ImportKeyReply
    provenance = "capture"
    source = "ut-codec-payshield: docs/A6_importKey.png and test traffic"
    conventions = (
        "01 is answered when the parity of a TDES key was put right",
        "a ZMK as the key to import is refused with 29 while import of a ZMK is off",
        "schemes X and Y are refused with 26 while X9.17 import is off; U, T, Z, X and Y with 29 while only trusted "
        "formats are allowed",
        "a Thales block under a ZMK bears FF as its LMK identifier; another gives A3",
        "a usage that the key type does not have (variant LMK), or a changed one of another kind, gives A6",
    )
    advice = ("01",)
    key_type: str = wire(Text(3))
    zmk: str = wire(Key(), sensitive=True)
    key: str = wire(Key(), sensitive=True)
    scheme: str = wire(Text(1))
    lmk: str | None = wire(Marked("%", Digits(2)), default=None)
    changed: ChangedUsage | None = wire(Marked("#", Nested(ChangedUsage)), default=None, when=_in_tr31)
    attributes: ArrivingAttributes | None = wire(
        Marked("#", Nested(ArrivingAttributes)), default=None, when=_without_header
    )


def _type_stands_apart(values: Mapping[str, Any]) -> bool:
    return bool(values["type_code"] == "FF")


class TranslateKeyReply(Reply):
    """BX: the key, and its check value when it was asked for: six digits, or sixteen."""

    code = "BX"
    key: str = wire(Key(), sensitive=True)
    kcv: str | None = wire(IfMore(0, Hex(_KCV_DIGITS)), default=None)
    more: str | None = wire(IfMore(0, Hex(10)), default=None)


class TranslateKey(Request[TranslateKeyReply]):
    """BW: a key from under the old LMK in key change storage to under the LMK.

    `scheme` is 0, the key scheme, 0. `check_value` is two digits: whether to return one, and its type as in BU.
    """

    code = "BW"
    reply = TranslateKeyReply
    provenance = "second"
    source = "ut-codec-payshield: messages.json; metalcorpe/payshield-rest-api: engine/command.go"
    conventions = (
        "without an old LMK the answer is 33",
        "a key under a key-block LMK is not translated to a variant LMK: A1",
    )
    type_code: str = wire(Hex(2))
    length_flag: str = wire(Text(1))
    key: str = wire(Key(), sensitive=True)
    key_type: str | None = wire(Marked(";", Text(3)), default=None, when=_type_stands_apart)
    scheme: str | None = wire(Marked(";", Text(3)), default=None)
    lmk: str | None = wire(Marked("%", Digits(2)), default=None)
    attributes: ArrivingAttributes | None = wire(Marked("#", Nested(ArrivingAttributes)), default=None)
    check_value: str | None = wire(Marked("!", Digits(2)), default=None)
