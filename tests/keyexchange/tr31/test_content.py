"""Whether a key is what its header says, told by length and shape alone."""

from __future__ import annotations

import pytest

from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk, content_violations, private_key_form, unwrap, wrap
from tests.vectors import vectors

PRIVATE = {
    p.id: (p.values[0]["expected"]["algorithm"], Secret(bytes.fromhex(p.values[0]["expected"]["key"])))
    for p in vectors("tr31", "unwrap")
    if "private" in p.id
}


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("tr31-cv-private-rsa", "PKCS#1 RSAPrivateKey"),
        ("tr31-cv-private-ec256", "RFC 5915 ECPrivateKey"),
        ("tr31-cv-private-ec521", "PKCS#8 PrivateKeyInfo"),
    ],
)
def test_a_private_key_is_known_by_its_structure(name: str, form: str) -> None:
    algorithm, key = PRIVATE[name]
    assert private_key_form(algorithm, key) == form
    assert content_violations(algorithm, key) == ()


@pytest.mark.parametrize("name", PRIVATE)
def test_a_private_key_that_is_cut_lengthened_or_of_another_kind_is_reported(name: str) -> None:
    algorithm, key = PRIVATE[name]
    octets = key.reveal()
    for other in (octets[:-1], octets + b"\0", b"\x31" + octets[1:], b"0", octets[:3]):
        assert content_violations(algorithm, Secret(other)) != ()


def test_a_key_of_the_other_kind_is_reported() -> None:
    _, key = PRIVATE["tr31-cv-private-rsa"]
    assert private_key_form("E", key) is None
    assert content_violations("E", key) != ()


@pytest.mark.parametrize(
    ("algorithm", "good", "bad"),
    [("D", [8], [16]), ("T", [16, 24], [8, 32]), ("A", [16, 24, 32], [8, 40]), ("H", [14, 64], [13])],
)
def test_a_symmetric_key_has_a_length_of_its_algorithm(algorithm: str, good: list[int], bad: list[int]) -> None:
    for size in good:
        assert content_violations(algorithm, Secret(bytes(size))) == ()
    for size in bad:
        assert f"{size} octets" in content_violations(algorithm, Secret(bytes(size)))[0]


def test_nothing_is_said_of_a_proprietary_algorithm() -> None:
    assert content_violations("1", Secret(bytes(5))) == ()


def test_a_key_of_the_wrong_length_is_read_and_reported() -> None:
    kbpk = Kbpk("A", Secret(bytes(range(32))))
    block = wrap(kbpk, Header("D", "D0", "A", "B"), Secret(bytes(8)), odd_key=True)
    assert unwrap(kbpk, block).violations == ("a key of algorithm A does not have 8 octets",)
