"""A key from under an LMK to under a ZMK: what A8 does, and A0 with mode 1."""

from __future__ import annotations

from keyexchange import tr31
from keyexchange.errors import FormatError, RuleError
from keyexchange.keys import Exportability
from keyexchange.tr31 import Kbpk

from ..errors import Refusal
from ..lmk import Protection, SchemeZmk, blocks
from ..lmk.schemes import LENGTHS, X9_17
from .device import Device
from .options import FaceOptions
from .rules import Exporting, LmkRules, OpenKey, require_distinct_parts, require_strength, sized

_DEFAULT_VERSION = {"T": "B", "A": "D"}
_UNKNOWN_SCHEME, _X9_17_IS_OFF, _TRUSTED_ONLY = "26", "26", "29"


def export_key(device: Device, key: OpenKey, zmk: Kbpk, scheme: str, request: Exporting) -> str:
    """The key under the ZMK, with its scheme tag.

    Raises:
        Refusal: what the scheme, the settings, the header or the strength of the ZMK forbids.
    """
    rules = device.lmk(request.lmk)
    if scheme in LENGTHS:
        require_scheme(scheme, device.options, x9_17=device.options.x9_17_export)
    elif scheme not in _EXPORTERS:
        raise Refusal(_UNKNOWN_SCHEME)
    require_distinct_parts(key.letter, key.key)
    require_strength(sized(zmk), key, code=rules.too_weak, strength=zmk.strength)
    if scheme in LENGTHS:
        return _without_block(rules, key, zmk, scheme)
    return scheme + _EXPORTERS[scheme](rules, key, zmk, request)


def require_scheme(scheme: str, options: FaceOptions, *, x9_17: bool) -> None:
    """Refuse what is no key block unless the settings allow it. The codes are our choice.

    Args:
        x9_17: the setting for this direction.

    Raises:
        Refusal: 26 or 29.
    """
    if scheme in X9_17 and not x9_17:
        raise Refusal(_X9_17_IS_OFF)
    if options.trusted_formats_only:
        raise Refusal(_TRUSTED_ONLY)


def _without_block(rules: LmkRules, key: OpenKey, zmk: Kbpk, scheme: str) -> str:
    if key.header is not None and key.header.exportability != Exportability.S:
        raise Refusal("29")
    if zmk.letter != "T" or key.letter == "A":
        raise Refusal("A7")
    if len(key.key) != LENGTHS[scheme]:
        raise Refusal(rules.too_weak)
    return SchemeZmk(zmk.key).encrypt(scheme, key.key)


def _tr31(rules: LmkRules, key: OpenKey, zmk: Kbpk, request: Exporting) -> str:
    version_id = request.version or _DEFAULT_VERSION[zmk.letter]
    header = rules.export_header(key, request, version_id)
    try:
        return tr31.wrap(zmk, header, key.key)
    except RuleError as error:
        raise Refusal("A6" if error.rule == "proprietary-code" else "15") from None
    except FormatError as error:
        raise Refusal("A7" if error.category == "kbpk_length" else "15") from None


def _thales(rules: LmkRules, key: OpenKey, zmk: Kbpk, request: Exporting) -> str:
    header = rules.thales_header(key, request)
    return blocks.wrap_symmetric(Protection(zmk), header, key.key).removeprefix(blocks.TAG)


_EXPORTERS = {"R": _tr31, "S": _thales}
