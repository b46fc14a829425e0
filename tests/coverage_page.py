"""Renders docs/reference/coverage.md from the declarations: `python -m tests.coverage_page` writes it anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from adapters.apc.adapter import ApcAdapter
from adapters.atalla import commands as atalla_commands
from adapters.atalla.adapter import AtallaAdapter
from adapters.atalla.message import REQUESTS as ATALLA_REQUESTS
from adapters.futurex import commands as futurex_commands
from adapters.futurex.adapter import FuturexAdapter
from adapters.futurex.message import REQUESTS as FUTUREX_REQUESTS
from adapters.payshield import commands as payshield_commands
from adapters.payshield.adapter import PayshieldAdapter
from adapters.payshield.message import REQUESTS as PAYSHIELD_REQUESTS
from keyexchange.hsm.apc import operations as apc_operations
from keyexchange.hsm.apc.context import CONTROL
from keyexchange.protocols import abilities

PAGE = Path(__file__).parent.parent / "docs/reference/coverage.md"

SIDES: dict[str, type] = {
    "payshield": PayshieldAdapter,
    "futurex": FuturexAdapter,
    "atalla": AtallaAdapter,
    "apc": ApcAdapter,
}
NO_ABILITIES = (abilities.Side, abilities.WarnsOfUse, abilities.KnowsReceivingKey, abilities.JudgesAgreements)
"""What a plan asks a side about: nothing is sent."""
DECLARED = (payshield_commands, futurex_commands, atalla_commands, apc_operations)
"""Importing them declares every command and operation."""

HOST_COMMANDS: dict[str, tuple[Any, dict[str, Any]]] = {
    "payShield host commands": (payshield_commands, PAYSHIELD_REQUESTS),
    "Futurex host commands": (futurex_commands, FUTUREX_REQUESTS),
    "Atalla host commands": (atalla_commands, ATALLA_REQUESTS),
}
"""By heading: the package that declares them, and its table of requests."""

ABOUT = """\
# Coverage: what each side can do, and how we know

Written from the code by `python -m tests.coverage_page`; a test holds it there. What a command's layout rests on,
strongest first:

| Provenance | Means |
|---|---|
| `standard` | a published standard, or the vendor's own machine-readable model |
| `capture` | octets recorded from a real device, or sent to one by published software that works with it |
| `second` | at least one independent implementation agrees |
| `self` | only we believe it: unproven |
"""


def page() -> str:
    """The whole page."""
    return "\n".join([ABOUT, *_abilities(), *_host_commands(), *_apc()]) + "\n"


def _abilities() -> Iterator[str]:
    yield "## Abilities"
    yield f"| Ability | {' | '.join(f'`{name}`' for name in SIDES)} |"
    yield "|---" * (1 + len(SIDES)) + "|"
    for protocol, method in _abilities_known():
        sends = (", ".join(abilities.commands_of(side, method)) or _yes_or_no(side, method) for side in SIDES.values())
        yield f"| {protocol.__name__}: {method} | {' | '.join(sends)} |"
    yield ""


def _abilities_known() -> Iterator[tuple[type, str]]:
    """The Protocol classes of one method."""
    for value in vars(abilities).values():
        if isinstance(value, type) and value.__module__ == abilities.__name__ and value not in NO_ABILITIES:
            yield from ((value, name) for name in vars(value) if not name.startswith("_"))


def _yes_or_no(side: type, method: str) -> str:
    return "yes" if hasattr(side, method) else "no"


def _host_commands() -> Iterator[str]:
    for heading, (package, requests) in HOST_COMMANDS.items():
        yield f"## {heading}"
        yield "Declared once for adapter and face. A convention is what no public source settles and we chose."
        yield ""
        yield "| Command | Provenance | Source | Conventions |"
        yield "|---|---|---|---|"
        for code, request in sorted(requests.items()):
            if request.__module__.startswith(package.__name__):
                conventions = "; ".join(request.conventions)
                yield f"| {code} | `{request.provenance}` | {request.source} | {conventions} |"
        yield ""


def _apc() -> Iterator[str]:
    yield "## AWS Payment Cryptography operations"
    yield "Served by the software HSM. Shapes, enums, patterns and errors are AWS's own service model's (`standard`)."
    yield "What the model does not say comes from the user guide and the API reference, as each docstring tells."
    yield ""
    yield from (f"- {name}" for name in sorted(CONTROL.declared))


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
