"""A Futurex HSM and APC, both ways, by every protocol: what arrives works, the rest is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest

from adapters.futurex.face.symmetric import new_key
from adapters.futurex.keys import TEST_PMK, Pmk
from keyexchange.cli.session import run_or_resume
from keyexchange.crypto.kcv import key_kcv
from keyexchange.engine.journal import Journal
from keyexchange.engine.report import Report, make_report
from keyexchange.errors import DeviceRefusedError, RuleError, UnsupportedError
from keyexchange.keys import KeyAlgorithm
from keyexchange.tr31 import Header
from tests.adapters.futurex.raw import ask, token
from tests.matrix.field import CONVENTIONS, NO_WAIT, Field, keys
from tests.matrix.test_interrupted import CutOffError, CuttingOff

PMK = Pmk(TEST_PMK)
TDES = (
    ("P0", "TDES_2KEY", "B"),
    ("P0", "TDES_3KEY", "B"),
    ("C0", "TDES_2KEY", "C"),
    ("B0", "TDES_3KEY", "X"),
    ("V1", "TDES_2KEY", "C"),
    ("V2", "TDES_2KEY", "C"),
    ("E0", "TDES_2KEY", "X"),
    ("M3", "TDES_2KEY", "C"),
    ("D0", "TDES_3KEY", "B"),
    ("K0", "TDES_3KEY", "B"),
)
AES_128 = (
    ("P0", "AES_128", "B"),
    ("B0", "AES_128", "X"),
    ("M6", "AES_128", "C"),
    ("D0", "AES_128", "B"),
    ("K0", "AES_128", "B"),
)
STRONGER = (
    ("P0", "AES_192", "B"),
    ("D0", "AES_192", "B"),
    ("B0", "AES_256", "X"),
    ("M6", "AES_256", "C"),
    ("K0", "AES_256", "B"),
)
HMAC = (("M7", "HMAC_SHA256", "C"),)
OUT, IN = ("futurex", "apc"), ("apc", "futurex")
BOTH_WAYS = pytest.mark.parametrize("sides", [OUT, IN], ids="-".join)
STRONG_RSA = {"apc": {"wrapping_key_algorithm": "RSA_3072"}, "futurex": {"receiving_key_bits": 3072}}
OVERRIDE = [{"rule": "kek-strength", "reason": "a rehearsal of this test"}]

Way = tuple[str | None, dict[str, Any], tuple[tuple[str, str, str], ...]]
"""A protocol, what else the file says, and the keys that can go by it."""
WAYS: dict[str, Way] = {
    "tr34, then tr31": (None, {}, TDES),
    "tr34, then tr31 under AES": (None, {"kek": {"algorithm": "AES_128"}}, TDES + AES_128),
    "rsa": ("rsa", {}, TDES + AES_128),
    "rsa with SHA-512": ("rsa", {"rsa": {"wrapping_spec": "RSA_OAEP_SHA_512"}}, TDES[:2]),
    "ecdh": ("ecdh", {}, TDES + AES_128 + STRONGER),
    "ecdh on P-384 under X9.63": (
        "ecdh",
        {
            "ecdh": {
                "curve": "ECC_NIST_P384",
                "key_derivation_function": "ANSI_X963",
                "key_derivation_hash": "SHA_384",
                "derive_key_algorithm": "AES_192",
            }
        },
        (TDES[0], *STRONGER[:2]),
    ),
    "ecdh with a TDES key": ("ecdh", {"ecdh": {"derive_key_algorithm": "TDES_3KEY"}}, TDES[:3]),
}


def sections(sides: tuple[str, str]) -> dict[str, dict[str, Any]]:
    """RSA keys strong enough for AES-128 at the receiver; the simulator's conventions at either end."""
    sender = CONVENTIONS if sides[0] == "futurex" else {}
    return {"kdh_section": dict(sender), "krd_section": STRONG_RSA[sides[1]]}


def run(field: Field, sides: tuple[str, str], protocol: str | None, **rest: Any) -> Report:
    report = field.run(*sides, protocol, **{**sections(sides), **rest})
    assert report.state == "finished"
    return report


@BOTH_WAYS
@pytest.mark.parametrize("way", WAYS)
def test_keys_arrive_as_they_were_sent(field: Field, sides: tuple[str, str], way: str) -> None:
    protocol, said, kinds = WAYS[way]
    report = run(field, sides, protocol, keys=keys(*kinds), **said)
    lines = {line.name: line for line in report.keys}
    for usage, algorithm, mode in kinds:
        line = lines[f"{usage}-{algorithm}"]
        assert line.equal
        assert line.reference is not None
        if sides is IN:
            header, key = PMK.open(line.reference)
            assert (header.key_usage, header.mode_of_use) == (usage, mode)
            assert line.kcv_sender == key_kcv(KeyAlgorithm(algorithm), key).digits
        else:
            found = field.control("krd").get_key(KeyIdentifier=line.reference)["Key"]
            assert found["KeyAttributes"]["KeyUsage"].startswith(f"TR31_{usage}")
            assert found["KeyAttributes"]["KeyAlgorithm"] == algorithm
            assert found["KeyCheckValue"] == line.kcv_sender


PAN, EXPIRY, SERVICE_CODE = "4123456789012345", "8701", "101"
AGREED_KEY = b"K1AB00N0000"
"""In the header of every key that the simulated HSM derives."""
DATA = "00112233445566778899AABBCCDDEEFF"
USED = (
    ("C0", "TDES_2KEY", "C"),
    ("M3", "TDES_2KEY", "C"),
    ("M6", "AES_128", "C"),
    ("D0", "TDES_3KEY", "B"),
    ("P0", "TDES_3KEY", "B"),
    ("V2", "TDES_2KEY", "C"),
)


def given(kinds: tuple[tuple[str, str, str], ...]) -> list[dict[str, str]]:
    """Keys that lie at the HSM: the `keys` of the reviewed file with their blocks."""
    entries = keys(*kinds)
    for entry in entries:
        algorithm = KeyAlgorithm(entry["algorithm"])
        secret = new_key(algorithm)
        header = Header("D", entry["usage"], algorithm.letter.value, entry["mode_of_use"])
        entry |= {"key": PMK.wrap(header, secret), "kcv": key_kcv(algorithm, secret).digits}
    return entries


@dataclass
class Proof:
    """The same keys used at both sides.

    Args:
        blocks: at the HSM, by the names of the keys.
        role: of AWS.
    """

    field: Field
    blocks: dict[str, str]
    role: str

    def of_all(self) -> None:
        """A card verification value, MACs, encrypted data and a PIN are the same on both sides."""
        pages = self.field.control(self.role).get_paginator("list_keys").paginate()
        listed = [key for page in pages for key in page["Keys"]]
        arns = {
            f"{told['KeyUsage'][5:7]}-{told['KeyAlgorithm']}": key["KeyArn"]
            for key in listed
            for told in (key["KeyAttributes"],)
        }
        aws = self.field.data(self.role)
        self._card(aws, arns)
        for name, algorithm in (("M3-TDES_2KEY", "ISO9797_ALGORITHM3"), ("M6-AES_128", "CMAC")):
            self._mac(aws, arns, name, algorithm)
        self._data(aws, arns)
        self._pin(aws, arns)

    def _ask(self, message: str) -> str:
        return ask(self.field.addresses.ports["futurex"], message)

    def _card(self, aws: Any, arns: dict[str, str]) -> None:
        name = "C0-TDES_2KEY"
        reply = self._ask(f"[AOGCVV;FS6;AV{PAN};CA{self.blocks[name]};FA{EXPIRY};FB{SERVICE_CODE};FT;]")
        card = {"CardExpiryDate": EXPIRY, "ServiceCode": SERVICE_CODE}
        answer = aws.generate_card_validation_data(
            KeyIdentifier=arns[name],
            PrimaryAccountNumber=PAN,
            GenerationAttributes={"CardVerificationValue1": card},
            ValidationDataLength=3,
        )
        assert answer["ValidationData"] == token("FC", reply)

    def _mac(self, aws: Any, arns: dict[str, str], name: str, algorithm: str) -> None:
        reply = self._ask(f"[AOGMAC;FS6;BN0;AR{self.blocks[name]};BO{DATA};BF1;AD8;CZ1;]")
        answer = aws.generate_mac(
            KeyIdentifier=arns[name], MessageData=DATA, GenerationAttributes={"Algorithm": algorithm}
        )
        length = min(len(answer["Mac"]), 16)
        assert length >= 8
        assert token("BP", reply)[:length] == answer["Mac"][:length]

    def _data(self, aws: Any, arns: dict[str, str]) -> None:
        name = "D0-TDES_3KEY"
        reply = self._ask(f"[AOCBCE;FS6;GG{self.blocks[name]};GH{'00' * 8};BO{DATA};BF1;]")
        answer = aws.encrypt_data(
            KeyIdentifier=arns[name],
            PlainText=DATA,
            EncryptionAttributes={"Symmetric": {"Mode": "CBC", "InitializationVector": "00" * 8}},
        )
        assert answer["CipherText"] == token("BP", reply)

    def _pin(self, aws: Any, arns: dict[str, str]) -> None:
        """AWS draws a PIN and its Visa PVV; the HSM finds that they belong together."""
        pin_key, verification_key = "P0-TDES_3KEY", "V2-TDES_2KEY"
        answer = aws.generate_pin_data(
            GenerationKeyIdentifier=arns[verification_key],
            EncryptionKeyIdentifier=arns[pin_key],
            GenerationAttributes={"VisaPin": {"PinVerificationKeyIndex": 1}},
            PrimaryAccountNumber=PAN,
            PinBlockFormat="ISO_FORMAT_0",
        )
        pvv = answer["PinData"]["VerificationValue"]
        for value, verified in ((pvv, "Y"), (f"{(int(pvv) + 1) % 10000:04d}", "N")):
            reply = self._ask(
                f"[AOVPIN;FS6;BF3;AW1;AL{answer['EncryptedPinBlock']};AX{self.blocks[pin_key]};"
                f"CA{self.blocks[verification_key]};BX{value};BY1;BZ{PAN[-12:-1]};AK{PAN[-13:-1]};]"
            )
            assert token("BB", reply) == verified


@pytest.mark.parametrize("protocol", [None, "rsa", "ecdh"])
def test_keys_that_left_give_the_same_results(field: Field, protocol: str | None) -> None:
    there = given(USED)
    run(field, OUT, protocol, keys=there, kek={"algorithm": "AES_128"})
    Proof(field, {entry["name"]: entry["key"] for entry in there}, "krd").of_all()


@pytest.mark.parametrize("protocol", [None, "rsa", "ecdh"])
def test_keys_that_came_in_give_the_same_results(field: Field, protocol: str | None) -> None:
    report = run(field, IN, protocol, keys=keys(*USED), kek={"algorithm": "AES_128"})
    Proof(field, {line.name: line.reference for line in report.keys}, "kdh").of_all()


@pytest.mark.parametrize("protocol", ["tr31", "ecdh"])
def test_public_commands_alone_bring_keys_from_aws(field: Field, protocol: str) -> None:
    """TR-31 under a KEK that the HSM sent before by TR-34, as AWS advises; and ECDH."""
    real = {"simulator_conventions": False}
    sections: dict[str, Any] = {"krd_section": real}
    if protocol == "tr31":
        kek = given((("K1", "TDES_3KEY", "B"),))[0]
        sender = {"transport_key": kek["key"], "transport_key_kcv": kek["kcv"]}
        established = field.run(
            "futurex", "apc", "tr34", kdh_section={"tr34": sender}, krd_section={"region": field.regions[0]}
        )
        assert established.kek is not None
        sections = {
            "kdh_section": {"tr31": {"kek": established.kek.receiver}},
            "krd_section": real | {"tr31": {"kek": kek["key"]}},
        }
    report = field.run(*IN, protocol, keys=keys(*TDES), **sections)
    assert report.state == "finished"
    assert [line.equal for line in report.keys if line.moved] == [True] * len(TDES)


@BOTH_WAYS
def test_a_run_cut_off_after_every_answer_is_finished_and_no_agreed_key_is_on_record(
    field: Field, sides: tuple[str, str]
) -> None:
    cutting, journal = CuttingOff(), Journal(field.folder / "runs")
    request = field.request(*sides, "ecdh", keys=keys(*TDES[:2]))
    try:
        for _ in range(40):
            try:
                report = make_report(journal, run_or_resume(request, journal, cutting, NO_WAIT))
                break
            except CutOffError:
                request.resume = request.begun
    finally:
        journal.close()
    assert [line.equal for line in report.keys] == [True, True]
    assert len(cutting.cut) > 12
    recorded = b"".join(path.read_bytes() for path in field.folder.rglob("*") if path.is_file())
    assert b"SDDH" in recorded
    assert AGREED_KEY not in recorded


REFUSED = [
    (OUT, "rsa", {}, UnsupportedError, "no public command of a Futurex HSM sends a key wrapped under RSA alone"),
    (IN, "rsa", {}, UnsupportedError, "takes a key that is wrapped under RSA"),
    (IN, "tr34", {}, UnsupportedError, "takes a TR-34 token"),
    (IN, None, {}, UnsupportedError, "takes a TR-34 token"),
    (OUT, "ecdh", {"keys": keys(*HMAC)}, UnsupportedError, "holds TDES and AES keys, no HMAC_SHA256"),
    (OUT, None, {"keys": keys(*HMAC), "kek": {"algorithm": "AES_128"}}, UnsupportedError, "no HMAC_SHA256"),
    (IN, "ecdh", {"keys": keys(*HMAC)}, UnsupportedError, "holds TDES and AES keys, no HMAC_SHA256"),
    (OUT, None, {"keys": keys(*AES_128)}, RuleError, "kek-strength"),
    (OUT, None, {"keys": keys(*STRONGER), "kek": {"algorithm": "AES_128"}}, RuleError, "kek-strength"),
    (OUT, "ecdh", {"keys": keys(("C0", "TDES_2KEY", "B"))}, UnsupportedError, "no mode of use B"),
]


@pytest.mark.parametrize(("sides", "protocol", "said", "error", "reason"), REFUSED)
def test_what_cannot_go_is_refused_by_the_plan(
    field: Field,
    sides: tuple[str, str],
    protocol: str | None,
    said: dict[str, Any],
    error: type[Exception],
    reason: str,
) -> None:
    """Against a real HSM: nothing but public commands is sent."""
    real = {} if sides is OUT else {"simulator_conventions": False}
    with pytest.raises(error, match=re.escape(reason)):
        field.plan(*sides, protocol, **{"keys": keys(*TDES[:1]), "krd_section": real, **said})


@pytest.mark.parametrize(
    ("sides", "protocol", "said", "command", "reason"),
    [
        (OUT, None, {"kek": {"algorithm": "AES_128"}}, "TWKA", "64"),
        (OUT, "rsa", {}, "ZRSE", "64"),
        (OUT, "ecdh", {"ecdh": {"derive_key_algorithm": "AES_128"}}, "TWKA", "64"),
        (IN, "rsa", {}, "ExportKey", "weaker RSA_3072"),
    ],
)
def test_the_device_has_its_own_rule_where_the_file_sets_ours_aside(
    field: Field, sides: tuple[str, str], protocol: str | None, said: dict[str, Any], command: str, reason: str
) -> None:
    with pytest.raises(DeviceRefusedError, match=reason) as refused:
        run(field, sides, protocol, keys=keys(*STRONGER[-1:]), overrides=OVERRIDE, **said)
    assert refused.value.operation == command
