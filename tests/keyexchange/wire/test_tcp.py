"""The client socket: whole replies, and a clear error for each way in which one does not come."""

import select
import socket
import threading

import pytest

from keyexchange.errors import FormatError, ProtocolError, UnreachableError
from keyexchange.wire import Connection, Delimited, LengthPrefixed
from tests.misbehaviour import reply_and_close, reply_each, reply_with, scripted_server, until_closed


def connection_to(port, *, reply_timeout=5.0):
    return Connection("127.0.0.1", port, framing=LengthPrefixed, connect_timeout=2, reply_timeout=reply_timeout)


def frame(message):
    return len(message).to_bytes(2, "big") + message


def test_a_reply_in_many_pieces_is_one_reply():
    with scripted_server(reply_with(*(bytes([octet]) for octet in frame(b"HELLO")))) as (port, received):
        connection = connection_to(port)
        assert connection.exchange(b"hello") == b"HELLO"
        connection.close()
    assert received == [frame(b"hello")]


def test_a_connection_is_kept_for_the_next_command():
    with scripted_server(reply_each(frame(b"1"), frame(b"2"))) as (port, received):
        connection = connection_to(port)
        assert [connection.exchange(b"a"), connection.exchange(b"b")] == [b"1", b"2"]
        connection.close()
    assert received == [frame(b"a"), frame(b"b")]


def test_a_connection_that_the_device_closed_meanwhile_is_made_anew():
    closed = threading.Event()

    def first(connection, received):
        received.append(connection.recv(100))
        connection.sendall(frame(b"1"))
        connection.shutdown(socket.SHUT_RDWR)
        closed.set()

    with scripted_server(first, reply_with(frame(b"2"))) as (port, received):
        connection = connection_to(port)
        assert connection.exchange(b"a") == b"1"
        assert closed.wait(5)
        assert connection.exchange(b"b") == b"2"
        connection.close()
    assert received == [frame(b"a"), frame(b"b")]


def test_no_listener_is_unreachable():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(UnreachableError, match=f"127.0.0.1:{port}: no connection"):
        connection_to(port).exchange(b"hello")


def test_a_host_that_can_be_no_name_is_unreachable():
    connection = Connection("host..invalid", 1500, framing=LengthPrefixed, connect_timeout=2, reply_timeout=1)
    with pytest.raises(UnreachableError, match="no such host"):
        connection.exchange(b"hello")


@pytest.mark.parametrize(
    ("pieces", "said"),
    [
        ([], "no reply within 0.2 s$"),
        ([b"\x00"], r"no reply within 0.2 s \(only 1 octets of it\)"),
        ([frame(b"HELLO")[:-1]], r"no reply within 0.2 s \(only 6 octets of it\)"),
    ],
)
def test_a_reply_that_does_not_come_or_stops_is_a_time_out(pieces, said):
    with scripted_server(reply_with(*pieces)) as (port, received):
        with pytest.raises(UnreachableError, match=said) as refused:
            connection_to(port, reply_timeout=0.2).exchange(b"hello")
        assert "may have been carried out" in refused.value.hint
    assert received == [frame(b"hello")]


@pytest.mark.parametrize(
    ("octets", "said"),
    [(b"", "closed without a reply"), (frame(b"HELLO")[:4], "closed after 4 octets of a reply")],
)
def test_a_connection_that_ends_in_the_middle_says_where(octets, said):
    with scripted_server(reply_and_close(octets)) as (port, _), pytest.raises(UnreachableError, match=said):
        connection_to(port).exchange(b"hello")


@pytest.mark.parametrize("extra", [b"\x00", frame(b"AGAIN")])
def test_octets_after_the_reply_are_an_error(extra):
    with scripted_server(reply_with(frame(b"HELLO") + extra)) as (port, _):
        with pytest.raises(ProtocolError, match="nobody asked for") as refused:
            connection_to(port).exchange(b"hello")
        assert "AGAIN" not in str(refused.value)


def test_a_second_reply_that_comes_late_never_answers_the_next_command():
    answered = threading.Event()

    def script(connection, received):
        received.append(connection.recv(100))
        connection.sendall(frame(b"1"))
        answered.wait(5)
        connection.sendall(frame(b"late"))
        until_closed(connection)

    with scripted_server(script, reply_with(frame(b"3"))) as (port, received):
        connection = connection_to(port)
        assert connection.exchange(b"a") == b"1"
        answered.set()
        select.select([connection._socket], [], [], 5)
        with pytest.raises(ProtocolError, match="nobody asked for"):
            connection.exchange(b"b")
        assert connection.exchange(b"c") == b"3", "on a new connection"
        connection.close()
    assert received == [frame(b"a"), frame(b"c")]


def test_octets_that_are_no_message_are_the_devices_fault():
    with scripted_server(reply_with(b"\xff\xff")) as (port, _), pytest.raises(ProtocolError, match="no message"):
        connection_to(port).exchange(b"hello")


def test_nothing_is_sent_twice_and_the_next_command_gets_a_new_connection():
    with scripted_server(reply_and_close(b""), reply_with(frame(b"2"))) as (port, received):
        connection = connection_to(port)
        with pytest.raises(UnreachableError):
            connection.exchange(b"first")
        assert connection.exchange(b"second") == b"2"
        connection.close()
    assert received == [frame(b"first"), frame(b"second")]


def test_a_message_that_is_too_long_is_not_sent():
    with socket.create_server(("127.0.0.1", 0)) as unused, pytest.raises(FormatError):
        connection_to(unused.getsockname()[1]).exchange(bytes(40_000))


def test_a_line_end_that_comes_late_is_skipped_where_the_framing_says_so():
    sent = threading.Event()

    def script(connection, received):
        received.append(connection.recv(100))
        connection.sendall(b"<1>")
        sent.wait(5)
        connection.sendall(b"\r\n")
        received.append(connection.recv(100))
        connection.sendall(b"<2>")
        until_closed(connection)

    with scripted_server(script) as (port, received):
        connection = Connection(
            "127.0.0.1", port, framing=lambda: Delimited(b"<", b">"), connect_timeout=2, reply_timeout=5
        )
        assert connection.exchange(b"a") == b"1"
        sent.set()
        select.select([connection._socket], [], [], 5)
        assert connection.exchange(b"b") == b"2"
        connection.close()
    assert received == [b"<a>", b"<b>"]
