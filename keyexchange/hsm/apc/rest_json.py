"""AWS's rest-json: the operation is the method and the path, labels of the path are members of the input.

A label is one segment of the path, percent-encoded, so the slashes of ARNs and aliases arrive as %2F. The data plane's
model has no greedy labels, no members in headers or queries, and no payload member: the rest of the input is the body.

Source: Smithy 2.0, "AWS restJson1 protocol" (bodies, `X-Amzn-Errortype`) and "HTTP bindings" (labels).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from keyexchange.hsm.apc.errors import NOT_MODELLED, ApiError, serialization
from keyexchange.hsm.apc.model import Service
from keyexchange.hsm.apc.protocol import Request, Response, Values, read_json, write_json


class _Labelled(NamedTuple):
    """A path with a label.

    Args:
        operation: its name.
        before, after: what stands around the label, with the slashes.
        member: the member of the input that the label is.
    """

    operation: str
    before: str
    after: str
    member: str


class RestJsonProtocol:
    """A service whose operations have a path each."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._paths: dict[tuple[str, str], str] = {}
        self._labelled: dict[tuple[str, str, str], _Labelled] = {}
        self._by_name: dict[str, _Labelled] = {}
        for name, each in service.operations.items():
            before, brace, rest = each.uri.partition("{")
            if not brace:
                self._paths[each.method, each.uri] = name
                continue
            member, _, after = rest.partition("}")
            assert "{" not in after, "one label to a path"
            assert not member.endswith("+"), "no greedy labels"
            self._by_name[name] = _Labelled(name, before, after, member)
            self._labelled[each.method, before, after] = self._by_name[name]

    def operation(self, request: Request) -> str | None:
        name = self._paths.get((request.method, request.path))
        if name is not None:
            return name
        found = self._labelled.get((request.method, *_around(request.path)))
        return found.operation if found else None

    def read(self, operation: str, request: Request) -> Values:
        values = read_json(operation, request.body)
        labelled = self._by_name.get(operation)
        if labelled is not None:
            values[labelled.member] = _label(request.path[len(labelled.before) : -len(labelled.after)])
        return values

    def write(self, values: Values, request_id: str) -> Response:
        return _response(200, values, request_id)

    def write_error(self, error: ApiError, request_id: str) -> Response:
        status = self._service.error_status.get(error.code) or NOT_MODELLED.get(error.code, 500)
        return _response(status, self._error_members(error), request_id, ("x-amzn-errortype", error.code))

    def _error_members(self, error: ApiError) -> Mapping[str, str]:
        """The members of the error's shape, and its message where the shape has one or is not in the model."""
        text = self._service.error_text.get(error.code, "" if error.code in self._service.error_status else "message")
        return {text: error.message, **error.members} if text else error.members


def _around(path: str) -> tuple[str, str]:
    """What stands around the second segment of a path: "/keys/" and "/encrypt" of "/keys/x/encrypt"."""
    begin = path.find("/", 1) + 1
    end = path.find("/", begin)
    return (path[:begin], path[end:]) if 1 < begin < end else ("", "")


def _label(text: str) -> str:
    try:
        return unquote_to_bytes(text).decode()
    except UnicodeDecodeError:
        raise serialization("a label of the path is not UTF-8") from None


def _response(status: int, values: Mapping[str, object], request_id: str, *further: tuple[str, str]) -> Response:
    body = write_json(values)
    headers = (
        ("content-type", "application/json"),
        ("content-length", str(len(body))),
        ("x-amzn-requestid", request_id),
        *further,
    )
    return Response(status, headers, body)
