"""From a message to a reply: header, code, fields, answer, trailer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from keyexchange.errors import FormatError, ProtocolError
from keyexchange.hsm.faces import Face
from keyexchange.wire import Cursor, Handler, LengthPrefixed

from ..errors import Refusal
from ..message import REQUESTS, SUCCESS, Request, find_trailer, read_trailer, reply_code
from .device import ANSWERS, Device
from .options import read_options

INVALID_INPUT, INTERNAL_ERROR, UNKNOWN_COMMAND, DISABLED_COMMAND = "15", "41", "67", "68"
_log = logging.getLogger(__name__)


class PayshieldFace:
    """See `Face`. The options are those of `FaceOptions`."""

    name = "payshield"
    default_port = 1500

    def framing(self) -> LengthPrefixed:
        """Two octets of length."""
        return LengthPrefixed()

    def handler(self, options: Mapping[str, object]) -> Handler:
        """A new device."""
        device = Device(read_options(options))

        async def handle(message: bytes) -> bytes:
            return await _handle(device, message)

        return handle


async def _handle(device: Device, message: bytes) -> bytes:
    end = device.options.header_length + 2
    header, code = message[: end - 2], message[end - 2 : end].decode("latin-1")
    if len(message) < end or not code.isascii() or not code.isalnum():
        raise ProtocolError("a message has no command code after its header")
    body, trailer = await _answer(device, code, message[end:])
    return header + reply_code(code).encode("ascii") + body + trailer


async def _answer(device: Device, code: str, fields: bytes) -> tuple[bytes, bytes]:
    """Error code and body of the reply, and the trailer to echo."""
    request_type = REQUESTS.get(code)
    if code in device.options.off:
        return DISABLED_COMMAND.encode("ascii"), find_trailer(fields)
    if request_type is None or code in device.options.unlicensed_commands:
        return UNKNOWN_COMMAND.encode("ascii"), find_trailer(fields)
    cursor = Cursor(fields)
    try:
        request = request_type.read(cursor)
        trailer = read_trailer(cursor)
    except FormatError:
        return INVALID_INPUT.encode("ascii"), find_trailer(fields)
    return await _outcome(device, request), trailer


async def _outcome(device: Device, request: Request[Any]) -> bytes:
    answer = ANSWERS[type(request)]
    try:
        if answer.slow:
            reply = await asyncio.to_thread(answer.run, device, request)
        else:
            reply = answer.run(device, request)
        return SUCCESS.encode("ascii") + reply.encode()
    except Refusal as refusal:
        return refusal.code.encode("ascii") + refusal.body
    except Exception as error:  # an HSM answers whatever happens; the type alone is logged, for it quotes nothing
        _log.error("%s failed with %s", request.code, type(error).__name__)
        return INTERNAL_ERROR.encode("ascii")


FACE: Face = PayshieldFace()
