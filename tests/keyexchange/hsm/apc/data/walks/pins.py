"""GeneratePinData, VerifyPinData and TranslatePinData: every kind of key and format, from a hub there and back.

The hub's key is agreed with a partner, so that the walk knows the PIN: it must be the same at the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from keyexchange.crypto import TdesKey
from keyexchange.payment import Pin, PinBlockFormat, PinLayout, decrypt_pin, encrypt_pin, session_pin_key
from tests.keyexchange.hsm.apc.data.walks.agreements import METHODS, Partner
from tests.keyexchange.hsm.apc.data.walks.customer import Customer
from tests.keyexchange.hsm.apc.data.walks.macs import AES_KSN, CIPHERS, TDES_KSNS, VARIANTS

PAN, PIN = "4929123412341234", "739105826417"
UNTIED, TIED = "IsoFormat1", ("IsoFormat0", "IsoFormat3", "As2805Format0")
NAMES = {f"IsoFormat{n}": f"ISO_FORMAT_{n}" for n in (0, 1, 3, 4)}
AS2805 = {"SystemTraceAuditNumber": "000123", "TransactionAmount": "000000012345"}
CARD = {
    "DecimalizationTable": "9876543210654321",
    "PinValidationData": "492912341234",
    "PinValidationDataPadCharacter": "D",
}


@dataclass(frozen=True)
class Side:
    """What a PIN block can be under.

    Args:
        key: its ARN, or of the key that protects it.
        aes: whether it takes format 4, and no other.
        members: DukptAttributes or WrappedKey, of TranslatePinData.
    """

    key: str
    aes: bool
    members: dict[str, Any] = field(default_factory=dict)

    @property
    def formats(self) -> tuple[str, ...]:
        return ("IsoFormat4",) if self.aes else (*TIED, UNTIED)


def walk(customer: Customer) -> None:
    partner = Partner(customer, "P0")
    hub = Side(partner.key_pair, False, {"WrappedKey": partner.wrapped_key("TDES_2KEY")})
    known = TdesKey(partner.key("TDES_2KEY"))
    blocks = {name: encrypt_pin(known, _layout(name), Pin(PIN)).hex().upper() for name in ("IsoFormat0", UNTIED)}
    pvv = _visa_value(customer, hub, blocks["IsoFormat0"])
    for side in _sides(customer, partner):
        for name in side.formats:
            middle = UNTIED if name == UNTIED else "IsoFormat0"
            there = _translate(customer, (hub, middle), (side, name), blocks[middle])
            back = _translate(customer, (side, name), (hub, middle), there)
            assert decrypt_pin(known, _layout(middle), bytes.fromhex(back)) == Pin(PIN)
            _verify(customer, side, name, there, pvv)
    _as2805(customer, hub, partner)
    for side in _sides(customer, partner):
        if "DukptAttributes" not in side.members:
            _generate(customer, side)
    _refusals(customer, partner, blocks["IsoFormat0"])


def _sides(customer: Customer, partner: Partner) -> Iterator[Side]:
    kek = customer.key("K0", "AES_256", "B")
    for algorithm in CIPHERS:
        key, aes = customer.key("P0", algorithm, "B"), algorithm.startswith("AES")
        method = {"KeyCheckValueAlgorithm": "CMAC" if aes else "ANSI_X9_24"}
        block = {"WrappedKeyMaterial": {"Tr31KeyBlock": customer.wrapped(key, kek)}}
        yield Side(key, aes)
        yield Side(kek, aes, {"WrappedKey": block})
        yield Side(kek, aes, {"WrappedKey": block | method})
        yield Side(partner.key_pair, aes, {"WrappedKey": partner.wrapped_key(algorithm, **method)})
    for function, hash_name in METHODS:
        yield Side(partner.key_pair, False, {"WrappedKey": partner.wrapped_key("TDES_3KEY", function, hash_name)})
    yield from _dukpt(customer)


def _dukpt(customer: Customer) -> Iterator[Side]:
    tdes, aes = customer.key("B0", "TDES_2KEY", "X"), customer.key("B0", "AES_256", "X")
    for variant in VARIANTS:
        for ksn in TDES_KSNS:
            yield Side(tdes, False, {"DukptAttributes": {"KeySerialNumber": ksn, "DukptKeyVariant": variant}})
        for kind in CIPHERS:
            fields = {"KeySerialNumber": AES_KSN, "DukptKeyVariant": variant, "DukptKeyDerivationType": kind}
            yield Side(aes, kind.startswith("AES"), {"DukptAttributes": fields})
    for algorithm in ("AES_128", "AES_192"):
        fields = {"KeySerialNumber": AES_KSN, "DukptKeyDerivationType": algorithm}
        yield Side(customer.key("B0", algorithm, "X"), True, {"DukptAttributes": fields})


def _layout(name: str) -> PinLayout:
    return PinLayout(PinBlockFormat.ISO_1, None) if name == UNTIED else PinLayout(PinBlockFormat.ISO_0, PAN)


def _pan(name: str) -> dict[str, str]:
    return {} if name == UNTIED else {"PrimaryAccountNumber": PAN}


def _translate(customer: Customer, before: tuple[Side, str], after: tuple[Side, str], block: str) -> str:
    (incoming, from_format), (outgoing, to_format) = before, after
    answer = customer.ask(
        "TranslatePinData",
        IncomingKeyIdentifier=incoming.key,
        OutgoingKeyIdentifier=outgoing.key,
        IncomingTranslationAttributes={from_format: _pan(from_format)},
        OutgoingTranslationAttributes={to_format: _pan(to_format)},
        EncryptedPinBlock=block,
        **{f"Incoming{name}": value for name, value in incoming.members.items()},
        **{f"Outgoing{name}": value for name, value in outgoing.members.items()},
    )
    assert answer["KeyArn"] == outgoing.key
    return str(answer["PinBlock"])


def _of_pin_data(side: Side, name: str) -> dict[str, Any]:
    """The members of a side in GeneratePinData and VerifyPinData, which have names of their own for some."""
    members: dict[str, Any] = {"EncryptionKeyIdentifier": side.key, "PinBlockFormat": NAMES[name]}
    if "WrappedKey" in side.members:
        members["EncryptionWrappedKey"] = side.members["WrappedKey"]
    dukpt = side.members.get("DukptAttributes")
    if dukpt:
        kind = dukpt.get("DukptKeyDerivationType", "TDES_2KEY")
        members["DukptAttributes"] = {"KeySerialNumber": dukpt["KeySerialNumber"], "DukptDerivationType": kind}
    return members | {"PrimaryAccountNumber": PAN}


def _visa_value(customer: Customer, hub: Side, block: str) -> str:
    answer = customer.ask(
        "GeneratePinData",
        GenerationKeyIdentifier=customer.key("V2", "TDES_3KEY", "C"),
        GenerationAttributes={"VisaPinVerificationValue": {"EncryptedPinBlock": block, "PinVerificationKeyIndex": 1}},
        **_of_pin_data(hub, "IsoFormat0"),
    )
    assert answer["EncryptedPinBlock"] == block
    return str(answer["PinData"]["VerificationValue"])


def _verify(customer: Customer, side: Side, name: str, block: str, value: str) -> None:
    if name not in NAMES:
        return
    asked = _of_pin_data(side, name) | {
        "VerificationKeyIdentifier": customer.key("V2", "TDES_3KEY", "C"),
        "EncryptedPinBlock": block,
    }
    right, wrong = ({"VisaPin": {"PinVerificationKeyIndex": 1, "VerificationValue": each}}
                    for each in (value, f"{(int(value[0]) + 1) % 10}{value[1:]}"))  # fmt: skip
    customer.ask("VerifyPinData", **asked, VerificationAttributes=right)
    assert customer.failed("VerifyPinData", **asked, VerificationAttributes=wrong) == "INVALID_PIN"


def _generate(customer: Customer, side: Side) -> None:
    """PINs that are made here: each verifies by what was told of it, and with another digit it does not."""
    visa, lengths = customer.key("V2", "TDES_2KEY", "C"), ({}, {"PinDataLength": 6})
    for name, length in product(sorted({*side.formats} & {*NAMES}), lengths[:1] if side.members else lengths):
        place = _of_pin_data(side, name) | length
        made = customer.ask(
            "GeneratePinData",
            GenerationKeyIdentifier=visa,
            GenerationAttributes={"VisaPin": {"PinVerificationKeyIndex": 1}},
            **place,
        )
        stated = {"PinVerificationKeyIndex": 1, **made["PinData"]}
        _verify_made(customer, visa, place, made["EncryptedPinBlock"], "VisaPin", stated)
        if not side.members:
            _generate_ibm(customer, place)


def _generate_ibm(customer: Customer, place: dict[str, Any]) -> None:
    key = customer.key("V1", "TDES_2KEY", "C")
    for member, more in (
        ("Ibm3624RandomPin", {}),
        ("Ibm3624NaturalPin", {}),
        ("Ibm3624PinFromOffset", {"PinOffset": "314159"[: place.get("PinDataLength", 4)]}),
    ):
        asked = place | {"GenerationKeyIdentifier": key}
        made = customer.ask("GeneratePinData", **asked, GenerationAttributes={member: CARD | more})
        block, told = made["EncryptedPinBlock"], made["PinData"]
        of_block = {"Ibm3624PinOffset": CARD | {"EncryptedPinBlock": block}}
        assert customer.ask("GeneratePinData", **asked, GenerationAttributes=of_block)["PinData"] == told
        _verify_made(customer, key, place, block, "Ibm3624Pin", CARD | told)


def _verify_made(
    customer: Customer, key: str, place: dict[str, Any], block: str, member: str, stated: dict[str, Any]
) -> None:
    asked = place | {"VerificationKeyIdentifier": key, "EncryptedPinBlock": block}
    customer.ask("VerifyPinData", **asked, VerificationAttributes={member: stated})
    told = "PinOffset" if "PinOffset" in stated else "VerificationValue"
    wrong = stated | {told: f"{stated[told][:-1]}{(int(stated[told][-1]) + 1) % 10}"}
    assert customer.failed("VerifyPinData", **asked, VerificationAttributes={member: wrong}) == "INVALID_PIN"


def _as2805(customer: Customer, hub: Side, partner: Partner) -> None:
    """A PIN comes under the session key of an AS 2805 transaction; no other member asks for one."""
    session = session_pin_key(
        TdesKey(partner.key("TDES_2KEY")), AS2805["SystemTraceAuditNumber"], AS2805["TransactionAmount"]
    )
    for name in ("As2805Format0", "IsoFormat0"):
        answer = customer.ask(
            "TranslatePinData",
            IncomingKeyIdentifier=hub.key,
            OutgoingKeyIdentifier=hub.key,
            IncomingTranslationAttributes={name: _pan(name)},
            OutgoingTranslationAttributes={name: _pan(name)},
            EncryptedPinBlock=encrypt_pin(session, _layout(name), Pin(PIN)).hex(),
            IncomingWrappedKey=hub.members["WrappedKey"],
            OutgoingWrappedKey=hub.members["WrappedKey"],
            IncomingAs2805Attributes=AS2805,
        )
        known = TdesKey(partner.key("TDES_2KEY"))
        assert decrypt_pin(known, _layout(name), bytes.fromhex(answer["PinBlock"])) == Pin(PIN)


def _refusals(customer: Customer, partner: Partner, block: str) -> None:
    """Values of the model that no PIN encryption key can have."""
    kek, pek = customer.key("K0", "AES_256", "B"), customer.key("P0", "TDES_2KEY", "B")
    key_block = {"Tr31KeyBlock": customer.wrapped(pek, kek)}
    wrapped = [(kek, {"WrappedKeyMaterial": key_block, "KeyCheckValueAlgorithm": name}) for name in ("HMAC", "SHA_1")]
    wrapped += [(partner.key_pair, partner.wrapped_key(f"HMAC_SHA{bits}")) for bits in (224, 256, 384, 512)]
    format_0 = {"IsoFormat0": {"PrimaryAccountNumber": PAN}}
    translate = {
        "IncomingKeyIdentifier": pek,
        "OutgoingKeyIdentifier": pek,
        "IncomingTranslationAttributes": format_0,
        "OutgoingTranslationAttributes": format_0,
        "EncryptedPinBlock": block,
    }
    visa, place = customer.key("V2", "TDES_2KEY", "C"), {"PinBlockFormat": "ISO_FORMAT_0", "PrimaryAccountNumber": PAN}
    for key, material in wrapped:
        for end in ("Incoming", "Outgoing"):
            theirs = {f"{end}KeyIdentifier": key, f"{end}WrappedKey": material}
            customer.refused("TranslatePinData", **(translate | theirs))
        under = place | {"EncryptionKeyIdentifier": key, "EncryptionWrappedKey": material}
        made = {"VisaPin": {"PinVerificationKeyIndex": 1}}
        customer.refused("GeneratePinData", GenerationKeyIdentifier=visa, GenerationAttributes=made, **under)
        stated = {"VisaPin": {"PinVerificationKeyIndex": 1, "VerificationValue": "1234"}}
        customer.refused(
            "VerifyPinData", VerificationKeyIdentifier=visa, VerificationAttributes=stated, EncryptedPinBlock=block,
            **under,
        )  # fmt: skip
