"""From a message to a reply: ID, fields, answer, context tag."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from keyexchange.hsm.faces import Face
from keyexchange.wire import Cursor, Delimited, Handler

from ..errors import Refusal
from ..fields import FieldError
from ..message import ECHO_OR_ERROR, REQUESTS, Message, Request, reply_code, split
from .device import ANSWERS, Device
from .options import read_options
from .status import SOFTWARE

UNKNOWN_COMMAND, DISABLED_COMMAND, EXECUTION_ERROR = "22", "23", "08"
_log = logging.getLogger(__name__)


class AtallaFace:
    """See `Face`. The options are those of `FaceOptions`."""

    name = "atalla"
    default_port = 7000

    def framing(self) -> Delimited:
        """Between angle brackets."""
        return Delimited(b"<", b">")

    def handler(self, options: Mapping[str, object]) -> Handler:
        """A new device."""
        device = Device(read_options(options))

        async def handle(octets: bytes) -> bytes:
            return (await _handle(device, octets)).octets()

        return handle


async def _handle(device: Device, octets: bytes) -> Message:
    try:
        message = split(octets)
    except FieldError as error:
        return _refusal(device, Refusal(error.code), None)
    try:
        fields = await _answer(device, _request(device, message))
    except Refusal as refusal:
        return _refusal(device, refusal, message.tag)
    return Message(reply_code(message.code), fields, message.tag)


def _request(device: Device, message: Message) -> Request[Any]:
    request_type = REQUESTS.get(message.code)
    if request_type is None:
        raise Refusal(UNKNOWN_COMMAND)
    if message.code in device.options.disabled_commands:
        raise Refusal(DISABLED_COMMAND)
    try:
        return request_type.read(Cursor(message.fields))
    except FieldError as error:
        raise Refusal(error.code, error.field) from None


async def _answer(device: Device, request: Request[Any]) -> bytes:
    answer = ANSWERS[type(request)]
    try:
        if answer.slow:
            reply = await asyncio.to_thread(answer.run, device, request)
        else:
            reply = answer.run(device, request)
        return reply.encode()
    except Refusal:
        raise
    except Exception as error:  # an HSM answers whatever happens; the type alone is logged, for it quotes nothing
        _log.error("%s failed with %s", request.code, type(error).__name__)
        raise Refusal(EXECUTION_ERROR) from None


def _refusal(device: Device, refusal: Refusal, tag: str | None) -> Message:
    detail = f"{refusal.detail}##" if refusal.detail and device.options.option_21 else ""
    return Message(ECHO_OR_ERROR, f"{refusal.code}{refusal.field:02d}{SOFTWARE}#{detail}".encode("ascii"), tag)


FACE: Face = AtallaFace()
