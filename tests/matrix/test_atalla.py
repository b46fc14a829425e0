"""An Atalla and AWS Payment Cryptography, both ways, by every protocol: what arrives works, the rest is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from adapters.atalla import akb
from adapters.atalla.client import Client
from adapters.atalla.commands import CryptData, GenerateCvv, MakeMac, VerifyPin
from adapters.atalla.face.protection import TEST_MASTER_FILE_KEY, Protection
from adapters.atalla.headers import header_for
from keyexchange.crypto import key_kcv, new_des_key
from keyexchange.engine.report import Report
from keyexchange.errors import RuleError, UnsupportedError
from keyexchange.keys import KeyAlgorithm, KeyAttributes
from keyexchange.secret import Secret
from keyexchange.wire import Connection, Delimited
from tests.matrix.field import Field, keys

MODES = {
    "P0": "B",
    "C0": "C",
    "B0": "X",
    "V1": "C",
    "V2": "C",
    "E0": "X",
    "M3": "C",
    "M6": "C",
    "D0": "B",
    "K0": "B",
}
TDES = ("TDES_2KEY", "TDES_3KEY")
KINDS = [(usage, algorithm, mode) for usage, mode in MODES.items() for algorithm in TDES]
OTHERS = [
    *(("D0", algorithm, "B") for algorithm in ("AES_128", "AES_192", "AES_256")),
    ("M7", "HMAC_SHA256", "C"),
]
"""What an Atalla with a TDES master file key has no header for."""
SET_ASIDE = [{"rule": "kek-strength", "reason": "the test asks for what the device says, not for what the rule says"}]
MASTER = Protection(Secret(bytes.fromhex(TEST_MASTER_FILE_KEY)))
PAN, EXPIRY, SERVICE_CODE = "4123456789012345", "8701", "101"
DATA = "00112233445566778899AABBCCDDEEFF"
REAL = {"simulator_conventions": False}
"""The Atalla is treated as a real one: nothing but public commands is sent."""


def given(*kinds: tuple[str, str, str]) -> list[dict[str, str]]:
    """Keys that lie at the Atalla: the `keys` of the reviewed file with their blocks."""
    entries = keys(*kinds)
    for entry in entries:
        algorithm = KeyAlgorithm(entry["algorithm"])
        secret = new_des_key(algorithm.octets)
        header = header_for(KeyAttributes(entry["usage"], algorithm, entry["mode_of_use"]))
        entry |= {"key": MASTER.wrap(header.text, secret), "kcv": key_kcv(algorithm, secret).digits}
    return entries


def require_arrived(report: Report, kinds: list[tuple[str, str, str]]) -> None:
    """All of them, with equal check values."""
    moved = {line.name: line for line in report.keys if line.name != "kek"}
    assert report.state == "finished"
    assert sorted(moved) == sorted(f"{usage}-{algorithm}" for usage, algorithm, _ in kinds)
    assert all(line.equal and line.state == "arrived" for line in moved.values())


@dataclass
class Proof:
    """The same keys used at both sides.

    Args:
        blocks: at the Atalla, by the names of the keys.
        role: of AWS.
    """

    field: Field
    blocks: dict[str, str]
    role: str

    def of_all(self) -> None:
        """Card verification values, MACs, encrypted data and PINs are the same on both sides."""
        atalla = Client(
            Connection(
                "127.0.0.1",
                self.field.addresses.ports["atalla"],
                framing=lambda: Delimited(b"<", b">"),
                connect_timeout=10.0,
                reply_timeout=20.0,
            ),
            context_tags=False,
            trace=None,
        )
        arns = self._arns()
        try:
            self._cards(atalla, arns)
            for algorithm in TDES:
                self._macs(atalla, arns, algorithm)
                self._data(atalla, arns, algorithm)
                self._visa_pin(atalla, arns, algorithm)
                self._ibm_pin(atalla, arns, algorithm)
        finally:
            atalla.close()

    def _arns(self) -> dict[str, str]:
        pages = self.field.control(self.role).get_paginator("list_keys").paginate()
        return {
            f"{told['KeyUsage'][5:7]}-{told['KeyAlgorithm']}": key["KeyArn"]
            for page in pages
            for key in page["Keys"]
            for told in (key["KeyAttributes"],)
        }

    def _cards(self, atalla: Client, arns: dict[str, str]) -> None:
        digits = atalla.send(GenerateCvv(key=self.blocks["C0-TDES_2KEY"], data=PAN + EXPIRY + SERVICE_CODE)).value
        card = {"CardExpiryDate": EXPIRY, "ServiceCode": SERVICE_CODE}
        answer = self._aws.generate_card_validation_data(
            KeyIdentifier=arns["C0-TDES_2KEY"],
            PrimaryAccountNumber=PAN,
            GenerationAttributes={"CardVerificationValue1": card},
            ValidationDataLength=3,
        )
        assert answer["ValidationData"] == digits[:3]

    def _macs(self, atalla: Client, arns: dict[str, str], algorithm: str) -> None:
        for usage, code, name in (("M3", "3", "ISO9797_ALGORITHM3"), ("M6", "5", "CMAC")):
            key = f"{usage}-{algorithm}"
            request = MakeMac(
                key=self.blocks[key], length_code="3", algorithm=code, data_format="U", length="32", data=DATA
            )
            answer = self._aws.generate_mac(
                KeyIdentifier=arns[key], MessageData=DATA, GenerationAttributes={"Algorithm": name}
            )
            mac = atalla.send(request).mac.replace(" ", "")
            assert len(answer["Mac"]) >= 8
            assert mac.startswith(answer["Mac"])

    def _data(self, atalla: Client, arns: dict[str, str], algorithm: str) -> None:
        key = f"D0-{algorithm}"
        request = CryptData(direction="E", operation="1", key=self.blocks[key], length="32", data=DATA)
        answer = self._aws.encrypt_data(
            KeyIdentifier=arns[key],
            PlainText=DATA,
            EncryptionAttributes={"Symmetric": {"Mode": "CBC", "InitializationVector": "00" * 8}},
        )
        assert answer["CipherText"] == atalla.send(request).data

    def _visa_pin(self, atalla: Client, arns: dict[str, str], algorithm: str) -> None:
        """AWS draws a PIN and its Visa PVV; the Atalla finds that they belong together."""
        pin_key, verification_key = f"P0-{algorithm}", "V2-TDES_2KEY"
        answer = self._aws.generate_pin_data(
            GenerationKeyIdentifier=arns[verification_key],
            EncryptionKeyIdentifier=arns[pin_key],
            GenerationAttributes={"VisaPin": {"PinVerificationKeyIndex": 1}},
            PrimaryAccountNumber=PAN,
            PinBlockFormat="ISO_FORMAT_0",
        )
        pvv = answer["PinData"]["VerificationValue"]
        for value, verified in ((pvv, "Y"), (f"{(int(pvv) + 1) % 10000:04d}", "N")):
            request = VerifyPin(
                method="3",
                block=bytes.fromhex(answer["EncryptedPinBlock"]),
                key=self.blocks[pin_key],
                verification_key=self.blocks[verification_key],
                pvv=value,
                key_index="1",
                eleven=PAN[-12:-1],
                pan=PAN[-13:-1],
            )
            assert atalla.send(request).verified == verified

    def _ibm_pin(self, atalla: Client, arns: dict[str, str], algorithm: str) -> None:
        """AWS draws a PIN and its IBM 3624 offset."""
        pin_key, verification_key = f"P0-{algorithm}", f"V1-{algorithm}"
        place = {
            "DecimalizationTable": "0123456789012345",
            "PinValidationDataPadCharacter": "F",
            "PinValidationData": PAN,
        }
        answer = self._aws.generate_pin_data(
            GenerationKeyIdentifier=arns[verification_key],
            EncryptionKeyIdentifier=arns[pin_key],
            GenerationAttributes={"Ibm3624RandomPin": place},
            PrimaryAccountNumber=PAN,
            PinBlockFormat="ISO_FORMAT_0",
            PinDataLength=4,
        )
        offset = answer["PinData"]["PinOffset"]
        for value, verified in ((offset, "Y"), (f"{(int(offset) + 1) % 10000:04d}", "N")):
            request = VerifyPin(
                method="2",
                block=bytes.fromhex(answer["EncryptedPinBlock"]),
                key=self.blocks[pin_key],
                table=place["DecimalizationTable"],
                offset=value,
                validation_data=PAN,
                pad="F",
                check_length="4",
                verification_key=self.blocks[verification_key],
                pan=PAN[-13:-1],
            )
            assert atalla.send(request).verified == verified

    @property
    def _aws(self) -> Any:
        return self.field.data(self.role)


def arrived_blocks(report: Report) -> dict[str, str]:
    """At the Atalla, by the names of the keys; each has the header of its usage."""
    blocks = {line.name: line.reference for line in report.keys if line.name != "kek"}
    for name, block in blocks.items():
        usage, _, algorithm = name.partition("-")
        wanted = KeyAttributes(usage, KeyAlgorithm(algorithm), MODES[usage])
        assert akb.parse(block).header == header_for(wanted).text
    return blocks


def test_keys_leave_by_tr34_and_tr31(field: Field) -> None:
    there = given(*KINDS)
    report = field.run("atalla", "apc", None, keys=there)
    require_arrived(report, KINDS)
    Proof(field, {entry["name"]: entry["key"] for entry in there}, "krd").of_all()


@pytest.mark.parametrize("protocol", [None, "rsa"])
def test_keys_come_in_by_the_simulators_conventions(field: Field, protocol: str | None) -> None:
    report = field.run("apc", "atalla", protocol, keys=keys(*KINDS))
    require_arrived(report, KINDS)
    Proof(field, arrived_blocks(report), "kdh").of_all()


def test_a_kek_goes_out_by_tr34_and_keys_come_back_by_tr31_without_any_convention(field: Field) -> None:
    there = field.run("atalla", "apc", "tr34", kdh_section=REAL)
    assert there.kek is not None
    here = {"region": field.regions[1], "tr31": {"kek": there.kek.receiver}}
    back = field.run(
        "apc",
        "atalla",
        "tr31",
        kdh_section=here,
        krd_section={**REAL, "tr31": {"kek": there.kek.sender}},
        keys=keys(*KINDS),
    )
    require_arrived(back, KINDS)
    Proof(field, arrived_blocks(back), "krd").of_all()  # the region that received the KEK sends here


def test_keys_go_from_one_simulator_to_the_other(field: Field) -> None:
    there = given(*KINDS)
    report = field.run("atalla", "atalla", None, keys=there, kdh_section={"simulator_conventions": True})
    require_arrived(report, KINDS)
    assert arrived_blocks(report) == {entry["name"]: entry["key"] for entry in there}, "both have one master file key"


WAY_OUT = "without --protocol a KEK goes by TR-34 and the keys under it by TR-31"
WAY_IN = ("--kdh atalla --krd apc --protocol tr34", "--kdh apc --krd atalla --protocol tr31")


@pytest.mark.parametrize(
    ("protocol", "reason"), [("rsa", "sends a key under a foreign RSA key"), ("ecdh", "agrees on a key")]
)
def test_what_an_atalla_has_no_command_to_send_by_is_refused_with_the_way_that_works(
    field: Field, protocol: str, reason: str
) -> None:
    with pytest.raises(UnsupportedError, match=f"atalla as KDH cannot .*no public command .*{reason}") as refused:
        field.plan("atalla", "apc", protocol, keys=given(*KINDS))
    assert refused.value.hint == f"this works for the two: {WAY_OUT}"


@pytest.mark.parametrize("protocol", ["tr34", "rsa", "ecdh"])
def test_what_an_atalla_has_no_command_to_take_by_is_refused_with_the_way_that_works(
    field: Field, protocol: str
) -> None:
    with pytest.raises(UnsupportedError, match=r"atalla as KRD cannot .*: no public command") as refused:
        field.plan("apc", "atalla", protocol, krd_section=REAL, keys=keys(*KINDS))
    for part in WAY_IN:
        assert part in refused.value.hint


def test_a_simulator_is_not_taken_for_an_atalla_that_agrees_on_keys(field: Field) -> None:
    with pytest.raises(UnsupportedError, match=r"atalla as KRD cannot .*ECDH") as refused:
        field.plan("apc", "atalla", "ecdh", keys=keys(*KINDS))
    assert refused.value.hint == f"this works for the two: {WAY_OUT}; or --protocol rsa"


def test_between_two_real_ones_a_kek_has_to_be_there(field: Field) -> None:
    with pytest.raises(UnsupportedError, match="no public command of an Atalla takes a TR-34 token") as refused:
        field.plan("atalla", "atalla", None, krd_section=REAL, keys=given(*KINDS))
    assert "a KEK that both sides hold already" in refused.value.hint


@pytest.mark.parametrize("kind", OTHERS, ids=lambda kind: kind[1])
@pytest.mark.parametrize(
    ("kdh", "krd", "protocol"), [("atalla", "apc", None), ("apc", "atalla", None), ("apc", "atalla", "rsa")]
)
def test_keys_that_no_header_carries_are_refused(
    field: Field, kdh: str, krd: str, protocol: str | None, kind: tuple[str, str, str]
) -> None:
    with pytest.raises(UnsupportedError, match=f"holds no {kind[1]} keys"):
        field.plan(kdh, krd, protocol, keys=keys(kind), overrides=SET_ASIDE)


def test_without_the_rule_set_aside_a_weak_kek_is_named_first(field: Field) -> None:
    with pytest.raises(RuleError, match="may not protect a AES_256 key"):
        field.plan("atalla", "apc", None, keys=keys(OTHERS[2]))
