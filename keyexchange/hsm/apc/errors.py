"""Errors that an API answers with. Raised anywhere below the edge; `protocol` gives them their shape."""

from __future__ import annotations

from collections.abc import Mapping

from keyexchange.errors import KeyExchangeError

NOT_MODELLED = {
    "UnknownOperationException": 400,
    "SerializationException": 400,
    "IncompleteSignatureException": 400,
    "InvalidSignatureException": 400,
    "MissingAuthenticationTokenException": 400,
    "UnrecognizedClientException": 400,
    "RequestEntityTooLargeException": 413,
}
"""Errors that every AWS service may answer with and no service's model lists, with their HTTP status.

Source: AWS General Reference, "Common errors"; the API reference of Payment Cryptography, "Common Errors".
"""


class ApiError(KeyExchangeError):
    """The request is answered with an error.

    Args:
        code: the error's name in the service's model, or one of `NOT_MODELLED`.
        message: what went wrong; never received octets.
        members: further members of the error shape.
    """

    general_hint = "see the API reference of the operation"

    def __init__(self, code: str, message: str, members: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.members = dict(members or {})


def validation(message: str) -> ApiError:
    """A parameter is wrong, or the parameters do not fit each other."""
    return ApiError("ValidationException", message)


def conflict(message: str) -> ApiError:
    """The resource's state does not allow it."""
    return ApiError("ConflictException", message)


def not_found(resource_id: str) -> ApiError:
    """No such key, alias or token here."""
    return ApiError("ResourceNotFoundException", f"no resource {resource_id}", {"ResourceId": resource_id})


def quota_exceeded(message: str) -> ApiError:
    """One more would be too many."""
    return ApiError("ServiceQuotaExceededException", message)


def throttled() -> ApiError:
    """Too many requests in too short a time."""
    return ApiError("ThrottlingException", "Rate exceeded")


def serialization(message: str) -> ApiError:
    """The body cannot be read as the operation's input."""
    return ApiError("SerializationException", message)
