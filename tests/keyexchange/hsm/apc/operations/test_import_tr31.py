"""ImportKey of TR-31 blocks, through boto3: published blocks arrive with their check values."""

from __future__ import annotations

from typing import Any

import pytest

from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk, OptionalBlock, wrap
from tests.keyexchange.hsm.kdh import BOTH, Established, create
from tests.vectors import vectors

TAKEN = {
    "tr31-A-P0TE-8dae1a",
    "tr31-A-M3TC-20bdd0",
    "tr31-B-P0TE-d9ff92",
    "tr31-B-M3TC-3a6a29",
    "tr31-B-K0TN-394750",
    "tr31-B-B0TX-51367c",
    "tr31-C-P0TE-7b2527",
    "tr31-C-M3TC-32a675",
    "tr31-D-P0AE-c7f663",
    "tr31-D-P0TE-e8ec74",
    "tr31-D-D0AD-162b16",
    "tr31-D-D0TB-5e1f96",
}
PUBLISHED = [each for each in vectors("tr31", "unwrap") if each.id in TAKEN]
UNDER_TWO_KEYS = next(each for each in vectors("tr31", "unwrap") if each.id == "tr31-B-P0TB-fc54b6")
KEK = bytes.fromhex("79ADAEF3212AADCE312ACE422ACCFEFB")


def kek(established: Established, established_3072: Established, letter: str, key: bytes, usage: str = "K1") -> str:
    """A KEK that came by TR-34; its ARN."""
    sender = established_3072 if letter == "A" else established
    return sender.send(key, f"D9999{usage}{letter}B00E0000")["KeyArn"]


def block(arn: str, text: str) -> dict[str, Any]:
    return {"Tr31KeyBlock": {"WrappingKeyIdentifier": arn, "WrappedKeyBlock": text}}


@pytest.fixture(scope="module")
def tdes_kek(established: Established) -> str:
    return established.send(KEK, "D9999K1TB00E0000")["KeyArn"]


@pytest.mark.parametrize("vector", PUBLISHED)
def test_a_published_block_arrives_as_the_key_it_holds(
    client: Any, established: Established, established_3072: Established, vector: dict[str, Any]
) -> None:
    inputs, expected = vector["inputs"], vector["expected"]
    letter = "A" if inputs["block"][0] == "D" else "T"
    arn = kek(established, established_3072, letter, bytes.fromhex(inputs["kbpk"]), "K0")
    key = client.import_key(KeyMaterial=block(arn, inputs["block"]))["Key"]
    assert key["KeyCheckValue"] == expected["kcv"]
    assert key["KeyOrigin"] == "EXTERNAL"
    assert key["KeyAttributes"]["KeyUsage"][5:7] == inputs["block"][5:7]
    assert key["Exportable"] is (inputs["block"][11] != "N")


@pytest.mark.parametrize("vector", [UNDER_TWO_KEYS])
def test_a_kek_of_two_keys_in_the_length_of_three_protects_no_three(
    client: Any, established: Established, vector: dict[str, Any]
) -> None:
    arn = established.send(bytes.fromhex(vector["inputs"]["kbpk"]), "D9999K0TB00E0000")["KeyArn"]
    with pytest.raises(client.exceptions.ValidationException, match="wrapping key of 80 bits"):
        client.import_key(KeyMaterial=block(arn, vector["inputs"]["block"]))
    longer = create(client, "TDES_3KEY", "TR31_P0_PIN_ENCRYPTION_KEY", BOTH)["KeyArn"]
    with pytest.raises(client.exceptions.ValidationException, match="wrapping key of 80 bits"):
        client.export_key(ExportKeyIdentifier=longer, KeyMaterial={"Tr31KeyBlock": {"WrappingKeyIdentifier": arn}})


@pytest.mark.parametrize(
    ("letter", "modes"),
    [
        ("B", {"Encrypt", "Decrypt", "Wrap", "Unwrap"}),
        ("E", {"Encrypt", "Wrap"}),
        ("D", {"Decrypt", "Unwrap"}),
        ("N", {"NoRestrictions"}),
    ],
)
def test_the_mode_of_use_becomes_modes(client: Any, tdes_kek: str, letter: str, modes: set[str]) -> None:
    text = wrap(Kbpk("T", Secret(KEK)), Header("B", "P0", "T", letter), Secret(bytes(range(16))))
    key = client.import_key(KeyMaterial=block(tdes_kek, text))["Key"]
    assert {name for name, allowed in key["KeyAttributes"]["KeyModesOfUse"].items() if allowed} == modes


def test_an_hmac_key_takes_its_hash_from_the_header(client: Any, tdes_kek: str) -> None:
    header = Header("B", "M7", "H", "C", optional_blocks=(OptionalBlock("HM", "21"),))
    text = wrap(Kbpk("T", Secret(KEK)), header, Secret(bytes(32)), weaker_kbpk=True)
    with pytest.raises(client.exceptions.ValidationException, match="weaker TDES_2KEY"):
        client.import_key(KeyMaterial=block(tdes_kek, text))
    wrapping = create(client, "AES_256", "TR31_K1_KEY_BLOCK_PROTECTION_KEY", BOTH)["KeyArn"]
    made = create(client, "HMAC_SHA384", "TR31_M7_HMAC_KEY", {"Generate": True, "Verify": True})
    exported = client.export_key(
        ExportKeyIdentifier=made["KeyArn"], KeyMaterial={"Tr31KeyBlock": {"WrappingKeyIdentifier": wrapping}}
    )["WrappedKey"]
    assert "HM0622" in exported["KeyMaterial"]
    key = client.import_key(KeyMaterial=block(wrapping, exported["KeyMaterial"]))["Key"]
    assert key["KeyAttributes"]["KeyAlgorithm"] == "HMAC_SHA384"
    assert (key["KeyCheckValue"], key["KeyCheckValueAlgorithm"]) == (made["KeyCheckValue"], "HMAC")


def header(**changes: str) -> Header:
    fields = {"version_id": "B", "key_usage": "P0", "algorithm": "T", "mode_of_use": "B"}
    return Header(**fields | changes)


def wrapped(head: Header, key: bytes = bytes(range(16))) -> str:
    return wrap(Kbpk("T", Secret(KEK)), head, Secret(key), weaker_kbpk=True, odd_header=True, odd_key=True)


GOOD = wrapped(header())
REFUSED = [
    (GOOD[:-1] + ("0" if GOOD[-1] != "0" else "1"), "MAC does not verify"),
    (GOOD.replace("P0", "D0", 1), "MAC does not verify"),
    (GOOD[:-2], "characters and has"),
    ("D" + GOOD[1:], "algorithm or length of this key block version"),
    ("S" + GOOD[1:], "version other than"),
    (wrapped(header(key_usage="B1", mode_of_use="X")), "key usage B1 is not supported"),
    (wrapped(header(mode_of_use="Y")), "mode of use Y is not supported"),
    (wrapped(header(mode_of_use="C")), "KeyModesOfUse is not valid"),
    (wrapped(header(), bytes(8)), "algorithm and key length"),
    (wrapped(header(algorithm="R", key_usage="S0", mode_of_use="S"), bytes(100)), "algorithm and key length"),
    (wrapped(header(algorithm="H", key_usage="M7", mode_of_use="C")), "algorithm and key length"),
    (wrapped(header(algorithm="A"), bytes(16)), "AES_128 key can not be protected by a weaker TDES_2KEY"),
    (wrapped(header(key_version_number="c1")), "key component"),
    (wrapped(header(), KEK[:8] * 2), "TDES_2KEY key has equal parts"),
    (wrapped(header(), KEK[:8] * 2 + KEK[8:]), "TDES_3KEY key has equal parts"),
    (wrapped(header(), KEK + KEK[8:]), "TDES_3KEY key has equal parts"),
    (wrapped(header(), bytes(range(24))), "TDES_3KEY key can not be protected by a weaker TDES_2KEY"),
]


@pytest.mark.parametrize(("text", "why"), REFUSED, ids=[why for _, why in REFUSED])  # the blocks are random
def test_a_block_that_must_not_be_taken_is_refused_and_leaves_nothing(
    client: Any, tdes_kek: str, text: str, why: str
) -> None:
    count = sum(len(page["Keys"]) for page in client.get_paginator("list_keys").paginate())
    with pytest.raises(client.exceptions.ValidationException, match=why) as caught:
        client.import_key(KeyMaterial=block(tdes_kek, text))
    assert text[16:40] not in str(caught.value)
    assert sum(len(page["Keys"]) for page in client.get_paginator("list_keys").paginate()) == count


def test_the_wrapping_key_must_be_one(client: Any, established: Established) -> None:
    no_kek = established.send(KEK, "D9999D0TB00E0000")["KeyArn"]
    with pytest.raises(client.exceptions.ValidationException, match="does not protect other keys"):
        client.import_key(KeyMaterial=block(no_kek, GOOD))
    wraps_only = established.send(KEK, "D9999K1TE00E0000")["KeyArn"]
    with pytest.raises(client.exceptions.ValidationException, match="does not have Unwrap"):
        client.import_key(KeyMaterial=block(wraps_only, GOOD))
    with pytest.raises(client.exceptions.ValidationException, match="does not protect other keys"):
        client.import_key(KeyMaterial=block(established.root_arn, GOOD))
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.import_key(KeyMaterial=block("alias/no/kek", GOOD))


def test_the_wrapping_key_must_be_usable(client: Any, established: Established) -> None:
    arn = established.send(KEK, "D9999K1TB00E0000")["KeyArn"]
    client.import_key(KeyMaterial=block(arn, GOOD))
    client.stop_key_usage(KeyIdentifier=arn)
    with pytest.raises(client.exceptions.ConflictException, match="not enabled"):
        client.import_key(KeyMaterial=block(arn, GOOD))
    client.delete_key(KeyIdentifier=arn)
    with pytest.raises(client.exceptions.ConflictException, match="DELETE_PENDING"):
        client.import_key(KeyMaterial=block(arn, GOOD))


def test_importing_twice_makes_two_keys_with_their_own_tags(client: Any, tdes_kek: str) -> None:
    arns = [
        client.import_key(KeyMaterial=block(tdes_kek, GOOD), Tags=[{"Key": "n", "Value": str(number)}])["Key"]["KeyArn"]
        for number in range(2)
    ]
    tags = [client.list_tags_for_resource(ResourceArn=arn)["Tags"][0]["Value"] for arn in arns]
    assert tags == ["0", "1"]


def test_a_key_may_come_disabled(client: Any, tdes_kek: str) -> None:
    key = client.import_key(KeyMaterial=block(tdes_kek, GOOD), Enabled=False)["Key"]
    assert key["Enabled"] is False
