"""A4, A6 and BW over a raw socket: keys come under the LMK, or are refused with the right code."""

import pytest

from adapters.payshield.commands import TranslatePrivateKeyReply
from adapters.payshield.face import FACE
from adapters.payshield.lmk import KeyBlockLmk, Protection, SchemeZmk, VariantLmk, blocks
from keyexchange import tr31
from keyexchange.crypto import rsa
from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk, OptionalBlock
from keyexchange.wire import Cursor
from tests.faces import running_face

from .conftest import VECTORS
from .raw import ask

LMK, VARIANT = KeyBlockLmk.aes_test("00"), VariantLmk("02")
DES2 = Secret(bytes.fromhex("1C2A3D4F5B6E7F80A1B3C4D5E6F70819"))
DES3 = Secret(bytes.fromhex("1010232332324545545467677676898998980101ABABBABA"))
ODD = Secret(bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"))
DES1 = Secret(bytes.fromhex("1C2A3D4F5B6E7F80"))
ALIKE = Secret(DES1.reveal() * 2)
EVEN = Secret(bytes(octet ^ 1 for octet in DES2.reveal()))
AES = Secret(bytes(range(32)))
KBPK, AES_KBPK = Kbpk("T", DES3), Kbpk("A", AES)
OPEN = {"trusted_formats_only": False, "x9_17_import": True, "x9_17_export": True, "import_of_a_zmk": True}


def block(usage="K0", letter="T", mode="B", version="00", key=DES3, exportability="E", lmk=LMK):
    return lmk.wrap(Header("1", usage, letter, mode, version, exportability), key)


ZMK, AES_ZMK = block("K0"), block("K1", "A", key=AES)
VAR_ZMK = VARIANT.encrypt("000", DES3)


def tr31_block(usage="P0", letter="T", mode="B", key=DES2, kbpk=KBPK, **more):
    header = Header("B" if kbpk.letter == "T" else "D", usage, letter, mode, **more)
    return "R" + tr31.wrap(kbpk, header, key, odd_header=True)


def say(port, text):
    return ask(port, b"0000" + text.encode()).decode()


@pytest.mark.parametrize(
    ("letter", "key", "kbpk", "zmk"),
    [
        ("T", DES2, KBPK, ZMK),
        ("T", DES3, KBPK, ZMK),
        ("T", DES3, AES_KBPK, AES_ZMK),
        ("A", Secret(bytes(range(16))), AES_KBPK, AES_ZMK),
        ("A", AES, AES_KBPK, AES_ZMK),
    ],
    ids=["TDES-2 under TDES", "TDES-3 under TDES", "TDES-3 under AES", "AES-128 under AES", "AES-256 under AES"],
)
def test_a_tr31_block_comes_under_a_key_block_lmk_with_its_header(face_port, letter, key, kbpk, zmk):
    optional = (OptionalBlock("LB", "a label"),)
    text = tr31_block(
        "D0", letter, "E", key, kbpk, key_version_number="07", exportability="S", optional_blocks=optional
    )
    reply = say(face_port, f"A6FFF{zmk}{text}S")
    assert reply[:8] == "0000A700"
    header, held = LMK.unwrap(reply[8:-6])
    assert held == key
    assert (header.key_usage, header.algorithm, header.mode_of_use) == ("D0", letter, "E")
    assert (header.key_version_number, header.exportability, header.reserved) == ("07", "S", "00")
    assert header.optional_blocks[0] == optional[0]


@pytest.mark.parametrize(("usage", "key_type"), [("P0", "001"), ("B0", "009"), ("C0", "402"), ("E2", "209")])
def test_a_tr31_block_comes_under_a_variant_lmk_as_its_type(face_port, usage, key_type):
    mode = {"P0": "B", "C0": "C"}.get(usage, "X")
    reply = say(face_port, f"A6{key_type}{VAR_ZMK}{tr31_block(usage, mode=mode)}U%02")
    assert (reply[:8], VARIANT.decrypt(key_type, reply[8:-6])) == ("0000A700", DES2)


def test_a_usage_is_changed_to_a_thales_one_that_stands_for_it(face_port):
    reply = say(face_port, f"A6FFF{ZMK}{tr31_block()}S#7200")
    assert LMK.unwrap(reply[8:-6])[0].key_usage == "72"


def test_a_thales_block_under_a_zmk_comes_under_the_lmk(face_port):
    header = Header("0", "72", "T", "B", reserved=blocks.EXPORTED)
    text = blocks.wrap_symmetric(Protection(KBPK), header, DES2)
    reply = say(face_port, f"A6FFF{ZMK}{text}S")
    assert LMK.unwrap(reply[8:-6])[1] == DES2


def test_a_key_that_left_comes_back_the_same(face_port):
    key = block("P0", key=DES2)
    for scheme in ("R", "S"):
        left = say(face_port, f"A8FFF{ZMK}{key}{scheme}")[8:-6]
        reply = say(face_port, f"A6FFF{ZMK}{left}S")
        assert LMK.unwrap(reply[8:-6]) == LMK.unwrap(key)


def test_wrong_parity_is_put_right_and_told(face_port):
    reply = say(face_port, f"A6FFF{ZMK}{tr31_block(key=EVEN)}S")
    assert reply[:8] == "0000A701"
    assert LMK.unwrap(reply[8:-6])[1] == DES2


@pytest.mark.parametrize("vector", VECTORS["zmk_schemes"], ids=lambda vector: vector["name"])
def test_known_keys_under_a_zmk_without_a_block_go_in_and_out(vector):
    zmk, key = Secret(bytes.fromhex(vector["zmk"])), Secret(bytes.fromhex(vector["key"]))
    assert SchemeZmk(zmk).encrypt(vector["name"], key) == vector["text"]
    assert SchemeZmk(zmk).decrypt(vector["text"]) == key


@pytest.mark.parametrize(("scheme", "key"), [("U", DES2), ("X", DES2), ("T", DES3), ("Y", DES3), ("Z", DES1)])
def test_schemes_without_a_block_go_both_ways_when_the_settings_allow_them(scheme, key):
    letter, lmk_scheme = ("D", "Z") if scheme == "Z" else ("T", {"X": "U", "Y": "T"}.get(scheme, scheme))
    with running_face(FACE, **OPEN) as port:
        held = block("P0", letter, key=key, exportability="S")
        left = say(port, f"A8FFF{ZMK}{held}{scheme}")
        assert left[:8] == "0000A900"
        back = say(port, f"A6FFF{ZMK}{left[8:-6]}S#P0B00S00")
        assert LMK.unwrap(back[8:-6])[1] == key
        back = say(port, f"A6001{VAR_ZMK}{left[8:-6]}{lmk_scheme}%02")
        assert VARIANT.decrypt("001", back[8:-6]) == key


LONG_KEY = "R" + tr31.wrap(Kbpk("T", ODD), Header("B", "P0", "T", "B"), DES3, weaker_kbpk=True)
AES_KEY = "R" + tr31.wrap(KBPK, Header("B", "D0", "A", "B"), Secret(bytes(16)), weaker_kbpk=True)
OF_AN_LMK = blocks.wrap_symmetric(Protection(KBPK), Header("0", "P0", "T", "B", reserved="01"), DES2)
REFUSALS = [
    ("no MAC", f"A6FFF{ZMK}{tr31_block()[:-1]}_S", "B2"),
    ("another KBPK", f"A6FFF{ZMK}{tr31_block(kbpk=Kbpk('T', ODD))}S", "A4"),
    ("version D under a TDES ZMK", f"A6FFF{ZMK}{tr31_block(kbpk=AES_KBPK)}S", "A7"),
    ("no such version", f"A6FFF{ZMK}RQ{tr31_block()[2:]}S", "BE"),
    ("ZMK that only wraps", f"A6FFF{block(mode='E')}{tr31_block()}S", "A8"),
    ("ZMK usage", f"A6FFF{block('P0')}{tr31_block()}S", "A6"),
    ("ZMK weaker than the key", f"A6FFF{block(key=ODD)}{LONG_KEY}S", "A5"),
    ("a ZMK comes", f"A6FFF{ZMK}{tr31_block('K0')}S", "29"),
    ("a variant ZMK comes", f"A6000{VAR_ZMK}{tr31_block('K0')}U%02", "29"),
    ("single DES in disguise", f"A6FFF{ZMK}{tr31_block(key=ALIKE)}S", "75"),
    ("usage changed to another kind", f"A6FFF{ZMK}{tr31_block()}S#1100", "A6"),
    ("optional blocks with the usage", f"A6FFF{ZMK}{tr31_block()}S#7201", "AB"),
    ("scheme of a variant LMK", f"A6FFF{ZMK}{tr31_block()}U", "26"),
    ("type of a variant LMK", f"A6001{ZMK}{tr31_block()}S", "A1"),
    ("usage of another type", f"A6009{VAR_ZMK}{tr31_block()}U%02", "A6"),
    ("scheme of another length", f"A6001{VAR_ZMK}{tr31_block()}T%02", "27"),
    ("AES under a variant LMK", f"A600A{VAR_ZMK}{AES_KEY}U%02", "48"),
    ("HMAC", f"A6FFF{AES_ZMK}{tr31_block('M7', 'H', 'C', Secret(bytes(32)), AES_KBPK)}S", "A7"),
    ("Thales block of an LMK", f"A6FFF{ZMK}{OF_AN_LMK}S", "A3"),
    ("Thales block under a variant LMK", f"A6001{VAR_ZMK}{block()}U%02", "26"),
    ("not a trusted format", f"A6FFF{ZMK}U{'0' * 32}S#P0B00S00", "29"),
    ("X9.17", f"A6FFF{ZMK}X{'0' * 32}S#P0B00S00", "26"),
    ("one component", f"A41FFFS{block(version='c1')}", "03"),
    ("fewer components than said", f"A43FFFS{block(version='c1') * 2}", "03"),
    ("no component", f"A42FFFS{block(version='c1') + block()}", "B5"),
    ("components of two usages", f"A42FFFS{block(version='c1') + block('52', version='c2')}", "B5"),
    ("components of two lengths", f"A42FFFS{block(version='c1') + block(version='c2', key=DES2)}", "B5"),
    ("components that cancel out", f"A42FFFS{block(version='c1') * 2}", "11"),
    ("component parity", f"A42FFFS{block(version='c1', key=EVEN) + block(version='c2', key=ODD)}", "10"),
    ("component of another type", f"A42402U{VARIANT.encrypt('402', DES2) + VARIANT.encrypt('001', ODD)}%02", "10"),
    ("header under a variant LMK", f"A42402U{VARIANT.encrypt('402', DES2) * 2}%02#0000", "15"),
    ("no old LMK", f"BWFFF{block()};FFF;0S0!11", "33"),
]  # fmt: skip


@pytest.mark.parametrize(("request_", "code"), [r[1:] for r in REFUSALS], ids=[r[0] for r in REFUSALS])
def test_a_refusal_is_a_code_and_nothing_else(face_port, request_, code):
    assert say(face_port, request_)[6:] == code


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (f"A6FFF{ZMK}U{'0' * 32}S", "15"),
        (f"A6FFF{AES_ZMK}U{'0' * 32}S#P0B00S00", "A7"),
        (f"A8FFF{ZMK}{block('P0', key=DES2)}U", "29"),
        (f"A8FFF{ZMK}{block('P0', key=DES2, exportability='S')}T", "A5"),
        (f"A8FFF{AES_ZMK}{block('P0', key=DES2, exportability='S')}U", "A7"),
    ],
    ids=["no usage", "in under an AES ZMK", "not exportable", "longer than its scheme", "out under an AES ZMK"],
)
def test_schemes_without_a_block_have_limits_even_when_allowed(request_, code):
    with running_face(FACE, **OPEN) as port:
        assert say(port, request_)[6:] == code


def test_components_are_added_up_with_odd_parity(face_port):
    one, two = block("B0", mode="X", version="c1", key=DES2), block("B0", mode="X", version="c2", key=ODD)
    reply = say(face_port, f"A42FFFS{one}{two}#0100")
    header, key = LMK.unwrap(reply[8:-6])
    expected = bytes(a ^ b for a, b in zip(DES2.reveal(), ODD.reveal(), strict=True))
    assert all((a ^ b) in (0, 1) for a, b in zip(key.reveal(), expected, strict=True))
    assert all(octet.bit_count() % 2 for octet in key.reveal())
    assert (header.key_usage, header.key_version_number) == ("B0", "01")
    assert say(face_port, f"BUFFF{reply[8:-6]};FFF;001")[8:] == reply[-6:]


def test_components_under_a_variant_lmk_are_added_up_too(face_port):
    parts = VARIANT.encrypt("402", DES2) + VARIANT.encrypt("402", ODD)
    reply = say(face_port, f"A42402U{parts}%02")
    assert VARIANT.decrypt("402", reply[8:-6]).reveal() == SUM


SUM = bytes.fromhex("1C087929D3C4B36E5E6E7F4C91A23B08")
"""DES2 XOR ODD, with odd parity; by hand."""


def test_keys_are_translated_from_an_old_variant_lmk_to_key_blocks():
    with running_face(FACE, old_lmks={"00": "variant"}) as port:
        reply = say(port, f"BWFF1{VARIANT.encrypt('001', DES2)};001#72N00S00!11")
        header, key = LMK.unwrap(reply[8:-6])
        assert (header.key_usage, header.exportability, key) == ("72", "S", DES2)
        assert say(port, f"BW011{VARIANT.encrypt('001', DES2)};0S0#P0N00S00")[6:8] == "00"
        assert say(port, f"BWFF1{VARIANT.encrypt('001', DES2)};001#C0N00S00")[6:] == "A6"
        assert say(port, f"BWFF1{VARIANT.encrypt('001', DES2)};001")[6:] == "15"
        assert say(port, f"BWFF2{VARIANT.encrypt('001', DES2)};001#72N00S00")[6:] == "05"
        assert say(port, f"BWFF9{VARIANT.encrypt('001', DES2)};001#72N00S00")[6:] == "05"


def test_keys_are_translated_from_an_old_lmk_of_the_same_kind():
    old = KeyBlockLmk.tdes_test("00")
    with running_face(FACE, old_lmks={"00": "3des", "02": "variant"}) as port:
        reply = say(port, f"BWFFF{block(lmk=old)};FFF;0S0!10")
        assert LMK.unwrap(reply[8:-16])[1] == DES3
        assert reply[-10:] == "0" * 10
        reply = say(port, f"BWFF2{VARIANT.encrypt('109', DES3)};109;0T0%02!11")
        assert VARIANT.decrypt("109", reply[8:-6]) == DES3
        assert say(port, f"BWFF2{VARIANT.encrypt('109', DES3)};109;1T0%02!11")[6:] == "15"
    with running_face(FACE, old_lmks={"02": "3des"}) as port:
        assert say(port, f"BWFFF{block(lmk=old)};FFF%02")[6:] == "A1"


def test_a_private_key_is_translated_from_an_old_lmk():
    key = rsa.generate(1024)
    under_old = VARIANT.encrypt_private(key)
    counted = f"{len(under_old):04d}".encode() + under_old
    with running_face(FACE, old_lmks={"00": "variant", "02": "variant"}) as port:
        reply = ask(port, b"0000EM" + counted + b"#0000&N")
        moved = TranslatePrivateKeyReply.read(Cursor(reply[8:])).private_key
        header, held = LMK.unwrap_private(moved.octets)
        assert held.private_numbers() == key.private_numbers()
        assert (header.mode_of_use, header.exportability) == ("N", "N")
        reply = ask(port, b"0000EM" + counted + b"%02")
        moved = TranslatePrivateKeyReply.read(Cursor(reply[8:])).private_key
        assert VARIANT.decrypt_private(moved.octets).private_numbers() == key.private_numbers()
        assert ask(port, b"0000EM" + counted)[6:] == b"15"
    with running_face(FACE) as port:
        assert ask(port, b"0000EM" + counted + b"#0000&N")[6:] == b"33"
