"""What the steps that protocols share promise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from keyexchange.errors import KcvMismatchError, RuleError
from keyexchange.keys import Kcv, KcvMethod, KeyAlgorithm, KeyAttributes
from keyexchange.protocols.messages import HeldKey, KeyBlock, KeyToMove
from keyexchange.protocols.steps import Scene, Step, Workflow, compare_kcv, require_header
from keyexchange.tr31 import Header
from tests.keyexchange.engine.sides import Clock

KCV = Kcv("08D7B4", KcvMethod.ANSI_X9_24)
ASKED = KeyAttributes("C0", KeyAlgorithm.TDES_2KEY, "C")
KEY = KeyToMove("cvk", "ref", ASKED)
HEADER = Header("B", "C0", "T", "C")


def scene(key: KeyToMove) -> Scene:
    nobody: Any = None
    return Scene(nobody, nobody, nobody, "run", key, Clock(), nobody, Path())


def compare(held: HeldKey, key: KeyToMove = KEY) -> Kcv:
    return compare_kcv("block", "held")(scene(key), {"block": KeyBlock("B", KCV), "held": held})


@pytest.mark.parametrize(
    ("difference", "told"),
    [
        ({"key_usage": "D0"}, "should be C0 and is D0"),
        ({"algorithm": KeyAlgorithm.TDES_3KEY}, "should be TDES_2KEY and is TDES_3KEY"),
        ({"mode_of_use": "N"}, "should be C and is N"),
        ({"exportability": "N"}, "should be exportable and is not exportable"),
    ],
)
def test_a_key_that_arrived_with_another_attribute_is_refused(difference: dict[str, Any], told: str) -> None:
    with pytest.raises(RuleError, match=told) as caught:
        compare(HeldKey("arn", KCV, replace(ASKED, **difference)))
    assert caught.value.rule == "attributes-kept"


def test_a_key_that_arrived_as_asked_is_not_refused() -> None:
    assert compare(HeldKey("arn", KCV, ASKED)) == KCV
    assert compare(HeldKey("arn", KCV, None)) == KCV, "a receiver that tells no attributes"
    sensitive = replace(KEY, attributes=replace(ASKED, exportability="S"))
    assert compare(HeldKey("arn", KCV, ASKED), sensitive) == KCV, "a receiver that knows no `sensitive`"


def test_a_key_that_may_not_leave_the_receiver_must_not_be_exportable_there() -> None:
    locked = replace(KEY, attributes=replace(ASKED, exportability="N"))
    with pytest.raises(RuleError, match="should be not exportable and is exportable"):
        compare(HeldKey("arn", KCV, ASKED), locked)


def test_what_arrived_is_held_to_the_reviewed_check_value_too() -> None:
    reviewed = replace(KEY, kcv=Kcv("AAAAAA", KcvMethod.ANSI_X9_24))
    with pytest.raises(KcvMismatchError, match="reviewed file"):
        compare(HeldKey("arn", KCV, ASKED), reviewed)


@pytest.mark.parametrize(
    "header",
    [
        replace(HEADER, key_usage="D0"),
        replace(HEADER, algorithm="A"),
        replace(HEADER, mode_of_use="N"),
        replace(HEADER, exportability="N"),
        replace(HEADER, exportability="S"),
    ],
)
def test_a_header_with_another_attribute_is_refused(header: Header) -> None:
    require_header(HEADER, ASKED, "block")
    with pytest.raises(RuleError, match="in the block"):
        require_header(header, ASKED, "block")


def test_a_workflow_refuses_a_step_that_needs_what_nobody_gives() -> None:
    step = Step("one", "", "both", "", lambda _scene, _given: None, needs=("other",), gives="one")
    with pytest.raises(ValueError, match="nobody gives"):
        Workflow("broken", (step,))
    with pytest.raises(ValueError, match="two steps one"):
        Workflow("broken", (replace(step, needs=()), replace(step, needs=())))
