"""The keys of a run: what each is, how it went, where it is now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from keyexchange.config import KEK
from keyexchange.engine.journal import DONE, FAILED, PAUSED
from keyexchange.engine.report.model import Carrier, Kek, KeyLine, KeyState
from keyexchange.engine.report.story import Outcome, Story
from keyexchange.keys import Exportability, Kcv, KeyUsage, ModeOfUse
from keyexchange.protocols.messages import KeyToMove

_PROPRIETARY = "proprietary"
_BY_LAST_EVENT = {FAILED: KeyState.FAILED, PAUSED: KeyState.WAITING}


def key_lines(story: Story, carriers: Sequence[Carrier]) -> tuple[KeyLine, ...]:
    """All keys of the plan, in its order.

    Args:
        carriers: of the whole run; the last of each key is how it travelled.
    """
    travelled = {carrier.key: carrier.words for carrier in carriers}
    return tuple(_key_line(story, key, travelled.get(key["name"], "")) for key in story.plan["keys"])


def kek_of(story: Story, keys: Sequence[KeyLine]) -> Kek | None:
    """What is needed to use the KEK again; None until it is the same on both sides.

    The KEK is the first key of a plan that has one.
    """
    line = keys[0]
    sent: KeyToMove | None = story.message(KEK, "key")
    if sent is None or line.equal is not True:
        return None
    attributes = {
        "usage": line.usage,
        "algorithm": line.algorithm,
        "mode_of_use": line.mode_of_use,
        "exportability": line.exportability,
    }
    if sent.vendor_key_type:
        attributes["key_type"] = sent.vendor_key_type
    config = {
        "kdh": {story.plan["kdh"]: {"tr31": {"kek": sent.reference}}},
        "krd": {story.plan["krd"]: {"tr31": {"kek": line.reference}}},
        "kek": attributes,
    }
    return Kek(sent.reference, line.reference, config)


def _key_line(story: Story, planned: Mapping[str, Any], travelled: str) -> KeyLine:
    name, attributes = planned["name"], planned["attributes"]
    moved = story.plans(name, "token", "block", "cryptogram")
    held = story.latest(name, "held")
    sent, arrived = _kcv_at_sender(story, name), held.message.kcv if held else None
    equal = sent.matches(arrived) if sent and arrived else None
    state = _state(story, name, moved=moved, held=held, equal=equal)
    return KeyLine(
        name=name,
        moved=moved,
        usage=attributes["key_usage"],
        usage_meaning=_meaning(KeyUsage, attributes["key_usage"]),
        algorithm=attributes["algorithm"],
        mode_of_use=attributes["mode_of_use"],
        mode_of_use_meaning=_meaning(ModeOfUse, attributes["mode_of_use"]),
        exportability=attributes["exportability"],
        exportability_meaning=_meaning(Exportability, attributes["exportability"]),
        kcv_sender=str(sent or ""),
        kcv_receiver=str(arrived or ""),
        kcv_method=_method(sent, arrived),
        equal=equal,
        travelled=travelled,
        reference=held.message.reference if held else "",
        alias=planned["alias"] or "",
        alias_set=story.latest(name, "named") is not None,
        arrived=held.at if held and moved else None,
        milliseconds=round(sum(entry.data["ms"] for entry in story.of_scope(name) if entry.event == DONE), 1),
        state=state,
        state_words=state.words,
    )


def _state(story: Story, name: str, *, moved: bool, held: Outcome | None, equal: bool | None) -> KeyState:
    if equal is False:
        return KeyState.DIFFERS
    if held is not None:
        if not moved:
            return KeyState.PRESENT
        return KeyState.FOUND if held.found else KeyState.ARRIVED
    return _state_before_arrival(story, name)


def _state_before_arrival(story: Story, name: str) -> KeyState:
    if story.import_is_open(name):
        return KeyState.UNCLEAR
    entries = story.of_scope(name)
    return _BY_LAST_EVENT.get(entries[-1].event, KeyState.NOT_YET) if entries else KeyState.NOT_YET


def _kcv_at_sender(story: Story, name: str) -> Kcv | None:
    """As stated with the token or block; before there is one, as stated with the key itself."""
    for gives in ("token", "block", "cryptogram", "key"):
        message = story.message(name, gives)
        if message is not None:
            kcv: Kcv | None = message.kcv
            return kcv
    return None


def _method(*kcvs: Kcv | None) -> str:
    """How the check values were computed; both ways when the sides do not agree."""
    return " / ".join(dict.fromkeys(kcv.method.meaning for kcv in kcvs if kcv))


def _meaning(table: type[StrEnum], code: str) -> str:
    member = table.__members__.get(code)
    return str(getattr(member, "meaning", _PROPRIETARY))
