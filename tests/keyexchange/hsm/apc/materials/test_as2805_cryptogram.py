"""As2805KeyCryptogram, both ways. The other side XORs and encrypts with the cryptography library alone."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.modes import CBC

from keyexchange.crypto import key_kcv
from keyexchange.keys import KeyAlgorithm
from keyexchange.secret import Secret
from tests.keyexchange.hsm.kdh import BOTH, Established, create, create_kek

KEK = bytes.fromhex("79ADAEF3212AADCE312ACE422ACCFEFB")
KEY = bytes.fromhex("DA38FD20EF58401658047AEF106DF42F")
CHECK = {"Generate": True, "Verify": True}
VARIANTS = {
    "TERMINAL_MAJOR_KEY_VARIANT_00": ("0000", "TR31_K0_KEY_ENCRYPTION_KEY", BOTH),
    "PIN_ENCRYPTION_KEY_VARIANT_28": ("28C0", "TR31_P0_PIN_ENCRYPTION_KEY", BOTH),
    "MESSAGE_AUTHENTICATION_KEY_VARIANT_24": ("24C0", "TR31_M0_ISO_16609_MAC_KEY", CHECK),
    "DATA_ENCRYPTION_KEY_VARIANT_22": ("22C0", "TR31_D0_SYMMETRIC_DATA_ENCRYPTION_KEY", BOTH),
}
"""Constants as in AWS's sample of an exchange with a partner (as2805_2_1_Working_Key_Exchange.py)."""


def cipher(constant: str) -> Cipher[CBC]:
    key = bytes(a ^ b for a, b in zip(KEK, bytes.fromhex(constant) * 8, strict=True))
    return Cipher(TripleDES(key + key[:8]), CBC(bytes(8)))


@pytest.fixture(scope="module")
def kek(established: Established) -> str:
    return established.send(KEK, "D9999K0TB00E0000")["KeyArn"]


def material(variant: str, kek: str, cryptogram: str, modes: dict[str, bool], **changes: Any) -> dict[str, Any]:
    block = {
        "As2805KeyVariant": variant,
        "KeyModesOfUse": modes,
        "KeyAlgorithm": "TDES_2KEY",
        "Exportable": True,
        "WrappingKeyIdentifier": kek,
        "WrappedKeyCryptogram": cryptogram,
    }
    return {"As2805KeyCryptogram": block | changes}


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_key_arrives_with_the_usage_of_its_variant_and_leaves_as_it_came(client: Any, kek: str, variant: str) -> None:
    constant, usage, modes = VARIANTS[variant]
    encryptor = cipher(constant).encryptor()
    cryptogram = (encryptor.update(KEY) + encryptor.finalize()).hex().upper()
    key = client.import_key(KeyMaterial=material(variant, kek, cryptogram, modes))["Key"]
    assert key["KeyAttributes"]["KeyUsage"] == usage
    assert key["KeyCheckValue"] == str(key_kcv(KeyAlgorithm.TDES_2KEY, Secret(KEY)))
    block = {"As2805KeyVariant": variant, "WrappingKeyIdentifier": kek}
    answer = client.export_key(ExportKeyIdentifier=key["KeyArn"], KeyMaterial={"As2805KeyCryptogram": block})
    assert answer["WrappedKey"]["KeyMaterial"] == cryptogram
    assert answer["WrappedKey"]["WrappedKeyMaterialFormat"] == "KEY_CRYPTOGRAM"
    assert answer["WrappedKey"]["WrappingKeyArn"] == kek


def test_a_key_does_not_leave_as_another_kind(client: Any, kek: str) -> None:
    key = create(client, "TDES_2KEY", "TR31_P0_PIN_ENCRYPTION_KEY", BOTH)
    block = {"As2805KeyVariant": "DATA_ENCRYPTION_KEY_VARIANT_22", "WrappingKeyIdentifier": kek}
    with pytest.raises(client.exceptions.ValidationException, match="TR31_D0_SYMMETRIC"):
        client.export_key(ExportKeyIdentifier=key["KeyArn"], KeyMaterial={"As2805KeyCryptogram": block})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"KeyAlgorithm": "AES_128"}, "TDES keys only"),
        ({"KeyAlgorithm": "TDES_3KEY"}, "weaker TDES_2KEY"),
        ({"WrappedKeyCryptogram": "00" * 12}, "12 octets"),
        ({"WrappedKeyCryptogram": "0" * 31}, "odd number"),
        ({"KeyModesOfUse": CHECK}, "KeyModesOfUse"),
    ],
)
def test_what_does_not_fit_is_refused(client: Any, kek: str, changes: dict[str, Any], words: str) -> None:
    given = material("TERMINAL_MAJOR_KEY_VARIANT_00", kek, "00" * 16, BOTH, **changes)
    with pytest.raises(client.exceptions.ValidationException, match=words):
        client.import_key(KeyMaterial=given)


def test_an_aes_kek_is_refused(client: Any) -> None:
    given = material("TERMINAL_MAJOR_KEY_VARIANT_00", create_kek(client), "00" * 16, BOTH)
    with pytest.raises(client.exceptions.ValidationException, match="TDES keys only"):
        client.import_key(KeyMaterial=given)
