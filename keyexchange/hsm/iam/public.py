"""Would a resource policy let in the public?

AWS does not publish how Payment Cryptography decides. This is the rule that S3 and EFS publish: a policy is public
unless everyone that it allows is held to fixed values (no wildcard, no variable) of keys that tell callers apart.

Source: S3 User Guide, "Blocking public access", "The meaning of public"; EFS User Guide, same heading; EventBridge's
PublicPolicyException: conditions that do not identify the caller do not count.
"""

from __future__ import annotations

from keyexchange.hsm.iam.conditions import FOR_ALL, Condition
from keyexchange.hsm.iam.operators import read_network
from keyexchange.hsm.iam.policies import Policy
from keyexchange.hsm.iam.statements import Effect, Statement

_SOURCE_IP = "aws:sourceip"
CALLER_KEYS = {
    "aws:principalarn",
    "aws:principalaccount",
    "aws:principalorgid",
    "aws:sourcearn",
    "aws:sourceaccount",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
}
_MATCHING = {"StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike"}
_WIDEST = {4: 8, 6: 32}
"""The shortest prefix of a range that is not the public, by version of IP; no private range of RFC 1918 is wider."""


def is_public(policy: Policy) -> bool:
    """Whether any Allow is for everyone and nothing in it tells who that may be."""
    return any(_is_public(statement) for statement in policy.statements)


def _is_public(statement: Statement) -> bool:
    if statement.effect is not Effect.ALLOW or statement.principals is None or not statement.principals.everyone:
        return False
    return not any(_limits(condition) for condition in statement.conditions)


def _limits(condition: Condition) -> bool:
    """Whether the condition holds callers to fixed values; one that holds without the key does not."""
    if condition.comparison.if_exists or condition.comparison.quantifier == FOR_ALL:
        return False
    if condition.key == _SOURCE_IP and condition.comparison.operator == "IpAddress":
        return all(_is_narrow(value) for value in condition.values)
    fixed = not any(set(value) & set("*?$") for value in condition.values)
    return condition.key in CALLER_KEYS and condition.comparison.operator in _MATCHING and fixed


def _is_narrow(value: str) -> bool:
    network = read_network(value)
    return network is not None and network.prefixlen >= _WIDEST[network.version]
