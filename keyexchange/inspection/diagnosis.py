"""Whether a receiver would take a TR-31 block: rules as data, held against what its header says in clear.

A vendor's room gives a `Doctor`: what it refuses as a receiver, and how a refused header is changed where it sends.
So a rule never names another vendor: it names a `Remedy`, and each sender says what that means in its own commands.
Nothing is authenticated and no key is used: the answers are about what a block says of itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from keyexchange import tr31
from keyexchange.errors import FormatError
from keyexchange.inspection.key_blocks import SCHEME_TAG
from keyexchange.keys import KeyAlgorithm
from keyexchange.tr31 import Header


class Severity(StrEnum):
    """What follows when a rule applies, the worst first."""

    REFUSED = "refused"
    DEPENDS = "depends"
    NOTE = "note"


class Confidence(StrEnum):
    """How sure a statement is, the surest first. What is only believed never refuses a block."""

    DOCUMENTED = "documented", "a standard says so, or the receiver's or sender's own documents"
    TESTED = "tested", "published software that works with the device shows it"
    REPORTED = "reported", "public sources say so that are neither the vendor's own nor shown to have been run"
    BELIEVED = "believed", "no public source settles it; it is taken to be so"

    meaning: str

    def __new__(cls, name: str, meaning: str) -> Confidence:
        member = str.__new__(cls, name)
        member._value_ = name
        member.meaning = meaning
        return member


class Remedy(StrEnum):
    """What has to change at the sender."""

    VERSION = "version"
    KEK = "kek"
    TRANSPORT = "transport"
    USAGE = "usage"
    ALGORITHM = "algorithm"
    MODE = "mode"
    VERSION_NUMBER = "key-version-number"
    EXPORTABILITY = "exportability"
    OPTIONAL_BLOCKS = "optional-blocks"


@dataclass(frozen=True)
class Source:
    """Where a statement comes from.

    Args:
        text: a standard with its clause, or a public page, repository or thread.
        confidence: how sure it makes the statement.
    """

    text: str
    confidence: Confidence


@dataclass(frozen=True)
class Facts:
    """What is known before a block is sent.

    Args:
        header: of the block, unauthenticated.
        length: characters of the whole block.
        room: the most octets that the encrypted key can have.
        kek: the KEK that protects it, if it was named.
        transport: the RSA or EC key by which that KEK travels or is agreed on, if it was named.
        tolerances: habits of the block that X9.143 does not allow.
    """

    header: Header
    length: int
    room: int
    kek: KeyAlgorithm | None = None
    transport: KeyAlgorithm | None = None
    tolerances: tuple[tr31.Tolerance, ...] = ()

    @property
    def kek_letter(self) -> str:
        """Algorithm of the KEK: as named, else as the version demands."""
        return self.kek.letter.value if self.kek else tr31.VERSIONS[self.header.version_id].letter

    @property
    def kek_strength(self) -> int:
        """Bits: of the KEK as named, else the most that its algorithm can have."""
        return self.kek.strength if self.kek else _MOST[self.kek_letter]

    @property
    def least_kek_strength(self) -> int:
        """Bits: of the KEK as named, else the least that its algorithm can have."""
        return self.kek.strength if self.kek else _LEAST[self.kek_letter]

    @property
    def least_key_strength(self) -> int:
        """Bits that the key has at least; 0 when its algorithm says nothing of its size."""
        return _LEAST.get(self.header.algorithm, 0)

    @property
    def most_key_strength(self) -> int:
        """Bits that the key can have by the length of its cryptogram; 0 when that does not tell."""
        return tr31.most_strength(self.header, self.room)


_LENGTH_FIELD = 2
_LEAST = {"T": KeyAlgorithm.TDES_2KEY.strength, "A": KeyAlgorithm.AES_128.strength}
_MOST = {"T": KeyAlgorithm.TDES_3KEY.strength, "A": KeyAlgorithm.AES_256.strength}
"""Bits of strength that a key can have, by the header's algorithm."""


@dataclass(frozen=True)
class Rule:
    """One reason why a receiver may not take a block.

    Args:
        id: its name.
        applies: whether it speaks against these facts.
        severity: refused; depends on what the block does not say; or taken, with something worth knowing.
        what: the reason, with the receiver's own error where it is known.
        change: what the sender has to do, in the standard's words.
        source: where the rule is written.
        remedy: the field that has to change, for the sender's own words; None when nothing in the block has to.
    """

    id: str
    applies: Callable[[Facts], bool]
    severity: Severity
    what: str
    change: str
    source: Source
    remedy: Remedy | None


@dataclass(frozen=True)
class Step:
    """How a sender makes a change: the command and the field.

    Args:
        text: what to do, in the vendor's words.
        source: where that is written.
    """

    text: str
    source: Source


@dataclass(frozen=True)
class Doctor:
    """What `[project.entry-points."keyexchange.doctors"]` points to.

    Args:
        name: the vendor, as its adapter is named.
        rules: of the receiver, in the order to print.
        steps: of the sender.
        caution: what is not known of the receiver, whatever the block; empty when its import is documented or tested.
    """

    name: str
    rules: tuple[Rule, ...]
    steps: Mapping[Remedy, Step]
    caution: str = ""


@dataclass(frozen=True)
class Finding:
    """A rule that applies, with each possible sender's step by its name."""

    rule: Rule
    steps: Mapping[str, Step]


def facts_of(block: str, *, kek: KeyAlgorithm | None = None, transport: KeyAlgorithm | None = None) -> Facts:
    """Read a block's structure.

    Raises:
        FormatError: not a TR-31 block; category scheme_tag: one with the key scheme of a host command in front.
    """
    if block[:1] == SCHEME_TAG and block[1:2] in tr31.VERSIONS:
        raise FormatError(
            "the R in front is not part of the TR-31 block",
            category="scheme_tag",
            hint="leave it away: it is the key scheme tag of the host command that gave the block",
        )
    parsed = tr31.parse(block)
    room = len(parsed.ciphertext) - _LENGTH_FIELD
    return Facts(parsed.header, parsed.length, room, kek, transport, parsed.tolerances)


def diagnose(receiver: Doctor, facts: Facts, senders: tuple[Doctor, ...]) -> tuple[Finding, ...]:
    """Every rule of the receiver that applies, refusals first."""
    order = list(Severity)
    applying = sorted(
        (rule for rule in receiver.rules if rule.applies(facts)), key=lambda rule: order.index(rule.severity)
    )
    return tuple(Finding(rule, _steps(rule, senders)) for rule in applying)


def _steps(rule: Rule, senders: tuple[Doctor, ...]) -> dict[str, Step]:
    if rule.remedy is None:
        return {}
    return {sender.name: sender.steps[rule.remedy] for sender in senders if rule.remedy in sender.steps}
