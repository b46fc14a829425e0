"""ExportDukptInitialKey. Figures: X9.24-1:2009, A.4 (the BDK and its IPEK); X9.24-3:2017, supplement."""

from __future__ import annotations

from typing import Any

import pytest

from keyexchange import tr31
from keyexchange.crypto import key_kcv
from keyexchange.keys import KeyAlgorithm
from keyexchange.secret import Secret
from tests.keyexchange.hsm.kdh import BOTH, Established, create

KEK = bytes.fromhex("79ADAEF3212AADCE312ACE422ACCFEFB79ADAEF3212AADCE312ACE422ACCFE01")
TDES = ("0123456789ABCDEFFEDCBA9876543210", "FFFF9876543210E00000", "6AC292FAA1315B4D858AB3A3D7D5933A")
AES = ("FEDCBA9876543210F1F1F1F1F1F1F1F1", "123456789012345600000001", "1273671EA26AC29AFA4D1084127652A1")


@pytest.fixture(scope="module")
def kek(established_3072: Established) -> tuple[str, tr31.Kbpk]:
    """A KEK that both sides have."""
    octets = KEK[:16]
    return established_3072.send(octets, "D9999K1AB00E0000")["KeyArn"], tr31.Kbpk("A", Secret(octets))


def base_key(client: Any, kek: tuple[str, tr31.Kbpk], letter: str, octets: str) -> str:
    block = tr31.wrap(kek[1], tr31.Header("D", "B0", letter, "X"), Secret(bytes.fromhex(octets)))
    material = {"Tr31KeyBlock": {"WrappingKeyIdentifier": kek[0], "WrappedKeyBlock": block}}
    return client.import_key(KeyMaterial=material)["Key"]["KeyArn"]


def export(client: Any, kek: tuple[str, tr31.Kbpk], key: str, **attributes: Any) -> dict[str, Any]:
    material = {"Tr31KeyBlock": {"WrappingKeyIdentifier": kek[0]}}
    return client.export_key(ExportKeyIdentifier=key, KeyMaterial=material, ExportAttributes=attributes)["WrappedKey"]


@pytest.mark.parametrize(("letter", "vector"), [("T", TDES), ("A", AES)])
def test_what_leaves_is_the_initial_key_and_its_check_value(
    client: Any, kek: tuple[str, tr31.Kbpk], letter: str, vector: tuple[str, str, str]
) -> None:
    base, serial_number, initial = vector
    key = base_key(client, kek, letter, base)
    answer = export(client, kek, key, ExportDukptInitialKey={"KeySerialNumber": serial_number})
    opened = tr31.unwrap(kek[1], answer["KeyMaterial"])
    assert (opened.header.key_usage, opened.header.mode_of_use) == ("B1", "X")
    assert opened.key == Secret(bytes.fromhex(initial))
    algorithm = KeyAlgorithm.of_symmetric(letter, 16)
    assert answer["KeyCheckValue"] == str(key_kcv(algorithm, opened.key))


def test_the_check_value_is_made_as_asked(client: Any, kek: tuple[str, tr31.Kbpk]) -> None:
    key = base_key(client, kek, "T", TDES[0])
    serial_number = {"KeySerialNumber": TDES[1]}
    usual = export(client, kek, key, ExportDukptInitialKey=serial_number)
    other = export(client, kek, key, ExportDukptInitialKey=serial_number, KeyCheckValueAlgorithm="CMAC")
    assert other["KeyCheckValueAlgorithm"] == "CMAC"
    assert other["KeyCheckValue"] != usual["KeyCheckValue"]


def test_what_has_no_initial_key_is_refused(client: Any, kek: tuple[str, tr31.Kbpk]) -> None:
    tdes, aes = base_key(client, kek, "T", TDES[0]), base_key(client, kek, "A", AES[0])
    working = create(client, "TDES_2KEY", "TR31_P0_PIN_ENCRYPTION_KEY", BOTH)["KeyArn"]
    for key, attributes, words in (
        (working, {"ExportDukptInitialKey": {"KeySerialNumber": TDES[1]}}, "TR31_B0"),
        (tdes, {"ExportDukptInitialKey": {"KeySerialNumber": AES[1]}}, "20 hexadecimal digits"),
        (aes, {"ExportDukptInitialKey": {"KeySerialNumber": TDES[1]}}, "10"),
        (working, {"KeyCheckValueAlgorithm": "CMAC"}, "DUKPT initial keys only"),
    ):
        with pytest.raises(client.exceptions.ValidationException, match=words):
            export(client, kek, key, **attributes)
