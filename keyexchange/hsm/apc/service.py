"""One request from first to last: who asks, what for, is it well formed, do it, wait until it is kept, answer."""

from __future__ import annotations

import inspect
import logging
import traceback
import uuid

from keyexchange.errors import KeyExchangeError
from keyexchange.hsm.apc.context import Context, OperationTable
from keyexchange.hsm.apc.entry import Entry
from keyexchange.hsm.apc.errors import ApiError, serialization, validation
from keyexchange.hsm.apc.model import load
from keyexchange.hsm.apc.protocol import Protocol, Request, Response, Values
from keyexchange.hsm.apc.quotas import RequestQuota
from keyexchange.hsm.apc.redaction import redact
from keyexchange.hsm.apc.validation import validator
from keyexchange.hsm.device import Hsm

_log = logging.getLogger(__name__)


class Plane:
    """One of the service's APIs in front of a software HSM.

    Args:
        hsm: the device.
        table: the operations that are served.
        protocol: how they look on the wire.
        entry: who may come in.
        quota: requests beyond it are throttled; None for no limit.
    """

    def __init__(
        self, hsm: Hsm, table: OperationTable, protocol: Protocol, entry: Entry, *, quota: RequestQuota | None = None
    ) -> None:
        self._hsm = hsm
        self._entry = entry
        self._quota = quota
        self._declared = table.declared
        self._operations = load(table.service).operations
        self._protocol = protocol
        self._validators = {name: validator(self._operations[name].input) for name in self._declared}

    def serves(self, request: Request) -> bool:
        """Whether a request has the form of this API."""
        return self._protocol.operation(request) is not None

    async def answer(self, request: Request) -> Response:
        """Answer a request. Raises nothing: what goes wrong becomes an error of the service."""
        request_id = str(uuid.uuid4())
        try:
            values = await self._perform(request, request_id)
        except ApiError as error:
            _log.info("request %s refused: %s", request_id, error.code)
            return self._protocol.write_error(error, request_id)
        except UnicodeEncodeError:
            return self._protocol.write_error(serialization("a string holds half of a surrogate pair"), request_id)
        except KeyExchangeError as error:
            _log.info("request %s refused: %s", request_id, type(error).__name__)
            return self._protocol.write_error(validation(error.message), request_id)
        except Exception as error:  # the edge: whatever it was, the caller gets an answer and the log a place
            # without its message, which might quote the request
            _log.error("request %s: %s\n%s", request_id, type(error).__name__, _where(error))
            failure = ApiError("InternalServerException", "The request could not be processed")
            return self._protocol.write_error(failure, request_id)
        return self._protocol.write(values, request_id)

    async def _perform(self, request: Request, request_id: str) -> Values:
        context = self._entry.admit(request)
        name = self._operation(request)
        if self._quota is not None:
            self._quota.spend()
        values = self._protocol.read(name, request)
        self._validators[name](values)
        if _log.isEnabledFor(logging.DEBUG):
            _log.debug("request %s: %s %s", request_id, name, redact(self._operations[name].input, values))
        result = await self._run(name, context, values)
        await self._hsm.store.committed()
        return result

    def _operation(self, request: Request) -> str:
        name = self._protocol.operation(request)
        if name is None or name not in self._operations:
            raise ApiError("UnknownOperationException", "The requested operation is not known to this service")
        if name not in self._declared:
            raise ApiError("UnknownOperationException", f"{name} is not served by this endpoint")
        return name

    async def _run(self, name: str, context: Context, values: Values) -> Values:
        declared = self._declared[name]
        handler = declared.handler
        if inspect.iscoroutinefunction(handler):
            answer: Values = await handler(self._hsm, context, values)
            return answer
        store = self._hsm.store
        with store.savepoint() if declared.writes else store.reading():
            result = handler(self._hsm, context, values)
            assert isinstance(result, dict)
            return result


def _where(error: BaseException) -> str:
    return "".join(traceback.format_tb(error.__traceback__))
