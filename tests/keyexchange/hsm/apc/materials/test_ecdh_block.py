"""DiffieHellmanTr31KeyBlock, both ways. The other side derives with the cryptography library's own KDFs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF

from keyexchange import pki, tr31
from keyexchange.crypto import ec as ec_keys
from keyexchange.crypto import key_kcv, odd_parity
from keyexchange.keys import KeyAlgorithm
from keyexchange.secret import Secret
from tests.keyexchange.hsm.kdh import BOTH, Party, as_apc, create, now, root_material

INFORMATION = bytes.fromhex("0102030405060708090A0B0C0D0E0F")
KEY = bytes.fromhex("79ADAEF3212AADCE312ACE422ACCFEFB")
KDF = {"NIST_SP800": ConcatKDFHash, "ANSI_X963": X963KDF}
HASH: dict[str, HashAlgorithm] = {"SHA_256": SHA256(), "SHA_384": SHA384(), "SHA_512": SHA512()}


@dataclass(frozen=True)
class Agreement:
    """A partner with an ECC key pair under a root that the face trusts, and the face's own key pair."""

    client: Any
    private_key: ec.EllipticCurvePrivateKey
    members: dict[str, Any]
    peer: ec.EllipticCurvePublicKey

    def kbpk(self, algorithm: str, function: str, hashing: str, letter: str = "A") -> tr31.Kbpk:
        """The key block protection key as the partner derives it."""
        shared = self.private_key.exchange(ec.ECDH(), self.peer)
        octets = KeyAlgorithm(algorithm).octets
        derived = KDF[function](HASH[hashing], octets, INFORMATION).derive(shared)  # type: ignore[arg-type]
        return tr31.Kbpk(letter, Secret(derived))

    def material(self, algorithm: str, function: str, hashing: str, **changes: Any) -> dict[str, Any]:
        derivation = {
            "DeriveKeyAlgorithm": algorithm,
            "KeyDerivationFunction": function,
            "KeyDerivationHashAlgorithm": hashing,
            "DerivationData": {"SharedInformation": INFORMATION.hex().upper()},
        }
        return {"DiffieHellmanTr31KeyBlock": self.members | derivation | changes}


def agree(client: Any, party: Party, algorithm: str, derive: str = "TR31_K1_KEY_BLOCK_PROTECTION_KEY") -> Agreement:
    root_arn = client.import_key(KeyMaterial=root_material(party.root))["Key"]["KeyArn"]
    private_key = ec_keys.generate(KeyAlgorithm(algorithm))
    leaf = pki.issue_leaf(
        "Test ECDH", private_key.public_key(), party.root, party.root_key, purpose="wrap", days=30, now=now()
    )
    attributes = {
        "KeyAlgorithm": algorithm,
        "KeyClass": "ASYMMETRIC_KEY_PAIR",
        "KeyModesOfUse": {"DeriveKey": True},
        "KeyUsage": "TR31_K3_ASYMMETRIC_KEY_FOR_KEY_AGREEMENT",
    }
    arn = client.create_key(Exportable=False, KeyAttributes=attributes, DeriveKeyUsage=derive)["Key"]["KeyArn"]
    certificate = pki.load(client.get_public_key_certificate(KeyIdentifier=arn)["KeyCertificate"])
    peer = certificate.public_key()
    assert isinstance(peer, ec.EllipticCurvePublicKey)
    members = {
        "CertificateAuthorityPublicKeyIdentifier": root_arn,
        "PrivateKeyIdentifier": arn,
        "PublicKeyCertificate": as_apc(leaf),
    }
    return Agreement(client, private_key, members, peer)


@pytest.fixture(scope="module")
def agreement(client: Any, party: Party) -> Agreement:
    return agree(client, party, "ECC_NIST_P521")


@pytest.mark.parametrize("hashing", HASH)
@pytest.mark.parametrize("function", KDF)
def test_a_key_arrives_under_the_derived_key(agreement: Agreement, function: str, hashing: str) -> None:
    kbpk = agreement.kbpk("AES_256", function, hashing)
    block = tr31.wrap(kbpk, tr31.Header("D", "K0", "T", "B"), Secret(KEY))
    material = agreement.material("AES_256", function, hashing, WrappedKeyBlock=block)
    key = agreement.client.import_key(KeyMaterial=material)["Key"]
    assert key["KeyCheckValue"] == str(key_kcv(KeyAlgorithm.TDES_2KEY, Secret(KEY)))


@pytest.mark.parametrize("algorithm", ["ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521"])
def test_a_key_leaves_under_the_derived_key(client: Any, party: Party, algorithm: str) -> None:
    agreement = agree(client, party, algorithm)
    key = create(client, "AES_128", "TR31_D0_SYMMETRIC_DATA_ENCRYPTION_KEY", BOTH)
    material = agreement.material("AES_128", "NIST_SP800", "SHA_256", KeyBlockHeaders={"KeyVersion": "07"})
    answer = client.export_key(ExportKeyIdentifier=key["KeyArn"], KeyMaterial=material)["WrappedKey"]
    assert answer["WrappingKeyArn"] == agreement.members["PrivateKeyIdentifier"]
    assert answer["WrappedKeyMaterialFormat"] == "TR31_KEY_BLOCK"
    opened = tr31.unwrap(agreement.kbpk("AES_128", "NIST_SP800", "SHA_256"), answer["KeyMaterial"])
    assert opened.header.key_version_number == "07"
    assert str(key_kcv(KeyAlgorithm.AES_128, opened.key)) == key["KeyCheckValue"] == answer["KeyCheckValue"]


def test_a_derived_tdes_key_makes_blocks_of_version_b(agreement: Agreement) -> None:
    key = create(agreement.client, "TDES_2KEY", "TR31_P0_PIN_ENCRYPTION_KEY", BOTH)
    material = agreement.material("TDES_3KEY", "ANSI_X963", "SHA_512")
    answer = agreement.client.export_key(ExportKeyIdentifier=key["KeyArn"], KeyMaterial=material)["WrappedKey"]
    assert answer["KeyMaterial"].startswith("B")
    opened = tr31.unwrap(agreement.kbpk("TDES_3KEY", "ANSI_X963", "SHA_512", "T"), answer["KeyMaterial"])
    assert odd_parity(opened.key.reveal()) == opened.key.reveal()


@pytest.mark.parametrize(
    ("algorithm", "changes", "words"),
    [
        ("AES_256", {"KeyDerivationFunction": "ANSI_X963"}, "can not be unwrapped"),
        ("AES_256", {"DerivationData": {"SharedInformation": "00"}}, "can not be unwrapped"),
        ("AES_128", {}, "can not be unwrapped"),
        ("HMAC_SHA256", {}, "does not protect key blocks"),
    ],
)
def test_another_derivation_opens_nothing(
    agreement: Agreement, algorithm: str, changes: dict[str, Any], words: str
) -> None:
    block = tr31.wrap(agreement.kbpk("AES_256", "NIST_SP800", "SHA_256"), tr31.Header("D", "K0", "T", "B"), Secret(KEY))
    material = agreement.material(algorithm, "NIST_SP800", "SHA_256", WrappedKeyBlock=block)
    material["DiffieHellmanTr31KeyBlock"] |= changes
    with pytest.raises(agreement.client.exceptions.ValidationException, match=words):
        agreement.client.import_key(KeyMaterial=material)


def test_a_curve_protects_no_stronger_key(client: Any, party: Party) -> None:
    agreement = agree(client, party, "ECC_NIST_P256")
    key = create(client, "AES_128", "TR31_D0_SYMMETRIC_DATA_ENCRYPTION_KEY", BOTH)
    with pytest.raises(client.exceptions.ValidationException, match="weaker ECC_NIST_P256"):
        client.export_key(
            ExportKeyIdentifier=key["KeyArn"], KeyMaterial=agreement.material("AES_256", "NIST_SP800", "SHA_256")
        )


def test_a_key_pair_for_another_derived_usage_is_refused(client: Any, party: Party) -> None:
    agreement = agree(client, party, "ECC_NIST_P256", derive="TR31_P0_PIN_ENCRYPTION_KEY")
    key = create(client, "AES_128", "TR31_D0_SYMMETRIC_DATA_ENCRYPTION_KEY", BOTH)
    with pytest.raises(client.exceptions.ValidationException, match="DeriveKeyUsage"):
        client.export_key(
            ExportKeyIdentifier=key["KeyArn"], KeyMaterial=agreement.material("AES_128", "NIST_SP800", "SHA_256")
        )


def test_a_certificate_on_another_curve_or_of_rsa_is_refused(agreement: Agreement, party: Party) -> None:
    client = agreement.client
    key = create(client, "AES_128", "TR31_D0_SYMMETRIC_DATA_ENCRYPTION_KEY", BOTH)
    other = agree(client, party, "ECC_NIST_P256")
    for certificate in (other.members["PublicKeyCertificate"], as_apc(party.certificate)):
        material = agreement.material("AES_128", "NIST_SP800", "SHA_256", PublicKeyCertificate=certificate)
        with pytest.raises(client.exceptions.ValidationException, match="PublicKeyCertificate"):
            client.export_key(ExportKeyIdentifier=key["KeyArn"], KeyMaterial=material)
