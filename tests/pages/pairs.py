"""docs/reference/pairs.md: what the planner says of every pair of sides by every protocol."""

from __future__ import annotations

from typing import Any

from adapters.atalla.message import REQUESTS as ATALLA_REQUESTS
from adapters.futurex.keys import TEST_PMK, Pmk
from adapters.futurex.message import REQUESTS as FUTUREX_REQUESTS
from adapters.payshield.lmk import KeyBlockLmk
from adapters.payshield.message import REQUESTS as PAYSHIELD_REQUESTS
from keyexchange import config, registry
from keyexchange.cli.session import authority_of
from keyexchange.engine.plan import Plan, PlannedStep, Protocol, make_plan
from keyexchange.engine.sides import Sides
from keyexchange.errors import KeyExchangeError
from keyexchange.secret import Secret
from keyexchange.tr31 import Header

SIDES = ("payshield", "futurex", "atalla", "apc", "software")
PROTOCOLS: dict[Protocol, str] = {
    "tr34": "TR-34, two-pass: a KEK",
    "tr31": "TR-31: keys under a KEK that both sides hold",
    "rsa": "RSA wrap: each key by itself",
    "ecdh": "ECDH: each key by itself",
}
VENDORS = ("payshield", "futurex", "atalla")
REQUESTS: dict[str, Any] = {"payshield": PAYSHIELD_REQUESTS, "futurex": FUTUREX_REQUESTS, "atalla": ATALLA_REQUESTS}
"""What each vendor's commands rest on, as they are declared."""
HEAD = """# Which pair moves keys by which protocol

Written from the planner, which answers the same to `keyexchange plan`. Rows send (KDH), columns receive (KRD).

- **yes**: by commands whose form is public, or the service's own model;
- **unproven**: by a command that exists, in a form that only we believe (`self` in [coverage](coverage.md)); the note
  names it, and `plan` warns of it. Try one key on a test unit first;
- **simulator**: before this project's simulator only, by commands that are marked as its conventions
  (`simulator_conventions`), because the vendor has published none;
- **no**: the note says why, and which way works.

A yes says that the pair has the commands. Whether a key may travel so depends on the key: its strength, usage and
exportability ([rules](rules.md)), and what the vendor has a name for.
"""


def page() -> str:
    """The whole page."""
    reasons: list[str] = []
    parts = [HEAD]
    for protocol, title in PROTOCOLS.items():
        parts.append(f"## {title}\n\n| | {' | '.join(SIDES)} |\n|---|{'---|' * len(SIDES)}")
        for kdh in SIDES:
            cells = [_cell(kdh, krd, protocol, reasons) for krd in SIDES]
            parts[-1] += f"\n| **{kdh}** | {' | '.join(cells)} |"
        parts[-1] += "\n"
    parts.append("## Notes\n")
    parts[-1] += "\n" + "\n".join(f"{number}. {reason}" for number, reason in enumerate(reasons, 1)) + "\n"
    return "\n".join(parts)


def _cell(kdh: str, krd: str, protocol: Protocol, reasons: list[str]) -> str:
    word, why = judged(kdh, krd, protocol)
    if not why:
        return word
    if why not in reasons:
        reasons.append(why)
    return f"{word} ({reasons.index(why) + 1})"


def judged(kdh: str, krd: str, protocol: Protocol) -> tuple[str, str]:
    """One of the four words of the page, and why; empty where nothing is to be said."""
    try:
        found = plan(kdh, krd, protocol, conventions=False)
    except KeyExchangeError as error:
        return _without_public_commands(kdh, krd, protocol), said(error)
    ours = sorted({f"{code} ({step.actor})" for step in found.steps for code in step.commands if _is_ours(step, code)})
    return ("unproven", f"Only we believe the form of {', '.join(ours)}") if ours else ("yes", "")


def _without_public_commands(kdh: str, krd: str, protocol: Protocol) -> str:
    try:
        plan(kdh, krd, protocol, conventions=True)
    except KeyExchangeError:
        return "no"
    return "simulator"


def _is_ours(step: PlannedStep, code: str) -> bool:
    request = REQUESTS.get(step.actor, {}).get(code)
    return request is not None and request.provenance == "self"


def plan(kdh: str, krd: str, protocol: Protocol, *, conventions: bool) -> Plan:
    """What the planner makes of it; raises as it does."""
    document: dict[str, Any] = {
        "kdh": {kdh: _section(kdh, protocol, conventions=conventions)},
        "krd": {krd: _section(krd, protocol, conventions=conventions)},
        "keys": [{**_PEK, "exportability": "S" if protocol == "rsa" else "E"}],
    }
    reviewed = config.parse(document, "the page")
    entries = [registry.load(registry.ADAPTERS, name) for name in (kdh, krd)]
    settings = [config.settings_of(entry, reviewed, role) for entry, role in zip(entries, ("kdh", "krd"), strict=True)]
    opened = [entry.open(each, trace=None) for entry, each in zip(entries, settings, strict=True)]
    return make_plan(reviewed, Sides(*opened, authority_of(reviewed)), *settings, protocol)


def said(error: KeyExchangeError) -> str:
    """What an operator reads of a refusal, as two sentences."""
    hint = error.hint or ""
    return f"{error.message}. {hint[:1].upper()}{hint[1:]}".rstrip()


def _section(side: str, protocol: Protocol, *, conventions: bool) -> dict[str, Any]:
    section: dict[str, Any] = {"host": "127.0.0.1"} if side in VENDORS else {"region": "us-east-1"}
    if side in VENDORS and conventions:
        section["simulator_conventions"] = True
    if protocol == "tr31":
        section["tr31"] = {"kek": _KEKS[side]}
    return section


_KEY = Secret(bytes.fromhex("0123456789ABCDEF23456789ABCDEF01456789ABCDEF0123"))
_PEK = {"name": "pek", "usage": "P0", "algorithm": "TDES_2KEY", "mode_of_use": "B"}
"""A payShield gives a key away without a block around it only when the key's exportability is S."""
_HEADER = Header("D", "K1", "T", "B")
_KEKS = {
    "payshield": KeyBlockLmk.aes_test("00").wrap(Header("1", "K1", "T", "B", reserved="00"), _KEY),
    "futurex": Pmk(TEST_PMK).wrap(_HEADER, _KEY),
    "atalla": "1kDNE000,14FB26DD179D6AD587FA0181E599F6CC07F0C8D2AAA2334D,BB6AE577B37A1CD7",
    "apc": "alias/kek",
    "software": "alias/kek",
}
"""How each side names a KEK that it holds; test keys under published test main keys."""
