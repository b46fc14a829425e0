"""EncryptData, DecryptData and ReEncryptData against published figures, as round trips, and what they refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keyexchange import pki
from keyexchange.crypto import rsa as rsa_keys
from keyexchange.errors import FormatError
from keyexchange.payment import CipherMode
from tests.keyexchange.hsm.apc.data.desk import Desk
from tests.keyexchange.hsm.kdh import now
from tests.vectors import vectors

KEY = "0123456789ABCDEFFEDCBA9876543210"
SIZES = {("TDES", 16): "TDES_2KEY", ("TDES", 24): "TDES_3KEY"} | {
    ("AES", octets): f"AES_{8 * octets}" for octets in (16, 24, 32)
}
STREAMS = ("CFB", "CFB1", "CFB8", "CFB64", "CFB128", "OFB")
PAIR = rsa_keys.generate(2048)


@pytest.mark.parametrize("vector", vectors("data", "encrypt"))
def test_ciphertexts_are_those_of_the_source(vector: dict[str, Any], desk: Desk) -> None:
    """Data of a stream that end within a block are filled up with zeros, as the service wants them."""
    inputs, expected = vector["inputs"], vector["expected"]["ciphertext"]
    key = desk.key("D0", SIZES[inputs["algorithm"], len(inputs["key"]) // 2], "B", inputs["key"])
    symmetric = {"Mode": inputs["mode"], **({"InitializationVector": inputs["iv"]} if "iv" in inputs else {})}
    data = inputs["data"] + "00" * (-(len(inputs["data"]) // 2) % 16 if inputs["mode"] in STREAMS else 0)
    answer = desk.ask("EncryptData", KeyIdentifier=key, PlainText=data, EncryptionAttributes={"Symmetric": symmetric})
    assert answer["CipherText"].startswith(expected)
    back = desk.ask(
        "DecryptData", KeyIdentifier=key, CipherText=answer["CipherText"], DecryptionAttributes={"Symmetric": symmetric}
    )
    assert back["PlainText"] == data.upper()


@pytest.mark.parametrize("ksn", ["FFFF9876543210E00002", "FFFF9876543210E00004", "FFFF9876543210E00010"])
def test_dukpt_data_are_under_the_key_of_awss_own_sample(ksn: str, desk: Desk) -> None:
    """The printed data keys, used directly, agree with the base derivation key and no variant named."""
    bdk = desk.key("B0", "TDES_2KEY", "X", "8A8349794C9EE9A4C2927098F249FED6")
    printed = desk.key("D0", "TDES_2KEY", "B", SAMPLE_DATA_KEYS[ksn])
    data = "31323334353637383132333435363738"
    derived = desk.ask(
        "EncryptData",
        KeyIdentifier=bdk,
        PlainText=data,
        EncryptionAttributes={"Dukpt": {"KeySerialNumber": ksn, "Mode": "ECB"}},
    )
    direct = desk.ask(
        "EncryptData", KeyIdentifier=printed, PlainText=data, EncryptionAttributes={"Symmetric": {"Mode": "ECB"}}
    )
    assert derived["CipherText"] == direct["CipherText"]


@pytest.mark.parametrize(
    ("algorithm", "ksn"), [("TDES_2KEY", "FFFF98765{:06X}0000{}"), ("AES_128", "12345678901{:05X}0000000{}")]
)
def test_dukpt_devices_that_take_turns_have_keys_of_their_own(algorithm: str, ksn: str, desk: Desk) -> None:
    """What is kept of a device says nothing about another, nor about the same device under another key."""
    keys = [desk.key("B0", algorithm, "X", octets) for octets in (KEY, "8A8349794C9EE9A4C2927098F249FED6")]

    def encrypted(key: str, device: int, counter: int) -> str:
        attributes = {"Dukpt": {"KeySerialNumber": ksn.format(device, counter)}}
        answer = desk.ask("EncryptData", KeyIdentifier=key, PlainText="00" * 16, EncryptionAttributes=attributes)
        return str(answer["CipherText"])

    turns = [(key, device, counter) for counter in (1, 2, 3) for key in keys for device in (2, 4)]
    first = [encrypted(*turn) for turn in turns]
    assert len(set(first)) == len(turns)
    assert [encrypted(*turn) for turn in reversed(turns)] == first[::-1]


SAMPLE_DATA_KEYS = {
    "FFFF9876543210E00002": "AC2CA8D339C8C1988BF4ED0487829DF0",
    "FFFF9876543210E00004": "5C04511F033E16AE3E97D564B458D1E9",
    "FFFF9876543210E00010": "753E883E78A2B381CD8392A62733F94F",
}
"""Source: aws-samples/samples-for-payment-cryptography-service, java_sdk_example/test-data/sample-key-ksn-data.json."""


def test_emv_data_are_under_the_session_key(desk: Desk) -> None:
    """Card key and session key of knovichikhin/pyemv's script vector, used directly, agree."""
    script = vectors("emv", "script_mac")[0].values[0]
    inputs, session_key = script["inputs"], script["expected"]["session_key"]
    attributes = {
        "MajorKeyDerivationMode": f"EMV_OPTION_{inputs['mk_option']}",
        "PrimaryAccountNumber": inputs["pan"],
        "PanSequenceNumber": inputs["psn"],
        "SessionDerivationData": inputs["r"],
        "InitializationVector": "1500000000000999",
        "Mode": "CBC",
    }
    issuer = desk.key("E1", "TDES_2KEY", "X", inputs["imk"])
    derived = desk.ask(
        "EncryptData", KeyIdentifier=issuer, PlainText="31" * 24, EncryptionAttributes={"Emv": attributes}
    )
    direct = desk.ask(
        "EncryptData",
        KeyIdentifier=desk.key("D0", "TDES_2KEY", "B", session_key),
        PlainText="31" * 24,
        EncryptionAttributes={"Symmetric": {"Mode": "CBC", "InitializationVector": "1500000000000999"}},
    )
    assert derived["CipherText"] == direct["CipherText"]


PADDINGS: dict[str, padding.AsymmetricPadding] = {
    "PKCS1": padding.PKCS1v15(),
    "OAEP_SHA1": padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None),
    "OAEP_SHA256": padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None),
    "OAEP_SHA512": padding.OAEP(padding.MGF1(hashes.SHA512()), hashes.SHA512(), None),
}


@pytest.mark.parametrize("name", PADDINGS)
def test_rsa_data_go_to_and_fro_with_every_padding(name: str, desk: Desk) -> None:
    key = desk.key_pair("D1", "RSA_2048", "B", PAIR)
    attributes = {"Asymmetric": {"PaddingType": name}}
    sent = desk.ask("EncryptData", KeyIdentifier=key, PlainText="31323334", EncryptionAttributes=attributes)
    assert PAIR.decrypt(bytes.fromhex(sent["CipherText"]), PADDINGS[name]) == b"1234"
    received = PAIR.public_key().encrypt(b"4321", PADDINGS[name]).hex()
    opened = desk.ask("DecryptData", KeyIdentifier=key, CipherText=received, DecryptionAttributes=attributes)
    assert opened["PlainText"] == "34333231"
    if name != "PKCS1":  # newer libraries answer it with random data
        nothing = PAIR.public_key().encrypt(b"", PADDINGS[name]).hex()
        assert "no data" in desk.refused(
            "DecryptData", KeyIdentifier=key, CipherText=nothing, DecryptionAttributes=attributes
        )


def test_rsa_data_may_come_padded_by_the_caller(desk: Desk) -> None:
    key = desk.key_pair("D1", "RSA_2048", "B", PAIR)
    padded = "0002" + "A5" * 249 + "0031323334"
    sent = desk.ask("EncryptData", KeyIdentifier=key, PlainText=padded, EncryptionAttributes={"Asymmetric": {}})
    assert PAIR.decrypt(bytes.fromhex(sent["CipherText"]), padding.PKCS1v15()) == b"1234"
    opened = desk.ask(
        "DecryptData", KeyIdentifier=key, CipherText=sent["CipherText"], DecryptionAttributes={"Asymmetric": {}}
    )
    assert opened["PlainText"] == padded


def test_an_imported_public_key_encrypts_and_never_decrypts(desk: Desk) -> None:
    certificate = pki.to_der(pki.issue_root("Data", PAIR, days=30, now=now()))
    key = desk.public_key("D1", "RSA_2048", "E", certificate, kcv_of=PAIR.public_key())
    attributes = {"Asymmetric": {"PaddingType": "OAEP_SHA256"}}
    sent = desk.ask("EncryptData", KeyIdentifier=key, PlainText="31323334", EncryptionAttributes=attributes)
    assert PAIR.decrypt(bytes.fromhex(sent["CipherText"]), PADDINGS["OAEP_SHA256"]) == b"1234"
    refusal = desk.refused(
        "DecryptData", KeyIdentifier=key, CipherText=sent["CipherText"], DecryptionAttributes=attributes
    )
    assert refusal == "KeyModesOfUse not allowed for this operation"


@pytest.mark.parametrize("mode", [each.value for each in CipherMode])
@pytest.mark.parametrize(("algorithm", "block"), [("TDES_3KEY", 8), ("AES_192", 16)])
def test_data_are_whole_blocks_in_every_mode(mode: str, algorithm: str, block: int, desk: Desk) -> None:
    attributes = {"Symmetric": {"Mode": mode}}
    key = desk.key("D0", algorithm, "B")
    refusal = desk.refused(
        "EncryptData", KeyIdentifier=key, PlainText="31" * (block + 1), EncryptionAttributes=attributes
    )
    assert refusal == f"PlainText must be padded to a multiple of {block} octets, whatever the mode"
    refusal = desk.refused("DecryptData", KeyIdentifier=key, CipherText="31", DecryptionAttributes=attributes)
    assert refusal.startswith("CipherText must be padded")


@pytest.mark.parametrize(
    ("algorithm", "attributes", "category"),
    [
        ("TDES_2KEY", {"Mode": "CBC", "InitializationVector": "00" * 16}, "iv"),
        ("AES_128", {"Mode": "OFB", "InitializationVector": "00" * 8}, "iv"),
        ("TDES_2KEY", {"Mode": "CFB128"}, "mode"),
    ],
)
def test_vectors_and_segments_fit_the_block(
    algorithm: str, attributes: dict[str, str], category: str, desk: Desk
) -> None:
    with pytest.raises(FormatError) as refusal:
        desk.ask(
            "EncryptData",
            KeyIdentifier=desk.key("D0", algorithm, "B"),
            PlainText="31" * 16,
            EncryptionAttributes={"Symmetric": attributes},
        )
    assert refusal.value.category == category


def test_what_means_nothing_beside_a_mode_is_left_aside(desk: Desk) -> None:
    key = desk.key("D0", "AES_128", "B")

    def ask(**attributes: str) -> str:
        symmetric = {"Symmetric": {"Mode": "ECB", **attributes}}
        answer = desk.ask("EncryptData", KeyIdentifier=key, PlainText="31" * 16, EncryptionAttributes=symmetric)
        return str(answer["CipherText"])

    assert ask() == ask(InitializationVector="01" * 16) == ask(PaddingType="PKCS1")


class Way(NamedTuple):
    """One way to encrypt.

    Args:
        key: its ARN.
        attributes: the union.
        block: octets of a cipher's block; 0 for RSA.
    """

    key: str
    attributes: dict[str, Any]
    block: int


_WAYS: list[Way] = []


def ways(desk: Desk) -> list[Way]:
    if not _WAYS:
        for algorithm, block in [("TDES_2KEY", 8), ("TDES_3KEY", 8), ("AES_128", 16), ("AES_192", 16), ("AES_256", 16)]:
            key = desk.key("D0", algorithm, "B")
            _WAYS.extend(
                Way(key, {"Symmetric": {"Mode": mode.value}}, block)
                for mode in CipherMode
                if (mode, block) != (CipherMode.CFB128, 8)
            )
        for variant in ("REQUEST", "RESPONSE", "BIDIRECTIONAL"):
            tdes = {"KeySerialNumber": "FFFF9876543210E00001", "DukptKeyVariant": variant}
            _WAYS.append(Way(desk.key("B0", "TDES_2KEY", "X"), {"Dukpt": tdes}, 8))
            for kind, block in (("TDES_3KEY", 8), ("AES_128", 16), ("AES_256", 16)):
                aes = {"KeySerialNumber": "123456789012345600000001", "DukptKeyVariant": variant, "Mode": "ECB"}
                derived = {"Dukpt": {**aes, "DukptKeyDerivationType": kind}}
                _WAYS.append(Way(desk.key("B0", "AES_256", "N"), derived, block))
        _WAYS.extend(
            Way(desk.key_pair("D1", "RSA_2048", "B", PAIR), {"Asymmetric": {"PaddingType": name}}, 0)
            for name in PADDINGS
        )
    return _WAYS


def with_vector(draw: Callable[..., Any], way: Way) -> dict[str, Any]:
    """The attributes with or without an initialisation vector."""
    ((member, attributes),) = way.attributes.items()
    if way.block and draw(st.booleans()):
        vector = draw(st.binary(min_size=way.block, max_size=way.block)).hex()
        return {member: {**attributes, "InitializationVector": vector}}
    return way.attributes


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_data_come_back_from_every_way_and_over_every_bridge(data: st.DataObject, desk: Desk) -> None:
    """Encrypt, re-encrypt for another key and way, decrypt."""
    first, second = (data.draw(st.sampled_from(ways(desk))) for _ in range(2))
    blocks = data.draw(st.integers(min_value=1, max_value=4))
    clear = data.draw(st.binary(min_size=16 * blocks, max_size=16 * blocks)).hex().upper()
    incoming, outgoing = (with_vector(data.draw, way) for way in (first, second))
    sent = desk.ask("EncryptData", KeyIdentifier=first.key, PlainText=clear, EncryptionAttributes=incoming)
    bridged = desk.ask(
        "ReEncryptData",
        IncomingKeyIdentifier=first.key,
        OutgoingKeyIdentifier=second.key,
        CipherText=sent["CipherText"],
        IncomingEncryptionAttributes=incoming,
        OutgoingEncryptionAttributes=outgoing,
    )
    assert bridged["KeyArn"] == second.key
    received = desk.ask(
        "DecryptData", KeyIdentifier=second.key, CipherText=bridged["CipherText"], DecryptionAttributes=outgoing
    )
    assert received["PlainText"] == clear


def test_a_bridge_needs_an_rsa_padding_and_whole_blocks(desk: Desk) -> None:
    pair, aes = desk.key_pair("D1", "RSA_2048", "B", PAIR), desk.key("D0", "AES_128", "B")
    oaep = {"Asymmetric": {"PaddingType": "OAEP_SHA256"}}
    sent = desk.ask("EncryptData", KeyIdentifier=pair, PlainText="31" * 10, EncryptionAttributes=oaep)
    request = {
        "IncomingKeyIdentifier": pair,
        "OutgoingKeyIdentifier": aes,
        "CipherText": sent["CipherText"],
        "OutgoingEncryptionAttributes": {"Symmetric": {"Mode": "CBC"}},
    }
    assert "needs a PaddingType" in desk.refused(
        "ReEncryptData", **request, IncomingEncryptionAttributes={"Asymmetric": {}}
    )
    refusal = desk.refused("ReEncryptData", **request, IncomingEncryptionAttributes=oaep)
    assert refusal == "The decrypted data must be padded to a multiple of 16 octets, whatever the mode"
