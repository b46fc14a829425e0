"""Key types of a variant LMK and the key usages of a Thales key block, as tables.

Source: nickntg/thalessimulatorlibrary, ut-codec-payshield and kambizh/payshield-crypto-client (types and LMK pairs);
FelipeRodriguezFonte/CryptoCarver, after the 10K host programmer's manual 007-001518 (usages).
"""

from __future__ import annotations

PAIRS = {
    "00": "04-05",
    "01": "06-07",
    "02": "14-15",
    "03": "16-17",
    "04": "18-19",
    "05": "20-21",
    "06": "22-23",
    "07": "24-25",
    "08": "26-27",
    "09": "28-29",
    "0A": "30-31",
    "0B": "32-33",
    "0C": "34-35",
    "0D": "36-37",
    "0E": "38-39",
}
"""LMK pair by the last two characters of a key type; the first is the variant."""

_MAC_USAGES = ("M0", "M1", "M2", "M3", "M4", "M5", "M6")
_BDK_USAGES = ("B0",)
USAGES_OF_TYPE = {
    "000": ("K0", "K1"),
    "001": ("P0",),
    "002": ("V0", "V1", "V2", "K0", "P0"),
    "003": _MAC_USAGES,
    "103": _MAC_USAGES,
    "203": _MAC_USAGES,
    "008": _MAC_USAGES,
    "108": _MAC_USAGES,
    "208": _MAC_USAGES,
    "009": _BDK_USAGES,
    "609": _BDK_USAGES,
    "809": _BDK_USAGES,
    "909": _BDK_USAGES,
    "00A": ("D0",),
    "10A": ("D0",),
    "20A": ("D0",),
    "00B": ("D0",),
    "30B": ("D0",),
    "109": ("E0",),
    "209": ("E2",),
    "309": ("E1",),
    "409": ("E3",),
    "509": ("E4",),
    "709": ("E6",),
    "200": ("K0",),
    "300": ("K0",),
    "400": ("K0",),
    "302": ("B1",),
    "402": ("C0",),
    "70D": ("P0",),
    "80D": ("K0",),
    "90D": ("P0",),
}
"""TR-31 usages that a key of this type may be exported as."""

TYPE_OF_USAGE = {
    "K0": "000",
    "K1": "000",
    "P0": "001",
    "V0": "002",
    "V1": "002",
    "V2": "002",
    "M0": "008",
    "M1": "008",
    "M2": "008",
    "M3": "008",
    "M4": "008",
    "M5": "008",
    "M6": "008",
    "B0": "009",
    "B1": "302",
    "C0": "402",
    "D0": "00A",
    "E0": "109",
    "E1": "309",
    "E2": "209",
    "E3": "409",
    "E4": "509",
    "E6": "709",
}
"""The type to make a key as, or to take it for, when only its usage is known: the zone key of each kind."""

SEPARATED_TYPE = "002"
SEPARATED_USAGES = ("V0", "V1", "V2")
"""Usages of type 002 while key type 002 separation is enforced: TMKs are then of type 80D, TPKs of type 70D."""


def usages_of(key_type: str, *, separated: bool) -> tuple[str, ...]:
    """TR-31 usages of a key type; none for a type that has no equivalent."""
    if separated and key_type == SEPARATED_TYPE:
        return SEPARATED_USAGES
    return USAGES_OF_TYPE.get(key_type, ())


RSA_PRIVATE_TYPE = "00C"
RSA_PUBLIC_MAC_TYPE = "00D"
ZMK_TYPE = "000"
PIN_PAIR = "02-03"

TR31_USAGE = {
    "41": "B0",
    "42": "B0",
    "43": "B0",
    "44": "B0",
    "11": "C0",
    "12": "C0",
    "13": "C0",
    "21": "D0",
    "22": "D0",
    "23": "D0",
    "25": "D0",
    "32": "E6",
    "36": "M3",
    "51": "K0",
    "52": "K0",
    "53": "11",
    "71": "P0",
    "72": "P0",
    "73": "P0",
}
"""What a Thales usage becomes in a TR-31 block. 53 becomes another proprietary code; numeric ones that are not here
have no equivalent."""

ZMK_USAGES = frozenset({"K0", "K1", "51", "52"})
"""Usages of a key that wraps others in an export. Source: host programmer's manual (K0, 51, 52); the 10K takes K1."""
