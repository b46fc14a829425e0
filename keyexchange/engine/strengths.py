"""Under what each key would travel, and whether that is as strong as the key, as far as a plan can tell. Sends nothing.

What only the devices tell, such as the size of a key that they make, is checked by the steps of the run.
"""

from __future__ import annotations

from dataclasses import dataclass

from keyexchange.engine.sides import Sides
from keyexchange.errors import RuleError
from keyexchange.keys import KeyAlgorithm, require_kek_strength
from keyexchange.protocols.messages import AgreementTerms, KeyToMove

RULE = "kek-strength"
_CURVE = "the curve of the key agreement"
_HINTS = {
    "tr34": "let the receiver have a longer RSA key, or the KEK a weaker algorithm",
    "tr31": "let the KEK be as strong as the strongest key",
    "rsa": "let the receiver have a longer RSA key",
    "ecdh": "choose ecdh.derive_key_algorithm and ecdh.curve as strong as the strongest key",
}


@dataclass(frozen=True)
class Strengths:
    """What protects keys between two sides.

    Args:
        sides: the pair.
        kek: its algorithm.
        terms: of a key agreement.
        set_aside: the reviewed file sets the rule aside.
    """

    sides: Sides
    kek: KeyAlgorithm
    terms: AgreementTerms
    set_aside: bool

    def require(self, protocol: str, keys: tuple[KeyToMove, ...]) -> None:
        """Refuse keys that would travel under something weaker.

        Args:
            protocol: "tr34", "tr31", "rsa" or "ecdh".
            keys: what it moves; for TR-34 the KEK.

        Raises:
            RuleError: rule kek-strength.
        """
        if self.set_aside:
            return
        if protocol == "ecdh":
            _require(self.terms.curve, self.terms.algorithm, _CURVE, "the agreed key", _HINTS[protocol])
        name, algorithm = self._cover(protocol)
        if algorithm is None:
            return
        for key in keys:
            _require(algorithm, key.attributes.algorithm, name, f"key {key.name}", _HINTS[protocol])

    def allow(self, protocol: str, keys: tuple[KeyToMove, ...]) -> bool:
        """Whether `require` raises nothing."""
        try:
            self.require(protocol, keys)
        except RuleError:
            return False
        return True

    def _cover(self, protocol: str) -> tuple[str, KeyAlgorithm | None]:
        """What a protocol wraps keys under; None when only the device tells."""
        if protocol == "tr31":
            return "the KEK", self.kek
        if protocol == "ecdh":
            return "the agreed key", self.terms.algorithm
        return "the receiver's wrapping key", self.sides.receiving_algorithm()


def _require(cover: KeyAlgorithm, content: KeyAlgorithm, cover_name: str, content_name: str, hint: str) -> None:
    try:
        require_kek_strength(cover, content, kek_name=cover_name)
    except RuleError as error:
        message = error.message.removesuffix(f" (rule {error.rule})")
        raise RuleError(f"{content_name}: {message}", rule=error.rule, hint=hint) from None
