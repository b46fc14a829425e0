"""From a message to a reply: tokens, answer, tag."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from keyexchange.hsm.faces import Face
from keyexchange.wire import Delimited, Handler

from ..errors import MEANINGS, Refusal
from ..message import COMMAND, LARGEST_MESSAGE, REQUESTS, TAG, ErrorReply, Message, Request, Tokens, encode, split
from ..tokens import TokenError
from .device import ANSWERS, Device
from .options import read_options

DISABLED, INVALID_FORMAT, CRITICAL_ERROR, UNKNOWN_COMMAND = "19", "09", "32", "52"
_log = logging.getLogger(__name__)


class FuturexFace:
    """See `Face`. The options are those of `FaceOptions`."""

    name = "futurex"
    default_port = 9000

    def framing(self) -> Delimited:
        """Brackets; whatever stands between messages is skipped."""
        return Delimited(b"[", b"]", largest=LARGEST_MESSAGE, between=None)

    def handler(self, options: Mapping[str, object]) -> Handler:
        """A new device."""
        device = Device(read_options(options))

        async def handle(message: bytes) -> bytes:
            return await respond(device, message)

        return handle


async def respond(device: Device, message: bytes) -> bytes:
    """The reply to a message; there always is one."""
    try:
        tokens = split(message)
    except TokenError as problem:
        return encode(_error(Refusal(problem.number)))
    tag = tokens.get(TAG) if device.options.returns_tags else None
    reply = await _reply(device, tokens)
    return encode(reply, tag.decode("ascii") if tag is not None else None)


async def _reply(device: Device, tokens: Tokens) -> Message:
    if COMMAND not in tokens:
        return _error(Refusal(INVALID_FORMAT))
    code = tokens[COMMAND].decode("ascii")
    request_type = REQUESTS.get(code)
    if request_type is None or code in device.options.missing_commands:
        return _error(Refusal(UNKNOWN_COMMAND))
    if code in device.options.disabled_commands:
        return _error(Refusal(DISABLED))
    try:
        return await _outcome(device, request_type.of(tokens))
    except TokenError as problem:
        return _error(Refusal(problem.number, problem.place))


async def _outcome(device: Device, request: Request[Any]) -> Message:
    answer = ANSWERS[type(request)]
    try:
        if answer.slow:
            return await asyncio.to_thread(answer.run, device, request)
        return answer.run(device, request)
    except Refusal as refusal:
        return _error(refusal)
    except Exception as error:  # an HSM answers whatever happens; the type alone is logged, for it quotes nothing
        _log.error("%s failed with %s", request.code, type(error).__name__)
        return _error(Refusal(CRITICAL_ERROR))


def _error(refusal: Refusal) -> ErrorReply:
    return ErrorReply(number=refusal.number, place=refusal.place, text=MEANINGS[refusal.number])


FACE: Face = FuturexFace()
