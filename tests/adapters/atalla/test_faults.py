"""What goes wrong at a device, each with one clear error: nothing is sent twice, nothing is believed."""

import socket
import threading

import pytest

from adapters.atalla.errors import MEANINGS
from adapters.atalla.face import FACE
from adapters.atalla.message import REQUESTS
from keyexchange.errors import (
    DeviceRefusedError,
    FormatError,
    ProtocolError,
    TrustError,
    UnreachableError,
    UnsupportedError,
)
from keyexchange.keys import KeyAlgorithm, KeyAttributes
from keyexchange.protocols.messages import KeyToMove
from keyexchange.wire import TlsSettings, server_context
from tests.faces import running_face
from tests.misbehaviour import reply_and_close, reply_each, reply_with, scripted_server
from tests.tls_files import make_tls_files

from .cases import CASES
from .conftest import BLOCKS, open_adapter
from .raw import ask

CVK = KeyToMove("cvk", BLOCKS["e6-cvk"], KeyAttributes("C0", KeyAlgorithm.TDES_2KEY, "C"))
KEK = KeyToMove("kek", BLOCKS["aws-readme"], KeyAttributes("K1", KeyAlgorithm.TDES_3KEY, "B"))
EXAMPLES = {command.code: command for command, _ in CASES if isinstance(command, REQUESTS.get(command.code, ()))}
REPLY = b"<8E#V#08D7B4#>"


def test_a_device_that_is_down_is_unreachable():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(UnreachableError, match="no connection"):
        open_adapter(port).identify()


def test_0607_is_explained_as_option_e2():
    kek = KeyToMove("kek", BLOCKS["bdk"], KeyAttributes("B0", KeyAlgorithm.TDES_2KEY, "X"))
    with running_face(FACE, option_e2=False) as port:
        side = open_adapter(port)
        with pytest.raises(DeviceRefusedError, match="0607") as refused:
            side.export_tr31(kek, kek=KEK)
        assert side.key_check_value(CVK).digits == "08D7B4", "the connection goes on after a refusal"
        side.close()
    assert (refused.value.operation, refused.value.code) == ("11A", "0607")
    assert "option E2" in refused.value.meaning
    assert "option E2" in refused.value.hint


def test_a_changed_key_is_the_devices_refusal(side):
    with pytest.raises(DeviceRefusedError, match=r"05 \(parity error, field 3\)") as refused:
        side.key_check_value(KeyToMove("k", BLOCKS["e6-cvk"][:-1] + "0", CVK.attributes))
    assert "another master file key" in refused.value.hint


@pytest.mark.parametrize(
    ("pieces", "error", "said"),
    [
        ([REPLY[:-1]], UnreachableError, "no reply within"),
        ([], UnreachableError, "no reply within"),
        ([b"<8F#V#08D7B4#>"], ProtocolError, "not a 8E"),
        ([b"<8E#V#08D7B4#^1#>"], ProtocolError, "another context tag"),
        ([b"<8E#V#no#>"], ProtocolError, "digits"),
        ([b"<8E#V#08D7B4#more#>"], ProtocolError, "4 fields|3 fields"),
        ([REPLY, REPLY], ProtocolError, "nobody asked for"),
        ([b"\x00\x10"], ProtocolError, "no message"),
        ([b"<8E#V#\xff#>"], ProtocolError, "cannot be read"),
    ],
)
def test_a_reply_that_is_not_right_is_one_clear_error(pieces, error, said):
    with scripted_server(reply_with(b"".join(pieces))) as (port, received):
        side = open_adapter(port, reply_timeout=0.2)
        with pytest.raises(error, match=said):
            side.key_check_value(CVK)
        side.close()
    assert len(received) == 1, "the command was sent once"


@pytest.mark.parametrize("command", sorted(REQUESTS))
def test_every_error_number_of_every_command_has_its_meaning_and_leaves_the_connection_usable(command):
    replies = [f"<00#{code:0<4}21##>".encode() for code in MEANINGS]
    with scripted_server(reply_each(*replies)) as (port, _):
        side = open_adapter(port)
        for code, meaning in MEANINGS.items():
            with pytest.raises(DeviceRefusedError) as caught:
                side._client.send(EXAMPLES[command])
            error = caught.value
            assert (error.side, error.operation, error.code) == ("atalla", command, code)
            assert error.meaning.startswith(meaning)
            assert error.hint
        side.close()


def test_a_device_that_is_busy_says_so_and_is_asked_again():
    with scripted_server(reply_each(b"<00#410021##>", REPLY)) as (port, _):
        side = open_adapter(port)
        with pytest.raises(DeviceRefusedError, match="41") as refused:
            side.key_check_value(CVK)
        assert "busy" in refused.value.hint
        assert side.key_check_value(CVK).digits == "08D7B4"
        side.close()


def test_after_the_reply_to_another_command_no_other_is_read_from_there_even_without_tags():
    """The right one may still come, and would be taken for the next command's."""
    with scripted_server(reply_with(b"<8F#V#08D7B4#>"), reply_with(REPLY)) as (port, _):
        side = open_adapter(port)
        with pytest.raises(ProtocolError, match="atalla: the reply to 7E is not a 8E"):
            side.key_check_value(CVK)
        assert side.key_check_value(CVK).digits == "08D7B4"
        side.close()


def test_a_line_end_behind_a_reply_is_no_reply():
    """Device option 23, also when the line end comes late."""
    with scripted_server(reply_each(b"<8E#V#08D7B4#>\r\n", b"<8E#V#08D7B4#>", b"\r\n<8E#V#08D7B5#>")) as (port, _):
        side = open_adapter(port)
        digits = [side.key_check_value(CVK).digits for _ in range(3)]
        side.close()
    assert digits == ["08D7B4", "08D7B4", "08D7B5"]


def test_after_a_failure_the_next_command_has_a_connection_of_its_own():
    with scripted_server(reply_and_close(REPLY[:9]), reply_with(REPLY)) as (port, received):
        side = open_adapter(port)
        with pytest.raises(UnreachableError, match="closed after 9 octets"):
            side.key_check_value(CVK)
        assert side.key_check_value(CVK).digits == "08D7B4"
        side.close()
    assert received == [f"<7E#V##{CVK.reference}#>".encode()] * 2


def test_context_tags_number_the_commands():
    with scripted_server(reply_each(b"<8E#V#08D7B4#^1#>", b"<8E#V#08D7B4#^1#>")) as (port, received):
        side = open_adapter(port, context_tags=True)
        side.key_check_value(CVK)
        with pytest.raises(ProtocolError, match="another context tag"):
            side.key_check_value(CVK)
        side.close()
    assert received[1].endswith(b"#^2#>")


@pytest.mark.parametrize(
    ("reply", "ability", "said"),
    [
        (b"<20#1PUNE000,%s,0011223344556677##D2B9#>" % (b"AB" * 24), "make", "another header"),
        (b"<220#1wRVE000,0003010001,0011223344556677#1wRGN000,AB,0011223344556677#1A2B#>", "sign", "AWS's scripts"),
        (b"<21A#D0112D0AB00E00000B04A86D5663388B#08D7#>", "export", "key block"),
    ],
)
def test_a_key_of_another_kind_is_not_believed(reply, ability, said):
    abilities = {
        "make": lambda side: side.make_key(CVK.attributes),
        "sign": lambda side: side.make_signing_key(2048),
        "export": lambda side: side.export_tr31(CVK, kek=KEK),
    }
    with scripted_server(reply_with(reply)) as (port, _):
        side = open_adapter(port)
        with pytest.raises((ProtocolError, FormatError), match=said):
            abilities[ability](side)
        side.close()


def test_a_device_that_is_no_simulator_has_no_conventions():
    with scripted_server(reply_with(b"<2101#Atalla HSM AT1000-AKB Version: 8.53#B19C#3#>")) as (port, _):
        side = open_adapter(port, simulator_conventions=True)
        with pytest.raises(UnsupportedError, match="not this project's simulator"):
            side.identify()
        side.close()


def test_a_device_that_tells_little_is_identified_all_the_same():
    replies = (b"<2101#Atalla HSM A10160#B19C#3#>", b"<AA#9999#>", b"<AA#9999#>")
    with scripted_server(reply_each(*replies)) as (port, _):
        side = open_adapter(port)
        identity = side.identify()
        side.close()
    assert dict(identity.details)["MFK check digits"] == "not told"
    assert identity.lacking == ()


def test_tls_with_client_certificates(tmp_path_factory):
    files = make_tls_files(tmp_path_factory.mktemp("tls"))
    server = TlsSettings(files.ca, files.server, files.server_key)
    tls = {
        "ca_file": str(files.ca),
        "certificate_file": str(files.client),
        "private_key": f"file:{files.client_key}",
        "server_name": "localhost",
    }
    with running_face(FACE, tls=server_context(server)) as port:
        side = open_adapter(port, tls=tls)
        assert side.key_check_value(CVK).digits == "08D7B4"
        side.close()
        with pytest.raises(TrustError, match="certificate"):
            open_adapter(port, tls={"ca_file": str(files.other_ca)}).identify()


HOSTILE = [b"<" + b"A" * 40_000, b">>>>", b"\x00" * 100, b"<11A#B#", b"<" * 1000, b"<00#" + b"\xff" * 100 + b"#>"]


def test_64_connections_and_hostile_octets_leave_others_served(face_port):
    connections = [socket.create_connection(("127.0.0.1", face_port), timeout=10) for _ in range(64)]
    try:
        for number, connection in enumerate(connections):
            connection.sendall(HOSTILE[number % len(HOSTILE)])
        replies = []
        threads = [
            threading.Thread(target=lambda: replies.append(ask(face_port, f"<7E#V##{CVK.reference}#>")))
            for _ in range(16)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert replies == [REPLY.decode()] * 16
    finally:
        for connection in connections:
            connection.close()


def test_many_commands_on_one_connection_are_answered_in_order(face_port):
    commands = b"".join(b"<00#%d#^%d#>" % (number, number) for number in range(200))
    with socket.create_connection(("127.0.0.1", face_port), timeout=10) as connection:
        connection.sendall(commands)
        got = b""
        while got.count(b">") < 200:
            got += connection.recv(65536)
    assert got == b"".join(b"<00#000080#%d#^%d#>" % (number, number) for number in range(200))
