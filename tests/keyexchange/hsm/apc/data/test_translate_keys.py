"""TranslateKeyMaterial: from a block under a derived key into one under a key of the store."""

from __future__ import annotations

from typing import Any

import pytest

from keyexchange import tr31
from keyexchange.crypto import AesKey, TdesKey, aes_kcv, tdes_kcv
from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk, OptionalBlock
from tests.keyexchange.hsm.apc.data.desk import Desk
from tests.keyexchange.hsm.apc.data.other_side import INFORMATION, OtherSide, meet

PIN_KEY = Secret(bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"))
AES_KEK = Secret(bytes.fromhex("00112233445566778899AABBCCDDEEFF"))
TDES_KEK = Secret(bytes.fromhex("0123456789ABCDEFFEDCBA98765432101122334455667788"))


def request(
    other: OtherSide, outgoing: str, *, derive: str = "AES_128", header: Header | None = None, key: Secret = PIN_KEY
) -> dict[str, Any]:
    letter = derive[0]
    protecting = Kbpk(letter, Secret(other.key(derive)))
    header = header or Header("D" if letter == "A" else "B", "P0", "T", "B")
    block = tr31.wrap(protecting, header, key, weaker_kbpk=True, odd_header=True)
    incoming = {
        "PrivateKeyIdentifier": other.key_pair,
        **other.parameters(),
        "DeriveKeyAlgorithm": derive,
        "DerivationData": {"SharedInformation": INFORMATION},
        "WrappedKeyBlock": block,
    }
    return {
        "IncomingKeyMaterial": {"DiffieHellmanTr31KeyBlock": incoming},
        "OutgoingKeyMaterial": {"Tr31KeyBlock": {"WrappingKeyIdentifier": outgoing}},
    }


@pytest.mark.parametrize(
    ("algorithm", "kek", "derive", "version"),
    [
        ("AES_128", AES_KEK, "AES_128", "D"),
        ("TDES_3KEY", TDES_KEK, "AES_128", "B"),
        ("AES_128", AES_KEK, "TDES_3KEY", "D"),
    ],
)
def test_the_key_arrives_with_its_header(algorithm: str, kek: Secret, derive: str, version: str, desk: Desk) -> None:
    other, outgoing = meet(desk, "K1"), desk.key("K0", algorithm, "E", kek.reveal().hex())
    answer = desk.ask("TranslateKeyMaterial", **request(other, outgoing, derive=derive))["WrappedKey"]
    content = tr31.unwrap(Kbpk(algorithm[0], kek), answer["WrappedKeyMaterial"])
    assert content.key == PIN_KEY
    assert content.header == Header(version, "P0", "T", "B")
    assert answer["WrappedKeyMaterialFormat"] == "TR31_KEY_BLOCK"
    assert answer["KeyCheckValue"] == tdes_kcv(TdesKey(PIN_KEY)).digits


def test_optional_blocks_of_the_key_go_along_and_those_of_the_block_do_not(desk: Desk) -> None:
    other, outgoing = meet(desk, "K0"), desk.key("K0", "AES_128", "B", AES_KEK.reveal().hex())
    kept = OptionalBlock("TS", "20261121120000Z")
    header = Header("D", "P0", "A", "B", optional_blocks=(kept,))
    key = Secret(bytes(range(16)))
    answer = desk.ask("TranslateKeyMaterial", **request(other, outgoing, header=header, key=key))["WrappedKey"]
    received = tr31.unwrap(Kbpk("A", AES_KEK), answer["WrappedKeyMaterial"]).header
    assert kept in received.optional_blocks
    assert answer["KeyCheckValue"] == aes_kcv(AesKey(key)).digits


def test_the_check_value_is_by_the_method_that_was_asked_for(desk: Desk) -> None:
    other, outgoing = meet(desk, "K0"), desk.key("K0", "AES_128", "B")
    asked = desk.ask("TranslateKeyMaterial", **request(other, outgoing), KeyCheckValueAlgorithm="CMAC")
    assert asked["WrappedKey"]["KeyCheckValue"] != tdes_kcv(TdesKey(PIN_KEY)).digits


def test_what_may_not_be_translated_is_refused(desk: Desk) -> None:
    other, kek = meet(desk, "K0"), desk.key("K0", "AES_128", "B")

    def refused(**changes: Any) -> str:
        return desk.refused(
            "TranslateKeyMaterial", **request(changes.pop("other", other), changes.pop("kek", kek), **changes)
        )

    long_key = Secret(bytes(32))
    assert "not exportable" in refused(header=Header("D", "P0", "T", "B", exportability="N"))
    assert "weaker AES_128" in refused(header=Header("D", "D0", "A", "B"), key=long_key)
    assert "does not have the DeriveKeyUsage TR31_K0" in refused(other=meet(desk, "P0"))
    assert "KeyModesOfUse" in refused(kek=desk.key("K0", "AES_128", "D"))
    assert "TR31_D0" in refused(kek=desk.key("D0", "AES_128", "B"))
    assert "not valid for KeyUsage" in refused(header=Header("D", "P0", "T", "X"))
    changed = request(other, kek)
    changed["IncomingKeyMaterial"]["DiffieHellmanTr31KeyBlock"]["DerivationData"] = {"SharedInformation": "00"}
    assert "MAC does not verify" in desk.refused("TranslateKeyMaterial", **changed)
    changed["IncomingKeyMaterial"]["DiffieHellmanTr31KeyBlock"]["DeriveKeyAlgorithm"] = "HMAC_SHA256"
    assert "does not protect key blocks" in desk.refused("TranslateKeyMaterial", **changed)
    strong = meet(desk, "K0", curve="ECC_NIST_P521")
    assert "A AES_256 key can not be protected" in refused(
        other=strong, derive="AES_256", header=Header("D", "D0", "A", "B"), key=long_key
    )
