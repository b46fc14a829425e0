"""What goes wrong at a device, each with one clear error: nothing is sent twice, nothing is believed."""

import socket

import pytest

from adapters.payshield.errors import MEANINGS
from adapters.payshield.face import FACE
from adapters.payshield.message import REQUESTS, SUCCESS, reply_code
from keyexchange.errors import DeviceRefusedError, ProtocolError, TrustError, UnreachableError
from keyexchange.keys import KeyAlgorithm, KeyAttributes
from keyexchange.protocols.messages import KeyToMove
from keyexchange.wire import TlsSettings, server_context
from tests.faces import running_face
from tests.misbehaviour import reply_and_close, reply_each, reply_with, scripted_server

from . import cases, cases_more
from .cases import B0
from .conftest import open_adapter

P0 = KeyAttributes("P0", KeyAlgorithm.TDES_2KEY, "B")
EXAMPLES = {command.code: command for command, _ in cases.CASES + cases_more.CASES if command.code in REQUESTS}
ND = b"0001ND009D04A000000000002200-1011"


def frame(message):
    return len(message).to_bytes(2, "big") + message


def test_a_device_that_is_down_is_unreachable():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(UnreachableError, match="no connection"):
        open_adapter(port).identify()


def test_an_lmk_that_is_not_loaded_is_the_devices_refusal(face_port):
    side = open_adapter(face_port, key_block_lmk_identifier="17")
    with pytest.raises(DeviceRefusedError) as refused:
        side.make_key(P0)
    side.close()
    assert (refused.value.operation, refused.value.code) == ("A0", "13")
    assert "key_block_lmk_identifier" in refused.value.hint


def test_a_device_that_is_not_authorised_says_17():
    with running_face(FACE, authorised=False) as port:
        side = open_adapter(port)
        with pytest.raises(DeviceRefusedError, match="17") as refused:
            side.make_signing_key(2048)
        assert "authorise" in refused.value.hint
        assert side.identify().name == "payshield", "the connection goes on after a refusal"
        side.close()


def test_a_kek_weaker_than_the_key_is_refused(block_side):
    kek = block_side.make_key(KeyAttributes("K0", KeyAlgorithm.TDES_2KEY, "B"))
    key = block_side.make_key(KeyAttributes("P0", KeyAlgorithm.TDES_3KEY, "B"))
    with pytest.raises(DeviceRefusedError, match="A5"):
        block_side.export_tr31(
            KeyToMove("k", key.reference, key.attributes), kek=KeyToMove("kek", kek.reference, kek.attributes)
        )


def test_a_key_block_with_a_bad_mac_is_refused(block_side):
    with pytest.raises(DeviceRefusedError, match="A4"):
        block_side.key_check_value(KeyToMove("k", B0[:-1] + "D", P0))


@pytest.mark.parametrize(
    ("pieces", "error", "said"),
    [
        ([frame(ND)[:-1]], UnreachableError, "no reply within"),
        ([], UnreachableError, "no reply within"),
        ([frame(b"9999" + ND[4:])], ProtocolError, "another message header"),
        ([frame(b"0001A900" + ND[8:])], ProtocolError, "not a ND"),
        ([frame(ND[:-1])], ProtocolError, "firmware"),
        ([frame(ND + b"!")], ProtocolError, "too many"),
        ([frame(ND) + frame(ND)], ProtocolError, "nobody asked for"),
        ([b"\xff\xff"], ProtocolError, "no message"),
    ],
)
def test_a_reply_that_is_not_right_is_one_clear_error(pieces, error, said):
    with scripted_server(reply_with(*pieces)) as (port, received):
        side = open_adapter(port, reply_timeout=0.2)
        with pytest.raises(error, match=said):
            side.identify()
        side.close()
    assert len(received) == 1, "the command was sent once"


@pytest.mark.parametrize("command", sorted(REQUESTS))
def test_every_error_code_of_every_command_has_its_meaning_and_leaves_the_connection_usable(command):
    request = EXAMPLES[command]
    codes = [code for code in MEANINGS if code not in (SUCCESS, *request.advice)]
    replies = [f"{number:04d}{reply_code(command)}{code}".encode() for number, code in enumerate(codes, 1)]
    with scripted_server(reply_each(*map(frame, replies))) as (port, _):
        side = open_adapter(port)
        for code in codes:
            with pytest.raises(DeviceRefusedError) as caught:
                side._client.send(request)
            error = caught.value
            assert (error.side, error.operation, error.code) == ("payshield", command, code)
            assert error.meaning == MEANINGS[code]
            assert error.hint
        side.close()


def test_after_a_failure_the_next_command_has_a_connection_of_its_own():
    with scripted_server(reply_and_close(frame(ND)[:9]), reply_with(frame(b"0002" + ND[4:]))) as (port, received):
        side = open_adapter(port)
        with pytest.raises(UnreachableError, match="closed after 9 octets"):
            side.identify()
        assert dict(side.identify().details)["firmware"] == "2200-1011"
        side.close()
    assert received == [frame(b"0001NC%00"), frame(b"0002NC%00")]


def test_an_exported_key_that_is_no_tr31_block_is_not_believed(block_side):
    reply = frame(b"0001A900" + B0.encode() + b"08D7B4")
    key = KeyToMove("k", B0, KeyAttributes("B0", KeyAlgorithm.TDES_2KEY, "N"))
    with scripted_server(reply_with(reply)) as (port, _):
        side = open_adapter(port)
        with pytest.raises(ProtocolError, match="not in a TR-31 block"):
            side.export_tr31(key, kek=key)
        side.close()


def test_a_token_for_another_random_number_is_not_believed(face_port, signers, receiver, authority):
    """The device (here: somebody between) answers with pieces that were made for another request."""
    signing_key, kdh_certificate = signers["key-block"]
    side = open_adapter(face_port)
    held = side.make_key(KeyAttributes("K1", KeyAlgorithm.TDES_3KEY, "B"))
    key = KeyToMove("kek", held.reference, held.attributes)
    recorded = []
    connection = side._client._conversation._connection
    exchange = connection.exchange
    connection.exchange = lambda message: recorded.append(exchange(message)) or recorded[0]
    certificates = {"kdh_certificate": kdh_certificate, "krd_certificate": receiver[0]}
    side.export_tr34(key, signing_key=signing_key, nonce=b"11111111", **certificates)
    recorded[0] = b"0003" + recorded[0][4:]
    with pytest.raises(TrustError) as refused:
        side.export_tr34(key, signing_key=signing_key, nonce=b"22222222", **certificates)
    side.close()
    assert refused.value.category == "nonce_mismatch"


def test_tls_with_client_certificates(tls_files):
    server = TlsSettings(tls_files.ca, tls_files.server, tls_files.server_key)
    tls = {
        "ca_file": str(tls_files.ca),
        "certificate_file": str(tls_files.client),
        "private_key": f"file:{tls_files.client_key}",
        "server_name": "localhost",
    }
    with running_face(FACE, tls=server_context(server)) as port:
        side = open_adapter(port, tls=tls)
        assert side.identify().name == "payshield"
        side.close()
        with pytest.raises(TrustError, match="certificate"):
            open_adapter(port, tls={"ca_file": str(tls_files.other_ca)}).identify()
        with pytest.raises((TrustError, UnreachableError)):
            open_adapter(port, tls=tls | {"certificate_file": None, "private_key": None}).identify()
