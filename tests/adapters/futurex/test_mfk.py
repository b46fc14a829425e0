"""Keys under the MFK and its modifiers: the published figures, and the commands that translate them."""

import pytest

from adapters.futurex.errors import Refusal
from adapters.futurex.face import FACE
from adapters.futurex.keys import TEST_MFK, VariantKey
from keyexchange.secret import Secret
from tests.faces import running_face

from .conftest import BDK, KBPK, VECTORS
from .raw import ask, token

FIGURES = [vector for vector in VECTORS if vector["op"] == "mfk"]
MFK = VariantKey(TEST_MFK)
DES2 = Secret(bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"))
DES3 = Secret(bytes.fromhex("0123456789ABCDEFFEDCBA98765432101032547698BADCFE"))
KEK_CLEAR = Secret(bytes.fromhex("1C2A3D4F5B6E7F80FEDCBA9876543210"))
KEK = VariantKey(KEK_CLEAR)
STORED_KEK = MFK.encrypt(KEK_CLEAR, 0)


@pytest.fixture(scope="module")
def port():
    with running_face(FACE, mfk_loaded=True) as port:
        yield port


@pytest.mark.parametrize("vector", FIGURES, ids=lambda vector: vector["name"])
def test_known_cryptograms_are_made_and_opened(vector):
    inputs, text = vector["inputs"], vector["expected"]["cryptogram"]
    mfk, modifier = VariantKey(Secret(bytes.fromhex(inputs["mfk"]))), int(inputs["modifier"], 16)
    key = Secret(bytes.fromhex(inputs["key"]))
    assert mfk.encrypt(key, modifier) == text
    assert mfk.decrypt(text, modifier) == key


def test_another_modifier_gives_a_parity_error():
    with pytest.raises(Refusal, match="05"):
        MFK.decrypt(MFK.encrypt(DES2, 1), 2)
    with pytest.raises(Refusal, match="48"):
        MFK.decrypt("xyz", 0)


@pytest.mark.parametrize("modifier", ["0", "1", "4", "D"])
@pytest.mark.parametrize("key", [DES2, Secret(DES2.reveal()[:8])], ids=["double", "single"])
def test_a_key_goes_out_and_comes_back_with_its_modifier(port, modifier, key):
    number = int(modifier, 16)
    stored = MFK.encrypt(key, number)
    out = ask(port, f"[AOTWKA;AS{modifier};AP{STORED_KEK};BG{stored};AG0001;]")
    assert (token("BH", out), token("AG", out)) == (KEK.encrypt(key, number), "0001")
    back = ask(port, f"[AOTWKS;AS{modifier};AP{STORED_KEK};BH{token('BH', out)};AG0002;]")
    assert (token("BG", back), token("AE", back)) == (stored, token("AE", out))


def test_a_key_without_modifier_gets_one_on_import(port):
    reply = ask(port, f"[AOTWKM;AS1;AP{STORED_KEK};BH{KEK.encrypt(DES2, 0)};OFC;]")
    assert (token("BG", reply), token("AE", reply)) == (MFK.encrypt(DES2, 1), "08D7B4")


def test_a_working_key_is_made_under_both(port):
    reply = ask(port, f"[AOGWKS;AS1;AP{STORED_KEK};FS2;AG0001;]")
    key = MFK.decrypt(token("BG", reply), 1)
    assert KEK.decrypt(token("BH", reply), 1) == key
    assert (len(key), token("FS", reply)) == (16, "2")
    assert ";BH" not in ask(port, f"[AOGWKS;AS1;AP{'0' * 32};FS2;]")


SINGLE = Secret(DES2.reveal()[:8])
ALIKE = Secret(SINGLE.reveal() * 2)
REFUSALS = [
    ("no modifier", f"[AOTWKA;AP{STORED_KEK};BG{MFK.encrypt(DES2, 0)};]", "04"),
    ("no modifier on import", f"[AOTWKS;AP{STORED_KEK};BH{KEK.encrypt(DES2, 0)};]", "04"),
    ("a key block of a cryptogram", f"[AOTWKA;AS0;AP{STORED_KEK};BG{MFK.encrypt(DES2, 0)};OFT;]", "03"),
    ("a cryptogram of a key block", f"[AOTWKA;FS6;AP{KBPK};BG{BDK};OFC;]", "03"),
    ("a cryptogram with FS6", f"[AOTWKA;FS6;AP{KBPK};BG{MFK.encrypt(DES2, 0)};OFT;]", "48"),
    ("a key block without FS6", f"[AOTWKA;AS0;AP{STORED_KEK};BG{BDK};]", "48"),
    ("another modifier", f"[AOTWKA;AS2;AP{STORED_KEK};BG{MFK.encrypt(DES2, 1)};]", "05"),
    ("a KEK under a modifier", f"[AOTWKA;AS1;AP{MFK.encrypt(KEK_CLEAR, 1)};BG{MFK.encrypt(DES2, 1)};]", "05"),
    ("a single-length KEK", f"[AOTWKA;AS1;AP{MFK.encrypt(SINGLE, 0)};BG{MFK.encrypt(SINGLE, 1)};]", "63"),
    ("a KEK of single DES", f"[AOTWKA;AS1;AP{MFK.encrypt(ALIKE, 0)};BG{MFK.encrypt(DES2, 1)};]", "44"),
    ("a key of single DES", f"[AOTWKM;AS1;AP{STORED_KEK};BH{KEK.encrypt(ALIKE, 0)};]", "44"),
    ("a KEK weaker than the key", f"[AOTWKS;AS1;AP{STORED_KEK};BH{KEK.encrypt(DES3, 1)};]", "64"),
]


@pytest.mark.parametrize(("message", "number"), [r[1:] for r in REFUSALS], ids=[r[0] for r in REFUSALS])
def test_a_cryptogram_that_does_not_fit_is_refused(port, message, number):
    assert token("AM", ask(port, message)) == number


def test_without_an_mfk_as_aws_tested_the_commands_say_so(face_port):
    stored = MFK.encrypt(DES2, 1)
    for message in (
        f"[AOTWKA;AS1;AP{STORED_KEK};BG{stored};]",
        f"[AOTWKM;AS1;AP{STORED_KEK};BH{stored};]",
        f"[AOGWKS;AS1;AP{STORED_KEK};FS2;]",
    ):
        assert token("AM", ask(face_port, message)) == "06"
