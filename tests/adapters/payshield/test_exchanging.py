"""Keys under RSA keys and under agreed keys, from one payShield to another."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from adapters.payshield.lmk import KeyBlockLmk, VariantLmk
from keyexchange import pki, tr31
from keyexchange.crypto import key_kcv
from keyexchange.crypto.ec import CURVES, shared_secret
from keyexchange.crypto.kdf import Derivation, KdfFunction, KdfHash
from keyexchange.errors import DeviceRefusedError, UnsupportedError
from keyexchange.keys import KeyAlgorithm, KeyAttributes
from keyexchange.protocols.messages import (
    AgreementCredential,
    AgreementTerms,
    CertificateChain,
    ImportMark,
    KeyCryptogram,
    KeyToMove,
)
from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk, OptionalBlock

from .conftest import now, open_adapter

BLOCK_LMK, VARIANT = KeyBlockLmk.aes_test("00"), VariantLmk("02")
TDES2, AES_128, AES_256 = KeyAlgorithm.TDES_2KEY, KeyAlgorithm.AES_128, KeyAlgorithm.AES_256
CLEAR = Secret(bytes.fromhex("1C2A3D4F5B6E7F80A1B3C4D5E6F70819"))
MARK = ImportMark("20260101-120000-abcdef", "key")
SPECS = ["RSA_OAEP_SHA_256", "RSA_OAEP_SHA_512"]


def held(kind, algorithm=TDES2, exportability="S"):
    attributes = KeyAttributes("P0", algorithm, "B", exportability)
    if kind == "variant":
        text = VARIANT.encrypt("001", CLEAR)
    else:
        header = Header("1", "P0", algorithm.letter, "B", "00", exportability)
        text = BLOCK_LMK.wrap(header, CLEAR)
    return KeyToMove("pek", text, attributes, key_kcv(algorithm, CLEAR))


def clear(kind, text):
    return VARIANT.decrypt("001", text) if kind == "variant" else BLOCK_LMK.unwrap(text)[1]


@pytest.fixture(params=["key-block", "variant"])
def kind(request):
    return request.param


@pytest.fixture
def here(kind, block_side, variant_side):
    return variant_side if kind == "variant" else block_side


@pytest.fixture(scope="module")
def credential(face_port):
    side = open_adapter(face_port)
    offered = side.offer_rsa_credential()
    side.close()
    return offered


@pytest.mark.parametrize("spec", SPECS)
def test_a_key_goes_under_rsa_from_either_lmk_to_either(face_port, here, kind, spec):
    for receiving_kind in ("key-block", "variant"):
        side = open_adapter(face_port, variant_lmk=receiving_kind == "variant")
        credential, key = side.offer_rsa_credential(), held(kind)
        cryptogram = here.export_rsa(key, receiver=credential.chain, spec=spec, anchor=None)
        assert (len(cryptogram.octets), cryptogram.spec, cryptogram.kcv) == (256, spec, key.kcv)
        arrived = side.import_rsa(cryptogram, key=key, credential=credential, mark=MARK)
        side.close()
        assert clear(receiving_kind, arrived.reference) == CLEAR
        assert (arrived.kcv, arrived.attributes) == (key.kcv, key.attributes)


def test_the_receiving_key_is_for_keys_only_and_its_certificate_too(credential):
    chain = credential.chain
    pki.verify_chain(chain.certificate, chain.issuers, chain.issuers[-1:], at=now(), purpose="wrap")


def test_an_aes_key_goes_under_rsa(block_side, credential):
    key = held("key-block", AES_128)
    cryptogram = block_side.export_rsa(key, receiver=credential.chain, spec=SPECS[0], anchor=None)
    arrived = block_side.import_rsa(cryptogram, key=key, credential=credential, mark=MARK)
    header, opened = BLOCK_LMK.unwrap(arrived.reference)
    assert (header.algorithm, opened, arrived.kcv) == ("A", CLEAR, key_kcv(AES_128, CLEAR))


def test_a_cryptogram_for_another_key_is_refused(block_side, credential):
    key = held("key-block")
    with pytest.raises(DeviceRefusedError, match="77"):
        block_side.import_rsa(
            KeyCryptogram(bytes(255) + b"\x01", SPECS[0], key.kcv), key=key, credential=credential, mark=MARK
        )


EXPIRES = OptionalBlock("04", "2026:12:31:23")
SAID = {
    "optional block": (Header("1", "P0", "T", "B", "00", "S", (EXPIRES,)), {"export_rsa", "export_tr34"}, "block 04"),
    "version number": (Header("1", "P0", "T", "B", "12", "S"), {"export_rsa"}, "version number 12"),
    "padding alone": (Header("1", "P0", "T", "B", "00", "S", (OptionalBlock("PB", "0" * 12),)), set(), ""),
}


@pytest.mark.parametrize(("header", "refused", "said"), SAID.values(), ids=SAID)
def test_what_a_cryptogram_or_a_token_would_lose_is_refused(block_side, header, refused, said):
    key = replace(held("key-block"), reference=BLOCK_LMK.wrap(header, CLEAR))
    for ability in ("export_rsa", "export_tr34", "export_tr31", "export_ecdh"):
        refusal = block_side.key_refusal(key, ability)
        assert (said in (refusal or "")) if ability in refused else refusal is None


def test_only_exportability_s_goes_without_a_block(block_side, variant_side, credential):
    assert "exportability S" in block_side.key_refusal(held("key-block", exportability="E"), "export_rsa")
    assert block_side.key_refusal(held("key-block"), "export_rsa") is None
    made = KeyToMove("new", "", KeyAttributes("P0", TDES2, "B"))
    assert "exportability S" in block_side.key_refusal(made, "export_rsa")
    assert variant_side.key_refusal(held("variant"), "export_rsa") is None
    with pytest.raises(DeviceRefusedError, match="29"):
        block_side.export_rsa(
            held("key-block", exportability="E"), receiver=credential.chain, spec=SPECS[0], anchor=None
        )


def agreed(side, curve, authority):
    pair = side.make_agreement_key(curve)
    return certified(load_der_public_key(pair.public_key), authority), pair


def certified(public_key, authority):
    root, root_key = authority
    leaf = pki.issue_leaf("agreement", public_key, root, root_key, purpose="agree", days=2, now=now())
    return CertificateChain(pki.to_der(leaf), (pki.to_der(root),))


def terms(curve=KeyAlgorithm.ECC_NIST_P521, algorithm=AES_256, function="NIST_SP800", hash_="SHA_256"):
    return AgreementTerms(curve, function, hash_, algorithm, bytes(range(16)))


@pytest.mark.parametrize("function", ["NIST_SP800", "ANSI_X963"])
@pytest.mark.parametrize(
    ("curve", "algorithm"),
    [(KeyAlgorithm.ECC_NIST_P256, AES_128), (KeyAlgorithm.ECC_NIST_P384, KeyAlgorithm.AES_192),
     (KeyAlgorithm.ECC_NIST_P521, AES_256)],
)  # fmt: skip
def test_a_key_goes_under_an_agreed_key_and_arrives(block_side, authority, function, curve, algorithm):
    (chain_a, pair_a), (chain_b, pair_b) = (agreed(block_side, curve, authority) for _ in range(2))
    ours = AgreementCredential(chain_a, pair_a.reference), AgreementCredential(chain_b, pair_b.reference)
    how, key = terms(curve, algorithm, function), held("key-block", AES_128)
    block = block_side.export_ecdh(key, own=ours[0], peer=chain_b, terms=how, anchor=None)
    assert (tr31.parse(block.text).header.version_id, block.kcv) == ("D", key.kcv)
    arrived = block_side.import_ecdh(block, key=key, own=ours[1], peer=chain_a, terms=how, anchor=None, mark=MARK)
    assert clear("key-block", arrived.reference) == CLEAR


def test_the_agreed_key_is_the_one_that_the_other_side_derives(block_side, authority):
    """The other side is the library's own derivation, which known answers of APC's algorithm hold in place."""
    curve = KeyAlgorithm.ECC_NIST_P521
    other = ec.generate_private_key(CURVES[curve])
    chain, pair = agreed(block_side, curve, authority)
    peer = certified(other.public_key(), authority)
    how = terms()
    own = AgreementCredential(chain, pair.reference)
    block = block_side.export_ecdh(held("key-block"), own=own, peer=peer, terms=how, anchor=None)
    shared = shared_secret(other, load_der_public_key(pair.public_key))
    derived = Derivation(KdfFunction.NIST_SP800, KdfHash.SHA_256, how.shared_information, how.algorithm).key(shared)
    assert tr31.unwrap(Kbpk("A", derived), block.text).key == CLEAR


def test_what_a_payshield_cannot_agree_on_is_told(block_side, variant_side, authority):
    chain, pair = agreed(block_side, KeyAlgorithm.ECC_NIST_P521, authority)
    own = AgreementCredential(chain, pair.reference)
    for how, said in ((terms(hash_="SHA_512"), "SHA_256"), (terms(function="NIST_KDF"), "ANSI_X963")):
        with pytest.raises(UnsupportedError) as refused:
            block_side.export_ecdh(held("key-block"), own=own, peer=chain, terms=how, anchor=None)
        assert said in refused.value.hint
    with pytest.raises(UnsupportedError, match="curve RSA_2048"):
        block_side.make_agreement_key(KeyAlgorithm.RSA_2048)
    for ability in ("make_agreement_key", "export_ecdh", "import_ecdh"):
        assert "elliptic curve" in variant_side.refusal(ability)
        assert block_side.refusal(ability) is None


def test_a_curve_weaker_than_the_agreed_key_is_refused(block_side, authority):
    curve = KeyAlgorithm.ECC_NIST_P256
    chain, pair = agreed(block_side, curve, authority)
    with pytest.raises(DeviceRefusedError, match="A5"):
        block_side.export_ecdh(
            held("key-block"),
            own=AgreementCredential(chain, pair.reference),
            peer=certified(ec.generate_private_key(CURVES[curve]).public_key(), authority),
            terms=terms(curve),
            anchor=None,
        )
