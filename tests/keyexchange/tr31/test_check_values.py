"""What KC and KP state is compared with the keys; PK names a key that nobody here has."""

from __future__ import annotations

import pytest

from keyexchange.errors import FormatError
from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk, OptionalBlock, Tolerance, unwrap, wrap
from keyexchange.tr31.check_values import wrong_check_values
from tests.vectors import vectors

TDES = Secret(bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"))
AES = Secret(bytes(range(32)))
KBPK = Kbpk("A", AES)
STATED = {"KC", "KP"}

PUBLISHED = [
    p
    for p in vectors("tr31", "unwrap")
    if p.values[0]["expected"]["version"] != "E"
    and STATED & {one["id"] for one in p.values[0]["expected"]["optional_blocks"]}
]


def header(*blocks: tuple[str, str], algorithm: str = "T") -> Header:
    return Header("D", "B1", algorithm, "X", optional_blocks=tuple(OptionalBlock(*one) for one in blocks))


@pytest.mark.parametrize("vector", PUBLISHED)
def test_what_published_blocks_state_is_true(vector: dict[str, dict[str, str]]) -> None:
    block, octets = vector["inputs"]["block"], Secret(bytes.fromhex(vector["inputs"]["kbpk"]))
    content = unwrap(Kbpk("A" if block[0] == "D" else "T", octets), block, frozenset(Tolerance))
    assert Tolerance.CHECK_VALUE not in content.tolerances


def test_there_are_published_blocks_with_both() -> None:
    ids = {one["id"] for p in PUBLISHED for one in p.values[0]["expected"]["optional_blocks"]}
    assert ids >= STATED


@pytest.mark.parametrize(
    ("algorithm", "key", "data"),
    [
        ("T", TDES, "0008D7B4"),  # encryption of zeros, as every TDES key has it
        ("T", TDES, "0008"),  # the first digits are enough
        ("T", TDES, "010A82458664"),  # CMAC exists for TDES keys too; figures by OpenSSL
        ("A", AES, "00F29000"),  # and encryption of zeros for AES keys
        ("A", AES, "01377822C093"),
    ],
)
def test_either_method_is_compared_with_either_kind_of_key(algorithm: str, key: Secret, data: str) -> None:
    assert wrong_check_values(header(("KC", data), algorithm=algorithm), KBPK, key) == ()
    other = data[:-1] + ("0" if data[-1] != "0" else "1")
    assert wrong_check_values(header(("KC", other), algorithm=algorithm), KBPK, key) == ("KC",)
    assert wrong_check_values(header(("KC", data), algorithm=algorithm), KBPK, Secret(bytes(16))) == ("KC",)


def test_kp_is_that_of_the_kbpk() -> None:
    assert wrong_check_values(header(("KP", "01377822C093")), KBPK, TDES) == ()
    assert wrong_check_values(header(("KP", "0108D7B4")), KBPK, TDES) == ("KP",)


def test_a_single_des_key_has_one_too() -> None:
    assert wrong_check_values(header(("KC", "00D5D44F"), algorithm="D"), KBPK, Secret(TDES.reveal()[:8])) == ()


@pytest.mark.parametrize(
    ("algorithm", "key", "block"),
    [
        ("T", TDES, ("PK", "00FFFFFF")),
        ("T", TDES, ("KC", "no check value")),
        ("H", Secret(bytes(32)), ("KC", "00FFFFFF")),
        ("R", Secret(bytes(64)), ("KC", "00FFFFFF")),
        ("A", Secret(bytes(8)), ("KC", "00FFFFFF")),
    ],
)
def test_what_cannot_be_compared_is_not(algorithm: str, key: Secret, block: tuple[str, str]) -> None:
    assert wrong_check_values(header(block, algorithm=algorithm), KBPK, key) == ()


def test_a_wrong_value_is_refused_unless_it_is_asked_for() -> None:
    block = wrap(KBPK, header(("KC", "00FFFFFF")), TDES, odd_header=True)
    with pytest.raises(FormatError, match="KC or KP") as caught:
        unwrap(KBPK, block)
    assert caught.value.category == "not_tolerated"
    content = unwrap(KBPK, block, frozenset(Tolerance))
    assert content.key == TDES
    assert Tolerance.CHECK_VALUE in content.tolerances


def test_a_block_under_another_kek_says_so_when_kp_does() -> None:
    block = wrap(KBPK, header(("KP", "01377822C093")), TDES)
    with pytest.raises(FormatError) as caught:
        unwrap(Kbpk("A", Secret(bytes(32))), block)
    assert caught.value.category == "mac_mismatch"
    assert "KP" in (caught.value.hint or "")


def test_a_changed_block_under_the_right_kek_does_not() -> None:
    block = wrap(KBPK, header(("KP", "01377822C093")), TDES)
    with pytest.raises(FormatError) as caught:
        unwrap(KBPK, block[:-1] + ("0" if block[-1] != "0" else "1"))
    assert caught.value.category == "mac_mismatch"
    assert "KP" not in (caught.value.hint or "")
