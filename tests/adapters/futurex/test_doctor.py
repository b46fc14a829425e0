"""The doctor's Futurex says nothing against what AWS's scripts have a Futurex make."""

from __future__ import annotations

import pytest

from adapters.futurex import doctor
from keyexchange.inspection import Facts, Remedy, diagnose
from keyexchange.keys import KeyAlgorithm
from keyexchange.tr31 import parse_header

HEADERS = ("D0000P0TB00E0000", "D0000B0TX00E0000", "D0000K0TB00E0000", "D0000K1TB00E0000", "D0000K1AB00E0000")
"""Source: aws-samples/samples-for-payment-cryptography-service, key_exchange/hsm/futurex/futurex_hsm.py."""


@pytest.mark.parametrize("text", HEADERS)
def test_nothing_refuses_what_awss_scripts_make(text: str) -> None:
    facts = Facts(parse_header(text)[0], length=112, room=30, kek=KeyAlgorithm.AES_256)
    found = {finding.rule.id for finding in diagnose(doctor.DOCTOR, facts, ())}
    assert found <= {"aes-under-mfk", "kek-usage"}


@pytest.mark.parametrize(
    ("remedy", "field"),
    [
        (Remedy.USAGE, slice(5, 7)),
        (Remedy.ALGORITHM, slice(7, 8)),
        (Remedy.MODE, slice(8, 9)),
        (Remedy.VERSION_NUMBER, slice(9, 11)),
        (Remedy.EXPORTABILITY, slice(11, 12)),
        (Remedy.OPTIONAL_BLOCKS, slice(12, 14)),
    ],
)
def test_a_step_counts_the_characters_of_the_header_as_they_stand(remedy: Remedy, field: slice) -> None:
    last = field.stop if field.stop - field.start > 1 else field.start + 1
    named = f"characters {field.start + 1} and {last}" if field.stop - field.start > 1 else f"character {last}"
    assert named in doctor.STEPS[remedy].text
