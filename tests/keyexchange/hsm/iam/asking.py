"""Short ways to write policies and to ask them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keyexchange.hsm.iam import AccessRequest, Policy, PolicyKind, Principal, parse_policy

OWNER = "111122223333"
STRANGER = "444455556666"
KEY = f"arn:aws:payment-cryptography:us-east-2:{OWNER}:key/kwapwa6qaifllw2h"
GET_KEY = "payment-cryptography:GetKey"
JANE = Principal(f"arn:aws:iam::{OWNER}:user/jane")


def statement(effect: str = "Allow", action: Any = "*", resource: Any = "*", **others: Any) -> dict[str, Any]:
    """A statement; `others` are further elements."""
    return {"Effect": effect, "Action": action, "Resource": resource, **others}


def document(*statements: dict[str, Any], version: str = "2012-10-17") -> dict[str, Any]:
    """A policy document."""
    return {"Version": version, "Statement": list(statements)}


def identity(*statements: dict[str, Any], arn: str = "") -> Policy:
    """An identity's policy."""
    return parse_policy(document(*statements), arn=arn)


def of_key(*statements: dict[str, Any]) -> Policy:
    """A key's policy."""
    return parse_policy(document(*statements), kind=PolicyKind.RESOURCE)


def request(
    principal: Principal = JANE, action: str = GET_KEY, resource: str = KEY, context: Mapping[str, Any] | None = None
) -> AccessRequest:
    """A request, by default Jane's for her account's key."""
    return AccessRequest(principal, action, resource, context or {})
