"""What is asked: who, which action, on which resource, and what else is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

from keyexchange.hsm.iam.patterns import Value
from keyexchange.hsm.iam.principals import Principal

ANY_RESOURCE = "*"
"""The resource of an action that names none (ListKeys, CreateKey): only `*` in a policy covers it."""

_ARN_PARTS = 5


@dataclass(frozen=True)
class AccessRequest:
    """One action on one resource. An operation on two resources (CreateAlias: alias and key) is two requests.

    Args:
        principal: who signed.
        action: "payment-cryptography:GetKey".
        resource: an ARN, or `ANY_RESOURCE`.
        context: condition keys, in any case, to a text or to several; numbers, dates and truth values as text.
    """

    principal: Principal
    action: str
    resource: str = ANY_RESOURCE
    context: Mapping[str, str | Iterable[str]] = field(default_factory=dict, hash=False)

    @property
    def action_key(self) -> str:
        """The action in lower case: IAM compares actions so."""
        return self.action.lower()

    @property
    def resource_account(self) -> str:
        """Whose resource it is; the caller's own, when the resource does not say."""
        parts = self.resource.split(":", _ARN_PARTS)
        return (parts[4] if len(parts) > _ARN_PARTS else "") or self.principal.account

    @cached_property
    def _given(self) -> dict[str, Value]:
        """The context with its keys in lower case; a key with an empty list is a key that is not there."""
        found: dict[str, Value] = {}
        for name, given in self.context.items():
            value = given if isinstance(given, str) else tuple(given)
            if value != ():
                found[name.lower()] = value
        found["aws:resourceaccount"] = self.resource_account
        return found

    def lookup(self, key: str) -> Value | None:
        """What the request has for a condition key in lower case. What is known of the caller cannot be overridden."""
        own = self.principal.keys.get(key)
        return own if own is not None else self._given.get(key)


def tag_context(
    *, resource: Mapping[str, str] | None = None, request: Mapping[str, str] | None = None, keys: Iterable[str] = ()
) -> dict[str, str | tuple[str, ...]]:
    """aws:ResourceTag, aws:RequestTag and aws:TagKeys.

    Args:
        resource: the tags that the resource has.
        request: the tags that the request brings (CreateKey, ImportKey, TagResource); their keys are tag keys too.
        keys: the tag keys that the request names alone (UntagResource).
    """
    found: dict[str, str | tuple[str, ...]] = {}
    found.update({f"aws:ResourceTag/{name}": value for name, value in (resource or {}).items()})
    found.update({f"aws:RequestTag/{name}": value for name, value in (request or {}).items()})
    named = (*(request or {}), *keys)
    return found | {"aws:TagKeys": named} if named else found


def environment_context(*, now: datetime, region: str, source_ip: str = "", secure: bool = False) -> dict[str, str]:
    """The keys that every request has.

    Args:
        now: with its time zone.
        region: of the signature.
        source_ip: the caller's address; left out when empty.
        secure: whether the request came over TLS.

    Source: IAM User Guide, "AWS global condition context keys".
    """
    found = {
        "aws:CurrentTime": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:EpochTime": str(int(now.timestamp())),
        "aws:SecureTransport": "true" if secure else "false",
        "aws:RequestedRegion": region,
    }
    return found | {"aws:SourceIp": source_ip} if source_ip else found
