"""A whole policy: parsed once, asked many times."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from typing import Any, NamedTuple

from keyexchange.hsm.iam.document import read_document
from keyexchange.hsm.iam.errors import Place
from keyexchange.hsm.iam.principals import Grant
from keyexchange.hsm.iam.requests import AccessRequest
from keyexchange.hsm.iam.statements import Effect, PolicyKind, Statement, check_names, parse_statement

_VARIABLE = re.compile(r"\$\{([^,}]+)")
_ELEMENTS = ("Version", "Id", "Statement")
_WITHOUT_VARIABLES = "2008-10-17"
_VERSIONS = (_WITHOUT_VARIABLES, "2012-10-17")


@dataclass(frozen=True)
class Policy:
    """Statements, ready to be asked.

    Args:
        kind: what it is attached to.
        version: of the language; 2008-10-17 when the document says none.
        id: of a resource's policy, or empty.
        statements: in the order of the document.
        arn: of a managed policy, for the message of an explicit deny; or empty.
    """

    kind: PolicyKind
    version: str
    id: str
    statements: tuple[Statement, ...]
    arn: str = ""
    _about: Callable[[str], _About] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # few actions are ever asked about; what covers each is found once
        object.__setattr__(self, "_about", lru_cache(maxsize=128)(partial(_about, self.statements)))

    @cached_property
    def keys(self) -> frozenset[str]:
        """The condition keys, in lower case, that conditions and variables ask about: others need not be known."""
        found: set[str] = set()
        for statement in self.statements:
            texts = [*statement.resources.texts]
            for condition in statement.conditions:
                found.add(condition.key)
                texts += condition.values
            found.update(name.lower() for text in texts for name in _VARIABLE.findall(text))
        return frozenset(found)

    def denies(self, request: AccessRequest) -> Statement | None:
        """The first Deny that applies."""
        for statement in self._about(request.action_key).denies:
            if statement.grant(request):
                return statement
        return None

    def grants(self, request: AccessRequest) -> Grant:
        """The most direct Allow that applies; of an identity's policy, DIRECT or NONE."""
        best = Grant.NONE
        for statement in self._about(request.action_key).allows:
            grant = statement.grant(request)
            if grant is Grant.DIRECT:
                return grant
            best = max(best, grant)
        return best


class _About(NamedTuple):
    """The statements that cover one action."""

    allows: tuple[Statement, ...]
    denies: tuple[Statement, ...]


def _about(statements: tuple[Statement, ...], action: str) -> _About:
    covering = [statement for statement in statements if statement.covers_action(action)]
    allows = tuple(statement for statement in covering if statement.effect is Effect.ALLOW)
    return _About(allows, tuple(statement for statement in covering if statement.effect is Effect.DENY))


def parse_policy(document: str | Mapping[str, Any], *, kind: PolicyKind = PolicyKind.IDENTITY, arn: str = "") -> Policy:
    """A policy from JSON text or from a decoded object.

    Args:
        document: at most 20,480 characters when it is text.
        kind: an identity's policy has no Principal and no Id; a resource's has a Principal in each statement.
        arn: of a managed policy.

    Returns:
        The policy. Whether its actions, keys and tags exist is not checked, as IAM does not either.

    Raises:
        PolicyError: anything else that IAM would refuse; the message names statement and element.

    Source: IAM User Guide, "Grammar of the IAM JSON policy language".
    """
    place = Place()
    value = read_document(document, place)
    check_names(value, _ELEMENTS, place)
    version = _version(value, place)
    written = value.get("Statement")
    found = written if isinstance(written, list | tuple) else [written]
    if not found or written is None:
        raise place.element("Statement").wrong("is missing or empty", hint="a policy has one statement at least")
    variables = version != _WITHOUT_VARIABLES
    statements = tuple(
        parse_statement(each, number, kind, variables=variables) for number, each in enumerate(found, start=1)
    )
    _check_sids(statements)
    return Policy(kind, version, _id(value, kind, place), statements, arn)


def parse_key_policy(document: str | Mapping[str, Any], key_arn: str) -> Policy:
    """The resource policy of a key, as PutResourcePolicy takes it. Whether it is public is asked with `is_public`.

    Raises:
        PolicyError: as `parse_policy`; or a Resource that is neither `*` nor the key.

    Source: Payment Cryptography User Guide, "Resource-based policies", "Considerations".
    """
    policy = parse_policy(document, kind=PolicyKind.RESOURCE)
    for statement in policy.statements:
        if statement.resources.negated or not set(statement.resources.texts) <= {"*", key_arn}:
            raise statement.place.element("Resource").wrong("is another resource", hint="write * or the key's own ARN")
    return policy


def _version(value: Mapping[str, Any], place: Place) -> str:
    version = value.get("Version", _WITHOUT_VARIABLES)
    if version not in _VERSIONS:
        raise place.element("Version").wrong("is not a version of the language", hint='write "2012-10-17"')
    return str(version)


def _id(value: Mapping[str, Any], kind: PolicyKind, place: Place) -> str:
    found = value.get("Id", "")
    if "Id" in value and kind is PolicyKind.IDENTITY:
        raise place.element("Id").wrong("does not belong into an identity's policy", hint="leave it out")
    if not isinstance(found, str):
        raise place.element("Id").wrong("is not a string", hint="any text, or leave it out")
    return found


def _check_sids(statements: tuple[Statement, ...]) -> None:
    seen: set[str] = set()
    for statement in statements:
        if statement.sid and statement.sid in seen:
            raise statement.place.element("Sid").wrong("is there twice", hint="name each statement differently")
        seen.add(statement.sid)
