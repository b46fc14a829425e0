"""What an explainer is, of this room or of a vendor's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from keyexchange.inspection.reading import Written
from keyexchange.secret import Secret

Fields = list[tuple[str, str]]
"""Name and meaning of each field, in the order to print."""


@dataclass(frozen=True)
class ProtectionKey:
    """The key that protects what is to be explained.

    Args:
        key: its octets.
        letter: "T" or "A"; None to take what the format itself says.
    """

    key: Secret
    letter: Literal["T", "A"] | None = None


@dataclass(frozen=True)
class Explainer:
    """One format. What `[project.entry-points."keyexchange.explainers"]` points to is a tuple of these.

    Args:
        name: of the format, for a person.
        looks_like: how a person knows it, for the hint when nothing was recognised; empty for DER.
        recognises: by its form alone, which need not be sound; nothing is raised.
        explain: its fields, without a key. Raises FormatError or TrustError when it is not sound.
        verify: its fields, authenticated under a key; None when this format is not verified here.
    """

    name: str
    looks_like: str
    recognises: Callable[[Written], bool]
    explain: Callable[[Written], Fields]
    verify: Callable[[Written, ProtectionKey], Fields] | None = None
