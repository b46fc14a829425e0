from __future__ import annotations

import pytest

from adapters.apc.errors import HINTS, readable


@pytest.mark.parametrize(
    "secret",
    [
        "0123456789ABCDEFFEDCBA9876543210",
        "d0112b0te00e0000" + "b82679114f470f540165edfbf7e250fcea43f810d215f8d2",
        "MIIC6DCCAdCgAwIBAgIUMiAY2ov0MfOSMIIC6DCCAdCgAwIBAgIU",
        "'short but quoted, with spaces'",
    ],
)
def test_long_values_are_taken_out_of_the_services_words(secret: str) -> None:
    text = readable(
        f"1 validation error detected: Value {secret if secret[0] == chr(39) else repr(secret)} at 'x' is wrong"
    )
    assert secret.strip("'") not in text
    assert "characters>" in text
    assert text.endswith("at 'x' is wrong")


def test_names_that_help_are_kept() -> None:
    text = (
        "Key arn:aws:payment-cryptography:us-east-2:111122223333:key/hjprdg5o4jtgs5tw has usage "
        "TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE, KCV 3C0A31, at 'keyMaterial.tr31KeyBlock.wrappedKeyBlock'"
    )
    assert readable(text) == text


def test_an_endless_text_becomes_one_short_line() -> None:
    text = readable("no such\nthing\t" * 500)
    assert len(text) < 250
    assert "\n" not in text


def test_every_hint_is_one_line_that_says_what_to_do() -> None:
    assert all(hint and "\n" not in hint and not hint.endswith(".") for hint in HINTS.values())
