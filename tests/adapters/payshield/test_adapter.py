"""The production adapter against the face, over a real socket, under both kinds of LMK."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_der_public_key

from adapters.payshield.adapter import ADAPTER, PayshieldAdapter
from adapters.payshield.commands import DiagnosticsReply
from adapters.payshield.lmk import KeyBlockLmk, VariantLmk
from keyexchange import tr31, tr34
from keyexchange.crypto import key_kcv
from keyexchange.errors import FormatError, RuleError, UnsupportedError
from keyexchange.keys import KeyAlgorithm, KeyAttributes
from keyexchange.protocols.abilities import commands_of
from keyexchange.protocols.messages import KeyToMove, SigningKey
from keyexchange.tr31 import Kbpk

from .conftest import open_adapter

NONCE = b"12345678"
BLOCK_LMK, VARIANT_LMK = KeyBlockLmk.aes_test("00"), VariantLmk("02")
TDES2, TDES3 = KeyAlgorithm.TDES_2KEY, KeyAlgorithm.TDES_3KEY
TYPES = {"K0": "000", "K1": "000", "P0": "001", "B0": "009", "C0": "402", "V2": "002", "M3": "008", "D0": "00A",
         "E0": "109", "E1": "309", "E2": "209"}  # fmt: skip
MODES = {"C0": "C", "V2": "C", "M3": "C", "B0": "X", "E0": "X", "E1": "X", "E2": "X"}


def make(side, usage, algorithm=TDES2, **attributes):
    wanted = KeyAttributes(usage, algorithm, MODES.get(usage, "B"), **attributes)
    held = side.make_key(wanted)
    return KeyToMove(usage, held.reference, wanted, held.kcv)


def clear(key):
    """The clear key, which only a test can look at: the LMKs are published."""
    if key.reference.startswith("S"):
        return BLOCK_LMK.unwrap(key.reference)[1]
    return VARIANT_LMK.decrypt(key.vendor_key_type or TYPES[key.attributes.key_usage], key.reference)


def test_the_entry_is_what_the_registry_expects():
    assert ADAPTER.name == "payshield"
    side = ADAPTER.open(ADAPTER.Settings(host="127.0.0.1", port=1500), trace=None)
    assert isinstance(side, PayshieldAdapter)
    side.close()


def test_abilities_are_marked_with_the_commands_they_send():
    marks = {
        ability: commands_of(PayshieldAdapter, ability)
        for ability in ("identify", "make_signing_key", "make_csr", "make_key", "key_check_value", "export_tr34",
                        "export_tr31", "import_tr31", "held_key", "offer_krd_credential", "import_tr34",
                        "export_rsa", "offer_rsa_credential", "import_rsa", "make_agreement_key", "export_ecdh",
                        "import_ecdh")
    }  # fmt: skip
    assert marks == {
        "identify": ("NC", "commands without fields"),
        "make_signing_key": ("EI",),
        "make_csr": ("QE",),
        "make_key": ("A0",),
        "key_check_value": ("BU",),
        "export_tr34": ("B8",),
        "export_tr31": ("A8",),
        "import_tr31": ("A6",),
        "held_key": ("BU",),
        "offer_krd_credential": ("EI",),
        "import_tr34": ("Z8",),
        "export_rsa": ("EO", "GK"),
        "offer_rsa_credential": ("EI",),
        "import_rsa": ("GI",),
        "make_agreement_key": ("FY",),
        "export_ecdh": ("IG", "A8"),
        "import_ecdh": ("IG", "A6"),
    }


def test_identify_tells_firmware_and_lmk(block_side, variant_side):
    assert dict(block_side.identify().details) == {
        "firmware": "0000-0000", "LMK": "key block 00", "LMK check value": "9D04A0",
    }  # fmt: skip
    assert dict(variant_side.identify().details)["LMK"] == "variant 02"


def test_a_firmware_number_that_nothing_public_explains_is_a_warning(block_side, monkeypatch):
    assert block_side.identify().warnings == (), "the simulator has none"
    told = DiagnosticsReply(check_value="9D04A00000000000", firmware="1500-0023")
    monkeypatch.setattr(block_side._client, "send", lambda request: told)
    (said,) = block_side.identify().warnings
    assert "1500-0023" in said
    assert "1.14" in said


@pytest.mark.parametrize("usage", sorted(TYPES))
def test_a_key_is_made_and_its_check_value_told(side, usage):
    key = make(side, usage)
    assert key.kcv == key_kcv(TDES2, clear(key))
    assert side.key_check_value(key) == key.kcv


@pytest.mark.parametrize("usage", ["P0", "B0", "C0", "V2", "M3", "D0", "E0", "E1", "E2"])
def test_a_working_key_leaves_in_a_version_b_block_under_a_tdes_kek(side, usage):
    kek, key = make(side, "K0", TDES3), make(side, usage, TDES3, exportability="S")
    block = side.export_tr31(key, kek=kek)
    content = tr31.unwrap(Kbpk("T", clear(kek)), block.text)
    assert content.key == clear(key)
    assert block.kcv == key.kcv
    header = content.header
    assert (header.version_id, header.key_usage, header.algorithm) == ("B", usage, "T")
    assert (header.mode_of_use, header.exportability) == (key.attributes.mode_of_use, "S")


@pytest.mark.parametrize("algorithm", [TDES3, KeyAlgorithm.AES_128, KeyAlgorithm.AES_256])
def test_a_working_key_leaves_in_a_version_d_block_under_an_aes_kek(block_side, algorithm):
    kek, key = make(block_side, "K1", KeyAlgorithm.AES_256), make(block_side, "D0", algorithm)
    block = block_side.export_tr31(key, kek=kek)
    content = tr31.unwrap(Kbpk("A", clear(kek)), block.text)
    assert (content.header.version_id, content.key) == ("D", clear(key))
    assert block.kcv == key_kcv(algorithm, clear(key))


def test_a_stricter_exportability_is_asked_for(block_side):
    kek, key = make(block_side, "K0", TDES3), make(block_side, "P0")
    strict = KeyToMove("P0", key.reference, KeyAttributes("P0", TDES2, "B", exportability="N"))
    assert tr31.parse(block_side.export_tr31(strict, kek=kek).text).header.exportability == "N"


def test_the_key_type_of_the_file_wins_over_the_table(variant_side):
    made = variant_side.make_key(KeyAttributes("D0", TDES2, "B"))
    as_tek = VARIANT_LMK.encrypt("30B", VARIANT_LMK.decrypt("00A", made.reference))
    key = KeyToMove("tek", as_tek, KeyAttributes("D0", TDES2, "B"), vendor_key_type="30B")
    assert variant_side.key_check_value(key) == made.kcv
    kek = make(variant_side, "K0", TDES3)
    assert tr31.unwrap(Kbpk("T", clear(kek)), variant_side.export_tr31(key, kek=kek).text).key == clear(key)


@pytest.mark.parametrize("kind", ["key-block", "variant"])
def test_a_kek_leaves_in_a_token_that_the_receiver_opens(face_port, signers, receiver, kind):
    side = open_adapter(face_port, variant_lmk=kind == "variant")
    signing_key, kdh_certificate = signers[kind]
    krd_certificate, krd_key = receiver
    key = make(side, "K1", TDES3)
    token = side.export_tr34(
        key,
        signing_key=signing_key,
        kdh_certificate=kdh_certificate,
        krd_certificate=krd_certificate,
        nonce=NONCE,
    )
    side.close()
    read = tr34.read(token.der)
    tr34.verify(read, kdh_certificate=kdh_certificate, nonce=NONCE)
    opened = tr34.open_token(
        read, krd_private_key=krd_key, krd_certificate=krd_certificate, kdh_certificate=kdh_certificate
    )
    assert opened.key == clear(key)
    assert opened.header == "B0096K1TB00E0000"
    assert (token.kcv, token.layout) == (key.kcv, "x9_tr34_2012")


def test_an_aes_key_is_not_sent_under_tdes(block_side, signers, receiver):
    signing_key, kdh_certificate = signers["key-block"]
    with pytest.raises(RuleError, match="kek-strength"):
        block_side.export_tr34(
            make(block_side, "K1", KeyAlgorithm.AES_128),
            signing_key=signing_key,
            kdh_certificate=kdh_certificate,
            krd_certificate=receiver[0],
            nonce=NONCE,
        )


def test_a_certification_request_is_for_the_signing_key(block_side, signers):
    key, _ = signers["key-block"]
    request = x509.load_der_x509_csr(block_side.make_csr(key, "KDH 1").der)
    assert request.public_key() == load_der_public_key(key.public_key)
    assert request.subject.rfc4514_string().endswith("CN=KDH 1")


def test_what_a_variant_lmk_cannot_do_is_told_before_anything_is_sent(variant_side):
    assert "key-block LMK" in variant_side.refusal("make_csr")
    assert variant_side.refusal("export_tr34") is None
    with pytest.raises(UnsupportedError, match="AES_256"):
        variant_side.make_key(KeyAttributes("K1", KeyAlgorithm.AES_256, "B"))
    with pytest.raises(UnsupportedError, match="K4"):
        variant_side.make_key(KeyAttributes("K4", TDES2, "B"))


@pytest.mark.parametrize("reference", ["", "not a key", "S10096", "U123"])
def test_a_reference_that_is_no_key_is_refused_before_anything_is_sent(side, reference):
    key = KeyToMove("bad", reference, KeyAttributes("P0", TDES2, "B"))
    with pytest.raises(FormatError) as refused:
        side.key_check_value(key)
    assert reference == "" or reference not in refused.value.message


def test_a_subject_that_would_break_the_command_is_refused(block_side, signers):
    key: SigningKey = signers["key-block"][0]
    with pytest.raises(FormatError, match="common_name"):
        block_side.make_csr(key, "two;fields")
