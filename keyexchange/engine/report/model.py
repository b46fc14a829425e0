"""What a report says, as frozen dataclasses. Their field names are the names in the JSON form.

Times are aware (UTC), digests are SHA-256 in hexadecimal, durations say their unit in their name. An empty text means
that the journal does not say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from keyexchange.protocols.messages import TrustAnchor


class RunState(StrEnum):
    """How a run stands, by the last entry of its journal."""

    FINISHED = "finished"
    FAILED = "failed"
    PAUSED = "paused"
    INTERRUPTED = "interrupted"
    """None of the others: killed, or still at work. The journal cannot tell which."""


class KeyState(StrEnum):
    """How a key stands."""

    words: str

    def __new__(cls, code: str, words: str) -> KeyState:
        member = str.__new__(cls, code)
        member._value_ = code
        member.words = words
        return member

    ARRIVED = "arrived", "arrived"
    FOUND = "found", "found after a crash"
    PRESENT = "present", "was there already"
    DIFFERS = "differs", "CHECK VALUES DIFFER"
    UNCLEAR = "unclear", "may have arrived"
    FAILED = "failed", "failed"
    WAITING = "waiting", "waits for a person"
    NOT_YET = "not_yet", "not yet"


@dataclass(frozen=True)
class Fact:
    """A label and what stands beside it."""

    label: str
    value: str


@dataclass(frozen=True)
class SideLine:
    """One end.

    Args:
        role: "KDH" (sends) or "KRD" (receives).
        name: of the adapter.
        details: what the device said it is, in its own order; empty when it was not asked yet.
    """

    role: str
    name: str
    details: tuple[Fact, ...]


@dataclass(frozen=True)
class Stop:
    """Where and why a run failed or waits.

    Args:
        event: "failed" or "paused".
        at: when.
        number: of the step, from 1; 0 when the plan does not know it.
        of: how many steps the plan has.
        step: name of the step.
        title: what the step does.
        key: name of the key, or empty.
        message, hint: as they were shown to the operator.
        kind: class of the error, empty for a pause.
    """

    event: str
    at: datetime
    number: int
    of: int
    step: str
    title: str
    key: str
    message: str
    hint: str
    kind: str


@dataclass(frozen=True)
class KeyLine:
    """One key.

    Args:
        moved: False for a KEK that an earlier run established.
        usage, mode_of_use, exportability: X9.143 codes, each with its `..._meaning`.
        kcv_sender, kcv_receiver: check values in hexadecimal, as each side stated them last.
        kcv_method: how they were computed.
        equal: whether they are equal on the shorter length, computed anew from the journal; None when one is missing.
        travelled: how, in words.
        reference: how the receiver names the key (an ARN).
        alias: as the plan has it; `alias_set` says whether the receiver took it.
        arrived: when its import was answered.
        milliseconds: of all its steps, also those that were done twice.
        state, state_words: see KeyState.
    """

    name: str
    moved: bool
    usage: str
    usage_meaning: str
    algorithm: str
    mode_of_use: str
    mode_of_use_meaning: str
    exportability: str
    exportability_meaning: str
    kcv_sender: str
    kcv_receiver: str
    kcv_method: str
    equal: bool | None
    travelled: str
    reference: str
    alias: str
    alias_set: bool
    arrived: datetime | None
    milliseconds: float
    state: KeyState
    state_words: str


@dataclass(frozen=True)
class Kek:
    """What to write into the next run's file to use this KEK again.

    Args:
        sender: the KEK as the sender gives it: ciphertext under the sender's own main key.
        receiver: how the receiver names it.
        config: the part of the file, ready to merge.
    """

    sender: str
    receiver: str
    config: Mapping[str, Any]


@dataclass(frozen=True)
class CertificateLine:
    """A certificate of one side's chain.

    Args:
        side: "KDH" or "KRD".
        place: "leaf", "intermediate" or "root".
        serial_number: hexadecimal, with 0x.
        public_key: kind and size in words.
        sha256: fingerprint over its DER.
    """

    side: str
    place: str
    subject: str
    issuer: str
    serial_number: str
    not_before: datetime
    not_after: datetime
    public_key: str
    sha256: str


@dataclass(frozen=True)
class ChainCheck:
    """What the verification of one side's chain, which held, left to be said.

    Args:
        side: "KDH" or "KRD".
        unlisted: subjects of which no revocation list at hand knew anything.
        outdated: revocation lists relied upon after their time.
        allowances: names of what was put up with.
    """

    side: str
    unlisted: tuple[str, ...]
    outdated: tuple[str, ...]
    allowances: tuple[str, ...]


_VARIETY = {"TR-34 token": "layout", "TR-31 block": "version", "RSA cryptogram": "padding"}


@dataclass(frozen=True)
class Carrier:
    """A token, block or cryptogram that the sender made.

    Args:
        key: name of the key inside.
        made: when.
        kind: "TR-34 token", "TR-31 block" or "RSA cryptogram".
        variety: layout of the token, version letter of the block, padding of the cryptogram.
        header: the 16 fixed characters of the X9.143 header, which stand there in clear; a cryptogram has none.
        optional_blocks: their ids.
        length: octets of a token or cryptogram, characters of a block.
        sha256: over the DER of a token, over the characters of a block, over the cryptogram.
        tolerances: deviations from the standard that were put up with.
        superseded: another was made for this key later.
    """

    key: str
    made: datetime
    kind: str
    variety: str
    header: str
    optional_blocks: tuple[str, ...]
    length: int
    sha256: str
    tolerances: tuple[str, ...]
    superseded: bool

    @property
    def words(self) -> str:
        """For a person: `TR-31 block, version B, optional blocks KS`."""
        blocks = f", optional blocks {' '.join(self.optional_blocks)}" if self.optional_blocks else ""
        return f"{self.kind}, {_VARIETY[self.kind]} {self.variety}{blocks}"


@dataclass(frozen=True)
class OverrideLine:
    """A rule that the reviewed file set aside, and why."""

    rule: str
    reason: str


@dataclass(frozen=True)
class Moment:
    """One entry of the journal.

    Args:
        event: as in the journal; "found" for an outcome that was found and not made.
        key: name of the key; empty for the run.
        step: its name, or empty.
        title: what the step does.
        milliseconds: of a step that is done.
        note: message of a failure or pause, how much was left at a resume.
    """

    at: datetime
    event: str
    key: str
    step: str
    title: str
    milliseconds: float | None
    note: str


@dataclass(frozen=True)
class Report:
    """Everything.

    Args:
        state, headline: how the run stands; the headline is one line to be read behind the state.
        progress: how many keys arrived.
        advice: what to do next; empty when there is nothing to do.
        resume: the command that goes on with the run; empty when it must not or need not go on.
        stop: the failure or pause that the journal ends with.
        ended: time of the last entry; of a run at work, the latest that is durable.
        seconds: from begun to ended, interruptions included.
        resumes: how often it went on.
        version: of the program that began it.
        simulated: both sides were simulators.
        config_file: the reviewed file, when one was named.
        protocol: what the plan does, in words.
        chain_checks: of the chains that were verified so far.
        anchor: how the receiver names the authority it trusts, and what was imported for it.
        nonces: how many random numbers were drawn for tokens; none was drawn twice in this journal.
    """

    run: str
    state: RunState
    headline: str
    progress: str
    advice: str
    resume: str
    stop: Stop | None
    begun: datetime
    ended: datetime
    seconds: float
    resumes: int
    version: str
    simulated: bool
    config_file: str
    plan_digest: str
    protocol: str
    kdh: SideLine
    krd: SideLine
    warnings: tuple[str, ...]
    keys: tuple[KeyLine, ...]
    kek: Kek | None
    certificates: tuple[CertificateLine, ...]
    chain_checks: tuple[ChainCheck, ...]
    anchor: TrustAnchor | None
    nonces: int
    carriers: tuple[Carrier, ...]
    overrides: tuple[OverrideLine, ...]
    tolerances: tuple[str, ...]
    timeline: tuple[Moment, ...]
