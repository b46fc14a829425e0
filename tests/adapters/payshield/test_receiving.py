"""The payShield as receiver: keys come under the LMK and are handed back; nothing stays in the HSM."""

import base64

import pytest

from adapters.payshield.adapter import PROBED
from adapters.payshield.face import FACE
from adapters.payshield.lmk import KeyBlockLmk, VariantLmk
from keyexchange import pki, tr31, tr34
from keyexchange.crypto import key_kcv, rsa
from keyexchange.errors import DeviceRefusedError, FormatError, ProtocolError, UnsupportedError
from keyexchange.keys import KeyAlgorithm, KeyAttributes
from keyexchange.protocols.messages import HeldKey, ImportMark, KeyBlock, KeyToken, KeyToMove, TrustAnchor
from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk
from tests.faces import running_face
from tests.misbehaviour import reply_with, scripted_server

from .conftest import now, open_adapter

BLOCK_LMK, VARIANT = KeyBlockLmk.aes_test("00"), VariantLmk("02")
TDES2, TDES3, AES_256 = KeyAlgorithm.TDES_2KEY, KeyAlgorithm.TDES_3KEY, KeyAlgorithm.AES_256
DES2 = Secret(bytes.fromhex("1C2A3D4F5B6E7F80A1B3C4D5E6F70819"))
DES3 = Secret(bytes.fromhex("1010232332324545545467677676898998980101ABABBABA"))
AES = Secret(bytes(range(32)))
KEYS = {TDES2: DES2, TDES3: DES3, KeyAlgorithm.AES_128: Secret(bytes(range(16))), AES_256: AES}
MARK = ImportMark("20260101-120000-abcdef", "key")
NONCE = b"12345678"


def sent(algorithm=TDES2, usage="P0", mode="B", **attributes):
    """A key as the reviewed file has it; its reference is the sender's and says nothing here."""
    return KeyToMove("key", "the sender's", KeyAttributes(usage, algorithm, mode, **attributes))


def block_of(key, kek=DES3, letter="T", version="B"):
    wanted = key.attributes
    clear = KEYS[wanted.algorithm]
    header = Header(version, wanted.key_usage, wanted.algorithm.letter, wanted.mode_of_use, "00", wanted.exportability)
    return KeyBlock(tr31.wrap(Kbpk(letter, kek), header, clear), key_kcv(wanted.algorithm, clear))


def kek_at(kind, key=DES3, letter="T"):
    if kind == "variant":
        return HeldKey(VARIANT.encrypt("000", key), key_kcv(TDES3, key))
    algorithm = TDES3 if letter == "T" else AES_256
    return HeldKey(BLOCK_LMK.wrap(Header("1", "K1", letter, "B"), key), key_kcv(algorithm, key))


def opened(kind, held, key_type):
    return VARIANT.decrypt(key_type, held.reference) if kind == "variant" else BLOCK_LMK.unwrap(held.reference)[1]


@pytest.fixture(params=["key-block", "variant"])
def kind(request):
    return request.param


@pytest.fixture
def receiving(kind, block_side, variant_side):
    return variant_side if kind == "variant" else block_side


@pytest.mark.parametrize(
    ("usage", "mode", "key_type"),
    [("P0", "B", "001"), ("B0", "X", "009"), ("C0", "C", "402"), ("V2", "V", "002"), ("M3", "C", "008"),
     ("D0", "B", "00A"), ("E0", "X", "109"), ("E2", "X", "209"), ("K0", "B", "000")],
)  # fmt: skip
def test_a_tr31_block_comes_under_the_lmk_and_is_handed_back(kind, usage, mode, key_type):
    key = sent(TDES3, usage, mode, exportability="S")
    with running_face(FACE, import_of_a_zmk=True) as port:
        side = open_adapter(port, variant_lmk=kind == "variant")
        held = side.import_tr31(block_of(key), key=key, kek=kek_at(kind), mark=MARK)
        side.close()
    assert opened(kind, held, key_type) == DES3
    assert held.kcv == key_kcv(TDES3, DES3)
    assert held.attributes == key.attributes


@pytest.mark.parametrize("algorithm", [TDES2, KeyAlgorithm.AES_128, AES_256])
def test_a_block_under_an_aes_kek_comes_in_version_d(block_side, algorithm):
    key = sent(algorithm, "D0")
    held = block_side.import_tr31(block_of(key, AES, "A", "D"), key=key, kek=kek_at("key-block", AES, "A"), mark=MARK)
    assert opened("key-block", held, "") == KEYS[algorithm]
    assert held.kcv == key_kcv(algorithm, KEYS[algorithm])


def test_what_was_imported_can_be_used_at_once(receiving, kind):
    key = sent(exportability="S")
    kek = kek_at(kind)
    held = receiving.import_tr31(block_of(key), key=key, kek=kek, mark=MARK)
    here = KeyToMove("key", held.reference, held.attributes)
    assert receiving.key_check_value(here) == held.kcv
    back = receiving.export_tr31(here, kek=KeyToMove("kek", kek.reference, KeyAttributes("K1", TDES3, "B")))
    assert tr31.unwrap(Kbpk("T", DES3), back.text).key == DES2


def test_a_block_that_was_changed_is_refused_by_the_device(receiving, kind):
    key = sent()
    block = block_of(key)
    changed = KeyBlock(block.text[:-1] + ("0" if block.text[-1] != "0" else "1"), block.kcv)
    with pytest.raises(DeviceRefusedError, match="A4"):
        receiving.import_tr31(changed, key=key, kek=kek_at(kind), mark=MARK)


def test_a_key_that_comes_back_under_the_other_kind_of_lmk_is_not_believed():
    key = sent()
    reply = b"0001A700" + VARIANT.encrypt("001", DES2).encode() + b"BA8F99"
    with scripted_server(reply_with(len(reply).to_bytes(2, "big") + reply)) as (port, _):
        side = open_adapter(port)
        with pytest.raises(ProtocolError, match="not the one that was sent"):
            side.import_tr31(block_of(key), key=key, kek=kek_at("key-block"), mark=MARK)
        side.close()


@pytest.mark.parametrize(("letter", "key"), [("T", DES3), ("A", AES)])
def test_a_kek_of_an_earlier_run_is_known_by_its_text(block_side, letter, key):
    kek = kek_at("key-block", key, letter)
    assert block_side.held_key(kek.reference) == kek


def test_a_kek_under_a_variant_lmk_is_known_by_its_text(variant_side):
    kek = kek_at("variant")
    assert variant_side.held_key(kek.reference) == kek


@pytest.mark.parametrize("reference", ["", "arn:aws:none", "S10096", "0123456789ABCDEF"])
def test_what_is_no_kek_is_refused_before_anything_is_sent(side, reference):
    with pytest.raises(FormatError):
        side.held_key(reference)


REFUSED = [
    ("key-block", sent(KeyAlgorithm.HMAC_SHA256, "M7", "C"), "TDES and AES"),
    ("variant", sent(AES_256, "D0"), "holds no AES_256"),
    ("variant", sent(TDES2, "K4"), "no payShield key type"),
    ("variant", KeyToMove("key", "", sent().attributes, vendor_key_type="009"), "has not the usage P0"),
]


@pytest.mark.parametrize(("kind", "key", "said"), REFUSED)
@pytest.mark.parametrize("ability", ["import_tr31", "import_tr34", "import_rsa", "import_ecdh", "held_key", "make_key"])
def test_keys_that_cannot_come_are_told_before_anything_is_sent(receiving, key, said, ability):
    assert said in receiving.key_refusal(key, ability)
    assert receiving.key_refusal(sent(), ability) is None


def test_a_real_payshield_takes_no_token(block_side):
    for ability in ("trust", "find_trust", "offer_krd_credential", "import_tr34"):
        assert block_side.refusal(ability) == "no public command of a payShield takes a TR-34 token"
    assert block_side.refusal("import_tr31") is None
    assert block_side.warnings() == ()


def test_a_token_comes_by_the_convention_of_the_simulator(face_port, kind, authority):
    side = open_adapter(face_port, variant_lmk=kind == "variant", simulator_conventions=True)
    assert side.refusal("import_tr34") is None
    assert any("simulator_conventions" in warning for warning in side.warnings())
    credential = side.offer_krd_credential()
    chain = credential.chain
    pki.verify_chain(chain.certificate, chain.issuers, chain.issuers[-1:], at=now(), purpose="wrap")
    key = sent(TDES3, "K0")
    held = side.import_tr34(
        token_for(credential, authority),
        key=key,
        credential=credential,
        anchor=TrustAnchor("root", ()),
        kdh_certificate=sender(authority)[0],
        nonce=NONCE,
        mark=MARK,
    )
    side.close()
    assert opened(kind, held, "000") == DES3
    assert held.kcv == key_kcv(TDES3, DES3)


SENDERS = {}


def sender(authority):
    """The KDH's certificate (DER) and private key."""
    if "kdh" not in SENDERS:
        root, root_key = authority
        key = rsa.generate(2048)
        leaf = pki.issue_leaf("KDH", key.public_key(), root, root_key, purpose="sign", days=2, now=now())
        SENDERS["kdh"] = (pki.to_der(leaf), key)
    return SENDERS["kdh"]


def token_for(credential, authority, nonce=NONCE):
    certificate, key = sender(authority)
    receiver = credential.chain.certificate
    kdh_id = pki.issuer_and_serial(certificate)
    parts = tr34.build_parts(
        DES3,
        Header("B", "K0", "T", "B").text(96),
        kdh_id=kdh_id,
        krd_id=pki.issuer_and_serial(receiver),
        krd_public_key=pki.rsa_public_key(pki.load(receiver)),
        nonce=nonce,
        sign=lambda octets: rsa.sign_pkcs1_sha256(key, octets),
        cipher=tr34.DES_EDE3_CBC,
    )
    return KeyToken(tr34.assemble(parts, kdh_id), key_kcv(TDES3, DES3), "x9_tr34_2012")


@pytest.mark.parametrize(("nonce", "spoil", "code"), [(b"87654321", False, "02"), (NONCE, True, "80")])
def test_a_token_of_another_run_or_none_at_all_is_refused(face_port, authority, nonce, spoil, code):
    side = open_adapter(face_port, simulator_conventions=True)
    credential = side.offer_krd_credential()
    token = token_for(credential, authority, nonce)
    if spoil:
        token = KeyToken(token.der[:-300], token.kcv, token.layout)
    with pytest.raises(DeviceRefusedError, match=code):
        side.import_tr34(
            token, key=sent(TDES3, "K0"), credential=credential, anchor=TrustAnchor("root", ()),
            kdh_certificate=sender(authority)[0], nonce=NONCE, mark=MARK,
        )  # fmt: skip
    side.close()


def test_the_handle_of_a_receiving_key_is_ciphertext(face_port):
    side = open_adapter(face_port, simulator_conventions=True)
    handle = base64.b64decode(side.offer_krd_credential().token)
    side.close()
    assert handle.startswith(b"S1")
    assert BLOCK_LMK.unwrap_private(handle)[0].mode_of_use == "N"


def test_identify_says_which_commands_are_missing():
    with running_face(FACE, disabled_commands=["QE"], unlicensed_commands=["A6"]) as port:
        side = open_adapter(port, probe_commands=True)
        assert side.identify().lacking == ("A6", "QE")
        side.close()
        side = open_adapter(port)
        assert side.identify().lacking == ()
        side.close()
    assert {"A0", "A6", "A8", "B8"} <= set(PROBED)


def test_a_simulator_that_is_none_stops_everything():
    reply = b"0001ND009D04A000000000002200-1011"
    with scripted_server(reply_with(len(reply).to_bytes(2, "big") + reply)) as (port, _):
        side = open_adapter(port, simulator_conventions=True)
        with pytest.raises(UnsupportedError, match="not this project's simulator"):
            side.identify()
        side.close()
