"""Key attributes: APC's words on one side, the codes of X9.143 on the other.

Usages are read off the model's own enum ("TR31_K0_KEY_ENCRYPTION_KEY" is code K0). Source of the modes: ANSI
X9.143:2021, table 4, and the sets of `KeyModesOfUse` that the AWS Payment Cryptography User Guide allows
("Understanding key attributes"): each set is one letter.
"""

from __future__ import annotations

from keyexchange.hsm.apc.errors import validation
from keyexchange.hsm.apc.model import CONTROL_PLANE, StructureShape, load
from keyexchange.hsm.apc.protocol import Values

_SERVICE = load(CONTROL_PLANE)
_CODE = slice(5, 7)  # TR31_xx_...

USAGE_NAMES = {name[_CODE]: name for name in _SERVICE.enum("KeyUsage")}
"""APC's name of a usage by its code."""

MODES: dict[str, frozenset[str]] = {
    "B": frozenset({"Encrypt", "Decrypt", "Wrap", "Unwrap"}),
    "E": frozenset({"Encrypt", "Wrap"}),
    "D": frozenset({"Decrypt", "Unwrap"}),
    "C": frozenset({"Generate", "Verify"}),
    "G": frozenset({"Generate"}),
    "V": frozenset({"Verify"}),
    "S": frozenset({"Sign"}),
    "X": frozenset({"DeriveKey"}),
    "N": frozenset({"NoRestrictions"}),
}
"""The members of KeyModesOfUse that are true, by mode of use letter."""

_LETTERS = {names: letter for letter, names in MODES.items()}
_MODES_SHAPE = _SERVICE.shape("KeyModesOfUse")
assert isinstance(_MODES_SHAPE, StructureShape)
_MODE_MEMBERS = tuple(_MODES_SHAPE.members)


def usage_code(name: str) -> str:
    """The X9.143 code in an APC usage name."""
    return name[_CODE]


def mode_letter(modes: Values) -> str:
    """The mode of use letter of a KeyModesOfUse.

    Raises:
        ApiError: ValidationException: no key has this set.
    """
    letter = _LETTERS.get(frozenset(name for name, allowed in modes.items() if allowed))
    if letter is None:
        raise validation("KeyModesOfUse is not a combination that a key can have")
    return letter


def modes_of_use(letter: str) -> Values:
    """KeyModesOfUse with every member, as the service answers."""
    return {name: name in MODES[letter] for name in _MODE_MEMBERS}
