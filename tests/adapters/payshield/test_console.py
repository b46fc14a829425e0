"""The console's settings and authorised activities: each causes the refusal that it causes in life."""

import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key

from adapters.payshield.commands import GenerateKeyPairReply
from adapters.payshield.face import FACE
from adapters.payshield.lmk import KeyBlockLmk, VariantLmk
from keyexchange import tr31
from keyexchange.crypto.rsa_data import RsaPadding, encrypt_data
from keyexchange.secret import Secret
from keyexchange.tr31 import Header, Kbpk
from keyexchange.wire import Cursor
from tests.faces import running_face

from .raw import ask

LMK, OTHER_LMK, VARIANT = KeyBlockLmk.aes_test("00"), KeyBlockLmk.aes_test("07"), VariantLmk("02")
DES2 = Secret(bytes.fromhex("1C2A3D4F5B6E7F80A1B3C4D5E6F70819"))
DES3 = Secret(bytes.fromhex("1010232332324545545467677676898998980101ABABBABA"))


def block(usage, key=DES2, lmk=LMK, letter="T", mode="N", exportability="E"):
    return lmk.wrap(Header("1", usage, letter, mode, "00", exportability), key)


ZMK, WORKING, OPEN_KEY = block("K0", DES3), block("P0"), block("P0", exportability="S")
ARRIVING = "R" + tr31.wrap(Kbpk("T", DES3), Header("B", "P0", "T", "N"), DES2)
ARRIVING_ZMK = "R" + tr31.wrap(Kbpk("T", DES3), Header("B", "K0", "T", "N"), DES2)
VARIANT_ZMK, VARIANT_ZPK = VARIANT.encrypt("000", DES3), VARIANT.encrypt("001", DES2)
PIN_REQUEST = f"CA{block('71')}{block('72', DES2)}12{'0' * 16}0101{'1' * 12}"
TO_TR31 = "R%02&P0B00S00!B"

SETTINGS = [
    # setting, value that refuses, value that does not, request, code
    ("trusted_formats_only", True, False, f"A8FFF{ZMK}{OPEN_KEY}U", "29"),
    ("export_of_a_zmk", False, True, f"A8FFF{ZMK}{block('K0')}R", "29"),
    ("import_of_a_zmk", False, True, f"A6FFF{ZMK}{ARRIVING_ZMK}S", "29"),
    ("ignore_lmk_id", False, True, f"BUFFF{block('P0', lmk=OTHER_LMK)};FFF;001", "A3"),
    ("authorised", False, True, "EI0102402#0000&N", "17"),
    ("disabled_commands", ["NO"], [], "NO00", "68"),
    ("unlicensed_commands", ["NO"], [], "NO00", "67"),
    ("disabled_pin_formats", ["01"], [], PIN_REQUEST, "69"),
    ("separate_key_type_002", True, False, f"A8002{VARIANT_ZMK}{VARIANT.encrypt('002', DES2)}{TO_TR31}", "A6"),
]


@pytest.mark.parametrize(("name", "refusing", "allowing", "request_", "code"), SETTINGS, ids=[s[0] for s in SETTINGS])
def test_a_setting_refuses_and_its_opposite_does_not(name, refusing, allowing, request_, code):
    for value, refused in ((refusing, True), (allowing, False)):
        with running_face(FACE, **{name: value}) as port:
            assert (ask(port, b"0000" + request_.encode())[6:8].decode() == code) == refused


def test_a_key_block_protection_key_may_leave_where_a_zmk_may_not():
    """AWS's ECDH script exports one by A8, and its tested configuration says "Enable export of a ZMK: NO"."""
    with running_face(FACE, export_of_a_zmk=False) as port:
        assert ask(port, b"0000" + f"A8FFF{ZMK}{block('K1')}R".encode())[6:8] == b"00"


@pytest.mark.parametrize("direction", ["export", "import"])
def test_x9_17_is_off_until_it_is_switched_on(direction):
    request = f"A8FFF{ZMK}{OPEN_KEY}X" if direction == "export" else f"A6FFF{ZMK}X{'1' * 16}{'2' * 16}S#P0B00S00"
    with running_face(FACE, trusted_formats_only=False) as port:
        assert ask(port, b"0000" + request.encode())[6:] == b"26"
    with running_face(FACE, trusted_formats_only=False, **{f"x9_17_{direction}": True}) as port:
        assert ask(port, b"0000" + request.encode())[6:8] in (b"00", b"01")
    with running_face(FACE, **{f"x9_17_{direction}": True}) as port:
        assert ask(port, b"0000" + request.encode())[6:] == b"29"


def test_the_zmk_translate_command_is_off_until_it_is_switched_on():
    with running_face(FACE) as port:
        assert ask(port, b"0000BY") == b"0000BZ68"
    with running_face(FACE, zmk_translate_command=True) as port:
        assert ask(port, b"0000BY") == b"0000BZ67"


def test_check_values_of_sixteen_digits_are_cut_to_six():
    request = f"0000BUFFF{WORKING};FFF;000".encode()
    with running_face(FACE) as port:
        assert ask(port, request) == b"0000BV00BA8F990000000000"
    with running_face(FACE, restrict_check_values=False) as port:
        reply = ask(port, request)
    assert reply.startswith(b"0000BV00BA8F99")
    assert not reply.endswith(b"0000000000")


def test_a_port_that_is_bound_to_an_lmk():
    with running_face(FACE, port_lmk="02") as port:
        assert ask(port, b"0000NC") == ask(port, b"0000NC%02")
        assert ask(port, b"0000NC%00")[6:8] == b"00"
    with running_face(FACE, port_lmk="02", ensure_lmk_matches_port=True) as port:
        assert ask(port, b"0000NC")[6:8] == b"00"
        assert ask(port, b"0000NC%00")[6:] == b"13"


def test_the_default_lmk_is_a_setting():
    with running_face(FACE, default_lmk="02") as port:
        assert ask(port, b"0000NC") == ask(port, b"0000NC%02")


def test_pci_hsm_compliance_is_shown():
    with running_face(FACE, pci_hsm_compliant=True) as port:
        assert ask(port, b"0000NO01") == b"0000NP001"


ACTIVITIES = [
    ("generate.rsa.host", "EI0102402#0000&N"),
    ("generate.rsa", "EI0102402#0000&N"),
    ("generate", "EI0102402#0000&N"),
    ("export.P0.host", f"A8FFF{ZMK}{WORKING}R"),
    ("export.001.host", f"A8001{VARIANT_ZMK}{VARIANT_ZPK}{TO_TR31}"),
    ("import.P0.host:720", f"A6FFF{ZMK}{ARRIVING}S"),
    ("component.P0.host", "A42FFFS" + 2 * LMK.wrap(Header("1", "P0", "T", "N", "c1"), DES2)),
    ("pin.clear.host", f"BA1234F{'1' * 12}"),
]


@pytest.mark.parametrize(("activity", "request_"), ACTIVITIES, ids=[f"{a[0]}-{a[1][:2]}" for a in ACTIVITIES])
def test_what_is_not_authorised_is_refused_until_its_activity_is(activity, request_):
    message = b"0000" + request_.encode()
    console = activity.split(".")[0] + ".console"
    for activities, authorised in (([], False), (["audit.host", console], False), ([activity], True)):
        with running_face(FACE, authorised=False, activities=activities) as port:
            assert (ask(port, message)[6:8] != b"17") == authorised


def test_an_agreement_and_an_import_under_rsa_need_an_authority():
    with running_face(FACE) as port:
        made = ask(port, b"0000FY010003%00#X00S00")
        pair = GenerateKeyPairReply.read(Cursor(ask(port, b"0000EI1204802#0000&N")[8:]))
        spki, private = made[12:103], made[103:]
        agree = b"0000IG2103" + spki + private + b"106100100123456789;0100128K1A1B00E00;:"
        wrapped = encrypt_data(load_der_public_key(pair.public_key), DES2.reveal(), RsaPadding.PKCS1)
        arrive = b"0000GI0101FFFF0256" + wrapped + b";99FFFF" + pair.private_key.octets + b";0S1=03#P0B00S00"
        assert ask(port, agree)[6:8] == b"00"
        assert ask(port, arrive)[6:8] == b"00"
    with running_face(FACE, authorised=False) as port:
        assert ask(port, agree)[6:] == b"17"
        assert ask(port, arrive)[6:] == b"17"
    with running_face(
        FACE, authorised=False, activities=["eckai.K1.host"], authorised_state_for_rsa_import=False
    ) as port:
        assert ask(port, agree)[6:8] == b"00"
        assert ask(port, arrive)[6:8] == b"00"
