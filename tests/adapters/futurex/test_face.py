"""The face over a raw socket: known commands, framing, and the refusals that need no asymmetric keys."""

import contextlib
import socket

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.futurex.face import FACE
from adapters.futurex.message import REQUESTS
from keyexchange import tr31
from keyexchange.errors import ConfigError
from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk
from tests.faces import running_face

from .conftest import AES_KBPK, BDK, BY_NAME, EXPORTED, KBPK, PMK
from .raw import ask, ask_on, token

KEK = Kbpk("T", Secret(bytes.fromhex(BY_NAME["pmk-tdes-3key-kbpk"]["inputs"]["key"])))
DES2 = Secret(bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"))
DES3 = Secret(bytes.fromhex("0123456789ABCDEFFEDCBA98765432101032547698BADCFE"))
ALIKE = Secret(bytes.fromhex("1C2A3D4F5B6E7F80" * 2))
AES = Secret(bytes(range(16)))


def block(usage="K0", letter="T", mode="B", exportability="E", key=DES3):
    return PMK.wrap(Header("D", usage, letter, mode, "00", exportability), key)


def under_kek(usage="P0", letter="T", mode="B", key=DES2, kek=KEK):
    version = "B" if kek.letter == "T" else "D"
    return tr31.wrap(kek, Header(version, usage, letter, mode), key)


def under_weaker():
    """A key under a KEK that is weaker than it."""
    return tr31.wrap(Kbpk("T", DES2), Header("B", "P0", "T", "B"), DES3, weaker_kbpk=True)


def generate(header="D0000K1TB00E0000", key_type="3"):
    return f"[AOGPGS;FS6;CT{key_type};AK{header};]"


def export(kek=KBPK, key=BDK):
    return f"[AOTWKA;FS6;AP{kek};BG{key};OFT;]"


def import_(kek=KBPK, key=EXPORTED):
    return f"[AOTWKS;FS6;AP{kek};BH{key};]"


def test_an_echo_returns_what_was_sent(face_port):
    assert ask(face_port, "[AOECHO;]") == "[AOECHO;BBY;]"
    assert ask(face_port, "[AOECHO;AGVEXI RULES;]") == "[AOECHO;BBY;AGVEXI RULES;]"
    assert token("PN", ask(face_port, "[AOECHO;EX1;]")) == "keyexchange software HSM"


@pytest.mark.parametrize(
    ("key_type", "header", "start"),
    [
        ("2", "D0000P0TB00E0000", "D0112P0TB00E0000"),
        ("3", "D0000K1TB00E0000", "D0112K1TB00E0000"),
        ("4", "D0000P0AB00E0000", "D0112P0AB00E0000"),
        ("5", "D0000K0AB00N0000", "D0112K0AB00N0000"),
        ("6", "D0000B0AX00S0000", "D0144B0AX00S0000"),
    ],
)
def test_a_key_is_made_with_the_header_given_and_is_random(face_port, key_type, header, start):
    made = [ask(face_port, generate(header, key_type)) for _ in range(2)]
    keys = [PMK.open(token("BG", reply)) for reply in made]
    assert all(token("BG", reply).startswith(start) for reply in made)
    assert keys[0][1] != keys[1][1]
    assert all(len(token("AE", reply)) == 6 for reply in made)


def test_the_known_export_holds_the_known_key(face_port):
    reply = ask(face_port, export())
    vector = BY_NAME["twka-bdk-under-kbpk"]["expected"]
    exported = token("BH", reply)
    assert (len(exported), exported[:16]) == (96, vector["block"][:16])
    known, came = tr31.unwrap(KEK, vector["block"]), tr31.unwrap(KEK, exported)
    assert (came.key, came.header) == (known.key, known.header)
    assert token("AE", reply) == vector["kcv"]


def test_an_aes_kek_exports_and_imports_in_version_d(face_port):
    exported = token("BH", ask(face_port, export(kek=AES_KBPK)))
    kek = Kbpk("A", Secret(bytes(range(32))))
    assert exported.startswith("D0112B0TX00E0000")
    assert tr31.unwrap(kek, exported).key == PMK.open(BDK)[1]
    arrived = ask(face_port, import_(AES_KBPK, under_kek("M6", "A", "C", kek.key, kek)))
    assert PMK.open(token("BG", arrived)) == (Header("D", "M6", "A", "C"), kek.key)
    assert token("AE", arrived) == BY_NAME["pmk-aes-256-kbpk"]["expected"]["kcv"]


def test_what_was_exported_comes_back_the_same(face_port):
    reply = ask(face_port, import_())
    assert PMK.open(token("BG", reply)) == PMK.open(BDK)
    assert token("AE", reply) == "5802BA"


def test_optional_blocks_travel_along(face_port):
    header = Header("D", "B0", "T", "X", optional_blocks=(tr31.OptionalBlock("KS", "0" * 20),))
    exported = token("BH", ask(face_port, export(key=PMK.wrap(header, DES2))))
    arrived = token("BG", ask(face_port, import_(key=exported)))
    for text in (exported, arrived):
        assert tr31.parse(text).header.optional_blocks[0].block_id == "KS"


def test_the_check_digit_length_is_a_setting():
    with running_face(FACE, check_digit_length=4) as port:
        assert token("AE", ask(port, export())) == "5802"


REFUSALS = [
    ("no token at all", "[AOGPGS;]", "04", "01"),
    ("no command", "[FS6;]", "09", "00"),
    ("nothing", "[]", "09", "00"),
    ("unknown command", "[AOXXXX;]", "52", "00"),
    ("twice", "[AOECHO;AG1;AG2;]", "34", "00"),
    ("header of version B", generate("B0000K1TB00E0000"), "48", "00"),
    ("header with optional blocks", generate("D0000K1TB00E0100"), "48", "00"),
    ("header that is none", generate("D0000ZZTB00E0000"), "48", "00"),
    ("proprietary usage", generate("D000010TB00E0000"), "48", "00"),
    ("algorithm of another type", generate("D0000K1AB00E0000"), "63", "00"),
    ("usage and mode that do not go together", generate("D0000C0TB00E0000"), "63", "00"),
    ("a key type that is none", generate(key_type="7"), "03", "02"),
    ("KEK under another PMK", export(kek=KBPK[:-1] + "4"), "48", "00"),
    ("key under another PMK", export(key=BDK[:-1] + "C"), "48", "00"),
    ("KEK that is no KEK", export(kek=BDK), "63", "00"),
    ("KEK that only unwraps", export(kek=block(mode="D")), "63", "00"),
    ("KEK that only wraps", import_(kek=block(mode="E")), "63", "00"),
    ("KEK of single DES", export(kek=block(key=ALIKE), key=block("P0", key=DES2)), "64", "00"),
    ("KEK weaker than the key", export(kek=block(key=DES2)), "64", "00"),
    ("AES under TDES", export(key=block("P0", "A", "B", key=AES)), "64", "00"),
    ("key of single DES", export(key=block("P0", key=ALIKE)), "44", "00"),
    ("key that stays", export(key=block("P0", exportability="N", key=DES2)), "63", "00"),
    ("cryptogram without an MFK", export(key="0123456789ABCDEF" * 2), "06", "00"),
    ("slot without a key", export(kek="BD200"), "07", "00"),
    ("import under another KEK", import_(kek=block()), "47", "00"),
    ("import of a changed block", import_(key=EXPORTED[:-1] + "7"), "47", "00"),
    ("import of half a block", import_(key=EXPORTED[:-16]), "48", "00"),
    ("import of single DES", import_(key=under_kek(key=ALIKE)), "44", "00"),
    ("import under a weaker KEK", import_(block(key=DES2), under_weaker()), "64", "00"),
]


@pytest.mark.parametrize(("message", "number", "place"), [r[1:] for r in REFUSALS], ids=[r[0] for r in REFUSALS])
def test_a_refusal_is_erro_with_a_number_and_the_token_at_fault(face_port, message, number, place):
    reply = ask(face_port, message)
    assert reply.startswith("[AOERRO;")
    assert (token("AM", reply), token("AN", reply)) == (number, place)
    assert token("BB", reply)


@pytest.mark.parametrize("body", ["AOECHO;", "AOXXXX;", "AOGPGS;FS6;"])
def test_a_tag_comes_back_whatever_the_answer(face_port, body):
    assert token("AG", ask(face_port, f"[{body}AG0042;]")) == "0042"


def test_a_firmware_without_tags_can_be_played():
    with running_face(FACE, returns_tags=False) as port:
        assert ask(port, "[AOECHO;AG1;]") == "[AOECHO;BBY;]"


def test_settings_switch_commands_off():
    with running_face(FACE, disabled_commands=["TWKA"], missing_commands=["GPGS"], tr31_blocks=False) as port:
        assert token("AM", ask(port, export())) == "19"
        assert token("AM", ask(port, generate())) == "52"
        assert token("AM", ask(port, import_())) == "51"
    with running_face(FACE, tr31_blocks=False) as port:
        assert token("AM", ask(port, export())) == "51"


@pytest.mark.parametrize("options", [{"pmk": 1}, {"check_digit_length": 3}, {"disabled_commands": 5}])
def test_an_option_that_is_wrong_is_named(options):
    with pytest.raises(ConfigError, match=next(iter(options))):
        FACE.handler(options)


def test_many_commands_go_over_one_connection_and_noise_between_them_is_skipped(face_port):
    with socket.create_connection(("127.0.0.1", face_port), timeout=8) as sock:
        assert ask_on(sock, "\r\n[AOECHO;AG1;]\r\n") == "[AOECHO;BBY;AG1;]"
        assert ask_on(sock, "noise]\xff[AOECHO;AG2;]") == "[AOECHO;BBY;AG2;]"
        sock.sendall(b"[AOECHO;AG3;][AOECHO;AG4;]")
        both = b""
        while both.count(b"]") < 2:
            both += sock.recv(100)
        assert both == b"[AOECHO;BBY;AG3;][AOECHO;BBY;AG4;]", "answered in order"


def test_a_message_that_is_too_long_closes_the_connection(face_port):
    with socket.create_connection(("127.0.0.1", face_port), timeout=8) as sock:
        sock.sendall(b"[AOECHO;AG")
        with contextlib.suppress(ConnectionError):
            for _ in range(8):
                sock.sendall(b"x" * 65536)
        answered = b""
        with contextlib.suppress(ConnectionError):
            answered = sock.recv(100)
        assert answered == b""
    assert ask(face_port, "[AOECHO;]") == "[AOECHO;BBY;]", "others are served"


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(sorted(set(REQUESTS) - {"GRSA"})),
    st.lists(st.tuples(st.sampled_from(["FS", "AP", "BG", "BH", "CT", "AK", "RC", "SJ", "RV", "SA"]), st.binary())),
)
def test_any_tokens_get_an_answer_that_is_no_internal_error(face_port, code, tokens):
    body = b"".join(name.encode() + value + b";" for name, value in tokens if not set(value) & set(b"[]"))
    reply = ask(face_port, f"[AO{code};{body.decode('latin-1')}]")
    assert reply.startswith(("[AOERRO;", f"[AO{code};"))
    assert "AM32;" not in reply, "critical error: the face itself failed"
