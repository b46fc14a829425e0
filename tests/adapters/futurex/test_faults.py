"""What goes wrong at a device, each with one clear error: nothing is sent twice, nothing is believed."""

import socket

import pytest

from adapters.futurex.errors import MEANINGS
from adapters.futurex.face import FACE
from adapters.futurex.message import REQUESTS
from keyexchange.errors import DeviceRefusedError, ProtocolError, TrustError, UnreachableError, UnsupportedError
from keyexchange.keys import KeyAlgorithm, KeyAttributes
from keyexchange.protocols.messages import KeyToMove
from keyexchange.wire import TlsSettings, server_context
from tests.faces import running_face
from tests.misbehaviour import reply_and_close, reply_each, reply_with, scripted_server

from .cases import CASES
from .conftest import AES_KBPK, BDK, EXPORTED, KBPK, open_adapter

P0 = KeyAttributes("P0", KeyAlgorithm.TDES_2KEY, "B")
KEK = KeyToMove("kek", KBPK, KeyAttributes("K1", KeyAlgorithm.TDES_3KEY, "B"))
KEY = KeyToMove("bdk", BDK, KeyAttributes("B0", KeyAlgorithm.TDES_3KEY, "X"))
EXAMPLES = {command.code: command for command, _ in CASES if isinstance(command, REQUESTS[command.code])}
EXPORT = f"[AOTWKA;BH{EXPORTED};AE5802BA;AG0001;]".encode()


def test_a_device_that_is_down_is_unreachable():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(UnreachableError, match=r"command ECHO.*no connection"):
        open_adapter(port).identify()


@pytest.mark.parametrize(
    ("pieces", "error", "said"),
    [
        ([EXPORT[:-1]], UnreachableError, "no reply within"),
        ([], UnreachableError, "no reply within"),
        ([EXPORT.replace(b"AG0001", b"AG9999")], ProtocolError, "another tag"),
        ([EXPORT.replace(b"AG0001;", b"")], ProtocolError, "no tag"),
        ([EXPORT.replace(b"AOTWKA", b"AOTWKS")], ProtocolError, "another command's"),
        ([EXPORT.replace(b"BH", b"BX")], ProtocolError, "TWKA key: it is missing"),
        ([EXPORT + EXPORT], ProtocolError, "nobody asked for"),
        ([EXPORT + b"["], ProtocolError, "nobody asked for"),
        ([b"HTTP/1.1 400 Bad Request\r\n"], ProtocolError, "no message"),
        ([b"[" + b"x" * 300_000], ProtocolError, "no message"),
    ],
)
def test_a_reply_that_is_not_right_is_one_clear_error(pieces, error, said):
    with scripted_server(reply_with(*pieces)) as (port, received):
        side = open_adapter(port, reply_timeout=0.3)
        with pytest.raises(error, match=said):
            side.export_tr31(KEY, kek=KEK)
        side.close()
    assert len(received) == 1, "the command was sent once"


@pytest.mark.parametrize("command", sorted(REQUESTS))
def test_every_error_number_of_every_command_has_its_meaning_and_leaves_the_connection_usable(command):
    replies = [f"[AOERRO;AM{code};AN00;BBwhatever;AG{number:04d};]" for number, code in enumerate(MEANINGS, 1)]
    with scripted_server(reply_each(*(reply.encode() for reply in replies))) as (port, _):
        side = open_adapter(port)
        for code, meaning in MEANINGS.items():
            with pytest.raises(DeviceRefusedError) as caught:
                side._client.send(EXAMPLES[command])
            error = caught.value
            assert (error.side, error.operation, error.code, error.meaning) == ("futurex", command, code, meaning)
            assert error.hint
        side.close()


def test_a_device_that_is_busy_says_so_and_is_asked_again():
    busy = b"[AOERRO;AM56;AN00;BBKEY GENERATION IN PROGRESS;AG0001;]"
    with scripted_server(reply_each(busy, EXPORT.replace(b"AG0001", b"AG0002"))) as (port, _):
        side = open_adapter(port)
        with pytest.raises(DeviceRefusedError, match="56") as refused:
            side.export_tr31(KEY, kek=KEK)
        assert "busy" in refused.value.hint
        assert side.export_tr31(KEY, kek=KEK).text == EXPORTED
        side.close()


def test_a_reply_may_drip_and_end_in_a_line_break():
    pieces = [EXPORT[:5], EXPORT[5:60], EXPORT[60:] + b"\r\n"]
    with scripted_server(reply_with(*pieces)) as (port, _):
        side = open_adapter(port)
        assert side.export_tr31(KEY, kek=KEK).text == EXPORTED
        side.close()


def test_after_a_failure_the_next_command_has_a_connection_of_its_own():
    again = EXPORT.replace(b"AG0001", b"AG0002")
    with scripted_server(reply_and_close(EXPORT[:9]), reply_with(again)) as (port, received):
        side = open_adapter(port)
        with pytest.raises(UnreachableError, match="closed after 9 octets"):
            side.export_tr31(KEY, kek=KEK)
        assert side.export_tr31(KEY, kek=KEK).kcv.digits == "5802BA"
        side.close()
    assert len(received) == 2


def test_a_firmware_that_returns_no_tags_is_served_without():
    with running_face(FACE, returns_tags=False) as port:
        side = open_adapter(port)
        with pytest.raises(ProtocolError) as refused:
            side.make_key(P0)
        assert "message_tags" in refused.value.hint
        side.close()
        side = open_adapter(port, message_tags=False)
        assert side.make_key(P0).reference
        side.close()


def test_a_reply_without_check_digits_falls_back_on_those_that_are_known(side):
    silent = EXPORT.replace(b"AE5802BA;", b"")
    known = side.key_check_value(KEY)
    with scripted_server(reply_with(silent)) as (port, _):
        other = open_adapter(port)
        block = other.export_tr31(KeyToMove("bdk", BDK, KEY.attributes, known), kek=KEK)
        assert block.kcv == known
        other.close()
    generated = f"[AOGPGS;BG{AES_KBPK};AE377822;AG0001;]".encode()
    with scripted_server(reply_each(generated, silent.replace(b"AG0001", b"AG0002"))) as (port, _):
        other = open_adapter(port)
        with pytest.raises(ProtocolError, match="no check digits"):
            other.key_check_value(KEY)
        other.close()


def test_a_block_of_another_version_is_not_believed():
    with scripted_server(reply_with(EXPORT)) as (port, _):
        side = open_adapter(port)
        with pytest.raises(ProtocolError, match="version D"):
            side.export_tr31(KEY, kek=KeyToMove("kek", AES_KBPK, KeyAttributes("K1", KeyAlgorithm.AES_256, "B")))
        side.close()


def test_a_key_of_another_usage_than_asked_for_is_not_believed():
    with scripted_server(reply_with(f"[AOGPGS;BG{BDK};AE5802BA;AG0001;]".encode())) as (port, _):
        side = open_adapter(port)
        with pytest.raises(ProtocolError, match="another usage"):
            side.make_key(P0)
        side.close()


@pytest.mark.parametrize("public", ["3000", "00", "30819F"])
def test_a_public_key_that_is_none_is_not_believed(public):
    reply = f"[AOGRSA;RCX;SDX;RD{public};AG0001;]".encode()
    with scripted_server(reply_with(reply)) as (port, received):
        side = open_adapter(port)
        with pytest.raises(ProtocolError, match="no RSA key"):
            side.make_signing_key(2048)
        side.close()
    assert received[0].startswith(b"[AOGRSA;RB2048;CZG;")


def test_simulator_conventions_are_not_used_against_anything_else():
    with scripted_server(reply_with(b"[AOECHO;PNGSP3000;BBY;AG0001;]")) as (port, _):
        side = open_adapter(port, simulator_conventions=True)
        with pytest.raises(UnsupportedError, match="not this project's simulator"):
            side.identify()
        side.close()


def test_a_unit_that_says_nothing_of_itself_is_asked_plainly():
    replies = (b"[AOERRO;AM34;AG0001;]", b"[AOECHO;AG0002;]")
    with scripted_server(reply_each(*replies)) as (port, received):
        side = open_adapter(port, probe_commands=False)
        assert side.identify().details == ()
        side.close()
    assert received == [b"[AOECHO;EX1;AG0001;]", b"[AOECHO;AG0002;]"]


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
        assert side.identify().name == "futurex"
        side.close()
        with pytest.raises(TrustError, match="certificate"):
            open_adapter(port, tls={"ca_file": str(tls_files.other_ca)}).identify()
