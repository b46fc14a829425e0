"""B8 over a raw socket, in AWS's octets: the pieces make a token that the receiver opens."""

import pytest

from adapters.payshield.commands import ExportAttributes, ExportTr34, ExportTr34Reply
from adapters.payshield.fields import PrivateKey
from adapters.payshield.lmk import KeyBlockLmk, VariantLmk
from keyexchange import pki, tr34
from keyexchange.crypto.rsa import public_pkcs1
from keyexchange.secret import Secret
from keyexchange.tr31 import Header
from keyexchange.wire import Cursor

from .raw import ask

NONCE = bytes.fromhex("ABCDABCDABCDABCD")
KEY = Secret(bytes.fromhex("1010232332324545545467677676898998980101ABABBABA"))
BLOCK_LMK, VARIANT_LMK = KeyBlockLmk.aes_test("00"), VariantLmk("02")


@pytest.fixture
def request_for(signers, receiver):
    krd_certificate, krd_key = receiver

    def build(kind, **changes):
        key, certificate = signers[kind]
        blocks = kind == "key-block"
        fields = {
            "key_type": "FFF" if blocks else "000",
            "key": BLOCK_LMK.wrap(Header("1", "K1", "T", "N"), KEY) if blocks else VARIANT_LMK.encrypt("000", KEY),
            "kdh_id": pki.issuer_and_serial(certificate),
            "krd_id": pki.issuer_and_serial(krd_certificate),
            "krd_public_key": public_pkcs1(krd_key.public_key()),
            "private_key": PrivateKey(key.reference, block=blocks),
            "nonce": NONCE,
            "lmk": None if blocks else "02",
            "export_attributes": None if blocks else ExportAttributes(
                key_usage="K1", mode_of_use="B", key_version_number="00", exportability="S"
            ),
            "version": "B",
        }  # fmt: skip
        return ExportTr34(**(fields | changes))

    return build


def send(port, request):
    return ask(port, b"0000B8" + request.encode())


@pytest.mark.parametrize(("kind", "header"), [("key-block", "B0096K1TN00E0000"), ("variant", "B0096K1TB00S0000")])
def test_the_pieces_make_a_token_that_the_receiver_opens(face_port, request_for, signers, receiver, kind, header):
    reply = ExportTr34Reply.read(Cursor(send(face_port, request_for(kind))[8:]))
    parts = tr34.TokenParts(reply.signed_attributes, reply.enveloped, reply.signature)
    _, kdh_certificate = signers[kind]
    krd_certificate, krd_key = receiver
    token = tr34.read(tr34.assemble(parts, pki.issuer_and_serial(kdh_certificate)))
    tr34.verify(token, kdh_certificate=kdh_certificate, nonce=NONCE)
    opened = tr34.open_token(
        token, krd_private_key=krd_key, krd_certificate=krd_certificate, kdh_certificate=kdh_certificate
    )
    assert (opened.key, opened.header) == (KEY, header)
    assert reply.kcv.hex().upper() == "1E9AAC"
    assert reply.signed_attributes[:1] == b"\x31"


def test_the_exportability_can_be_made_stricter(face_port, request_for):
    reply = ExportTr34Reply.read(Cursor(send(face_port, request_for("key-block", exportability="N"))[8:]))
    assert b"B0096K1TN00N0000" in reply.signed_attributes


AES = Secret(bytes(16))
ALIKE = Secret(bytes.fromhex("1C2A3D4F5B6E7F80" * 3))
SINGLE = Secret(bytes.fromhex("1C2A3D4F5B6E7F80"))


@pytest.mark.parametrize(
    ("kind", "changes", "code"),
    [
        ("key-block", {"schema": "9"}, "15"),
        ("key-block", {"recipients": "02"}, "15"),
        ("key-block", {"padding": "04"}, "07"),
        ("key-block", {"digest": "1"}, "05"),
        ("key-block", {"oaep_parameters": "04"}, "87"),
        ("key-block", {"version": "D"}, "15"),
        ("key-block", {"krd_public_key": b"\x30\x03\x02\x01\x01"}, "76"),
        ("key-block", {"krd_id": b"\x02\x01\x01"}, "15"),
        ("key-block", {"exportability": "Q"}, "AA"),
        ("key-block", {"key": BLOCK_LMK.wrap(Header("1", "K0", "A", "N"), AES)}, "A5"),
        ("key-block", {"key": BLOCK_LMK.wrap(Header("1", "K0", "T", "N"), ALIKE)}, "75"),
        ("key-block", {"key": BLOCK_LMK.wrap(Header("1", "K0", "T", "N", "00", "N"), KEY)}, "29"),
        ("key-block", {"key": BLOCK_LMK.wrap(Header("1", "24", "T", "N"), KEY)}, "A6"),
        ("key-block", {"lmk": "02"}, "28"),
        ("key-block", {"private_key": PrivateKey(bytes(656), block=False)}, "A1"),
        ("variant", {"lmk": None}, "A1"),
        ("variant", {"key": VARIANT_LMK.encrypt("402", KEY)}, "10"),
        ("variant", {"key": VARIANT_LMK.encrypt("000", SINGLE)}, "27"),
        ("variant", {"private_key": PrivateKey(bytes(656), block=False)}, "49"),
        ("variant", {"private_key": PrivateKey(bytes(655), block=False)}, "78"),
        ("variant", {"export_attributes": None}, "15"),
    ],
)
def test_refusals(face_port, request_for, kind, changes, code):
    assert send(face_port, request_for(kind, **changes)) == b"0000B9" + code.encode()


def test_a_key_that_may_not_sign_is_refused(face_port, request_for):
    pair = ask(face_port, b"0000EI1204802#0000&N")
    unfit = PrivateKey(pair[8 + 270 + 4 :], block=True)
    assert send(face_port, request_for("key-block", private_key=unfit)) == b"0000B9A8"
