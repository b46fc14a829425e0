"""Answers to A4, A6 and BW: a key comes under the LMK."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

from keyexchange import tr31
from keyexchange.crypto import has_odd_parity, odd_parity, xor
from keyexchange.errors import FormatError
from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk

from ..commands import (
    ArrivingAttributes,
    FormKey,
    FormKeyReply,
    ImportKey,
    ImportKeyReply,
    TranslateKey,
    TranslateKeyReply,
)
from ..errors import Refusal
from ..lmk import Protection, SchemeZmk, blocks
from .device import Device, answers
from .export import require_scheme
from .headers import block_header
from .rules import ArrivedKey, LmkRules, OpenKey, require_distinct_parts, require_strength, sized
from .symmetric import LENGTHS_OF_FLAG, long_check_value, stated_type

_FEWEST, _MOST = 2, 9
_COMPONENT = "c"
_PARITY_PUT_RIGHT = "01"
_UNWRAP_CODES = {"mac_mismatch": "A4", "kbpk_length": "A7", "unsupported_version": "BE", "optional_block": "AC"}
"""By category of the error. What is not here is B2."""
_SIX_DIGITS = "1"


@answers(FormKey)
def form_key(device: Device, request: FormKey) -> FormKeyReply:
    """A4."""
    if len(request.components) != int(request.count) or not _FEWEST <= len(request.components) <= _MOST:
        raise Refusal("03")
    rules = device.lmk(request.lmk)
    components = [rules.open_key(request.key_type, text, parity="10") for text in request.components]
    device.require_authorised("component", components[0].authority)
    header = _header_of(components, request)
    key = _combined(components)
    text, opened = rules.keep(ArrivedKey(components[0].letter, key, request.key_type, request.scheme, header))
    return FormKeyReply(key=text, kcv=opened.kcv)


def _combined(components: list[OpenKey]) -> Secret:
    """The XOR, with odd parity if it is a DES key."""
    letter, length = components[0].letter, len(components[0].key)
    if any((part.letter, len(part.key)) != (letter, length) for part in components):
        raise Refusal("B5")
    if letter != "A" and not all(has_odd_parity(part.key.reveal()) for part in components):
        raise Refusal("10")
    octets = reduce(xor, (part.key.reveal() for part in components))
    if not any(octets):
        raise Refusal("11")
    key = Secret(octets if letter == "A" else odd_parity(octets))
    require_distinct_parts(letter, key)
    return key


def _header_of(components: list[OpenKey], request: FormKey) -> Header | None:
    """The components' header with the version number that the command names; None under a variant LMK."""
    wanted = request.attributes
    first = components[0].header
    if first is None:
        if wanted is not None:
            raise Refusal("15")
        return None
    headers = [part.header for part in components if part.header is not None]
    if any(not header.key_version_number.startswith(_COMPONENT) for header in headers):
        raise Refusal("B5")
    if len({replace(header, key_version_number="00", reserved="00") for header in headers}) > 1:
        raise Refusal("B5")
    if wanted is not None and wanted.optional_blocks != "00":
        raise Refusal("AB")
    return block_header(
        first.key_usage,
        first.algorithm,
        first.mode_of_use,
        key_version_number=wanted.key_version_number if wanted else "00",
        exportability=first.exportability,
        optional_blocks="00",
    )


@answers(ImportKey)
def import_key(device: Device, request: ImportKey) -> ImportKeyReply:
    """A6."""
    rules = device.lmk(request.lmk)
    zmk = rules.open_zmk(request.zmk, unwraps=True)
    arrived = _OPENERS.get(request.key[0], _without_block)(device, rules, zmk, request)
    arrived, put_right = _with_parity(arrived)
    require_distinct_parts(arrived.letter, arrived.key)
    text, key = rules.keep(arrived)
    device.require_authorised("import", key.authority)
    require_strength(sized(zmk), key, code=rules.too_weak, strength=zmk.strength)
    if key.wraps and not device.options.import_of_a_zmk:
        raise Refusal("29")
    reply = ImportKeyReply(key=text, kcv=key.kcv)
    if put_right:
        raise Refusal(_PARITY_PUT_RIGHT, reply.encode())
    return reply


def _with_parity(arrived: ArrivedKey) -> tuple[ArrivedKey, bool]:
    octets = arrived.key.reveal()
    if arrived.letter == "A" or has_odd_parity(octets):
        return arrived, False
    return replace(arrived, key=Secret(odd_parity(octets))), True


def _from_tr31(_device: Device, rules: LmkRules, zmk: Kbpk, request: ImportKey) -> ArrivedKey:
    try:
        content = tr31.unwrap(zmk, request.key.removeprefix("R"))
    except FormatError as error:
        raise Refusal(_UNWRAP_CODES.get(error.category, "B2")) from None
    if request.changed is not None and request.changed.optional_blocks != "00":
        raise Refusal("AB")
    changed = request.changed.key_usage if request.changed else None
    header = rules.arriving_header(request.key_type, content.header, changed)
    return _arrived(header, content.key, request)


def _from_thales(_device: Device, rules: LmkRules, zmk: Kbpk, request: ImportKey) -> ArrivedKey:
    """A Thales block under a ZMK; there is none that goes under a variant LMK."""
    if not rules.holds_blocks:
        raise Refusal("26")
    header, key = blocks.unwrap_symmetric(Protection(zmk), request.key)
    if header.reserved != blocks.EXPORTED:
        raise Refusal("A3")
    return _arrived(rules.arriving_header(request.key_type, header, None), key, request)


def _arrived(header: Header, key: Secret, request: ImportKey) -> ArrivedKey:
    if len(key) not in _OCTETS[header.algorithm]:
        raise Refusal("A5")
    return ArrivedKey(header.algorithm, key, request.key_type, request.scheme, header)


def _without_block(device: Device, _rules: LmkRules, zmk: Kbpk, request: ImportKey) -> ArrivedKey:
    scheme = request.key[0] if request.key[0] in "UTXY" else "Z"
    require_scheme(scheme, device.options, x9_17=device.options.x9_17_import)
    if zmk.letter != "T":
        raise Refusal("A7")
    key = SchemeZmk(zmk.key).decrypt(request.key)
    letter = "D" if scheme == "Z" else "T"
    return ArrivedKey(letter, key, request.key_type, request.scheme, named_header(letter, request.attributes))


def named_header(letter: str, wanted: ArrivingAttributes | None) -> Header | None:
    """The header that a command names for a key that has none; None when it names nothing."""
    if wanted is None:
        return None
    return block_header(
        wanted.key_usage,
        letter,
        wanted.mode_of_use,
        key_version_number=wanted.key_version_number,
        exportability=wanted.exportability,
        optional_blocks=wanted.optional_blocks,
    )


_OPENERS = {"R": _from_tr31, "S": _from_thales}
_OCTETS = {"A": (16, 24, 32), "D": (8,), "T": (16, 24)}


@answers(TranslateKey)
def translate(device: Device, request: TranslateKey) -> TranslateKeyReply:
    """BW."""
    rules, old = device.lmk(request.lmk), device.old_lmk(request.lmk)
    if request.length_flag not in LENGTHS_OF_FLAG:
        raise Refusal("05")
    if old.holds_blocks and not rules.holds_blocks:
        raise Refusal("A1")
    key_type = stated_type(request.type_code, request.key_type)
    key = old.open_key(key_type, request.key, parity="10")
    if len(key.key) not in LENGTHS_OF_FLAG[request.length_flag]:
        raise Refusal("05")
    header = key.header or named_header(key.letter, request.attributes)
    scheme = _scheme(request, key, blocks_wanted=rules.holds_blocks)
    text, kept = rules.keep(ArrivedKey(key.letter, key.key, rules.type_for(key_type, header), scheme, header))
    return _translated(device, request, text, kept)


def _scheme(request: TranslateKey, key: OpenKey, *, blocks_wanted: bool) -> str:
    if request.scheme is not None:
        if request.scheme[0] + request.scheme[2] != "00":
            raise Refusal("15")
        return request.scheme[1]
    return blocks.TAG if blocks_wanted else _SCHEMES[len(key.key)]


_SCHEMES = {8: "Z", 16: "U", 24: "T"}


def _translated(device: Device, request: TranslateKey, text: str, key: OpenKey) -> TranslateKeyReply:
    wanted = request.check_value or "00"
    if wanted[0] != "1":
        return TranslateKeyReply(key=text)
    if wanted[1] == _SIX_DIGITS:
        return TranslateKeyReply(key=text, kcv=key.kcv)
    digits = long_check_value(device, key)
    return TranslateKeyReply(key=text, kcv=digits[:6], more=digits[6:])
