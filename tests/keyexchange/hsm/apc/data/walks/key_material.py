"""TranslateKeyMaterial and GenerateAs2805KekValidation: keys that cross, and KEKs that are proven."""

from __future__ import annotations

from typing import Any

from keyexchange import tr31
from keyexchange.hsm import generate
from keyexchange.keys import KeyAlgorithm
from tests.keyexchange.hsm.apc.data.walks.agreements import INFORMATION, METHODS, Partner
from tests.keyexchange.hsm.apc.data.walks.customer import Customer
from tests.keyexchange.hsm.apc.data.walks.macs import CIPHERS

HMACS = tuple(f"HMAC_SHA{bits}" for bits in (224, 256, 384, 512))
KINDS = {"TDES_2KEY": ("P0", "T", "B"), "AES_128": ("D0", "A", "B"), "HMAC_SHA256": ("M7", "H", "C")}
"""Keys that cross: usage, algorithm and mode of use of the header."""
METHOD = {"TDES_2KEY": "ANSI_X9_24", "AES_128": "CMAC", "HMAC_SHA256": "HMAC"}
MASKS = ("VARIANT_MASK_82", "VARIANT_MASK_82C0")


def walk(customer: Customer) -> None:
    _translations(customer)
    _validations(customer)


def _translations(customer: Customer) -> None:
    kek = customer.key("K0", "AES_256", "B")
    for usage in ("K0", "K1"):
        partner = Partner(customer, usage)
        for derive in CIPHERS:
            _translate(customer, partner, kek, derive=derive)
        for function, hash_name in METHODS:
            _translate(customer, partner, kek, function=function, hash_name=hash_name)
        for kind in KINDS:
            _translate(customer, partner, kek, kind=kind)
    refused = _request(partner, kek, kind="TDES_2KEY")
    for method in ("SHA_1", "HMAC"):
        customer.refused("TranslateKeyMaterial", **refused, KeyCheckValueAlgorithm=method)
    for derive in HMACS:
        material = refused["IncomingKeyMaterial"]["DiffieHellmanTr31KeyBlock"] | {"DeriveKeyAlgorithm": derive}
        changed = {"IncomingKeyMaterial": {"DiffieHellmanTr31KeyBlock": material}}
        customer.refused("TranslateKeyMaterial", **(refused | changed))


def _translate(customer: Customer, partner: Partner, kek: str, *, kind: str = "TDES_2KEY", **how: str) -> None:
    """The key that arrives is the key that left: the control plane takes the block and finds the check value."""
    request = _request(partner, kek, kind=kind, **how)
    for method in ({}, {"KeyCheckValueAlgorithm": METHOD[kind]}):
        arrived = customer.ask("TranslateKeyMaterial", **request, **method)["WrappedKey"]
    block = {"WrappingKeyIdentifier": kek, "WrappedKeyBlock": arrived["WrappedKeyMaterial"]}
    imported = customer.control.import_key(KeyMaterial={"Tr31KeyBlock": block})["Key"]
    assert imported["KeyCheckValue"] == arrived["KeyCheckValue"]


def _request(
    partner: Partner, kek: str, *, kind: str, derive: str = "AES_256", function: str = "NIST_SP800",
    hash_name: str = "SHA_256",
) -> dict[str, Any]:  # fmt: skip
    usage, letter, mode = KINDS[kind]
    protecting = tr31.Kbpk(derive[0], partner.key(derive, function, hash_name))
    header = tr31.Header("D" if derive.startswith("AES") else "B", usage, letter, mode)
    if letter == "H":
        header = tr31.Header(header.version_id, usage, letter, mode, optional_blocks=(tr31.OptionalBlock("HM", "21"),))
    block = tr31.wrap(protecting, header, generate.symmetric_key(KeyAlgorithm(kind)), weaker_kbpk=True)
    material = {
        "PrivateKeyIdentifier": partner.key_pair,
        **partner.parameters(function, hash_name),
        "DeriveKeyAlgorithm": derive,
        "DerivationData": {"SharedInformation": INFORMATION},
        "WrappedKeyBlock": block,
    }
    return {
        "IncomingKeyMaterial": {"DiffieHellmanTr31KeyBlock": material},
        "OutgoingKeyMaterial": {"Tr31KeyBlock": {"WrappingKeyIdentifier": kek}},
    }


def _validations(customer: Customer) -> None:
    for algorithm in ("TDES_2KEY", "TDES_3KEY"):
        for mask in MASKS:
            asked = {"KeyIdentifier": customer.key("K0", algorithm, "B"), "RandomKeySendVariantMask": mask}
            for derive in ("TDES_2KEY", "TDES_3KEY"):
                for most in (None, "BYTES_8", "BYTES_16", "BYTES_24"):
                    wanted = {"DeriveKeyAlgorithm": derive} | ({"RandomKeyMaxLength": most} if most else {})
                    ours = customer.ask(
                        "GenerateAs2805KekValidation", **asked, KekValidationType={"KekValidationRequest": wanted}
                    )
                    sent = {"KekValidationResponse": {"RandomKeySend": ours["RandomKeySend"]}}
                    theirs = customer.ask("GenerateAs2805KekValidation", **asked, KekValidationType=sent)
                    assert theirs["RandomKeyReceive"] == ours["RandomKeyReceive"]
            for derive in ("AES_128", "AES_192", "AES_256", *HMACS):
                foreign = {"KekValidationRequest": {"DeriveKeyAlgorithm": derive}}
                customer.refused("GenerateAs2805KekValidation", **asked, KekValidationType=foreign)
