"""The face over a raw socket: known messages, and every refusal with its number and field."""

import pytest

from adapters.atalla.face import FACE
from keyexchange import tr31
from keyexchange.crypto import TdesKey
from keyexchange.errors import ConfigError
from keyexchange.payment import (
    DecimalisationTable,
    Ibm3624,
    Pin,
    PinBlockFormat,
    PinLayout,
    encrypt_pin,
    generate_pvv,
    pin_offset,
)
from keyexchange.payment.dukpt_tdes import TdesKsn, TdesUsage, derive
from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk
from tests.faces import running_face

from .conftest import BLOCKS, MASTER, VECTORS
from .raw import ask

DES1, DES2 = Secret(bytes.fromhex("1C2A3D4F5B6E7F80")), Secret(bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"))
DES3 = Secret(bytes.fromhex("1010232332324545545467677676898998980101ABABBABA"))
KBPK, CVK, BDK, MAC = (BLOCKS[name] for name in ("aws-readme", "e6-cvk", "bdk", "mac"))
KBPK_CLEAR = Kbpk("T", Secret(bytes.fromhex(VECTORS["keys"][2]["key"])))


def block(header, key=DES2):
    return MASTER.wrap(header, key)


def fields(reply):
    assert reply.startswith("<")
    assert reply.endswith("#>")
    return reply[1:-2].split("#")


@pytest.mark.parametrize("message", VECTORS["messages"], ids=lambda message: message["id"])
def test_known_messages_get_the_known_reply(face_port, message):
    assert ask(face_port, message["request"]) == message["reply"]


def test_awss_export_command_gives_the_known_key(face_port):
    code, text, digits = fields(ask(face_port, f"<11A#B###{KBPK}#{CVK}#00#0##>"))
    assert (code, digits) == ("21A", "08D7")
    content = tr31.unwrap(KBPK_CLEAR, text)
    assert content.header == Header("B", "C0", "T", "C")
    assert content.key == DES2


@pytest.mark.parametrize(
    ("key", "usage", "exportability", "expected"),
    [
        (MAC, "M0", "", ("M0", "C", "E")),
        (MAC, "M1", "", ("M1", "C", "E")),
        (MAC, "M3", "N", ("M3", "C", "N")),
        (block("1MDGS001"), "", "", ("M1", "G", "S")),
        (block("1mENE00M"), "", "E", ("E2", "X", "E")),
        (block("1PUEE000"), "P0", "", ("P0", "E", "E")),
        (block("1VVVE000"), "", "S", ("V2", "V", "S")),
    ],
)
def test_a_block_says_what_the_header_and_the_command_say(face_port, key, usage, exportability, expected):
    text = fields(ask(face_port, f"<11A#B#{usage}#{exportability}#{KBPK}#{key}#00#00##>"))[1]
    header = tr31.unwrap(KBPK_CLEAR, text).header
    assert (header.key_usage, header.mode_of_use, header.exportability) == expected


@pytest.mark.parametrize("command", [f"<11A#B###{KBPK}#G1CDNE000,16#00#0##>", "<1A#0#{kek}#G1PUNE000,24#>"])
def test_a_key_specification_makes_a_key_and_gives_it_back(face_port, command):
    reply = fields(ask(face_port, command.format(kek=block("1KDNE000", DES3))))
    assert len(reply) == 4
    assert ask(face_port, f"<7E#S##{reply[3]}#>") == f"<8E#S#{reply[2]}#>"


def test_a_key_travels_under_a_kek_in_both_forms(face_port):
    kek = block("1KDNE000", DES3)
    under = fields(ask(face_port, f"<11##{kek}#{CVK}#>"))[1]
    assert under != CVK
    assert ask(face_port, f"<13##{kek}#{under}#>") == f"<23#{CVK}#08D7#>"
    cryptogram = fields(ask(face_port, f"<1A#0#{kek}#{CVK}#>"))[1]
    importing = MASTER.wrap("1CDNE0I0", DES3)
    assert ask(face_port, f"<11B##{cryptogram}#{importing}#>") == f"<21B#{CVK}#08D7#>"


def test_new_keys_are_random_and_also_come_under_a_kek(face_port):
    kek = block("1KDNE000", DES3)
    first, second = (fields(ask(face_port, f"<10#1PUNE000#{kek}#T#>")) for _ in range(2))
    assert first != second
    assert ask(face_port, f"<13##{kek}#{first[2]}#>") == f"<23#{first[1]}#{first[3]}#>"


IMK, IMK_MAC, IMK_ENC = (block(f"1mENE00{purpose}") for purpose in "0ME")

REFUSED = {
    "unknown command": ("<ZZ#>", "220080"),
    "no field": ("<10#>", "040180"),
    "a changed key": (f"<7E#V##{CVK[:-1]}0#>", "050380"),
    "an AES key block": (f"<7E#V##3{CVK[1:]}#>", "730380"),
    "KEK is no KBPK": (f"<11A#B###{block('1KDNE000', DES3)}#{CVK}#00#0##>", "060480"),
    "KBPK of single length": (f"<11A#B###{block('1kDNE000', DES1)}#{CVK}#00#0##>", "100480"),
    "not exportable": (f"<11A#B###{KBPK}#{block('1CDNN000')}#00#0##>", "060580"),
    "a MAC key without a usage": (f"<11A#B###{KBPK}#{MAC}#00#0##>", "060280"),
    "another usage": (f"<11A#B#P0##{KBPK}#{CVK}#00#0##>", "060280"),
    "a header without usage in TR-31": (f"<11A#B###{KBPK}#{block('1IDNE000', DES1)}#00#0##>", "060580"),
    "a mode without one in TR-31": (f"<11A#B###{KBPK}#{block('1CDpE000')}#00#0##>", "060580"),
    "KBPK shorter than the key": (f"<11A#B###{block('1kDNE000')}#{block('1PUNE000', DES3)}#00#0##>", "100480"),
    "single DES in TR-31": (f"<11A#B###{KBPK}#{block('1CDNE000', DES1)}#00#0##>", "100580"),
    "a key version number": (f"<11A#B###{KBPK}#{CVK}#!!#0##>", "030680"),
    "optional blocks": (f"<11A#B###{KBPK}#{CVK}#00#1#KS18FFFF9876543210E00000#>", "030780"),
    "version D": (f"<11A#D###{KBPK}#{CVK}#00#0##>", "030180"),
    "a block under another KBPK": (
        "<119#1#U#" + KBPK + "#B0080P0TB00E00009DAB98CCD11C83654575D5B505EDA6CD81B50EFF747782F5D3091925EE1B5D5B#>",
        "050480",
    ),
    "no block": (f"<119#1#U#{KBPK}#0123456789ABCDEF#>", "030480"),
    "importing KEK exports": (f"<11##{block('1KDNE0I0', DES3)}#{CVK}#>", "060280"),
    "exporting KEK imports": (f"<13##{block('1KDNE0E0', DES3)}#{CVK}#>", "060280"),
    "KEK shorter than the key": (f"<11##{block('1KDNE000')}#{block('1PUNE000', DES3)}#>", "100280"),
    "a key for KEKs alone": (f"<11B#0#{'12' * 16}#{block('1KDNE000')}#>", "060380"),
    "half a key": (f"<11B#0#{'12' * 9}#{block('1KDNE0I0')}#>", "010280"),
    "a new master file key": ("<10#1KDDN0M0##T#>", "060180"),
    "an exponent": ("<120#w#000003#2048#>", "030280"),
    "a size of RSA": ("<120#w#010001#1024#>", "030380"),
    "12A for another header": (f"<12A#1kRDN000#010001#{'B1' * 256}##>", "060180"),
    "an answer without a challenge": (f"<12A#1kREE000#010001#{'B3' * 256}#12345678#>", "240480"),
    "approval of nothing": ("<9012#ALICE#12345678#>", "270280"),
    "signing with a symmetric key": (f"<139#5#1#3000######{CVK}#>", "060980"),
    "a data key for a CVV": (f"<5D#3#{BLOCKS['data']}##{'4' * 23}#>", "060280"),
    "data of a length of its own": (f"<98#{MAC}#3#3##U#30#00112233445566770011223344556677#>", "010680"),
    "data that are no hexadecimal digits": (f"<98#{MAC}#3#3##U#4#00XY#>", "020780"),
    "a MAC key for HMAC": (f"<39B#{MAC}##2#00#>", "060180"),
    "another EMV master key": (f"<352#0#{IMK}#5413629900000155#01#{'D1' * 8}#3##{'84' * 8}#>", "060280"),
    "script data without padding": (f"<352#0#{IMK_MAC}#5413629900000155#01#{'D1' * 8}#3##{'84' * 9}#>", "010880"),
    "a derivation that is not known": (f"<352#7#{IMK_MAC}#5413629900000155#01#{'D1' * 8}#3##{'84' * 8}#>", "030180"),
    "half a block to encrypt": (f"<97#E#1#{BLOCKS['data']}#D#U#8#00112233#>", "010780"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_has_its_number_and_its_field(face_port, name):
    request, status = REFUSED[name]
    assert ask(face_port, request) == f"<00#{status}#>"


@pytest.mark.parametrize("header", ["1KDNE000", "1kDNE000", "1dDNE000", "1mENE000"])
def test_without_option_e2_keys_that_make_keys_do_not_leave(header):
    request = f"<11A#B###{KBPK}#{block(header)}#00#0##>"
    with running_face(FACE, option_e2=False) as port:
        assert ask(port, request) == "<00#060580#0607##>"
        assert ask(port, f"<11A#B###{KBPK}#{CVK}#00#0##>").startswith("<21A#")
        assert "(E2)" not in ask(port, "<9A#CONFIG-ON#>")
    with running_face(FACE, option_e2=False, option_21=False) as port:
        assert ask(port, request) == "<00#060580#>"


def test_a_disabled_command_is_refused_and_not_listed():
    with running_face(FACE, disabled_commands=["11A"]) as port:
        assert ask(port, f"<11A#B###{KBPK}#{CVK}#00#0##>") == "<00#230080#>"
        assert "11A" not in fields(ask(port, "<9A#CONFIG-ON#>"))[3].split(",")


def test_the_context_tag_comes_back_last_also_with_a_refusal(face_port):
    assert ask(face_port, f"<7E#S##{CVK}#^my tag#>") == "<8E#S#08D7#^my tag#>"
    assert ask(face_port, "<ZZ#^7#>") == "<00#220080#^7#>"


def test_check_digits_may_be_six_everywhere():
    with running_face(FACE, check_digits=6) as port:
        assert ask(port, f"<119#1#U#{KBPK}#{tr31_block()}#>") == f"<219#{CVK}#08D7B4#>"
        assert ask(port, f"<7E#S##{CVK}#>") == "<8E#S#08D7#>", "where the host chooses, it chooses"


def tr31_block():
    return next(m for m in VECTORS["messages"] if m["id"] == "119")["request"].split("#")[4]


def test_another_master_file_key_opens_other_blocks():
    vector = next(v for v in VECTORS["keys"] if v["id"] == "cryptocarver-pin")
    with running_face(FACE, master_file_key=vector["master_file_key"]) as port:
        assert ask(port, f"<7E#V##{vector['block']}#>") == "<8E#V#08D7B4#>"
        assert ask(port, f"<7E#V##{CVK}#>") == "<00#050380#>"


@pytest.mark.parametrize(
    ("option", "value"), [("master_file_key", "12"), ("check_digits", 5), ("challenge_seconds", 0), ("colour", "red")]
)
def test_a_wrong_option_is_named_and_not_quoted(option, value):
    with pytest.raises(ConfigError, match=option) as refused:
        FACE.handler({option: value})
    assert "input_value" not in refused.value.message


@pytest.mark.parametrize(("value", "verified"), [("561", "Y"), ("56149", "Y"), ("562", "N")])
def test_a_cvv_is_compared_on_the_digits_that_are_given(face_port, value, verified):
    assert ask(face_port, f"<5E#3#{CVK}##41234567890123458701101#{value}#>") == f"<6E#{verified}#08D7##>"


@pytest.mark.parametrize(("mac", "verified"), [("B897 E748 7BF2 EE9A", "Y"), ("B897 E748 7BF2 EE9B", "N")])
def test_a_mac_is_compared(face_port, mac, verified):
    data = "00112233445566770011223344556677"
    assert ask(face_port, f"<99#{MAC}#3##3#U#32#{data}#{mac}#>") == f"<A9#3#{verified}#08D7#>"


def test_data_are_decrypted_again(face_port):
    request = next(m for m in VECTORS["messages"] if m["id"] == "97")
    cryptogram = fields(request["reply"])[8]
    reply = fields(ask(face_port, f"<97#D#1#{BLOCKS['data']}#D#U#32#{cryptogram}#>"))
    assert reply[8] == "00112233445566770011223344556677"
    assert reply[6] == fields(request["reply"])[6], "the last IV is the last block of ciphertext in both directions"


PAN = "123456789012"


def test_a_pin_goes_from_key_to_key_and_is_verified(face_port):
    first, second = BLOCKS["pin-1"], BLOCKS["pin-2"]
    pvk = block("1VVNE000")
    encrypted = fields(ask(face_port, f"<30#{first}#1234#{PAN}#>"))[1]
    assert encrypted == "0B764ADBA78B005A"
    changed = fields(ask(face_port, f"<335##1##1#{first}#{second}#{encrypted}#{PAN}#210987654321#>"))
    assert changed[2:] == ["Y", "D2B9", "DDB7", ""]
    back = fields(ask(face_port, f"<335##1##1#{second}#{first}#{changed[1]}#210987654321#{PAN}#>"))
    assert back[1] == encrypted
    assert ask(face_port, f"<31#1#{first}#{second}#{'00' * 8}#{PAN}#>") == "<41##N#>"
    for pvv, verified in ((visa_pvv(), "Y"), ("0000", "N")):
        request = f"<32#3#1#{encrypted}#{first}#{pvk}##{pvv}#1#{PAN[1:]}#{PAN}#>"
        assert ask(face_port, request) == f"<42#{verified}#>"


def visa_pvv():
    return generate_pvv(TdesKey(DES2), Pin("1234"), PAN[1:] + "0", 1)


@pytest.mark.parametrize("table", ["0123456789012345", block("1nCNE000", Secret(bytes.fromhex("0123456789012345")))])
def test_a_pin_is_verified_by_its_offset(face_port, table):
    card = Ibm3624(DecimalisationTable("0123456789012345"), PAN, "F")
    offset = pin_offset(TdesKey(DES2), card, Pin("1234"))
    pvk, key = block("1V3NE000"), BLOCKS["pin-1"]
    for given, verified in ((offset, "Y"), ("0000" if offset != "0000" else "1111", "N")):
        request = f"<32#2#1#0B764ADBA78B005A#{key}#{table}#{given}#{PAN}#F#4#{pvk}#{PAN}#>"
        assert ask(face_port, request) == f"<42#{verified}#>"
    unsound = f"<32#2#1#0000000000000000#{key}#{table}#{offset}#{PAN}#F#4#{pvk}#{PAN}#>"
    assert ask(face_port, unsound) == "<42#S#>"


def test_a_dukpt_pin_block_is_translated(face_port):
    ksn = "FFFF9876543210E00001"
    session = derive(TdesKey(DES2), TdesKsn(bytes.fromhex(ksn)), TdesUsage.PIN)
    under_session = encrypt_pin(session, PinLayout(PinBlockFormat.ISO_0, PAN + "0"), Pin("1234")).hex().upper()
    request = f"<3E#1#1#{BDK}#D#{ksn}#{BLOCKS['pin-1']}#M##{under_session}#{PAN}#{PAN}#>"
    assert ask(face_port, request) == "<4E#0B764ADBA78B005A#Y#08D7#D2B9##>"


ARQC = f"<350#{{}}#{IMK}#9901234567890123#45#1234000012345678#{{}}#{'0123456789ABCDEF' * 2}#{{}}>"


@pytest.mark.parametrize(
    ("arqc", "codes", "verified"),
    [
        ("1F6BA35EE3DDD871", "0001#0123#", "Y"),
        ("922F3E83125EB46C", "0001#0123#", "N"),
        ("1F6BA35EE3DDD871", "0001#", None),
        ("922F3E83125EB46C", "0001#", None),
    ],
)
def test_an_arqc_is_verified_and_answered(face_port, arqc, codes, verified):
    """Source of both cryptograms: futehkao/elements, VerifyARQCTest."""
    reply = fields(ask(face_port, ARQC.format("0", arqc, codes)))
    assert bool(reply[1]) == (arqc.startswith("1F") or verified is not None)
    assert reply[4:] == ([verified] if verified else [])


def test_the_response_to_an_arqc_is_made_by_the_method_that_the_code_has(face_port):
    """Two octets: method 1; with type 2, four: method 2."""
    for derivation, code, octets in (("0", "0000", 8), ("2", "0000", 8), ("2", "00000000", 4)):
        reply = fields(ask(face_port, ARQC.format(derivation, "1F6BA35EE3DDD871", f"{code}#")))
        assert len(reply[1]) == 2 * octets
    assert ask(face_port, ARQC.format("0", "1F6BA35EE3DDD871", "00000000#")) == "<00#010880#>"
    assert len(fields(ask(face_port, ARQC.format("1", "1F6BA35EE3DDD871", "0000#0001#")))) == 5


def test_a_card_pin_is_not_changed_to_what_is_no_pin(face_port):
    pin_key = BLOCKS["pin-1"]
    request = f"<351#{{}}#1##{pin_key}#{IMK_ENC}#{IMK_MAC}##{{}}##5413629900000155#01#{'D1' * 8}#84240002#{PAN}#>"
    reply = fields(ask(face_port, request.format("0", "00" * 8)))
    assert reply[1:4] == ["N", "", ""]
    padded = fields(ask(face_port, request.format("8", "0B764ADBA78B005A")))
    assert (padded[1], len(padded[2])) == ("Y", 32)


def test_master_key_option_b_is_for_long_pans(face_port):
    request = f"<352#0#{IMK_MAC}#{{}}#01#{'D1' * 8}#3##{'84' * 8}#>"
    macs = {ask(face_port, request.format(pan)) for pan in ("B5413629900000155123", "5413629900000155123")}
    assert len(macs) == 2
