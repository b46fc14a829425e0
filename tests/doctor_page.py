"""Renders docs/reference/doctor.md from the rules: `python -m tests.doctor_page` writes it anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from keyexchange import registry
from keyexchange.inspection import STANDARD_RULES, Confidence, Doctor, Remedy, Rule, Source

PAGE = Path(__file__).parent.parent / "docs/reference/doctor.md"

ABOUT = """\
# Doctor: which blocks a receiver refuses

Written from the code by `python -m tests.doctor_page`; a test holds it there. `keyexchange doctor BLOCK --for apc`
holds a TR-31 block against these rules before it is sent. It reads what stands in clear, uses no key and verifies
nothing, so it can't see a wrong KEK or a changed block: for that there is `keyexchange inspect --kbpk`.

| Severity | Means | Exit code |
|---|---|---|
| refused | the receiver refuses the block | 7 |
| depends | it depends on what the block does not say: a setting, the key inside | 0 |
| note | the block is taken; something worth knowing before the key is in use | 0 |

Without `--kek-algorithm` the KEK is taken to be one that the version allows. With `--kek-transport` the RSA or EC key
that brings the KEK is judged too. What is no TR-31 block at all ends with 5. From what a device said to the command
that helps: [how-to: my block is refused](../how-to/my-block-is-refused.md).

Each source says how sure it makes the statement. What is only believed never refuses a block.

| Confidence | Means |
|---|---|
"""


def doctors() -> list[Doctor]:
    """Every vendor's, by name."""
    return [registry.load(registry.DOCTORS, name) for name in registry.names(registry.DOCTORS)]


def page() -> str:
    """The whole page."""
    confidences = [f"| {confidence} | {confidence.meaning} |" for confidence in Confidence]
    parts = [ABOUT + "\n".join(confidences), "", *_rules("Every receiver", STANDARD_RULES), *_receivers(), *_senders()]
    return "\n".join(parts).rstrip() + "\n"


def _receivers() -> Iterator[str]:
    for doctor in doctors():
        own = tuple(rule for rule in doctor.rules if rule not in STANDARD_RULES)
        yield from _rules(f"As receiver: {doctor.name}", own, doctor.caution)


def _rules(title: str, rules: tuple[Rule, ...], caution: str = "") -> Iterator[str]:
    yield f"## {title}"
    yield ""
    if caution:
        yield f"Caution: {caution}."
        yield ""
    yield "| Rule | Severity | Why | What to change | Field | Confidence | Source |"
    yield "|---|---|---|---|---|---|---|"
    for rule in rules:
        field = rule.remedy.value if rule.remedy else ""
        yield f"| {rule.id} | {rule.severity.value} | {rule.what} | {rule.change} | {field} | {_source(rule.source)} |"
    yield ""


def _senders() -> Iterator[str]:
    for doctor in doctors():
        yield f"## As sender: {doctor.name}"
        yield ""
        yield "| Field | How it is changed | Confidence | Source |"
        yield "|---|---|---|---|"
        for remedy in Remedy:
            if remedy in doctor.steps:
                step = doctor.steps[remedy]
                yield f"| {remedy.value} | {step.text} | {_source(step.source)} |"
        yield ""


def _source(source: Source) -> str:
    return f"{source.confidence} | {source.text}"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
