"""Clear octets that must not leave the process."""

from __future__ import annotations

import hmac
from typing import NoReturn


class Secret:
    """Clear key octets. Only `reveal()` gives them; grep for it to audit every use.

    It prints as its length, compares in constant time, and refuses to be pickled or copied into anything that
    serialises. Python cannot promise that no copy stays in memory (docs/explanation/secrets.md says what we do).
    """

    __slots__ = ("_octets",)

    def __init__(self, octets: bytes) -> None:
        self._octets = bytes(octets)

    def reveal(self) -> bytes:
        """The clear octets."""
        return self._octets

    def __len__(self) -> int:
        return len(self._octets)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._octets, other._octets)

    def __hash__(self) -> NoReturn:
        raise TypeError("a Secret is not hashed: a hash of a short key gives the key away")

    def __repr__(self) -> str:
        return f"{type(self).__name__}(<{len(self._octets)} octets>)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is not pickled or copied into a journal")
