"""A key from under an LMK to under a ZMK: what A8 does, and A0 with mode 1."""

from __future__ import annotations

from keyexchange import tr31
from keyexchange.errors import FormatError, RuleError
from keyexchange.tr31 import Kbpk

from ..errors import Refusal
from ..lmk import Protection, blocks
from .rules import Exporting, LmkRules, OpenKey, require_distinct_parts, require_strength, sized

_REFUSED_SCHEMES = {"U": "29", "T": "29", "Z": "29", "X": "26", "Y": "26"}
"""Trusted formats only, and X9.17 export disabled. The codes are our choice."""
_DEFAULT_VERSION = {"T": "B", "A": "D"}


def export_key(rules: LmkRules, key: OpenKey, zmk: Kbpk, scheme: str, request: Exporting) -> str:
    """The key under the ZMK, with its scheme tag.

    Raises:
        Refusal: what the scheme, the header or the strength of the ZMK forbids.
    """
    if scheme not in _EXPORTERS:
        raise Refusal(_REFUSED_SCHEMES.get(scheme, "26"))
    require_distinct_parts(key.letter, key.key)
    require_strength(sized(zmk), key, code=rules.too_weak, strength=zmk.strength)
    return scheme + _EXPORTERS[scheme](rules, key, zmk, request)


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
