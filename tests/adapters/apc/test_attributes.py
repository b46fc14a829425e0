from __future__ import annotations

import functools
import itertools
from dataclasses import replace
from typing import Any

import botocore.session
import pytest

from adapters.apc.attributes import MODES, USAGES, attributes_of, kcv_method, require_known
from keyexchange.errors import ProtocolError, UnsupportedError
from keyexchange.keys import KeyAlgorithm, KeyAttributes, KeyUsage, ModeOfUse

ASKED = KeyAttributes("C0", KeyAlgorithm.TDES_2KEY, "C")


@functools.cache
def shape(name: str) -> Any:
    return botocore.session.get_session().get_service_model("payment-cryptography").shape_for(name)


def described(attributes: KeyAttributes, *, exportable: bool = True) -> dict[str, Any]:
    """As the service would: every mode is named, true or false."""
    allowed = MODES[attributes.mode_of_use]
    return {
        "Exportable": exportable,
        "KeyAttributes": {
            "KeyUsage": USAGES[attributes.key_usage],
            "KeyAlgorithm": attributes.algorithm.value,
            "KeyClass": "SYMMETRIC_KEY",
            "KeyModesOfUse": {name: name in allowed for name in shape("KeyModesOfUse").members},
        },
    }


def test_usages_are_all_that_the_service_knows_under_their_own_code() -> None:
    assert sorted(USAGES.values()) == sorted(shape("KeyUsage").enum)
    assert all(name.startswith(f"TR31_{KeyUsage[code]}_") for code, name in USAGES.items())


def test_modes_are_the_services_operations_and_no_two_are_alike() -> None:
    assert frozenset().union(*MODES.values()) == frozenset(shape("KeyModesOfUse").members)
    assert len(set(MODES.values())) == len(MODES)
    assert set(ModeOfUse) - set(MODES) == {"T", "Y"}


def test_every_size_of_key_has_the_services_name() -> None:
    assert {algorithm.value for algorithm in KeyAlgorithm} == set(shape("KeyAlgorithm").enum)


@pytest.mark.parametrize("usage", USAGES)
def test_what_the_service_describes_is_read_back_as_codes(usage: str) -> None:
    for mode, (exportable, code) in itertools.product(MODES, ((True, "E"), (False, "N"))):
        asked = KeyAttributes(usage, KeyAlgorithm.AES_256, mode, code)
        assert attributes_of(described(asked, exportable=exportable)) == asked


def test_words_unknown_here_are_a_protocol_error() -> None:
    for field, value in (
        ("KeyUsage", "TR31_Z9_NEW"),
        ("KeyAlgorithm", "AES_512"),
        ("KeyModesOfUse", {"Encrypt": True, "Sign": True}),
    ):
        key = described(ASKED)
        key["KeyAttributes"][field] = value
        with pytest.raises(ProtocolError):
            attributes_of(key)


@pytest.mark.parametrize(("field", "code"), [("key_usage", "B1"), ("key_usage", "72"), ("mode_of_use", "T")])
def test_a_code_without_a_name_at_the_service_is_refused(field: str, code: str) -> None:
    require_known(ASKED)
    change: dict[str, Any] = {field: code}
    with pytest.raises(UnsupportedError, match=f"no .* {code}"):
        require_known(replace(ASKED, **change))


@pytest.mark.parametrize(
    ("algorithm", "method"),
    [("TDES_2KEY", "ANSI_X9_24"), ("TDES_3KEY", "ANSI_X9_24"), ("AES_192", "CMAC"), ("HMAC_SHA256", "HMAC")],
)
def test_the_check_value_is_asked_for_by_the_usual_method(algorithm: str, method: str) -> None:
    assert kcv_method(KeyAlgorithm(algorithm)) == method
    assert method in shape("KeyCheckValueAlgorithm").enum


@pytest.mark.parametrize(
    ("usage", "algorithm", "mode", "words"),
    [
        ("M3", KeyAlgorithm.AES_128, "C", "no M3 keys that are AES_128"),
        ("P0", KeyAlgorithm.HMAC_SHA256, "B", "no P0 keys that are HMAC_SHA256"),
        ("C0", KeyAlgorithm.TDES_2KEY, "B", "mode of use B for C0 keys"),
        ("B0", KeyAlgorithm.TDES_2KEY, "C", "mode of use C for B0 keys"),
    ],
)
def test_a_combination_that_the_service_does_not_allow_is_known_before_anything_is_sent(
    usage: str, algorithm: KeyAlgorithm, mode: str, words: str
) -> None:
    with pytest.raises(UnsupportedError, match=words):
        require_known(KeyAttributes(usage, algorithm, mode))
