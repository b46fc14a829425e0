"""FY, IG, GI, GK, EW and EY over a raw socket."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from adapters.payshield.commands import AgreeKeyReply, GenerateEccPairReply, GenerateKeyPairReply
from adapters.payshield.lmk import KeyBlockLmk, VariantLmk
from keyexchange.crypto import rsa as rsa_wrap
from keyexchange.crypto.kdf import Derivation, KdfFunction, KdfHash
from keyexchange.crypto.rsa_data import RsaPadding, decrypt_data, encrypt_data
from keyexchange.keys import KeyAlgorithm
from keyexchange.secret import Secret
from keyexchange.tr31 import Header
from keyexchange.wire import Cursor

from .raw import ask

LMK, VARIANT = KeyBlockLmk.aes_test("00"), VariantLmk("02")
DES2 = Secret(bytes.fromhex("1C2A3D4F5B6E7F80A1B3C4D5E6F70819"))
EVEN = Secret(bytes(octet ^ 1 for octet in DES2.reveal()))
CURVES = {
    "00": (ec.SECP256R1(), 91),
    "01": (ec.SECP384R1(), 120),
    "02": (ec.SECP521R1(), 158),
}
TAIL = b"106100100123456789;0100256K1A3B00E00;:"
SPKI = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def pair(port, curve="02", mode="X"):
    reply = ask(port, f"0000FY01{curve}03%00#{mode}00S00".encode())
    assert reply[:8] == b"0000FZ00"
    return GenerateEccPairReply.read(Cursor(reply[8:]))


@pytest.mark.parametrize("curve", sorted(CURVES))
@pytest.mark.parametrize("mode", ["X", "S", "N"])
def test_an_ecc_pair_has_the_lengths_that_aws_expects(face_port, curve, mode):
    made = pair(face_port, curve, mode)
    assert len(made.public_key) == CURVES[curve][1]
    assert load_der_public_key(made.public_key).curve.name == CURVES[curve][0].name
    assert made.private_key[:1] + made.private_key[6:17] == f"S03E{mode}00S0000"


@pytest.mark.parametrize(("digit", "function"), [("1", KdfFunction.NIST_SP800), ("2", KdfFunction.ANSI_X963)])
@pytest.mark.parametrize(
    ("curve", "algorithm", "code", "bits"),
    [("02", KeyAlgorithm.AES_256, "A3", "00256"), ("00", KeyAlgorithm.AES_128, "A1", "00128"),
     ("01", KeyAlgorithm.TDES_3KEY, "T3", "00192")],
)  # fmt: skip
def test_both_sides_agree_on_one_key(face_port, digit, function, curve, algorithm, code, bits):
    made, peer = pair(face_port, curve), ec.generate_private_key(CURVES[curve][0])
    tail = f"{digit}06100100123456789;01{bits}K1{code}B00E00;:".encode()
    request = b"0000IG2103" + peer.public_key().public_bytes(*SPKI) + made.private_key.encode() + tail
    reply = ask(face_port, request)
    assert reply[:8] == b"0000IH00"
    derived = AgreeKeyReply.read(Cursor(reply[8:]))
    shared = Secret(peer.exchange(ec.ECDH(), load_der_public_key(made.public_key)))
    expected = Derivation(function, KdfHash.SHA_256, bytes.fromhex("0123456789"), algorithm).key(shared).reveal()
    header, key = LMK.unwrap(derived.key)
    unadjusted = bytes(a & 0xFE for a in expected) if code[0] == "T" else expected
    assert (bytes(a & 0xFE for a in key.reveal()) if code[0] == "T" else key.reveal()) == unadjusted
    assert (header.key_usage, header.algorithm, header.mode_of_use) == ("K1", code[0], "B")


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (b"FY010303%00#X00S00", "D2"),
        (b"FY010202%00#X00S00", "D3"),
        (b"FY020203%00#X00S00", "E0"),
        (b"FY010203%00#B00S00", "A8"),
        (b"FY010203%00", "15"),
        (b"FY010203%02#X00S00", "48"),
        (b"FY010203%07#X00S00", "13"),
    ],
)
def test_an_ecc_pair_is_refused(face_port, request_, code):
    assert ask(face_port, b"0000" + request_)[6:].decode() == code


def test_an_agreement_is_refused(face_port):
    peer = ec.generate_private_key(ec.SECP521R1()).public_key().public_bytes(*SPKI)
    other = ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(*SPKI)
    ours, signs = pair(face_port).private_key.encode(), pair(face_port, mode="S").private_key.encode()
    kek = LMK.wrap(Header("1", "K1", "A", "X"), Secret(bytes(range(16)))).encode()
    rsa_key = rsa_wrap.public_spki(rsa_wrap.generate(1024).public_key())
    small = pair(face_port, "00").private_key.encode()
    for request, code in (
        (b"2103" + other + ours + TAIL, "D2"),
        (b"2103" + peer + signs + TAIL, "A8"),
        (b"2103" + peer + kek + TAIL, "A6"),
        (b"2103" + rsa_key + ours + TAIL, "E4"),
        (b"2103" + b"\x30\x00" + ours + TAIL, "E4"),
        (b"2203" + peer + ours + TAIL, "15"),
        (b"2102" + peer + ours + TAIL, "D3"),
        (b"2103" + peer + ours + TAIL.replace(b"106", b"107", 1), "05"),
        (b"2103" + peer + ours + b"3" + TAIL[1:], "15"),
        (b"2103" + peer + ours + TAIL.replace(b"00256", b"00128"), "A5"),
        (b"2103" + peer + ours + TAIL.replace(b"K1A3", b"K1A9"), "A7"),
        (b"2103" + peer + ours + TAIL.replace(b"0123456789", b"012345678X"), "15"),
        (b"2103" + peer + ours + TAIL[:-1], "15"),
        (b"2103" + other + small + TAIL, "A5"),
    ):
        assert ask(face_port, b"0000IG" + request)[6:].decode() == code, request[-40:]


@pytest.fixture(scope="module")
def receiving(face_port):
    """A pair under the key-block LMK that decrypts and signs."""
    return GenerateKeyPairReply.read(Cursor(ask(face_port, b"0000EI2204802#0000&N")[8:]))


@pytest.fixture(scope="module")
def variant_receiving(face_port):
    return GenerateKeyPairReply.read(Cursor(ask(face_port, b"0000EI2204802%02")[8:]))


def gi(made, wrapped, *, oaep="01", key_type="FFFF", algorithm="0", tail="S1=03#P0B00S00"):
    private = made.private_key
    counted = b"FFFF" if private.block else f"{len(private.octets):04d}".encode()
    head = f"0000GI01{oaep}{key_type}{len(wrapped):04d}".encode()
    return head + wrapped + b";99" + counted + private.octets + f";{algorithm}{tail}".encode()


SCHEMES = [("01", RsaPadding.PKCS1), ("02010100;", RsaPadding.OAEP_SHA1), ("02010600;", RsaPadding.OAEP_SHA256),
           ("02010800;", RsaPadding.OAEP_SHA512)]  # fmt: skip


@pytest.mark.parametrize(("oaep", "scheme"), SCHEMES)
@pytest.mark.parametrize(("algorithm", "letter"), [("0", "T"), ("1", "A")])
def test_a_key_under_rsa_comes_under_the_lmk(face_port, receiving, oaep, scheme, algorithm, letter):
    public_key = load_der_public_key(receiving.public_key)
    wrapped = encrypt_data(public_key, DES2.reveal(), scheme)
    reply = ask(face_port, gi(receiving, wrapped, oaep=oaep, algorithm=algorithm)).decode()
    assert reply[:8] == "0000GJ00"
    header, key = LMK.unwrap(reply[8:-6])
    assert (header.key_usage, header.algorithm, key) == ("P0", letter, DES2)


def test_a_key_under_rsa_comes_under_a_variant_lmk(face_port, variant_receiving):
    public_key = load_der_public_key(variant_receiving.public_key)
    wrapped = encrypt_data(public_key, DES2.reveal(), RsaPadding.PKCS1)
    reply = ask(face_port, gi(variant_receiving, wrapped, key_type="0600", tail="U1=03%02")).decode()
    assert VARIANT.decrypt("001", reply[8:-6]) == DES2


def test_a_key_under_rsa_is_refused(face_port, receiving, signers):
    public_key = load_der_public_key(receiving.public_key)
    wrapped = encrypt_data(public_key, DES2.reveal(), RsaPadding.OAEP_SHA256)
    oaep = "02010600;"
    seventeen = encrypt_data(public_key, bytes(17), RsaPadding.OAEP_SHA256)
    even = encrypt_data(public_key, EVEN.reveal(), RsaPadding.OAEP_SHA256)
    alike = encrypt_data(public_key, DES2.reveal()[:8] * 2, RsaPadding.OAEP_SHA256)
    signing = GenerateKeyPairReply.read(Cursor(ask(face_port, b"0000EI0204802#0000&N")[8:]))
    for request, code in (
        (gi(receiving, wrapped, oaep="02010100;"), "77"),
        (gi(receiving, wrapped[:-1], oaep=oaep), "80"),
        (gi(receiving, seventeen, oaep=oaep), "77"),
        (gi(receiving, even, oaep=oaep), "10"),
        (gi(receiving, alike, oaep=oaep), "75"),
        (gi(receiving, wrapped, oaep="03"), "07"),
        (gi(receiving, wrapped, oaep="02020600;"), "85"),
        (gi(receiving, wrapped, oaep="02010700;"), "86"),
        (gi(receiving, wrapped, oaep="0201060001;").replace(b"0201060001;", b"02010601x;"), "87"),
        (gi(receiving, wrapped, oaep=oaep, tail="S1=01#P0B00S00"), "15"),
        (gi(receiving, wrapped, oaep=oaep, tail="S1#P0B00S00"), "15"),
        (gi(receiving, wrapped, oaep=oaep, tail="S0=03#P0B00S00"), "15"),
        (gi(receiving, wrapped, oaep=oaep, tail="S1=03"), "15"),
        (gi(receiving, wrapped, oaep=oaep, tail="U1=03#P0B00S00"), "26"),
        (gi(receiving, wrapped, oaep=oaep, algorithm="2"), "15"),
        (gi(receiving, wrapped, oaep=oaep, key_type="9900"), "04"),
        (gi(receiving, wrapped, oaep=oaep, key_type="0600"), "A1"),
        (gi(signing, wrapped, oaep=oaep), "A8"),
    ):
        assert ask(face_port, request)[6:].decode() == code


@pytest.fixture(scope="module")
def recipient(face_port):
    """Somebody's RSA key, and how EO authenticated it under each LMK."""
    key = rsa_wrap.generate(2048)
    der = rsa_wrap.public_pkcs1(key.public_key())
    block = ask(face_port, b"0000EO02" + der + b"~#N00S00")[8:]
    mac = ask(face_port, b"0000EO02" + der + b"KRD 1%02")[8:] + b"KRD 1"
    return key, block, mac


def held(exportability="S"):
    return LMK.wrap(Header("1", "P0", "T", "B", "00", exportability), DES2).encode()


@pytest.mark.parametrize(("oaep", "scheme"), SCHEMES)
def test_a_key_leaves_under_somebodys_rsa_key(face_port, recipient, oaep, scheme):
    key, block, _ = recipient
    request = b"0000GK01" + oaep.encode() + b"FFFFF" + held() + b"BA8F990000000000" + block + b";03"
    reply = ask(face_port, request)
    assert reply[:12] == b"0000GL000256"
    assert decrypt_data(key, reply[12:], scheme) == DES2.reveal()


def test_a_key_leaves_in_a_template_with_its_check_value(face_port, recipient):
    key, block, _ = recipient
    template = b";020024" + b"AB" * 24 + b";0004030020"
    reply = ask(face_port, b"0000GK0101FFFFF" + held() + b"BA8F990000000000" + block + template)
    expected = bytes.fromhex("ABABABAB") + DES2.reveal() + bytes.fromhex("BA8F99") + b"\xab"
    assert decrypt_data(key, reply[12:], RsaPadding.PKCS1) == expected


def test_a_key_leaves_from_a_variant_lmk(face_port, recipient):
    key, _, mac = recipient
    text = VARIANT.encrypt("001", DES2).encode()
    reply = ask(face_port, b"0000GK010106001" + text + b"BA8F990000000000" + mac + b";03%02")
    assert decrypt_data(key, reply[12:], RsaPadding.PKCS1) == DES2.reveal()


def test_a_key_does_not_leave_under_rsa(face_port, recipient):
    _, block, mac = recipient
    kcv, good = b"BA8F990000000000", b"FFFFF" + held()
    text = VARIANT.encrypt("001", DES2).encode()
    changed = mac[:3] + bytes([mac[3] ^ 1]) + mac[4:]
    for request, code in (
        (b"01" + good + b"0000000000000000" + block + b";03", "84"),
        (b"01FFFFF" + held("E") + kcv + block + b";03", "29"),
        (b"01FFFFF" + held("N") + kcv + block + b";03", "29"),
        (b"01FFFF9" + held() + kcv + block + b";03", "05"),
        (b"01FFFF2" + held() + kcv + block + b";03", "05"),
        (b"01" + good + kcv + block + b";01", "15"),
        (b"01" + good + kcv + block[:-1] + b"X;03", "A4"),
        (b"01" + good + kcv + block + b";020004ABABABAB;0000000000", "80"),
        (b"01" + good + kcv + block + b";020020" + b"AB" * 20 + b";0000040000", "82"),
        (b"01" + good + kcv + mac + b";03", "A1"),
        (b"0106001" + text + kcv + changed + b";03%02", "01"),
        (b"0106001" + text + kcv + block + b";03%02", "26"),
    ):
        assert ask(face_port, b"0000GK01" + request)[6:].decode() == code, request[:8]


@pytest.mark.parametrize("digest", ["06", "07", "08"])
def test_a_signature_is_made_and_verified(face_port, receiving, variant_receiving, digest):
    block = ask(face_port, b"0000EO02" + receiving.public_key + b"~#N00S00")[8:]
    mac = ask(face_port, b"0000EO02" + variant_receiving.public_key + b"%02")[8:]
    under_block = b"FFFF" + receiving.private_key.octets
    under_variant = f"{len(variant_receiving.private_key):04d}".encode() + variant_receiving.private_key.octets + b"%02"
    start = b"0000EW" + digest.encode() + b"01010003\xab\xcb\xab;99"
    for private, public, lmk in ((under_block, block, b""), (under_variant, mac, b"%02")):
        reply = ask(face_port, start + private)
        assert reply[:12] == b"0000EX000256"
        check = b"0000EY" + digest.encode() + b"01010256%b;0003" % reply[12:]
        assert ask(face_port, check + b"\xab\xcb\xab;" + public + lmk) == b"0000EZ00"
        assert ask(face_port, check + b"\xab\xcb\xac;" + public + lmk) == b"0000EZ02"
    forged = b"0000EY" + digest.encode() + b"01010256%b;0003%b;" % (reply[12:], b"\xab\xcb\xab")
    assert ask(face_port, forged + block[:-1] + b"X") == b"0000EZ01"
    assert ask(face_port, forged + b"0000" + mac[4:] + b"%02") == b"0000EZ01"


@pytest.mark.parametrize(("form", "code"), [("010101", "05"), ("060201", "47"), ("060104", "07")])
def test_other_signatures_are_refused(face_port, receiving, form, code):
    private = b"FFFF" + receiving.private_key.octets
    assert ask(face_port, b"0000EW" + form.encode() + b"0001x;99" + private)[6:].decode() == code
