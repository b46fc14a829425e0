"""The errors of a signature, in AWS's words."""

from __future__ import annotations

from keyexchange.hsm.apc.errors import ApiError


def missing() -> ApiError:
    """The request is not signed at all."""
    return ApiError("MissingAuthenticationTokenException", "Missing Authentication Token")


def incomplete(message: str) -> ApiError:
    """A part of the signature is missing or cannot be read."""
    return ApiError("IncompleteSignatureException", message)


def invalid(message: str) -> ApiError:
    """The signature is there and is wrong."""
    return ApiError("InvalidSignatureException", message)


def unrecognized() -> ApiError:
    """No such access key, or another session token than its own."""
    return ApiError("UnrecognizedClientException", "The security token included in the request is invalid.")
