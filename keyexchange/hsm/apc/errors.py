"""Errors that an API answers with. Raised anywhere below the edge; `protocol` gives them their shape."""

from __future__ import annotations

from collections.abc import Mapping

from keyexchange.errors import KeyExchangeError, MismatchError

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

VERIFICATION_REASONS = {
    "mac": ("INVALID_MAC", "Mac verification failed."),
    "pin": ("INVALID_PIN", "Pin block verification failed."),
    "card_value": ("INVALID_VALIDATION_DATA", "Card validation data verification failed."),
    "cryptogram": ("INVALID_AUTH_REQUEST_CRYPTOGRAM", "Auth request cryptogram verification failed."),
}
"""VerificationFailedReason and message by `MismatchError.reason`.

Source: APC Data Plane API reference; the messages are the service's own (User Guide, "Verify PIN data", "Getting
started", "UnionPay specific functions"), but that of a MAC, which is like them.
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


def verification_failed(error: MismatchError) -> ApiError:
    """A MAC, PIN, card value or cryptogram is not the right one."""
    reason, message = VERIFICATION_REASONS[error.reason]
    return ApiError("VerificationFailedException", message, {"Reason": reason, "Message": message})


def throttled() -> ApiError:
    """Too many requests in too short a time."""
    return ApiError("ThrottlingException", "Rate exceeded")


def serialization(message: str) -> ApiError:
    """The body cannot be read as the operation's input."""
    return ApiError("SerializationException", message)
