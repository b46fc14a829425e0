"""Octets between us and a device: framing, fields, commands, the client socket and the listener. Names no vendor."""

from keyexchange.wire.commands import Command, Condition, Nested, Record, WireField, wire
from keyexchange.wire.conversation import Conversation, Trace
from keyexchange.wire.cursor import Cursor, malformed
from keyexchange.wire.fields import Codec, Counted, Der, Digits, Hex, Marked, MayBeAbsent, Raw, Rest, Terminated, Text
from keyexchange.wire.framing import LARGEST_MESSAGE, Delimited, Framing, LengthPrefixed
from keyexchange.wire.server import Handler, Listener, serve_tcp
from keyexchange.wire.tcp import Connection
from keyexchange.wire.tls import TlsSettings, client_context, server_context

__all__ = [
    "LARGEST_MESSAGE",
    "Codec",
    "Command",
    "Condition",
    "Connection",
    "Conversation",
    "Counted",
    "Cursor",
    "Delimited",
    "Der",
    "Digits",
    "Framing",
    "Handler",
    "Hex",
    "LengthPrefixed",
    "Listener",
    "Marked",
    "MayBeAbsent",
    "Nested",
    "Raw",
    "Record",
    "Rest",
    "Terminated",
    "Text",
    "TlsSettings",
    "Trace",
    "WireField",
    "client_context",
    "malformed",
    "serve_tcp",
    "server_context",
    "wire",
]
