"""Keys in parts: as many components as there are custodians, all of which are needed.

Source: ANSI X9.24-1:2017 (components of full length, joined by XOR); two to nine of them, and odd parity forced on the
result: payShield command A4, which is one habit among several, so parity is left alone unless asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from keyexchange.crypto.blocks import odd_parity, xor
from keyexchange.crypto.kcv import key_kcv
from keyexchange.errors import FormatError, UnsupportedError
from keyexchange.keys import Kcv, KeyAlgorithm
from keyexchange.secret import Secret

FEWEST, MOST = 2, 9
"""Components to a key: with one, a single person knows the key; payShield takes nine."""


@dataclass(frozen=True)
class CombinedKey:
    """A key with the check values that the custodians compare with their envelopes.

    Args:
        component_kcvs: in the order of the components.
    """

    key: Secret
    kcv: Kcv
    component_kcvs: tuple[Kcv, ...]


def combine(algorithm: KeyAlgorithm, components: Sequence[Secret], *, adjust_parity: bool = False) -> CombinedKey:
    """XOR components into a key.

    Does not check what the key is worth (`tdes_strength` tells) nor the parity of a component: a component of even
    parity is as good as any, and a device that minds says so itself.

    Args:
        algorithm: of the key; TDES or AES.
        components: two to nine, each of the key's length.
        adjust_parity: set odd parity on a TDES key. It changes no check value.

    Raises:
        UnsupportedError: neither TDES nor AES, or parity asked for on an AES key.
        FormatError: categories component_count, component_length, components_cancel.
    """
    _require_parts(algorithm, components, adjust_parity)
    octets = reduce(xor, (component.reveal() for component in components))
    if not any(octets):
        raise FormatError(
            "the components cancel each other out: the key would be zero",
            category="components_cancel",
            hint="one component was entered twice; enter each custodian's own",
        )
    key = Secret(odd_parity(octets) if adjust_parity else octets)
    return CombinedKey(key, key_kcv(algorithm, key), tuple(key_kcv(algorithm, component) for component in components))


def _require_parts(algorithm: KeyAlgorithm, components: Sequence[Secret], adjust_parity: bool) -> None:
    if algorithm.letter not in ("T", "A"):
        raise UnsupportedError(f"{algorithm} keys are not entered in components", hint="use a TDES or AES key")
    if adjust_parity and algorithm.letter != "T":
        raise UnsupportedError("an AES key has no parity to adjust", hint="leave the parity as it is")
    if not FEWEST <= len(components) <= MOST:
        raise FormatError(
            f"a key is made of {FEWEST} to {MOST} components, not of {len(components)}",
            category="component_count",
            hint="count the envelopes",
        )
    for number, component in enumerate(components, start=1):
        if len(component) != algorithm.octets:
            raise FormatError(
                f"component {number} has {len(component)} octets; a component of a {algorithm} key has "
                f"{algorithm.octets}",
                category="component_length",
                hint="enter every digit, and check that the component is of a key of this algorithm",
            )
