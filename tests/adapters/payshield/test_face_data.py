"""The data commands over a raw socket: known answers, both kinds of LMK, refusals."""

import pytest

from adapters.payshield.face import FACE
from adapters.payshield.lmk import KeyBlockLmk, VariantLmk
from keyexchange.crypto import AesKey, TdesKey
from keyexchange.payment import (
    Cvv,
    Pin,
    PinBlockFormat,
    PinLayout,
    cmac,
    decrypt_pin,
    encrypt_pin,
    generate_pvv,
    iso9797_algorithm_1,
    iso9797_algorithm_3,
)
from keyexchange.payment.emv.cryptograms import application_cryptogram, arpc_method_1
from keyexchange.payment.emv.master_keys import icc_master_key_a
from keyexchange.payment.emv.session_keys import mastercard
from keyexchange.payment.padding import Padding
from keyexchange.secret import Secret
from keyexchange.tr31 import Header
from tests.faces import running_face

from .conftest import VECTORS
from .raw import ask

LMK, VARIANT = KeyBlockLmk.aes_test("00"), VariantLmk("02")
DES2 = Secret(bytes.fromhex("1C2A3D4F5B6E7F80A1B3C4D5E6F70819"))
ODD = Secret(bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"))
DES3 = Secret(bytes.fromhex("1010232332324545545467677676898998980101ABABBABA"))
AES = Secret(bytes(range(32)))
KEY, OTHER = TdesKey(DES2), TdesKey(ODD)
ACCOUNT, PAN = "456789012345", "41234567890123456"
LAYOUT = PinLayout(PinBlockFormat.ISO_0, ACCOUNT + "0")
PIN = Pin("12345")
BLOCK = encrypt_pin(KEY, LAYOUT, PIN).hex().upper()


def held(usage, key=DES2, letter="T", mode="N"):
    return LMK.wrap(Header("1", usage, letter, mode), key)


def say(port, text):
    return ask(port, b"0000" + text.encode()).decode()[6:]


@pytest.fixture(scope="module")
def tdes_face():
    with running_face(FACE, lmks={"01": "3des"}, default_lmk="01") as port:
        yield port


CHANGED = {
    "cy": lambda request: request.index(b";") - 17,
    "dc": lambda request: len(request) - 1,
    "ec": lambda request: len(request) - 4,
    "m8": lambda request: len(request) - 4,
    "kq": lambda request: len(request) - 1,
}
"""For each command that verifies, an octet of what it verifies; an LMK identifier may stand behind it."""


@pytest.mark.parametrize("message", VECTORS["data_messages"], ids=lambda message: message["name"])
def test_known_messages_get_the_known_reply(tdes_face, message):
    request, reply = bytes.fromhex(message["request"]), bytes.fromhex(message["reply"])
    assert ask(tdes_face, b"0000" + request) == b"0000" + reply


@pytest.mark.parametrize(
    "message", [each for each in VECTORS["data_messages"] if each["name"] in CHANGED], ids=lambda each: each["name"]
)
def test_a_changed_value_does_not_verify(tdes_face, message):
    request = bytearray.fromhex(message["request"])
    request[CHANGED[message["name"]](request)] ^= 1
    assert ask(tdes_face, b"0000" + bytes(request))[6:8] == b"01"


def keys_of(lmk):
    """Texts of the working keys under one kind of LMK, and what a command has behind its fields."""
    if lmk == "block":
        return {
            "tpk": held("71"), "zpk": held("72", ODD), "pvk": held("V2", ODD), "cvk": held("C0"),
            "mac": ("FFF", held("M3")), "dek": ("FFF", held("21")), "ac": held("E0", mode="X"), "end": "",
        }  # fmt: skip
    return {
        "tpk": VARIANT.encrypt("002", DES2), "zpk": VARIANT.encrypt("001", ODD), "pvk": VARIANT.encrypt("002", ODD),
        "cvk": VARIANT.encrypt("402", DES2), "mac": ("008", VARIANT.encrypt("008", DES2)),
        "dek": ("00A", VARIANT.encrypt("00A", DES2)), "ac": VARIANT.encrypt("109", DES2), "end": "%02",
    }  # fmt: skip


@pytest.fixture(params=["block", "variant"])
def keys(request):
    return keys_of(request.param)


@pytest.mark.parametrize(("code", "target"), [("01", PinBlockFormat.ISO_0), ("47", PinBlockFormat.ISO_3)])
def test_a_pin_block_is_translated(face_port, keys, code, target):
    reply = say(face_port, f"CA{keys['tpk']}{keys['zpk']}12{BLOCK}01{code}{ACCOUNT}{keys['end']}")
    assert (reply[:4], reply[-2:]) == ("0005", code)
    assert decrypt_pin(OTHER, PinLayout(target, ACCOUNT + "0"), bytes.fromhex(reply[4:20])) == PIN
    back = say(face_port, f"CC{keys['zpk']}{keys['zpk']}12{reply[4:20]}{code}01{ACCOUNT}{keys['end']}")
    assert decrypt_pin(OTHER, LAYOUT, bytes.fromhex(back[4:20])) == PIN


def test_a_pvv_is_made_and_verified(face_port, keys):
    pvv = generate_pvv(OTHER, PIN, ACCOUNT + "0", 1)
    key_type = "FFF" if keys["end"] == "" else "002"
    tail = f"{BLOCK}01{ACCOUNT}1"
    assert say(face_port, f"FW{key_type}{keys['tpk']}{keys['pvk']}{tail}{keys['end']}") == f"00{pvv}"
    assert say(face_port, f"DC{keys['tpk']}{keys['pvk']}{tail}{pvv}{keys['end']}") == "00"
    assert say(face_port, f"DC{keys['tpk']}{keys['pvk']}{tail}{(int(pvv) + 1) % 10000:04d}{keys['end']}") == "01"
    zone = encrypt_pin(OTHER, LAYOUT, PIN).hex().upper()
    assert say(face_port, f"EC{keys['zpk']}{keys['pvk']}{zone}01{ACCOUNT}1{pvv}{keys['end']}") == "00"


@pytest.mark.parametrize("length", [4, 12])
def test_a_pvv_is_made_of_a_pin_under_the_lmk(keys, length):
    filled = PIN.reveal()[: max(length, 4)].ljust(length + 1, "F")
    pin = Pin(filled.rstrip("F"))
    with running_face(FACE, pin_length=length) as port:
        reply = say(port, f"BA{filled}{ACCOUNT}{keys['end']}")
        stored = reply[2:]
        assert (reply[:2], len(stored)) == ("00", length + 1 if keys["end"] else 33)
        pvv = generate_pvv(OTHER, pin, ACCOUNT + "0", 1)
        assert say(port, f"DG{keys['pvk']}{stored}{ACCOUNT}1{keys['end']}") == f"00{pvv}"
        assert say(port, f"DG{keys['pvk']}{stored}{ACCOUNT[::-1]}1{keys['end']}") != f"00{pvv}"
        assert say(port, f"BA{filled}F{ACCOUNT}{keys['end']}") == "15"
    with running_face(FACE, authorised=False) as port:
        assert say(port, f"BA1234F{ACCOUNT}{keys['end']}") == "17"


def test_a_card_value_is_made_and_verified(face_port, keys):
    cvv = Cvv(PAN, "2812", "101").generate(KEY)
    assert say(face_port, f"CW{keys['cvk']}{PAN};2812101{keys['end']}") == f"00{cvv}"
    assert say(face_port, f"CY{keys['cvk']}{cvv}{PAN};2812101{keys['end']}") == "00"
    assert say(face_port, f"CY{keys['cvk']}{(int(cvv) + 1) % 1000:03d}{PAN};2812101{keys['end']}") == "01"


@pytest.mark.parametrize(
    ("algorithm", "padding", "expected"),
    [
        ("1", "1", iso9797_algorithm_1(KEY, b"some data", padding=Padding.METHOD_1)),
        ("1", "2", iso9797_algorithm_1(KEY, b"some data", padding=Padding.METHOD_2)),
        ("3", "1", iso9797_algorithm_3(KEY, b"some data", padding=Padding.METHOD_1)),
        ("3", "2", iso9797_algorithm_3(KEY, b"some data", padding=Padding.METHOD_2)),
    ],
)
def test_a_tdes_mac_is_made_and_verified(face_port, keys, algorithm, padding, expected):
    mac = expected.hex().upper()
    key = "".join(keys["mac"])
    for form, data in (("0", "some data"), ("1", b"some data".hex().upper()), ("2", "some data")):
        tail = f"{len(data):04X}{data}"
        assert say(face_port, f"M60{form}0{algorithm}{padding}{key}{tail}{keys['end']}") == f"00{mac[:8]}"
        assert say(face_port, f"M60{form}1{algorithm}{padding}{key}{tail}{keys['end']}") == f"00{mac}"
        assert say(face_port, f"M80{form}1{algorithm}{padding}{key}{tail}{mac}{keys['end']}") == "00"
        assert say(face_port, f"M80{form}0{algorithm}{padding}{key}{tail}00000000{keys['end']}") == "01"


@pytest.mark.parametrize(
    ("algorithm", "expected"),
    [("5", iso9797_algorithm_1(AesKey(AES), b"some data")), ("6", cmac(AesKey(AES), b"some data"))],
)
def test_an_aes_mac_is_made(face_port, algorithm, expected):
    reply = say(face_port, f"M6001{algorithm}1FFF{held('M6', AES, 'A')}0009some data")
    assert reply == f"00{expected[:8].hex().upper()}"


@pytest.mark.parametrize(
    ("letter", "mode"),
    [("T", "00"), ("T", "01"), ("T", "02"), ("T", "03"), ("A", "00"), ("A", "01"), ("A", "02")],
)
def test_data_are_encrypted_and_decrypted_and_can_be_continued(face_port, mode, letter):
    key, size = (DES3, 8) if letter == "T" else (AES, 16)
    iv = "" if mode == "00" else "A5" * size
    text = held("D0", key, letter)
    data = bytes(range(4 * size)).hex().upper()
    whole = say(face_port, f"M0{mode}11FFF{text}{iv}{len(data):04X}{data}")[2 + len(iv) :]
    half = len(data) // 2
    first = say(face_port, f"M0{mode}11FFF{text}{iv}{half:04X}{data[:half]}")
    second = say(face_port, f"M0{mode}11FFF{text}{first[2 : 2 + len(iv)]}{half:04X}{data[half:]}")
    assert first[6 + len(iv) :] + second[6 + len(iv) :] == whole[4:]
    clear = say(face_port, f"M2{mode}11FFF{text}{iv}{whole}")
    assert clear[6 + len(iv) :] == data


def test_data_go_in_and_out_as_they_are_asked_for(face_port, keys):
    key = "".join(keys["dek"])
    encrypted = KEY.encrypt_cbc(bytes(8), b"text, so")
    reply = ask(face_port, f"0000M00120{key}{'0' * 16}0008text, so{keys['end']}".encode())
    assert reply[6:] == b"00" + encrypted.hex().upper().encode() + b"0008" + encrypted
    counted = f"{16:04X}{encrypted.hex().upper()}"
    assert say(face_port, f"M20112{key}{'0' * 16}{counted}{keys['end']}")[-12:] == "0008text, so"


DATA = b"\x00" * 33
SEQUENCE = bytes.fromhex("5600000000000001")


@pytest.mark.parametrize("scheme", ["0", "1"])
def test_a_cryptogram_is_verified_and_answered(face_port, keys, scheme):
    card = icc_master_key_a(KEY, SEQUENCE.hex()[:-2], "01")
    session = card if scheme == "0" else mastercard(card, b"\x00\x74", b"\x01\x02\x03\x04")
    arqc = application_cryptogram(session, DATA, padding=Padding.METHOD_1)
    fields = keys["ac"].encode() + SEQUENCE + b"\x00\x74\x01\x02\x03\x04" + b"21" + DATA + b";"
    end = keys["end"].encode()
    start = b"0000KQ%b" + scheme.encode() + fields
    assert ask(face_port, start % b"0" + arqc + end) == b"0000KR00"
    assert ask(face_port, start % b"1" + arqc + b"00" + end) == b"0000KR00" + arpc_method_1(card, arqc, b"00")
    assert ask(face_port, start % b"0" + bytes(8) + end) == b"0000KR01" + arqc, "diag.host is authorised"
    with running_face(FACE, authorised=False) as port:
        assert ask(port, start % b"0" + bytes(8) + end) == b"0000KR01"
    with running_face(FACE, authorised=False, activities=["diag.host"]) as port:
        assert ask(port, start % b"0" + bytes(8) + end) == b"0000KR01" + arqc


TPK, ZPK, PVK = held("71"), held("72", ODD), held("V2", ODD)
M3, AES_MAC, DEK = held("M3"), held("M6", AES, "A"), held("D0")
VARIANT_TPK, VARIANT_ZPK = VARIANT.encrypt("002", DES2), VARIANT.encrypt("001", ODD)
BAD_BLOCK = KEY.encrypt_ecb(bytes(8)).hex().upper()
REFUSALS = [
    ("PIN block that reads wrong", f"CA{TPK}{ZPK}12{BAD_BLOCK}0101{ACCOUNT}", "20"),
    ("PIN longer than allowed", f"CA{TPK}{ZPK}04{BLOCK}0101{ACCOUNT}", "24"),
    ("PIN length over 12", f"CA{TPK}{ZPK}13{BLOCK}0101{ACCOUNT}", "24"),
    ("PIN block format", f"CA{TPK}{ZPK}12{BLOCK}0201{ACCOUNT}", "23"),
    ("translation that ISO 9564 forbids", f"CA{TPK}{ZPK}12{BLOCK}0105{ACCOUNT}", "23"),
    ("BDK as destination", f"CA{TPK}*{ZPK}12{BLOCK}0101{ACCOUNT}", "15"),
    ("no TPK", f"CA{PVK}{ZPK}12{BLOCK}0101{ACCOUNT}", "A6"),
    ("a ZPK for CA", f"CA{ZPK}{ZPK}12{BLOCK}0101{ACCOUNT}", "A6"),
    ("TPK that only encrypts", f"CA{held('71', mode='E')}{ZPK}12{BLOCK}0101{ACCOUNT}", "A8"),
    ("source key parity", f"CA{VARIANT_ZPK}{VARIANT_ZPK}12{BLOCK}0101{ACCOUNT}%02", "10"),
    ("destination key parity", f"CA{VARIANT_TPK}{VARIANT_TPK}12{BLOCK}0101{ACCOUNT}%02", "11"),
    ("AES PIN key", f"CC{held('72', AES, 'A')}{ZPK}12{BLOCK}0101{ACCOUNT}", "A7"),
    ("PVK that only makes", f"DC{TPK}{held('V2', mode='G')}{BLOCK}01{ACCOUNT}10000", "A8"),
    ("FW key type", f"FW009{TPK}{PVK}{BLOCK}01{ACCOUNT}1", "28"),
    ("PIN of another form", f"DG{PVK}12345{ACCOUNT}1", "14"),
    ("PIN of another account", f"DG{PVK}J{'0' * 32}{ACCOUNT}1", "14"),
    ("AES PIN under a variant LMK", f"DG{VARIANT.encrypt('002', ODD)}J{'0' * 32}{ACCOUNT}1%02", "14"),
    ("no PVK for DG", f"DG{TPK}J{'0' * 32}{ACCOUNT}1", "A6"),
    ("clear PIN too short", f"BA123FF{ACCOUNT}", "24"),
    ("clear PIN of another length", f"BA1234FF{ACCOUNT}", "15"),
    ("CVK usage", f"CW{TPK}{PAN};2812101", "A6"),
    ("CVK of three parts", f"CW{held('C0', DES3)}{PAN};2812101", "27"),
    ("no PAN", f"CW{held('C0')};2812101", "15"),
    ("MAC of several blocks", f"M61001 1FFF{M3}0001x".replace(" ", ""), "15"),
    ("MAC size", f"M60021 1FFF{M3}0001x".replace(" ", ""), "15"),
    ("MAC algorithm", f"M600041FFF{M3}0001x", "15"),
    ("MAC padding", f"M600013FFF{M3}0001x", "15"),
    ("CMAC under TDES", f"M600061FFF{M3}0001x", "A7"),
    ("retail MAC under AES", f"M600031FFF{AES_MAC}0001x", "A7"),
    ("MAC key usage", f"M600031FFF{DEK}0001x", "A6"),
    ("MAC key type", f"M600031009{VARIANT_TPK}0001x%02", "28"),
    ("key type of the other LMK", f"M600031008{M3}0001x", "A1"),
    ("input that is no hex", f"M610031FFF{M3}0001x".replace("M610", "M601"), "15"),
    ("data that are no block", f"M00000FFF{DEK}0007" + "x" * 7, "35"),
    ("data that are no hex", f"M00011FFF{DEK}0008" + "x" * 8, "15"),
    ("CTR", f"M00611FFF{DEK}{'0' * 16}0010" + "0" * 16, "15"),
    ("output that is no text", f"M00002FFF{held('D0', ODD)}0008" + "x" * 8, "15"),
    ("key that only decrypts", f"M00000FFF{held('D0', mode='D')}0008" + "x" * 8, "A8"),
    ("cryptogram mode", f"KQ20{held('E0')}" + "x" * 14 + "01x;" + "y" * 8, "15"),
    ("cryptogram scheme", f"KQ02{held('E0')}" + "x" * 14 + "01x;" + "y" * 8, "15"),
    ("account that is no digits", f"KQ00{held('E0')}" + "z" * 14 + "01x;" + "y" * 8, "15"),
    ("MK-AC of three parts", f"KQ00{held('E0', DES3)}" + "\x01" * 14 + "01x;" + "y" * 8, "27"),
    ("NO mode", "NO02", "15"),
]  # fmt: skip


@pytest.mark.parametrize(("request_", "code"), [r[1:] for r in REFUSALS], ids=[r[0] for r in REFUSALS])
def test_a_refusal_is_a_code_and_nothing_else(face_port, request_, code):
    assert say(face_port, request_) == code


def test_status_tells_how_the_face_is_set_up(face_port):
    assert say(face_port, "NO00") == "0031640000-000000000"
    assert say(face_port, "NO01") == "000"
