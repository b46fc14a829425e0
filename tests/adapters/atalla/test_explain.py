"""Atalla key blocks are recognised and explained by their header."""

from __future__ import annotations

import pytest

from adapters.atalla import akb
from adapters.atalla.explain import EXPLAINERS
from keyexchange.errors import FormatError
from keyexchange.inspection import read, recognise

WRAPPING = "1kDNE000,14FB26DD179D6AD587FA0181E599F6CC07F0C8D2AAA2334D,BB6AE577B37A1CD7"
"""Source: aws-samples/samples-for-payment-cryptography-service, the readme of key_exchange/hsm/atalla."""
PIN = "1PUNE000,D3266EC69C61820019F4A9640A8F603DA14F78E154C7522D,55720A06F8964B8F"
"""Source: FelipeRodriguezFonte/CryptoCarver, after the vendor's sample."""
PUBLIC = f"1kREE000,00030100010100{'B1' * 256},2035C82024886114"
"""The form of AWS's sample: exponent 65537, a modulus of 256 octets."""


def explained(text: str) -> dict[str, str]:
    (written,) = read(text.encode())
    return dict(recognise(written, EXPLAINERS).explain(written))


@pytest.mark.parametrize(
    ("text", "usage", "algorithm"),
    [(WRAPPING, "k: TR-31 or TR-34 wrapping", "D: DES"), (PIN, "P: PIN encryption", "U: unspecified")],
)
def test_published_blocks(text: str, usage: str, algorithm: str) -> None:
    fields = explained(text + "\n")
    assert fields["format"] == "Atalla key block"
    assert (fields["key usage"], fields["algorithm"]) == (usage, algorithm)
    assert fields["key field"] == "24 octets, encrypted"
    assert text[9:57] not in str(fields)


def test_the_public_half_of_a_pair_is_in_clear() -> None:
    assert explained(PUBLIC)["key field"] == "RSA public key in clear, 2048 bits"


def test_a_character_without_a_known_meaning_is_said_to_have_none() -> None:
    assert explained(WRAPPING.replace("1kD", "1k?").replace("?", "Z"))["algorithm"] == "Z: not known here"


@pytest.mark.parametrize("text", [WRAPPING[:-1], WRAPPING.replace(",", ";"), f"2{WRAPPING[1:]}", "", WRAPPING + ",00"])
def test_anything_else_is_no_block(text: str) -> None:
    assert not akb.looks_like_akb(text)
    with pytest.raises(FormatError):
        akb.parse(text)
