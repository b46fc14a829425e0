"""From a journal to a report."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from keyexchange.engine.journal import FAILED, PAUSED, RESUMED, Entry, Journal
from keyexchange.engine.plan import RUN
from keyexchange.engine.report import outcome, words
from keyexchange.engine.report.evidence import anchor_of, carriers_of, certificates_of, chain_checks_of
from keyexchange.engine.report.keys import kek_of, key_lines
from keyexchange.engine.report.model import Fact, KeyLine, KeyState, Moment, OverrideLine, Report, SideLine
from keyexchange.engine.report.story import Story, title_of
from keyexchange.protocols.messages import DeviceIdentity

_KEY_WARNINGS = {
    KeyState.DIFFERS: "the receiver holds another key than the sender sent: disable it at the receiver",
    KeyState.UNCLEAR: "the import was sent and its answer is not known, so the receiver may hold the key; "
    "a resume looks for it before it imports again",
    KeyState.FOUND: "found at the receiver after an interruption, by its mark and check value; not imported again",
}
_BY_ITSELF = {
    "rsa": "RSA wrap, each key by itself under the receiver's RSA key",
    "ecdh": "ECDH, each key by itself in a TR-31 block under a key that both sides derive",
}
_REHEARSAL = "a rehearsal: the sides were simulators, and no device or account holds these keys"


def make_report(journal: Journal, run: str) -> Report:
    """What a run did so far, from its journal and nothing else.

    Raises:
        JournalError: no such run, or a part of its journal is missing or was changed.
        FormatError: a recorded certificate, token or block cannot be read.
    """
    story = Story.of(journal, run)
    carriers = carriers_of(story)
    keys = key_lines(story, carriers)
    state, stop, progress = outcome.run_state(story), outcome.stop_of(story), outcome.progress_line(keys)
    begun, ended = story.entries[0].at, story.entries[-1].at
    simulated = bool(story.options.get("simulate"))
    return Report(
        run=run,
        state=state,
        headline=outcome.headline(state, stop, progress, story),
        progress=progress,
        advice=outcome.advice(state, stop),
        resume=outcome.resume_command(state, stop, run),
        stop=stop,
        begun=begun,
        ended=ended,
        seconds=round((ended - begun).total_seconds(), 3),
        resumes=sum(entry.event == RESUMED for entry in story.entries),
        version=story.options.get("version") or "",
        simulated=simulated,
        config_file=story.options.get("config_file") or "",
        plan_digest=story.run["plan_digest"],
        protocol=_protocol(story, keys),
        kdh=_side(story, "KDH", "kdh"),
        krd=_side(story, "KRD", "krd"),
        warnings=tuple(_warnings(story, keys, simulated=simulated)),
        keys=keys,
        kek=kek_of(story, keys),
        certificates=certificates_of(story),
        chain_checks=chain_checks_of(story),
        anchor=anchor_of(story),
        nonces=journal.nonces_drawn(run),
        carriers=carriers,
        overrides=tuple(OverrideLine(rule, reason) for rule, reason in story.plan["overrides"]),
        tolerances=tuple(dict.fromkeys(f"{c.kind} of {c.key}: {name}" for c in carriers for name in c.tolerances)),
        timeline=tuple(_moment(entry) for entry in story.entries),
    )


def _protocol(story: Story, keys: tuple[KeyLine, ...]) -> str:
    if story.plan["protocol"] in _BY_ITSELF:
        return _BY_ITSELF[story.plan["protocol"]]
    by_tr31 = sum(story.plans(key.name, "block") for key in keys)
    parts = ["TR-34, two-pass, for the KEK" if keys[0].moved else "the KEK of an earlier run"]
    if by_tr31:
        parts.append(f"TR-31 under it for {by_tr31} key{'s' if by_tr31 > 1 else ''}")
    return ", then ".join(parts)


def _side(story: Story, role: str, side: str) -> SideLine:
    identity: DeviceIdentity | None = story.message(RUN, f"{side}_identity")
    details = identity.details if identity else ()
    return SideLine(role, story.plan[side], tuple(Fact(label, value) for label, value in details))


def _warnings(story: Story, keys: tuple[KeyLine, ...], *, simulated: bool) -> list[str]:
    warnings = [f"key {key.name}: {_KEY_WARNINGS[key.state]}" for key in keys if key.state in _KEY_WARNINGS]
    warnings += [warning for check in chain_checks_of(story) for warning in words.chain_warnings(check)]
    if simulated:
        return [_REHEARSAL, *warnings]
    return [
        *story.plan["warnings"],
        *story.plan.get("line_warnings", ()),  # runs of earlier versions have none
        *warnings,
        *_doubts(story),
        *_changed(story, "sender", "kdh_identity"),
        *_changed(story, "receiver", "krd_identity"),
    ]


def _doubts(story: Story) -> Iterator[str]:
    """What the devices made doubtful when they were last asked what they are."""
    for gives in ("kdh_identity", "krd_identity"):
        identity: DeviceIdentity | None = story.message(RUN, gives)
        yield from identity.warnings if identity else ()


def _changed(story: Story, side: str, gives: str) -> list[str]:
    """Every fact that a device told otherwise after a resume: it may be another device."""
    identities = [dict(o.message.details) for o in story.outcomes(RUN, gives)]
    return [
        f"the {side} said something else after a resume: {label} was {before[label]}, then {after[label]}"
        for before, after in pairwise(identities)
        for label in before
        if label in after and before[label] != after[label]
    ]


def _moment(entry: Entry) -> Moment:
    event = "found" if entry.data.get("found") else entry.event
    note = entry.data["message"] if entry.event in (FAILED, PAUSED) else ""
    if entry.event == RESUMED:
        note = f"{entry.data['steps_left']} steps were left"
    title = title_of(entry.step) if entry.step else ""
    return Moment(entry.at, event, entry.scope, entry.step, title, entry.data.get("ms"), note)
