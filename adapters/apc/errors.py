"""The vendor's refusals and the library's failures, as our errors.

Laws of this file: an answer's text is passed on only after `readable` has taken long values out of it, because the
service quotes what it was sent; and the cause of an error is cut off, because the library quotes it too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from keyexchange.errors import ConfigError, DeviceRefusedError, KeyExchangeError, ProtocolError, UnreachableError

if TYPE_CHECKING:
    from botocore.exceptions import BotoCoreError

THROTTLING = frozenset({"ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded"})
"""Codes of a request that was not carried out because there were too many."""

UNAVAILABLE = frozenset(
    {
        "InternalFailure",
        "InternalServerException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        *("500", "502", "503", "504"),  # from a load balancer or proxy, which names no code
    }
)
"""Codes of a failure on the service's side; whether the request was carried out is not known."""

CONFLICT = "ConflictException"

HINTS: Mapping[str, str] = {
    "AccessDeniedException": "these credentials may not do this: add the operation to their IAM policy",
    "UnrecognizedClientException": "this access key is not known: check AWS_PROFILE or the key, and the endpoint",
    "ExpiredTokenException": "the session token has expired: sign in again, then resume the run",
    "InvalidSignatureException": "check the secret access key, and that the clock of this machine is right",
    "IncompleteSignatureException": "check the secret access key and any proxy that changes requests",
    "MissingAuthenticationTokenException": "no credentials were sent: set AWS_PROFILE or the AWS access key variables",
    "OptInRequired": "enable the region for this account",
    "ValidationException": "the service found the request wrong; nothing was imported",
    CONFLICT: "the key or alias is in another state than this needs; look at it with GetKey or GetAlias",
    "ResourceNotFoundException": "check the ARN or alias, the region and the account",
    "ThrottlingException": "other programs use up the account's request quota: try later, or lower requests_per_second",
    "ServiceQuotaExceededException": "the account holds as many keys or aliases as it may: ask AWS for a higher quota",
    "ServiceUnavailableException": "the service is not available: resume the run later",
    "InternalServerException": "the service failed: resume the run later",
}
"""What to try next. Source: AWS Payment Cryptography API reference, "Common Errors" and each operation's errors."""

_QUOTED = re.compile(r"(?i)\bvalue '[^']{16,}'")
_HEX = re.compile(r"[0-9A-Fa-f]{16,}")
_LONG = re.compile(r"[0-9A-Za-z+/=]{40,}")
_LONGEST = 240


def readable(text: str) -> str:
    """The service's own words, on one line, without values that were sent to it.

    Quoted values of 16 characters or more, runs of 16 hex digits or more and unbroken runs of 40 characters or more
    (blocks, Base64) become `<n characters>`; the rest is cut at 240 characters.
    """
    text = " ".join(text.split())
    text = _QUOTED.sub(lambda match: f"value <{len(match[0]) - 8} characters>", text)
    for pattern in (_HEX, _LONG):
        text = pattern.sub(lambda match: f"<{len(match[0])} characters>", text)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "..."


def refused(side: str, operation: str, response: Mapping[str, Any]) -> DeviceRefusedError:
    """The error for a refusal.

    Args:
        side: who refused, "apc".
        operation: as the API spells it.
        response: the parsed answer of botocore's ClientError.
    """
    error = response.get("Error", {})
    code = str(error.get("Code") or "unknown")
    text = str(error.get("Message") or "")
    if not text and response.get("ResourceId"):
        text = f"no such resource: {response['ResourceId']}"
    return DeviceRefusedError(side, operation, code, readable(text) or "no reason given", hint=HINTS.get(code))


def failed(side: str, operation: str, error: BotoCoreError) -> KeyExchangeError:
    """The error for a request that got no answer, or could not be sent."""
    from botocore import exceptions as boto  # noqa: PLC0415  # loading it costs as much as all the rest

    if isinstance(error, boto.ParamValidationError):
        return _unfit_parameters(side, operation, error)
    for kinds, make in (
        ((boto.ConnectTimeoutError, boto.ReadTimeoutError), _timed_out),
        ((boto.SSLError,), _untrusted_tls),
        ((boto.HTTPClientError, boto.ConnectionError), _not_reached),
    ):
        if isinstance(error, kinds):
            return make(side, operation)
    return misconfigured(side, error)


def misconfigured(side: str, error: BotoCoreError) -> ConfigError:
    """The error for credentials, a profile, a region or an endpoint that the library cannot use."""
    hints = {
        "NoCredentialsError": "set AWS_PROFILE, `profile` in the file, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        "PartialCredentialsError": "the profile holds an access key without its secret: run `aws configure`",
        "ProfileNotFound": "`aws configure list-profiles` shows the profiles of this machine",
        "NoRegionError": "set `region`",
        "TokenRetrievalError": "run `aws sso login`, then resume the run",
        "SSOTokenLoadError": "run `aws sso login`, then resume the run",
        "UnauthorizedSSOTokenError": "run `aws sso login`, then resume the run",
    }
    name = type(error).__name__
    return ConfigError(f"{side}: AWS cannot be called ({name})", hint=hints.get(name, "check the AWS settings"))


def _unfit_parameters(side: str, operation: str, error: BotoCoreError) -> ConfigError:
    names = sorted(set(re.findall(r"parameter (?:in )?(?:input: )?\"?([A-Za-z0-9_.\[\]]+)", str(error))))
    fields = ", ".join(names) or "a parameter"
    return ConfigError(
        f"{side}: {operation} was not sent, {fields} does not fit the service's model",
        hint="check the aliases, tags and references of this key in the reviewed file",
    )


def _timed_out(side: str, operation: str) -> UnreachableError:
    return UnreachableError(
        f"{side} did not answer {operation} in time",
        hint="it may have been carried out all the same; resume the run, which looks before it sends again",
    )


def _untrusted_tls(side: str, operation: str) -> UnreachableError:
    return UnreachableError(
        f"{side}: no TLS connection for {operation}", hint="check endpoint_url and AWS_CA_BUNDLE; is a proxy between?"
    )


def _not_reached(side: str, operation: str) -> UnreachableError:
    return UnreachableError(
        f"{side} cannot be reached for {operation}", hint="check region, endpoint_url, proxy and network; then resume"
    )


def unreadable(side: str, operation: str) -> ProtocolError:
    """The error for an answer that is not one of the API's."""
    return ProtocolError(
        f"{side} answered {operation} with something unreadable or cut short",
        hint="check that endpoint_url names the API, then resume the run, which looks before it sends again",
    )
