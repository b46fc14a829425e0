"""Calls as CloudTrail events.

Source: AWS CloudTrail User Guide, "CloudTrail record contents for management, data, and network activity events" and
"CloudTrail userIdentity element"; the examples in the AWS Payment Cryptography User Guide, "Logging AWS Payment
Cryptography API calls using AWS CloudTrail". docs/reference/audit.md tells what differs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import orjson

from keyexchange.hsm.apc.access.naming import Naming, naming_of, value_at
from keyexchange.hsm.apc.entry import Admission
from keyexchange.hsm.apc.errors import ApiError
from keyexchange.hsm.apc.identifiers import alias_arn
from keyexchange.hsm.apc.identities import Identity, unique_id
from keyexchange.hsm.apc.model import Operation
from keyexchange.hsm.apc.protocol import Request, Values
from keyexchange.hsm.apc.redaction import Show, for_audit
from keyexchange.hsm.audit import AuditLog
from keyexchange.hsm.clock import Clock
from keyexchange.hsm.generate import new_uuid
from keyexchange.hsm.iam.actions import AccessLevel, action_of
from keyexchange.hsm.iam.principals import PrincipalType
from keyexchange.hsm.records import Home

EVENT_VERSION = "1.11"
EVENT_SOURCE = "payment-cryptography.amazonaws.com"
_KEY_TYPE = "AWS::PaymentCryptography::Key"
_ALIAS_TYPE = "AWS::PaymentCryptography::Alias"
_READING = frozenset({AccessLevel.LIST, AccessLevel.READ})
_LONGEST_AGENT = 1024
_KEPT = 4096

ERROR_CODES = {"AccessDeniedException": "AccessDenied"}
"""Where CloudTrail has another code than the service's error. Source: CloudTrail events of AWS's JSON services."""


@dataclass
class Call:
    """One request, with what is known of it so far.

    Args:
        request: as it came.
        id: of the request.
        admission: who asks, once that is known.
        operation: its name, once that is known to be one.
        values: the input, once it is known to be valid.
    """

    request: Request
    id: str
    admission: Admission | None = None
    operation: str | None = None
    values: Values | None = None


@dataclass(frozen=True)
class _Form:
    """What is the same in every event of an operation."""

    read_only: bool
    naming: Naming
    show_request: Show
    show_response: Show


class Recorder:
    """Writes an event for every call whose caller and operation are known.

    Who cannot show who he is leaves no event, as in CloudTrail: he could fill the disk.

    An event is put together from JSON text, because most of it is the same in every call of a client: what an event
    costs was a sixth of a GetKey.

    Args:
        log: takes the events.
        clock: the device's time.
        operations: of the API's model.
    """

    def __init__(self, log: AuditLog, clock: Clock, operations: Mapping[str, Operation]) -> None:
        self._write: Callable[[str], None] = log.write
        self._clock = clock
        self._form: Callable[[str], _Form] = cache(lambda name: _form(operations[name]))
        self._kept: dict[_Place, _Same] = {}
        self._read: dict[Hashable, tuple[str, str]] = {}

    def record(self, call: Call, *, result: Values | None = None, error: ApiError | None = None) -> None:
        """Write the event of a call.

        Args:
            call: the call.
            result: its answer.
            error: what it was refused with, instead.

        Raises:
            OSError: the trail cannot be written.
        """
        if call.admission is not None and call.operation is not None:
            form = self._form(call.operation)
            same = self._same(call.request, call.admission, call.operation, form)
            own = self._own_members(call, call.admission.context.home, result, error)
            self._write(f'{same.head}"eventTime":"{_time(self._clock())}",{same.middle}{own}{same.tail}')

    def _same(self, request: Request, admission: Admission, operation: str, form: _Form) -> _Same:
        """Kept by all that it says: who comes once comes again."""
        home, address = admission.context.home, request.origin.address
        agent = (request.header("user-agent") or "")[:_LONGEST_AGENT]
        place = admission.identity.credentials.access_key_id, operation, home.region, address, agent
        kept = self._kept.get(place)
        if kept is None or kept.identity is not admission.identity:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            kept = self._kept[place] = _make_same(admission, operation, address, agent, form)
        return kept

    def _own_members(self, call: Call, home: Home, result: Values | None, error: ApiError | None) -> str:
        """What is a call's own, as JSON members, each with a comma behind it."""
        assert call.operation is not None
        form, values = self._form(call.operation), call.values or {}
        if error is None and form.read_only and _comes_again(values):
            shown, resources = self._reading(call.operation, home, values, result or {})
        else:
            shown, resources = _shown(call.values, form, result, error), _named(form.naming, home, values, result or {})
        ids = f'"requestID":"{call.id}","eventID":"{new_uuid()}",'
        tls = f'"tlsDetails":{_encode(_tls_details(call.request))},' if call.request.origin.secure else ""
        return f"{shown}{ids}{resources}{tls}"

    def _reading(self, operation: str, home: Home, values: Values, result: Values) -> tuple[str, str]:
        """Kept by the request and the key of the answer: who reads a key reads it again."""
        place = operation, home, *values.items(), _key_arn(result)
        kept = self._read.get(place)
        if kept is None:
            if len(self._read) >= _KEPT:
                self._read.clear()
            form = self._form(operation)
            kept = self._read[place] = _shown(values, form, None, None), _named(form.naming, home, values, result)
        return kept


_Place = tuple[str, str, str, str, str]
"""Access key, operation, region, address, user agent."""


@dataclass(frozen=True)
class _Same:
    """What is the same in every event of a client's calls of an operation, as JSON.

    Args:
        identity: whose it is.
        head: from the opening brace to before the time.
        middle: from the time to before what is the call's own.
        tail: from there to the closing brace.
    """

    identity: Identity
    head: str
    middle: str
    tail: str


def _make_same(admission: Admission, operation: str, address: str, agent: str, form: _Form) -> _Same:
    home = admission.context.home
    head = {"eventVersion": EVENT_VERSION, "userIdentity": user_identity(admission.identity)}
    middle = {
        "eventSource": EVENT_SOURCE,
        "eventName": operation,
        "awsRegion": home.region,
        "sourceIPAddress": address,
        "userAgent": agent,
    }
    tail = {
        "readOnly": form.read_only,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": home.account,
        "eventCategory": "Management",
    }
    return _Same(admission.identity, f"{_encode(head)[:-1]},", f"{_encode(middle)[1:-1]},", _encode(tail)[1:])


def _comes_again(values: Values) -> bool:
    """Whether a request that reads names something, and no page that nobody turns to twice."""
    return "NextToken" not in values and all(type(value) is str for value in values.values())


def _shown(values: Values | None, form: _Form, result: Values | None, error: ApiError | None) -> str:
    own: dict[str, Any] = {}
    if error is not None:
        own = {"errorCode": ERROR_CODES.get(error.code, error.code), "errorMessage": error.message}
    own["requestParameters"] = None if values is None else form.show_request(values)
    own["responseElements"] = None if result is None or form.read_only else form.show_response(result)
    return f"{_encode(own)[1:-1]},"


def _named(naming: Naming, home: Home, values: Values, result: Values) -> str:
    resources = _resources(naming, home, values, result)
    return f'"resources":{_encode(resources)},' if resources else ""


def _encode(value: object) -> str:
    """In ASCII: a client's characters that a terminal obeys, or takes for the end of a line, are escaped."""
    octets = orjson.dumps(value, option=orjson.OPT_PASSTHROUGH_DATETIME)
    return octets.decode() if octets.isascii() else json.dumps(value, separators=(",", ":"))


def _form(operation: Operation) -> _Form:
    levels = frozenset(action_of(operation.name).levels)
    return _Form(
        read_only=bool(levels) and levels <= _READING,
        naming=naming_of(operation.input),
        show_request=for_audit(operation.input),
        show_response=for_audit(operation.output) if operation.output else lambda _: None,
    )


def _time(moment: datetime) -> str:
    return f"{moment.isoformat()[:19]}Z" if moment.tzinfo is UTC else _time(moment.astimezone(UTC))


def user_identity(identity: Identity) -> dict[str, Any]:
    """The element userIdentity.

    Ids are made of the ARN. A session's creation is not known here, so its attributes leave it out.
    """
    principal = identity.principal
    found: dict[str, Any] = {
        "type": _IDENTITY_TYPES[principal.type],
        "principalId": principal.user_id or unique_id("AIDA", principal.arn),
        "arn": principal.arn,
        "accountId": principal.account,
        "accessKeyId": identity.credentials.access_key_id,
    }
    if principal.type is PrincipalType.USER:
        found["userName"] = principal.arn.rpartition("/")[2]
    if principal.type is PrincipalType.ASSUMED_ROLE:
        found["sessionContext"] = {
            "sessionIssuer": {
                "type": "Role",
                "principalId": found["principalId"].partition(":")[0],
                "arn": principal.identity,
                "accountId": principal.account,
                "userName": principal.identity.rpartition("/")[2],
            },
            "attributes": {"mfaAuthenticated": "false"},
        }
    return found


_IDENTITY_TYPES = {
    PrincipalType.ACCOUNT: "Root",
    PrincipalType.USER: "IAMUser",
    PrincipalType.ASSUMED_ROLE: "AssumedRole",
}


def _resources(naming: Naming, home: Home, values: Values, result: Values) -> list[dict[str, str]]:
    """The keys and aliases that the request names, and the key that the answer is about."""
    named = [value_at(values, path) for path in naming.all]
    named += [_key_arn(result), _inside(result).get("WrappingKeyArn")]
    arns = dict.fromkeys(name if name.startswith("arn:") else alias_arn(home, name) for name in named if name)
    return [_resource(arn, home) for arn in arns]


def _key_arn(result: Values) -> str | None:
    found: str | None = _inside(result).get("KeyArn")
    return found


def _inside(result: Values) -> Values:
    found: Values = result.get("Key") or result.get("Alias") or result.get("WrappedKey") or result
    return found


def _resource(arn: str, home: Home) -> dict[str, str]:
    parts = arn.split(":", 5)
    account = parts[4] if len(parts) > 5 else home.account
    return {"accountId": account, "type": _ALIAS_TYPE if ":alias/" in arn else _KEY_TYPE, "ARN": arn}


def _tls_details(request: Request) -> dict[str, str]:
    host = request.header("host") or ""
    found = {
        "tlsVersion": request.origin.tls_version,
        "cipherSuite": request.origin.cipher_suite,
        "clientProvidedHostHeader": host,
    }
    return {name: value for name, value in found.items() if value}
