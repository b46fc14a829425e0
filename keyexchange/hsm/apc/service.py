"""One request from first to last: who asks, what for, is it well formed, may they, do it, wait until it is kept,
write it into the audit trail, answer."""

from __future__ import annotations

import inspect
import logging
import traceback
from collections.abc import Callable
from functools import cache

from keyexchange.errors import KeyExchangeError, MismatchError
from keyexchange.hsm.apc.access import Authorizer
from keyexchange.hsm.apc.context import Context, OperationTable
from keyexchange.hsm.apc.entry import Entry
from keyexchange.hsm.apc.errors import ApiError, validation, verification_failed
from keyexchange.hsm.apc.events import Call, Recorder
from keyexchange.hsm.apc.model import load
from keyexchange.hsm.apc.protocol import Protocol, Request, Response, Values
from keyexchange.hsm.apc.quotas import PlaneQuotas
from keyexchange.hsm.apc.redaction import redact
from keyexchange.hsm.apc.validation import validator
from keyexchange.hsm.device import Hsm
from keyexchange.hsm.generate import new_uuid

_log = logging.getLogger(__name__)


class Plane:
    """One of the service's APIs in front of a software HSM.

    Args:
        hsm: the device.
        table: the operations that are served.
        protocol: how they look on the wire.
        entry: who may come in.
        quotas: what is beyond them is refused; None for no limits.
        recorder: writes the audit trail; None for none.
    """

    def __init__(
        self,
        hsm: Hsm,
        table: OperationTable,
        protocol: Protocol,
        entry: Entry,
        *,
        quotas: PlaneQuotas | None = None,
        recorder: Recorder | None = None,
    ) -> None:
        self._hsm = hsm
        self._entry = entry
        self._quotas = quotas
        self._recorder = recorder
        self._declared = table.declared
        self._asynchronous = {
            name: each.handler for name, each in self._declared.items() if inspect.iscoroutinefunction(each.handler)
        }
        self._operations = load(table.service).operations
        self._protocol = protocol
        self._authorizer = Authorizer(hsm, self._operations)
        self._validator: Callable[[str], Callable[[object], None]] = cache(
            lambda name: validator(self._operations[name].input)
        )

    async def answer(self, request: Request) -> Response:
        """Answer a request. Raises nothing: what goes wrong becomes an error of the service."""
        call = Call(request, new_uuid())
        try:
            result = await self._perform(call)
            response = self._protocol.write(result, call.id)
            if self._recorder is not None:
                self._recorder.record(call, result=result)
        except Exception as error:  # the edge: whatever it was, the caller gets an answer
            return self._refuse(call, self._of_operation(call.operation, _refusal(call.id, error)))
        return response

    def _of_operation(self, name: str | None, refusal: ApiError) -> ApiError:
        """The error as the operation has it: where the model lists no conflict for it, as for the whole data plane, a
        key that is not enabled or waits for its deletion makes the request invalid."""
        if refusal.code != "ConflictException" or name is None or refusal.code in self._operations[name].errors:
            return refusal
        return validation(refusal.message)

    def _refuse(self, call: Call, refusal: ApiError) -> Response:
        try:
            if self._recorder is not None:
                self._recorder.record(call, error=refusal)
        except Exception as error:  # the edge, as above
            why = error.strerror if isinstance(error, OSError) else type(error).__name__
            _log.error("request %s has no event in the audit trail: %s", call.id, why)
        return self._protocol.write_error(refusal, call.id)

    async def _perform(self, call: Call) -> Values:
        call.admission = admission = self._entry.admit(call.request)
        call.operation = name = self._operation(call.request)
        values = self._protocol.read(name, call.request)
        if self._quotas is not None:
            self._quotas.spend(admission.context.home, values)
        self._validator(name)(values)
        call.values = values
        if self._declared[name].writes:
            await self._hsm.store.before_writing()
        if _log.isEnabledFor(logging.DEBUG):
            _log.debug("request %s: %s %s", call.id, name, redact(self._operations[name].input, values))
        try:
            self._authorizer.require(name, admission, call.request.origin, values)
            if self._quotas is not None:
                self._quotas.require_room(self._hsm, admission.context.home, name)
            return await self._run(name, admission.context, values)
        finally:
            # also when it is refused: what it has read may have written (deletions that are due), and a writer
            # that does not commit keeps every other process waiting
            await self._hsm.store.committed()

    def _operation(self, request: Request) -> str:
        name = self._protocol.operation(request)
        if name is None or name not in self._operations:
            raise ApiError("UnknownOperationException", "The requested operation is not known to this service")
        if name not in self._declared:
            raise ApiError("UnknownOperationException", f"{name} is not served by this endpoint")
        return name

    async def _run(self, name: str, context: Context, values: Values) -> Values:
        if name in self._asynchronous:
            answer: Values = await self._asynchronous[name](self._hsm, context, values)
            return answer
        declared = self._declared[name]
        with self._hsm.store.savepoint() if declared.writes else self._hsm.store.reading():
            result = declared.handler(self._hsm, context, values)
            assert isinstance(result, dict)
            return result


def _refusal(request_id: str, error: Exception) -> ApiError:
    """What a request is refused with."""
    if isinstance(error, ApiError):
        _log.info("request %s refused: %s", request_id, error.code)
        return error
    if isinstance(error, KeyExchangeError):
        _log.info("request %s refused: %s", request_id, type(error).__name__)
        return verification_failed(error) if isinstance(error, MismatchError) else validation(error.message)
    # the log gets the place without the message, which might quote the request
    _log.error("request %s: %s\n%s", request_id, type(error).__name__, _where(error))
    return ApiError("InternalServerException", "The request could not be processed")


def _where(error: BaseException) -> str:
    return "".join(traceback.format_tb(error.__traceback__))
