"""The data commands: published figures of each algorithm through the face, under keys of the right usage only."""

import json
from pathlib import Path

import pytest

from keyexchange.secret import Secret
from keyexchange.tr31 import Header

from .conftest import PMK
from .raw import ask, token


def vectors(file, op):
    path = Path(__file__).parents[2] / "vectors" / f"{file}.json"
    return [vector for vector in json.loads(path.read_text())["vectors"] if vector["op"] == op]


def named(vector):
    return vector["name"]


def block(usage, mode, key, letter="T", exportability="E"):
    return PMK.wrap(Header("D", usage, letter, mode, "00", exportability), Secret(bytes.fromhex(key)))


DES2 = "0123456789ABCDEFFEDCBA9876543210"
CVK, PEK, PVK, MAK, DEK = (
    block(*attributes, DES2) for attributes in (("C0", "C"), ("P0", "B"), ("V2", "C"), ("M3", "C"), ("D0", "B"))
)
CVV = [v for v in vectors("card", "cvv") if len(v["inputs"]["cvk"]) == 32 and len(v["expected"]["cvv"]) == 3]
PVV = [v for v in vectors("pin", "visa_pvv") if "pvv" in v["expected"] and len(v["inputs"]["pin"]) >= 4]
TRANSLATE = [
    v
    for v in vectors("pin", "translate")
    if v["inputs"]["incoming"]["format"] == v["inputs"]["outgoing"]["format"] == "ISO0"
    and len(v["inputs"]["incoming"]["pan"]) > 12
]
MAC = [
    v
    for v in vectors("mac", "mac")
    if v["inputs"].get("algorithm") == "iso9797_3" and v["inputs"]["padding"] == 1 and v["inputs"]["data"]
]
SCRIPTS = vectors("emv", "script_mac")


@pytest.mark.parametrize("vector", CVV, ids=named)
@pytest.mark.parametrize("family", ["CVV", "CVC"])
def test_card_values_are_the_published_ones(face_port, vector, family):
    inputs, value = vector["inputs"], vector["expected"]["cvv"]
    key = block("C0", "C", inputs["cvk"])
    card = f"AV{inputs['pan']};CA{key};FA{inputs['expiry']};FB{inputs['service_code']};"
    assert token("FC", ask(face_port, f"[AOG{family};FS6;{card}]")) == value
    assert token("BB", ask(face_port, f"[AOV{family};FS6;{card}FC{value};]")) == "Y"
    wrong = f"{(int(value) + 1) % 1000:03d}"
    assert token("BB", ask(face_port, f"[AOV{family};FS6;{card}FC{wrong};]")) == "N"
    second = token("FT", ask(face_port, f"[AOG{family};FS6;{card}FT;]"))
    assert token("BB", ask(face_port, f"[AOV{family};FS6;{card}FT{second};]")) == "Y"


@pytest.mark.parametrize("vector", TRANSLATE, ids=named)
def test_pin_blocks_are_translated_as_published(face_port, vector):
    incoming, outgoing = vector["inputs"]["incoming"], vector["inputs"]["outgoing"]
    source, target = block("P0", "D", incoming["key"]), block("P0", "E", outgoing["key"])
    al, ak = incoming["encrypted_pin_block"], incoming["pan"][-13:-1]
    reply = ask(face_port, f"[AOTPIN;FS6;AW1;AX{source};BT{target};AL{al};AK{ak};ZA1;]")
    assert (token("AL", reply), token("BB", reply)) == (vector["expected"]["encrypted_pin_block"], "Y")


def pin_block(port, pin="1234", ak="234567890123", key=PEK):
    return token("AL", ask(port, f"[AOEPIN;FS6;AX{key};AF{pin};AV{ak};]"))


def test_a_pin_goes_in_and_comes_out(face_port):
    ak = "234567890123"
    al = pin_block(face_port)
    assert token("AL", ask(face_port, f"[AOEPIN;FS6;AX{PEK};AF1234;AW1;AK{ak};]")) == al
    reply = ask(face_port, f"[AOCPIN;FS6;AW1;AL{al};AX{PEK};AK{ak};]")
    assert (token("AF", reply), token("BB", reply)) == ("1234", "Y")


def test_a_pin_block_that_cannot_be_read_is_a_verdict_and_tells_nothing_more(face_port):
    other = block("P0", "B", "1C2A3D4F5B6E7F80FEDCBA9876543210")
    al = pin_block(face_port, key=other)
    pvk = f"CA{PVK};BX1234;BY1;BZ34567890123;"
    for message in (
        f"[AOTPIN;FS6;AW1;AX{PEK};BT{other};AL{al};AK234567890123;]",
        f"[AOCPIN;FS6;AW1;AL{al};AX{PEK};AK234567890123;]",
        f"[AOVPIN;FS6;BF3;AW1;AL{al};AX{PEK};{pvk}AK234567890123;]",
    ):
        reply = ask(face_port, message)
        assert reply[-6:] == ";BBS;]"
        assert ";A" not in reply


@pytest.mark.parametrize("vector", PVV, ids=named)
def test_pvvs_are_the_published_ones(face_port, vector):
    inputs, pvv = vector["inputs"], vector["expected"]["pvv"]
    pan = inputs["pan"].zfill(13)
    al = pin_block(face_port, inputs["pin"], pan[-13:-1])
    key = block("V2", "C", inputs["pvk"])
    card = f"AL{al};AX{PEK};CA{key};BY{inputs['pvki']};BZ{pan[-12:-1]};AK{pan[-13:-1]};"
    assert token("BX", ask(face_port, f"[AOGOFF;FS6;BF3;{card}]")) == pvv
    assert token("BB", ask(face_port, f"[AOVPIN;FS6;BF3;AW1;BX{pvv};{card}]")) == "Y"
    wrong = f"{(int(pvv) + 1) % 10000:04d}"
    assert token("BB", ask(face_port, f"[AOVPIN;FS6;BF3;AW1;BX{wrong};{card}]")) == "N"


@pytest.mark.parametrize("vector", MAC, ids=named)
def test_retail_macs_are_the_published_ones(face_port, vector):
    inputs, mac = vector["inputs"], vector["expected"]["mac"]
    key = block("M3", "G", inputs["key"])
    reply = ask(face_port, f"[AOGMAC;FS6;BN0;AR{key};BO{inputs['data']};BF1;AD{len(mac) // 2};CZ1;]")
    assert token("BP", reply) == mac


def test_the_usage_of_a_key_names_its_mac(face_port):
    aes = "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F"
    zeros = "00" * 16
    cmac = ask(face_port, f"[AOGMAC;FS6;BN0;AR{block('M6', 'C', aes, 'A')};BO{zeros};BF1;AD16;CZ1;]")
    assert token("BP", cmac)[:6] == token("AE", cmac) == "377822"
    plain = ask(face_port, f"[AOGMAC;FS6;BN0;AR{block('M1', 'C', DES2)};BO{'00' * 8};BF1;AD8;CZ1;]")
    assert token("BP", plain)[:6] == token("AE", plain) == "08D7B4"


def test_data_are_encrypted_in_cbc_mode_over_several_messages(face_port):
    data = bytes(range(48)).hex().upper()
    whole = ask(face_port, f"[AOCBCE;FS6;GG{DEK};GH{'0' * 16};BO{data};BF1;]")
    first = ask(face_port, f"[AOCBCE;FS6;GG{DEK};GH{'0' * 16};BO{data[:32]};BF1;]")
    rest = ask(face_port, f"[AOCBCE;FS6;GG{DEK};GH{token('GH', first)};BO{data[32:]};BF1;]")
    assert token("BP", first) + token("BP", rest) == token("BP", whole)
    back = ask(face_port, f"[AOCBCD;FS6;GG{DEK};GH{'0' * 16};BO{token('BP', whole)};BF1;]")
    assert (token("BP", back), token("GH", back)) == (data, token("GH", whole))
    zeros = ask(face_port, f"[AOCBCE;FS6;GG{DEK};GH{'0' * 16};BO{'0' * 16};BF1;]")
    assert token("BP", zeros)[:6] == "08D7B4"


METHODS = {"common": "1", "visa_sm": "4"}


@pytest.mark.parametrize("vector", SCRIPTS, ids=named)
def test_script_macs_are_the_published_ones(face_port, vector):
    inputs = vector["inputs"]
    key = block("E2", "X", inputs["imk"])
    ks = inputs.get("r") or inputs["atc"]
    reply = ask(
        face_port,
        f"[AOEMVM;FS0;KM{METHODS[inputs['sk_method']]};KO{key};KS{ks};BO{inputs['data']};BJ8;KQ{inputs['pan']};"
        f"KR{inputs['psn']};]",
    )
    assert token("KV", reply) == vector["expected"]["mac"]


@pytest.mark.parametrize(("km", "ks"), [("0", "0002"), ("2", "000212345678"), ("3", "4B07E35A87F27D2E"), ("5", "0002")])
def test_every_derivation_gives_a_mac_of_its_own(face_port, km, ks):
    key = block("E2", "X", DES2)
    message = f"[AOEMVM;FS6;KM{km};KO{key};KS{ks};BO8424000008;BJ4;KQ1234567890123456;KR01;]"
    assert len(token("KV", ask(face_port, message))) == 8
    assert ask(face_port, message) != ask(face_port, message.replace("KR01", "KR02"))
    assert token("AM", ask(face_port, message.replace(f"KS{ks}", f"KS{ks}00"))) == "01"


def test_signatures_are_made_and_verified(face_port):
    pair = ask(face_port, "[AOGRSA;RB2048;CZG;BJ6;RA10001;KB1;KF1;SP1;]")
    private, trusted = token("RC", pair), token("SD", pair)
    signature = token("RH", ask(face_port, f"[AORSAS;FS6;RC{private};RF0102;RG4;BN0;KY1;ZA1;]"))

    def check(data="0102", given=signature):
        return token("BB", ask(face_port, f"[AORSAV;FS6;RH{given};RD{trusted};RF{data};RG4;BN0;KY1;ZA1;]"))

    assert check() == "Y"
    assert check(data="0103") == "N"
    assert check(given=signature[:-2]) == "N"
    curve = token("SD", ask(face_port, "[AOGECC;BJ6;RA2;KB1;CZG;]"))
    assert token("AM", ask(face_port, f"[AORSAV;FS6;RH00;RD{curve};RF01;RG4;BN0;]")) == "63"
    assert token("AM", ask(face_port, f"[AORSAS;FS6;RC{private};RF01;RG4;BN1;]")) == "18"
    assert token("AM", ask(face_port, f"[AORSAS;FS6;RC{private};RF01;RG1;BN0;]")) == "03"


CARD = "AV4123456789012345;FA8701;FB101;"
SCRIPT = "KS0002;BO84;BJ8;KQ1234567890123456;KR01;"
AES_PEK = block("P0", "B", DES2, "A")
REFUSALS = [
    ("a PIN key for card values", f"[AOGCVV;FS6;{CARD}CA{PEK};]", "63"),
    ("a CVK of three keys", f"[AOGCVV;FS6;{CARD}CA{block('C0', 'C', DES2 + '1032547698BADCFE')};]", "63"),
    ("a CVK that only verifies", f"[AOGCVV;FS6;{CARD}CA{block('C0', 'V', DES2)};]", "63"),
    ("a CVK that only generates", f"[AOVCVV;FS6;{CARD}CA{block('C0', 'G', DES2)};FC561;]", "63"),
    ("no value to verify", f"[AOVCVV;FS6;{CARD}CA{CVK};]", "04"),
    ("both values", f"[AOVCVV;FS6;{CARD}CA{CVK};FC561;FT526;]", "34"),
    ("an account number that is none", f"[AOGCVV;FS6;AV41234567890123x5;FA8701;FB101;CA{CVK};]", "02"),
    ("an AES key for format 0", f"[AOEPIN;FS6;AX{AES_PEK};AF1234;AV234567890123;]", "63"),
    ("a PIN without digits of the account", f"[AOEPIN;FS6;AX{PEK};AF1234;]", "04"),
    ("a PIN too short", f"[AOEPIN;FS6;AX{PEK};AF123;AV234567890123;]", "01"),
    ("IBM 3624", f"[AOTPIN;FS6;AW2;AX{PEK};BT{PEK};AL{'0' * 16};AK234567890123;]", "12"),
    ("PIN pad", f"[AOCPIN;FS6;AW3;AX{PEK};AL{'0' * 16};AK234567890123;]", "12"),
    ("another PIN method", f"[AOGOFF;FS6;BF1;AL{'0' * 16};AX{PEK};CA{PVK};BY1;BZ12345678901;AK234567890123;]", "12"),
    ("a PVV of no block", f"[AOGOFF;FS6;BF3;AL{'0' * 16};AX{PEK};CA{PVK};BY1;BZ12345678901;AK234567890123;]", "03"),
    ("a MAC in parts", f"[AOGMAC;FS6;BN1;AR{MAK};BO01;AD8;]", "18"),
    ("a MAC too long", f"[AOGMAC;FS6;BN0;AR{MAK};BO01;AD9;]", "01"),
    ("a MAC too short", f"[AOGMAC;FS6;BN0;AR{MAK};BO01;AD3;]", "01"),
    ("an encryption key for a MAC", f"[AOGMAC;FS6;BN0;AR{DEK};BO01;AD8;]", "63"),
    ("half a block", f"[AOCBCE;FS6;GG{DEK};GH{'0' * 16};BO00;]", "13"),
    ("a MAC key for encryption", f"[AOCBCD;FS6;GG{MAK};GH{'0' * 16};BO{'0' * 16};]", "63"),
    ("more data than a message takes", f"[AOCBCE;FS6;GG{DEK};GH{'0' * 16};BO{'00' * 2056};]", "01"),
    ("an EMV key of three keys", f"[AOEMVM;FS0;KM1;KO{block('E2', 'X', DES2 + '1032547698BADCFE')};{SCRIPT}]", "63"),
    ("an EMV key for cryptograms", f"[AOEMVM;FS0;KM1;KO{block('E0', 'X', DES2)};{SCRIPT}]", "63"),
    ("no derivation", f"[AOEMVM;FS0;KM6;KO{block('E2', 'X', DES2)};{SCRIPT}]", "03"),
]


@pytest.mark.parametrize(("message", "number"), [r[1:] for r in REFUSALS], ids=[r[0] for r in REFUSALS])
def test_a_key_or_a_value_that_does_not_fit_is_refused(face_port, message, number):
    assert token("AM", ask(face_port, message)) == number
