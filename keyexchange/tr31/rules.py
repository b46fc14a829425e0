"""Which attributes go together: the combination rules of key usage, algorithm, mode of use and optional blocks.

`violations` is what `wrap` refuses to write; what is read is only reported on. `misplaced` is reported in both
directions, because devices need not agree with the standard about optional blocks and the key is none the worse.

Numeric codes are proprietary: nothing is known about them, so nothing is said. Mode N, no special restrictions, goes
with every usage: it means those of the usage itself.

Source: ANSI X9.143:2021, 6.3.1 to 6.3.3, tables 2 to 4, and 6.3.6. Where the public sources about a row differ, the
wider one stands here, since a rule that refuses a key in use is worse than one that lets an odd one pass: IBM CCA,
CSNBT31C usage notes (modes by usage); the payShield 10K host programmer's manual, key usage (algorithms and modes by
usage); AWS Payment Cryptography User Guide, "Understanding key attributes".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from keyexchange.tr31.header import Header


@dataclass(frozen=True)
class Allowed:
    """What keys of one usage may be.

    Args:
        algorithms: letters of table 3.
        modes: letters of table 4; N goes without saying.
    """

    algorithms: str
    modes: str


_CRYPT, _CHECK, _DERIVE, _SIGN = "BDE", "CGV", "X", "STV"
_BLOCK_CIPHERS, _BLOCK_OR_DES, _PAIRS = "AT", "ADT", "ER"

USAGES: dict[str, Allowed] = {
    "B0": Allowed(_BLOCK_CIPHERS, _DERIVE),
    "B1": Allowed(_BLOCK_CIPHERS, _DERIVE),
    "B2": Allowed(_BLOCK_CIPHERS, "XY"),  # deprecated; the only usage whose keys make variants
    "B3": Allowed("AHT", _DERIVE),  # not X9.24, so HMAC based derivation is possible
    "C0": Allowed(_BLOCK_OR_DES, _CHECK),
    "D0": Allowed(_BLOCK_OR_DES, _CRYPT),
    "D1": Allowed(_PAIRS, _CRYPT),
    "D2": Allowed(_BLOCK_OR_DES, _CRYPT),
    "D3": Allowed(_BLOCK_OR_DES, _CRYPT),
    **{f"E{number}": Allowed(_BLOCK_CIPHERS, _DERIVE) for number in range(7)},
    "E7": Allowed(_PAIRS, _CRYPT),
    "I0": Allowed(_BLOCK_OR_DES, ""),
    "I1": Allowed(_BLOCK_OR_DES, ""),
    "K0": Allowed(_BLOCK_OR_DES, _CRYPT),
    "K1": Allowed(_BLOCK_CIPHERS, _CRYPT),
    "K2": Allowed(_PAIRS, _CRYPT + _DERIVE),
    "K3": Allowed(_PAIRS, _CRYPT + _DERIVE),
    "K4": Allowed(_BLOCK_CIPHERS, _CRYPT),
    "M0": Allowed("T", _CHECK),  # ISO 16609 is defined on TDES
    "M1": Allowed(_BLOCK_OR_DES, _CHECK),
    "M2": Allowed(_BLOCK_OR_DES, _CHECK),
    "M3": Allowed("DT", _CHECK),  # the retail MAC is defined on DES
    "M4": Allowed("DT", _CHECK),
    "M5": Allowed(_BLOCK_OR_DES, _CHECK),
    "M6": Allowed(_BLOCK_OR_DES, _CHECK),
    "M7": Allowed("H", _CHECK),
    "M8": Allowed(_BLOCK_OR_DES, _CHECK),
    "P0": Allowed(_BLOCK_OR_DES, _CRYPT),
    "P1": Allowed(_BLOCK_OR_DES, _CRYPT + _CHECK),  # reserved for X9.132; AWS's examples have mode B
    "S0": Allowed("ERS", _SIGN),
    "S1": Allowed("ERS", _SIGN),
    "S2": Allowed("ERS", _SIGN + _CRYPT + _DERIVE),
    **{f"V{number}": Allowed(_BLOCK_OR_DES, _CHECK) for number in range(6)},
}
"""By key usage."""

_CONTEXTS = "012"
"""Any, storage, exchange. Source: X9.143:2021, 6.2, table 1, key context."""

_DUKPT, _DERIVED, _ASYMMETRIC = ("B0", "B1"), ("B1",), "ERS"

PLACES: dict[str, tuple[str, tuple[str, ...]]] = {
    "AL": (_ASYMMETRIC, ()),
    "BI": (_BLOCK_CIPHERS, _DUKPT),
    "CT": (_ASYMMETRIC, ()),
    "DA": ("", ("B3",)),  # source: IBM CCA, "TR-31 optional block data"
    "HM": ("H", ()),
    "IK": ("A", _DERIVED),
    "KS": ("T", _DUKPT),
}
"""By optional block: the algorithms and the usages it belongs to; empty for any. Source: X9.143:2021, 6.3.6."""


def violations(header: Header) -> tuple[str, ...]:
    """What in a header's attributes does not go together, one sentence each; empty when all is well."""
    return tuple(_combinations(header))


def missing(header: Header) -> tuple[str, ...]:
    """Which optional blocks the key needs and does not have, one sentence each."""
    if header.algorithm != "H" or any(block.block_id == "HM" for block in header.optional_blocks):
        return ()
    return ("an HMAC key needs optional block HM, which names its hash",)


def misplaced(header: Header) -> tuple[str, ...]:
    """Which optional blocks stand twice, stand beside the wrong key, or are missing, one sentence each."""
    return tuple(_places(header))


def _combinations(header: Header) -> Iterator[str]:
    allowed = USAGES.get(header.key_usage)
    if allowed is not None:
        if header.algorithm.isalpha() and header.algorithm not in allowed.algorithms:
            yield f"a key of usage {header.key_usage} has no algorithm {header.algorithm}"
        if header.mode_of_use.isalpha() and header.mode_of_use not in allowed.modes + "N":
            yield f"a key of usage {header.key_usage} has no mode of use {header.mode_of_use}"
    if header.reserved[0] not in _CONTEXTS or header.reserved[1] != "0":
        yield "the key context is none of 0, 1 and 2, or the reserved character after it is not 0"


def _places(header: Header) -> Iterator[str]:
    count = Counter(block.block_id for block in header.optional_blocks)
    for block_id, times in count.items():
        algorithms, usages = PLACES.get(block_id, ("", ()))
        if times > 1:
            yield f"optional block {block_id} stands {times} times"
        if algorithms and header.algorithm not in algorithms:
            yield f"optional block {block_id} does not belong to a key of algorithm {header.algorithm}"
        if usages and header.key_usage not in usages:
            yield f"optional block {block_id} does not belong to a key of usage {header.key_usage}"
    yield from missing(header)
