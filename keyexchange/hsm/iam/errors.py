"""The one error of this room, and the place in a document that it names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from keyexchange.errors import ConfigError

_LONGEST_NAME = 60


class PolicyError(ConfigError):
    """A policy document, or a principal in one, that IAM would not take.

    Args:
        where: the statement and the element, as a person would look for them.
        problem: what is wrong there.
        hint: what to write instead.
    """

    general_hint: ClassVar[str] = "docs/reference/iam.md says what a policy may hold, and where AWS documents it"

    def __init__(self, where: str, problem: str, *, hint: str | None = None) -> None:
        super().__init__(f"{where}: {problem}", hint=hint)
        self.where = where


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a document the parser is."""

    words: str = "policy"

    def element(self, name: str) -> Place:
        """The place of an element inside this one."""
        return Place(f"{self.words}, {name}")

    def wrong(self, problem: str, *, hint: str | None = None) -> PolicyError:
        """The error to raise here."""
        return PolicyError(self.words, problem, hint=hint)


def shown(name: str) -> str:
    """A name of the document for a message: printable, and not longer than a line can bear."""
    return ascii(name if len(name) <= _LONGEST_NAME else name[:_LONGEST_NAME] + "...")
