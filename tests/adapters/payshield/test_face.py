"""The face over a raw socket: known messages, framing, and every refusal with its code."""

import contextlib
import socket

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_der_public_key
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.payshield.commands import GenerateKeyPairReply
from adapters.payshield.face import FACE
from adapters.payshield.lmk import KeyBlockLmk, Protection, VariantLmk, blocks
from adapters.payshield.message import REQUESTS
from keyexchange import tr31
from keyexchange.errors import ConfigError
from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk
from keyexchange.wire import Cursor
from tests.faces import running_face

from .cases import B0, BDK, K1, ZMK
from .conftest import VECTORS
from .raw import ask

BLOCK_LMK, VARIANT_LMK = KeyBlockLmk.aes_test("00"), VariantLmk("02")
DES2 = Secret(bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"))
DES3 = Secret(bytes.fromhex("1010232332324545545467677676898998980101ABABBABA"))
ALIKE = Secret(bytes.fromhex("1C2A3D4F5B6E7F80" * 2))
TWO_KEYS = Secret(DES2.reveal() + DES2.reveal()[:8])
DES1 = Secret(bytes.fromhex("1C2A3D4F5B6E7F80"))


def block(usage="K0", letter="T", mode="N", exportability="E", key=DES3, lmk=BLOCK_LMK):
    return lmk.wrap(Header("1", usage, letter, mode, "00", exportability), key)


def zmk(key=DES2):
    return VARIANT_LMK.encrypt("000", key)


@pytest.mark.parametrize(
    "message", [m for m in VECTORS["messages"] if not m.get("random") and m["name"] != "nc"], ids=lambda m: m["name"]
)
def test_known_messages_get_the_known_reply(face_port, message):
    assert ask(face_port, message["request"].encode()) == message["reply"].encode()


@pytest.mark.parametrize("message", [m for m in VECTORS["messages"] if "kbpk" in m], ids=lambda m: m["name"])
def test_known_exports_hold_the_known_key(face_port, message):
    reply = ask(face_port, message["request"].encode()).decode()
    known = message["reply"]
    assert (len(reply), reply[:25], reply[-6:]) == (len(known), known[:25], known[-6:])
    kbpk = Kbpk("A" if len(message["kbpk"]) == 64 else "T", Secret(bytes.fromhex(message["kbpk"])))
    content = tr31.unwrap(kbpk, reply[9:-6])
    assert content.key.reveal().hex().upper() == message["key"]
    assert content.header == tr31.unwrap(kbpk, known[9:-6]).header


@pytest.mark.parametrize(
    "message", [m for m in VECTORS["messages"] if m["name"].startswith("a0")], ids=lambda m: m["name"]
)
def test_known_key_generations_have_the_known_shape(face_port, message):
    reply = ask(face_port, message["request"].encode()).decode()
    assert len(reply) == len(message["reply"])
    assert reply[:9] == message["reply"][:9]
    assert reply != ask(face_port, message["request"].encode()).decode(), "keys are random"


def test_diagnostics_show_the_lmk_and_no_firmware_of_thales(face_port):
    assert ask(face_port, b"0000NC") == b"0000ND009D04A000000000000000-0000"
    assert ask(face_port, b"0000NC%02") == b"0000ND0026860400000000000000-0000"


def test_a_bare_echo_is_a_heartbeat(face_port):
    assert ask(face_port, b"0000B2") == b"0000B300"


@pytest.mark.parametrize(("public", "start"), [("01", b"\x30\x82\x01\x09"), ("02", b"\x30\x82\x01\x0a")])
def test_a_key_pair_has_the_lengths_that_aws_expects(face_port, public, start):
    reply = ask(face_port, b"0000EI02048" + public.encode() + b"#0000&N")
    assert reply.startswith(b"0000EJ00" + start)
    pair = GenerateKeyPairReply.read(Cursor(reply[8:]))
    assert (len(pair.public_key), len(pair.private_key)) == (267 + int(public) + 1, 705)
    assert pair.private_key.octets[:17] == b"S1070403RS00N0000"
    if public == "02":
        assert len(reply) == 0x3DB
        loaded = BLOCK_LMK.unwrap_private(pair.private_key.octets)[1].public_key()
        assert loaded == load_der_public_key(pair.public_key)


def test_a_variant_key_pair_is_counted(face_port):
    reply = ask(face_port, b"0000EI0204802%02")
    assert reply[8 + 270 : 8 + 274] == b"0656"
    assert len(reply) == 8 + 270 + 4 + 656


@pytest.mark.parametrize(("digits", "mode"), [("1", "D"), ("2", "N")])
def test_the_key_type_gives_the_mode_of_use(face_port, digits, mode):
    reply = ask(face_port, b"0000EI%b102402#0000&S" % digits.encode())
    private = GenerateKeyPairReply.read(Cursor(reply[8:])).private_key.octets
    assert private[6:13].decode() == f"03R{mode}00S"


def test_a_public_key_is_authenticated(face_port):
    public = ask(face_port, b"0000EI0204802#0000&N")[8:278]
    reply = ask(face_port, b"0000EO02" + public + b"~#N00S00")
    assert reply[:25] == b"0000EP00S1030402RN00S0000"
    assert len(reply) == 8 + 305
    assert reply[25 : 25 + 270] == public
    variant = ask(face_port, b"0000EO02" + public + b"KDH 1%02")
    assert variant[8 + 4 :] == public
    assert variant[8:12] == VARIANT_LMK.mac(public + b"KDH 1")


def test_a_certification_request_in_hex_is_signed_by_the_key(face_port):
    pair = GenerateKeyPairReply.read(Cursor(ask(face_port, b"0000EI2204802#0000&N")[8:]))
    for digest, name in (("06", "sha256"), ("07", "sha384"), ("08", "sha512")):
        fields = b"QE010102" + pair.public_key + pair.private_key.octets + b"01" + digest.encode()
        reply = ask(face_port, b"0000" + fields + b"1CN;O;OU;L;ST;US;%00")
        request = x509.load_der_x509_csr(bytes.fromhex(reply[12:].decode()))
        assert request.is_signature_valid
        assert request.signature_hash_algorithm.name == name
        assert request.subject.rfc4514_string() == "C=US,ST=ST,L=L,OU=OU,O=O,CN=CN"


@pytest.mark.parametrize(("usage", "becomes"), [("72", "P0"), ("52", "K0"), ("13", "C0"), ("K1", "K1"), ("B0", "B0")])
def test_thales_usages_become_x9_143_usages(usage, becomes):
    with running_face(FACE, export_of_a_zmk=True) as port:
        key = block(usage, mode="N", key=DES2)
        reply = ask(port, b"0000A8FFF" + (block("K1") + key).encode() + b"R%00!B")
        assert tr31.unwrap(Kbpk("T", DES3), reply[9:-6].decode()).header.key_usage == becomes


def test_the_exportability_after_the_ampersand_is_the_exported_blocks(face_port):
    reply = ask(face_port, b"0000A8FFF" + (block("K0") + block("P0", key=DES2)).encode() + b"R&N")
    assert reply.startswith(b"0000A900RB0080P0TN00N0000")


def test_a_thales_block_under_a_zmk_opens_with_the_zmk(face_port):
    reply = ask(face_port, b"0000A8FFF" + (block("52", key=DES2) + block("P0", key=DES2)).encode() + b"S").decode()
    header, key = blocks.unwrap_symmetric(Protection(Kbpk("T", DES2)), reply[8:-6])
    assert (header.version_id, header.reserved, key) == ("0", "FF", DES2)


def test_generate_and_export_gives_the_same_key_twice(face_port):
    reply = ask(face_port, b"0000A01FFFS0" + block("K0").encode() + b"R%00#P0T2B00E00!B").decode()
    new, exported = reply[8 : 8 + 97], reply[8 + 97 : -6]
    assert BLOCK_LMK.unwrap(new)[1] == tr31.unwrap(Kbpk("T", DES3), exported[1:]).key
    reply = ask(face_port, b"0000A01001U;0" + zmk().encode() + b"R%02&P0B00E00!B").decode()
    new, exported = reply[8 : 8 + 33], reply[8 + 33 : -6]
    assert VARIANT_LMK.decrypt("001", new) == tr31.unwrap(Kbpk("T", DES2), exported[1:]).key


ATTRIBUTES = b"&B0X00S00!B"
OTHER_ID = block("B0", lmk=KeyBlockLmk.aes_test("07"))
ALIKE_BDK = VARIANT_LMK.encrypt("009", ALIKE)
LONG_BDK = VARIANT_LMK.encrypt("009", DES3)
REFUSALS = [
    # any command
    ("unknown command", b"ZZ", "67"),
    ("one digit of identifier", b"NC%1", "15"),
    ("leftovers", b"NC%00x", "15"),
    ("LMK not loaded", b"NC%07", "13"),
    ("cut short", b"A8FFF" + K1[:50].encode(), "15"),
    # A0
    ("derivation", b"A0AFFFS#K1A3N00E00", "15"),
    ("variant scheme under a key-block LMK", b"A00FFFU#K1T2N00E00", "26"),
    ("block scheme under a variant LMK", b"A00009S%02", "26"),
    ("block type under a variant LMK", b"A00FFFU%02", "28"),
    ("variant type under a key-block LMK", b"A00009U", "A1"),
    ("no attributes", b"A00FFFS", "15"),
    ("no such algorithm", b"A00FFFS#K1Q3N00E00", "A7"),
    ("no such mode", b"A00FFFS#K1A3Z00E00", "A8"),
    ("no such exportability", b"A00FFFS#K1A3N00X00", "AA"),
    ("optional blocks", b"A00FFFS#K1A3N00E01", "AB"),
    ("no such usage", b"A00FFFS#ZZA3N00E00", "A6"),
    ("no such key type", b"A0000FU%02", "04"),
    # A8, key-block LMK
    ("bad MAC", b"A8FFF" + (K1 + B0[:-1] + "D").encode() + b"R%00!D", "A4"),
    ("LMK identifier of the block", b"A8FFF" + (K1 + OTHER_ID).encode() + b"R", "A3"),
    ("KEK usage", b"A8FFF" + (block("P0") + block("B0", key=DES2)).encode() + b"R", "A6"),
    ("KEK mode", b"A8FFF" + (block("K0", mode="D") + block("B0", key=DES2)).encode() + b"R", "A8"),
    ("KEK weaker than the key", b"A8FFF" + (block("K0", key=DES2) + block("B0", key=DES3)).encode() + b"R", "A5"),
    ("KEK of two keys in the length of three", b"A8FFF" + (block(key=TWO_KEYS) + block("B0")).encode() + b"R", "A5"),
    ("KEK that is single DES", b"A8FFF" + (block(key=ALIKE) + block("B0", key=DES2)).encode() + b"R", "75"),
    ("KEK that is single DES, S", b"A8FFF" + (block("52", key=ALIKE) + block("B0", key=DES2)).encode() + b"S", "75"),
    ("key that is single DES", b"A8FFF" + (block() + block("B0", key=ALIKE)).encode() + b"R", "75"),
    ("AES under TDES", b"A8FFF" + (block() + block("B0", "A", key=Secret(bytes(16)))).encode() + b"R", "A5"),
    ("version D under a TDES KEK", b"A8FFF" + (block() + block("B0", key=DES2)).encode() + b"R!D", "A7"),
    ("version A", b"A8FFF" + (block() + block("B0", key=DES2)).encode() + b"R!A", "15"),
    ("not exportable", b"A8FFF" + (block() + block("B0", exportability="N", key=DES2)).encode() + b"R", "29"),
    ("export field", b"A8FFF" + (block() + block("B0", key=DES2)).encode() + b"R&Q", "AA"),
    ("a ZMK", b"A8FFF" + (block() + block("K0", key=DES2)).encode() + b"R", "29"),
    ("no X9.143 equivalent", b"A8FFF" + (block() + block("24", "T", key=DES2)).encode() + b"R", "A6"),
    ("X9.17", b"A8FFF" + (block() + block("B0", key=DES2)).encode() + b"X", "26"),
    ("not a trusted format", b"A8FFF" + (block() + block("B0", key=DES2)).encode() + b"U", "29"),
    ("variant key under a key-block LMK", b"A8009" + (ZMK + BDK).encode() + b"R" + ATTRIBUTES, "A1"),
    # A8, variant LMK
    ("ZMK parity", b"A8009" + (BDK + BDK).encode() + b"R%02" + ATTRIBUTES, "10"),
    ("key parity", b"A8402" + (ZMK + BDK).encode() + b"R%02" + ATTRIBUTES, "11"),
    ("key block under a variant LMK", b"A8009" + (K1 + B0).encode() + b"R%02" + ATTRIBUTES, "26"),
    ("no attributes for TR-31", b"A8009" + (ZMK + BDK).encode() + b"R%02!B", "15"),
    ("usage of another type", b"A8009" + (ZMK + BDK).encode() + b"R%02&P0B00S00!B", "A6"),
    ("mode", b"A8009" + (ZMK + BDK).encode() + b"R%02&B0Z00S00!B", "A8"),
    ("exportability", b"A8009" + (ZMK + BDK).encode() + b"R%02&B0X00Q00!B", "AA"),
    ("number of optional blocks", b"A8009" + (ZMK + BDK).encode() + b"R%02&B0X00S01!B", "AB"),
    ("Thales block", b"A8009" + (ZMK + BDK).encode() + b"S%02", "26"),
    ("single-length ZMK", b"A8009" + (zmk(DES1) + BDK).encode() + b"R%02" + ATTRIBUTES, "27"),
    ("ZMK that is single DES", b"A8009" + (zmk(ALIKE) + BDK).encode() + b"R%02" + ATTRIBUTES, "75"),
    ("variant key that is single DES", b"A8009" + (ZMK + ALIKE_BDK).encode() + b"R%02" + ATTRIBUTES, "75"),
    ("ZMK weaker than the key", b"A8009" + (ZMK + LONG_BDK).encode() + b"R%02" + ATTRIBUTES, "27"),
    ("a variant ZMK", b"A8000" + (ZMK + ZMK).encode() + b"R%02&K0B00S00!B", "29"),
    # BU
    ("BU length flag", b"BUFF9" + B0.encode() + b";FFF;001", "05"),
    ("BU other length", b"BU022" + BDK.encode() + b"%02", "10"),
    ("BU length of the key", b"BU092" + BDK.encode() + b"%02", "05"),
    ("BU type", b"BU0F1" + BDK.encode() + b"%02", "04"),
    ("BU options", b"BUFFF" + B0.encode() + b";FFF;002", "15"),
    # EI
    ("EI key type", b"EI9204802#0000&N", "04"),
    ("EI length", b"EI0032002#0000&N", "05"),
    ("EI encoding", b"EI0204809#0000&N", "03"),
    ("EI exponent", b"EI02048020002\x03#0000&N", "06"),
    ("EI longer than a 3DES LMK holds", b"EI0307202%02", "48"),
    ("EI attributes under a variant LMK", b"EI0102402%02#0000", "15"),
    ("EI without attributes", b"EI0102402", "15"),
    # EO
    ("EO no RSA key", b"EO02\x30\x03\x02\x01\x01~#N00S00", "76"),
    ("EO encoding", b"EO07\x30\x00~#N00S00", "03"),
    ("EO attributes under a variant LMK", b"EO01\x30\x00~%02#N00S00", "15"),
    ("EO without attributes", b"EO01\x30\x00~", "15"),
]  # fmt: skip


@pytest.mark.parametrize(("request_", "code"), [r[1:] for r in REFUSALS], ids=[r[0] for r in REFUSALS])
def test_a_refusal_is_a_code_and_nothing_else(face_port, request_, code):
    reply = ask(face_port, b"HEAD" + request_)
    expected = b"HEAD" + request_[:1] + bytes([request_[1] + 1]) + code.encode()
    assert reply == expected


@pytest.mark.parametrize("trailer", [b"\x19", b"\x19TRAILER 1"])
@pytest.mark.parametrize(
    ("request_", "start"), [(b"NC", b"ND00"), (b"NC%07", b"ND13"), (b"NC%1", b"ND15"), (b"ZZ", b"Z[67")]
)
def test_a_trailer_is_echoed_whatever_the_answer(face_port, trailer, request_, start):
    reply = ask(face_port, b"HEAD" + request_ + trailer)
    assert reply.startswith(b"HEAD" + start)
    assert reply.endswith(trailer)


def test_settings_disable_commands_and_take_the_authorised_state_away():
    with running_face(FACE, authorised=False, disabled_commands=["A0"]) as port:
        assert ask(port, b"0000EI0204802#0000&N") == b"0000EJ17"
        assert ask(port, b"0000A00FFFS#K1A3N00E00") == b"0000A168"


@pytest.mark.parametrize("length", [0, 6, 200])
def test_the_header_length_is_a_setting(length):
    with running_face(FACE, header_length=length) as port:
        assert ask(port, b"h" * length + b"B20004PING") == b"h" * length + b"B300PING"


def test_a_3des_key_block_lmk_can_be_loaded():
    with running_face(FACE, lmks={"01": "3des"}, default_lmk="01") as port:
        assert ask(port, b"0000A00FFFS#P0T2B00E00").startswith(b"0000A100S00072P0TB00E0001")
        assert ask(port, b"0000A00FFFS#P0A3B00E00") == b"0000A148"
        assert ask(port, b"0000EI0204802#0000&N")[8 + 270 : 8 + 280] == b"FFFFS00688"
        assert ask(port, b"0000EI0307202#0000&N") == b"0000EJ48"


@pytest.mark.parametrize("options", [{"lmk": {}}, {"header_length": "four"}, {"lmks": {"00": "rot13"}}])
def test_an_option_that_is_wrong_is_named(options):
    with pytest.raises(ConfigError, match=next(iter(options))):
        FACE.handler(options)


@pytest.mark.parametrize("message", [b"", b"000", b"0000", b"0000N", b"0000\xff\xff", b"0000  "])
def test_what_has_no_command_code_closes_the_connection(face_port, message):
    with socket.create_connection(("127.0.0.1", face_port), timeout=8) as sock:
        sock.sendall(len(message).to_bytes(2, "big") + message)
        assert sock.recv(100) == b""


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(set(REQUESTS) - {"EI"})), st.binary(max_size=120))
def test_any_fields_get_an_answer_that_is_no_internal_error(face_port, code, fields):
    reply = ask(face_port, b"0000" + code.encode() + fields)
    assert reply[6:8] != b"41"
    assert reply[6:8].isalnum()


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([r[1] for r in REFUSALS]), st.integers(min_value=2), st.integers(min_value=0, max_value=255))
def test_a_changed_octet_gets_an_answer_that_is_no_internal_error(face_port, request_, position, octet):
    position = 2 + position % max(1, len(request_) - 2)
    changed = request_[:position] + bytes([octet]) + request_[position + 1 :]
    if request_[:2] == b"EI":  # could be a valid request for a long key
        changed = request_[:-1]
    with contextlib.suppress(TimeoutError):
        assert ask(face_port, b"0000" + changed)[6:8] != b"41"
