"""The wire form of a service: request in, response out. No sockets, no device.

`Protocol` is what the service needs; `JsonProtocol` is AWS's JSON 1.0 and 1.1: one path, the operation in
`X-Amz-Target`, the input as the body. The data plane's rest-json is in `rest_json`.
Source: Smithy 2.0, "AWS JSON 1.0 protocol" (target, content type, epoch-seconds timestamps, `__type`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from typing import Protocol as TypingProtocol

import orjson

from keyexchange.hsm.apc.errors import NOT_MODELLED, ApiError, serialization
from keyexchange.hsm.apc.model import Service

Values = dict[str, Any]
"""The members of a structure, by the model's names. Times are aware datetimes on their way out."""


class Lasting(Values):
    """An answer that is given again and again as it is: what it is on the wire is kept with it.

    Nobody changes one.
    """

    octets: bytes | None = None
    """As JSON, once it was written."""


NAMESPACE = "com.amazonaws.paymentcryptography"
"""Namespace of the service's Smithy model; stands before the `#` in `__type`."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from, as the connection shows it.

    Args:
        address: of the client; empty when unknown.
        secure: whether it came over TLS.
        tls_version: "TLSv1.3"; empty without TLS.
        cipher_suite: "TLS_AES_128_GCM_SHA256"; empty without TLS.
    """

    address: str = ""
    secure: bool = False
    tls_version: str = ""
    cipher_suite: str = ""


_NOWHERE = Origin()


@dataclass(frozen=True)
class Request:
    """An HTTP request, whole.

    Args:
        method: upper case.
        path: as sent, percent-encoded.
        query: as sent, without the question mark.
        headers: names in lower case, in the order sent.
        body: the whole body.
        origin: where it came from.
    """

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    origin: Origin = _NOWHERE

    def header(self, name: str) -> str | None:
        """The first header of that (lower case) name."""
        return self._first.get(name)

    def header_values(self, name: str) -> tuple[str, ...]:
        """All headers of that (lower case) name, in the order sent."""
        if len(self._first) == len(self.headers):  # as in nearly every request, no name is there twice
            return (self._first[name],) if name in self._first else ()
        return tuple(value for each, value in self.headers if each == name)

    @cached_property
    def _first(self) -> Mapping[str, str]:
        return dict(reversed(self.headers))


@dataclass(frozen=True)
class Response:
    """An HTTP response."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Protocol(TypingProtocol):
    """How a service's operations look on the wire."""

    def operation(self, request: Request) -> str | None:
        """The name of the operation that a request asks for; None when the request is not for this service."""

    def read(self, operation: str, request: Request) -> Values:
        """The operation's input.

        Raises:
            ApiError: SerializationException.
        """

    def write(self, values: Values, request_id: str) -> Response:
        """The answer of an operation that succeeded."""

    def write_error(self, error: ApiError, request_id: str) -> Response:
        """The answer of one that did not."""


class JsonProtocol:
    """AWS JSON 1.0 or 1.1, as the model says."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._prefix = f"{service.target_prefix}."
        self._content_type = f"application/x-amz-json-{service.json_version}"

    def operation(self, request: Request) -> str | None:
        target = request.header("x-amz-target")
        if request.method != "POST" or request.path != "/" or not target or not target.startswith(self._prefix):
            return None
        return target.removeprefix(self._prefix)

    def read(self, operation: str, request: Request) -> Values:
        return read_json(operation, request.body)

    def write(self, values: Values, request_id: str) -> Response:
        return self._response(200, values, request_id)

    def write_error(self, error: ApiError, request_id: str) -> Response:
        modelled = error.code in self._service.error_status
        status = self._service.error_status[error.code] if modelled else NOT_MODELLED.get(error.code, 500)
        body = {"__type": f"{NAMESPACE}#{error.code}" if modelled else error.code, **self._error_members(error)}
        return self._response(status, body, request_id)

    def _error_members(self, error: ApiError) -> Mapping[str, str]:
        return error.members or {"Message": error.message}

    def _response(self, status: int, values: Mapping[str, object], request_id: str) -> Response:
        body = _octets(values)
        headers = (
            ("content-type", self._content_type),
            ("content-length", str(len(body))),
            ("x-amzn-requestid", request_id),
        )
        return Response(status, headers, body)


def _octets(values: Mapping[str, object]) -> bytes:
    if not isinstance(values, Lasting):
        return write_json(values)
    if values.octets is None:
        values.octets = write_json(values)
    return values.octets


def read_json(operation: str, body: bytes) -> Values:
    """The members that a body holds; an empty body holds none.

    Raises:
        ApiError: SerializationException.
    """
    try:
        values = orjson.loads(body or b"{}")
        if not isinstance(values, dict):
            raise serialization("Start of structure or map expected")
        return _without_nulls(values)
    except ValueError:  # its text quotes the document
        raise serialization(f"the body of {operation} is not JSON") from None
    except RecursionError:
        raise serialization(f"the body of {operation} is nested too deeply") from None


def _without_nulls(values: Values) -> Values:
    """A member that is null is a member that is absent."""
    return {
        name: _without_nulls(value) if isinstance(value, dict) else value
        for name, value in values.items()
        if value is not None
    }


def _epoch(value: object) -> float:
    """A time as seconds since 1970 with three decimals, as the service prints its times."""
    if not isinstance(value, datetime):
        raise TypeError(f"{type(value).__name__} has no JSON form here")
    return round(value.timestamp(), 3)


def write_json(values: Mapping[str, object]) -> bytes:
    """An answer as JSON, its times in seconds since 1970."""
    return orjson.dumps(values, default=_epoch, option=orjson.OPT_PASSTHROUGH_DATETIME)
