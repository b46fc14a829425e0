"""TLS around the same framing: server verified, client verified when asked, clear errors for the rest."""

import dataclasses

import pytest

from keyexchange.errors import ConfigError, TrustError, UnreachableError
from keyexchange.wire import Connection, LengthPrefixed, TlsSettings, client_context, server_context
from tests.faces import running_handler


async def shout(message):
    return message.upper()


def connection_to(port, tls, *, host="localhost", connect_timeout=5.0):
    return Connection(host, port, framing=LengthPrefixed, connect_timeout=connect_timeout, reply_timeout=5, tls=tls)


@pytest.fixture
def server(tls_files):
    return TlsSettings(certificate_file=tls_files.server, private_key_file=tls_files.server_key)


@pytest.fixture
def port(server):
    with running_handler(shout, framing=LengthPrefixed, tls=server_context(server)) as port:
        yield port


def test_messages_pass_and_the_connection_is_kept(port, tls_files):
    connection = connection_to(port, TlsSettings(ca_file=tls_files.ca))
    assert [connection.exchange(b"a"), connection.exchange(b"b")] == [b"A", b"B"]
    connection.close()


def test_the_name_to_expect_can_differ_from_the_host(port, tls_files):
    connection = connection_to(port, TlsSettings(ca_file=tls_files.ca, server_name="localhost"), host="127.0.0.1")
    assert connection.exchange(b"a") == b"A"
    connection.close()


@pytest.mark.parametrize("server_name", ["other.example", None])
def test_a_server_that_is_not_to_be_trusted_is_refused(port, tls_files, server_name):
    ca = tls_files.ca if server_name else tls_files.other_ca
    connection = connection_to(port, TlsSettings(ca_file=ca, server_name=server_name))
    with pytest.raises(TrustError) as refused:
        connection.exchange(b"a")
    assert refused.value.category == "chain_untrusted"


def test_a_client_certificate_is_sent_where_it_is_asked_for(tls_files, server):
    asking = dataclasses.replace(server, ca_file=tls_files.ca)
    bare = TlsSettings(ca_file=tls_files.ca)
    known = dataclasses.replace(bare, certificate_file=tls_files.client, private_key_file=tls_files.client_key)
    with running_handler(shout, framing=LengthPrefixed, tls=server_context(asking)) as port:
        connection = connection_to(port, known)
        assert connection.exchange(b"a") == b"A"
        connection.close()
        with pytest.raises(UnreachableError):
            connection_to(port, bare).exchange(b"a")


def test_a_port_without_tls_is_unreachable():
    with running_handler(shout, framing=LengthPrefixed) as port, pytest.raises(UnreachableError, match="TLS handshake"):
        connection_to(port, TlsSettings(), connect_timeout=0.3).exchange(b"a")


def test_files_that_cannot_be_used_are_named_before_anything_is_sent(tls_files, tmp_path):
    missing = tmp_path / "missing.pem"
    with pytest.raises(ConfigError, match=r"missing\.pem"):
        client_context(TlsSettings(ca_file=missing))
    with pytest.raises(ConfigError, match=r"encrypted_key\.pem"):
        client_context(TlsSettings(certificate_file=tls_files.client, private_key_file=tls_files.encrypted_key))
    with pytest.raises(ConfigError, match="needs a certificate file"):
        server_context(TlsSettings())
