"""EncryptData, DecryptData and ReEncryptData: every way to encrypt, and from each over a hub to each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.keyexchange.hsm.apc.data.walks.agreements import METHODS, Partner
from tests.keyexchange.hsm.apc.data.walks.cryptograms import PANS
from tests.keyexchange.hsm.apc.data.walks.customer import Customer
from tests.keyexchange.hsm.apc.data.walks.macs import AES_KSN, CIPHERS, TDES_KSNS, VARIANTS

TEXT = bytes(range(0x30, 0x50)).hex().upper()
MODES = ("ECB", "CBC", "CFB", "CFB1", "CFB8", "CFB64", "CFB128", "OFB")
PADDINGS = ("PKCS1", "OAEP_SHA1", "OAEP_SHA256", "OAEP_SHA512")


@dataclass(frozen=True)
class Way:
    """A key and how it encrypts.

    Args:
        key: its ARN, or of the key that protects it.
        attributes: EncryptionDecryptionAttributes.
        wrapped: members beside: WrappedKey, or none.
        reencrypts: whether ReEncryptData knows it.
    """

    key: str
    attributes: dict[str, Any]
    wrapped: dict[str, Any] = field(default_factory=dict)
    reencrypts: bool = True
    text: str = TEXT


def walk(customer: Customer) -> None:
    hub = Way(customer.key("D0", "AES_128", "B"), {"Symmetric": {"Mode": "CBC", "InitializationVector": "A5" * 16}})
    for way in (*_symmetric(customer), *_asymmetric(customer), *_dukpt(customer), *_emv(customer), *_wrapped(customer)):
        _to_and_fro(customer, way, hub)
    _refusals(customer)


def _vector(algorithm: str) -> dict[str, str]:
    return {"InitializationVector": "5A" * (8 if algorithm.startswith("TDES") else 16)}


def _symmetric(customer: Customer) -> Iterator[Way]:
    for algorithm in CIPHERS:
        key = customer.key("D0", algorithm, "B")
        for mode in MODES:
            if (mode, algorithm[0]) == ("CFB128", "T"):
                continue
            yield Way(key, {"Symmetric": {"Mode": mode}})
            yield Way(key, {"Symmetric": {"Mode": mode, **_vector(algorithm)}})
    for padding in PADDINGS:
        yield Way(customer.key("D0", "AES_128", "B"), {"Symmetric": {"Mode": "CBC", "PaddingType": padding}})


def _asymmetric(customer: Customer) -> Iterator[Way]:
    for bits in (2048, 3072, 4096):
        key = customer.key("D1", f"RSA_{bits}", "B")
        for padding in PADDINGS:
            yield Way(key, {"Asymmetric": {"PaddingType": padding}})
        yield Way(key, {"Asymmetric": {}}, reencrypts=False, text=TEXT.zfill(bits // 4))


def _dukpt(customer: Customer) -> Iterator[Way]:
    tdes = customer.key("B0", "TDES_2KEY", "X")
    for ksn in TDES_KSNS:
        yield Way(tdes, {"Dukpt": {"KeySerialNumber": ksn}})
        yield Way(tdes, {"Dukpt": {"KeySerialNumber": ksn, "DukptKeyDerivationType": "TDES_2KEY"}})
    for algorithm in ("TDES_2KEY", "AES_128", "AES_192", "AES_256"):
        key, ksn = customer.key("B0", algorithm, "X"), TDES_KSNS[0] if algorithm == "TDES_2KEY" else AES_KSN
        for mode in ("ECB", "CBC"):
            for variant in VARIANTS:
                yield Way(key, {"Dukpt": {"KeySerialNumber": ksn, "Mode": mode, "DukptKeyVariant": variant}})
    for kind in CIPHERS:
        fields = {"KeySerialNumber": AES_KSN, "DukptKeyDerivationType": kind, **_vector(kind)}
        yield Way(customer.key("B0", "AES_256", "X"), {"Dukpt": fields})


def _emv(customer: Customer) -> Iterator[Way]:
    for usage in ("E1", "E6"):
        key = customer.key(usage, "TDES_2KEY", "X")
        for option, pan in PANS.items():
            card = {
                "MajorKeyDerivationMode": option, "PrimaryAccountNumber": pan, "PanSequenceNumber": "00",
                "SessionDerivationData": "000B000001020304",
            }  # fmt: skip
            for more in ({}, {"Mode": "ECB"}, {"Mode": "CBC"}, {"Mode": "CBC", **_vector("TDES")}):
                yield Way(key, {"Emv": card | more}, reencrypts=False)


def _wrapped(customer: Customer) -> Iterator[Way]:
    kek, partner = customer.key("K0", "AES_256", "B"), Partner(customer, "D0")
    for algorithm in CIPHERS:
        attributes = {"Symmetric": {"Mode": "CBC"}}
        method = {"KeyCheckValueAlgorithm": "ANSI_X9_24" if algorithm.startswith("TDES") else "CMAC"}
        block = {"WrappedKeyMaterial": {"Tr31KeyBlock": customer.wrapped(customer.key("D0", algorithm, "B"), kek)}}
        yield Way(kek, attributes, {"WrappedKey": block})
        yield Way(kek, attributes, {"WrappedKey": block | method})
        yield Way(partner.key_pair, attributes, {"WrappedKey": partner.wrapped_key(algorithm, **method)})
    for function, hash_name in METHODS:
        agreed = partner.wrapped_key("AES_256", function, hash_name)
        yield Way(partner.key_pair, {"Symmetric": {"Mode": "ECB"}}, {"WrappedKey": agreed})


def _to_and_fro(customer: Customer, way: Way, hub: Way) -> None:
    encrypted = _encrypt(customer, way, way.text)
    assert encrypted != way.text
    assert _decrypt(customer, way, encrypted) == way.text
    if way.reencrypts:
        at_hub = _reencrypt(customer, encrypted, way, hub)
        assert _decrypt(customer, hub, at_hub) == way.text
        assert _decrypt(customer, way, _reencrypt(customer, at_hub, hub, way)) == way.text


def _encrypt(customer: Customer, way: Way, text: str) -> str:
    answer = customer.ask(
        "EncryptData", KeyIdentifier=way.key, PlainText=text, EncryptionAttributes=way.attributes, **way.wrapped
    )
    assert answer["KeyArn"] == way.key
    return str(answer["CipherText"])


def _decrypt(customer: Customer, way: Way, text: str) -> str:
    answer = customer.ask(
        "DecryptData", KeyIdentifier=way.key, CipherText=text, DecryptionAttributes=way.attributes, **way.wrapped
    )
    return str(answer["PlainText"])


def _reencrypt(customer: Customer, text: str, before: Way, after: Way) -> str:
    answer = customer.ask(
        "ReEncryptData",
        IncomingKeyIdentifier=before.key,
        OutgoingKeyIdentifier=after.key,
        CipherText=text,
        IncomingEncryptionAttributes=before.attributes,
        OutgoingEncryptionAttributes=after.attributes,
        **{f"Incoming{name}": value for name, value in before.wrapped.items()},
        **{f"Outgoing{name}": value for name, value in after.wrapped.items()},
    )
    return str(answer["CipherText"])


def _refusals(customer: Customer) -> None:
    """Values of the model that no key can have here."""
    kek, partner, plain = customer.key("K0", "AES_256", "B"), Partner(customer, "D0"), {"Symmetric": {"Mode": "ECB"}}
    block = {"Tr31KeyBlock": customer.wrapped(customer.key("D0", "AES_128", "B"), kek)}
    wrapped = [(kek, {"WrappedKeyMaterial": block, "KeyCheckValueAlgorithm": name}) for name in ("HMAC", "SHA_1")]
    wrapped += [
        (partner.key_pair, partner.wrapped_key(f"HMAC_SHA{bits}")) for bits in (224, 256, 384, 512)
    ]  # fmt: skip
    hub = customer.key("D0", "AES_128", "B")
    for key, material in wrapped:
        customer.refused(
            "EncryptData", KeyIdentifier=key, PlainText=TEXT, EncryptionAttributes=plain, WrappedKey=material
        )
        customer.refused(
            "DecryptData", KeyIdentifier=key, CipherText=TEXT, DecryptionAttributes=plain, WrappedKey=material
        )
        both = {"CipherText": TEXT, "IncomingEncryptionAttributes": plain, "OutgoingEncryptionAttributes": plain}
        ends = {"IncomingKeyIdentifier": hub, "OutgoingKeyIdentifier": hub}
        for end in ("Incoming", "Outgoing"):
            theirs = {f"{end}KeyIdentifier": key, f"{end}WrappedKey": material}
            customer.refused("ReEncryptData", **(both | ends | theirs))
    tdes = customer.key("D0", "TDES_2KEY", "B")
    narrow = {"Symmetric": {"Mode": "CFB128"}}
    customer.refused("EncryptData", KeyIdentifier=tdes, PlainText=TEXT, EncryptionAttributes=narrow)
