"""One statement: what it covers and whether it allows or denies.

Source: IAM User Guide, "Grammar of the IAM JSON policy language" and the pages of each element.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from keyexchange.hsm.iam.conditions import Condition, parse_conditions
from keyexchange.hsm.iam.document import as_object
from keyexchange.hsm.iam.errors import Place, shown
from keyexchange.hsm.iam.patterns import Test, glob, parse_template
from keyexchange.hsm.iam.principals import Grant, PrincipalElement, parse_principals
from keyexchange.hsm.iam.requests import AccessRequest

_ELEMENTS = (
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
)  # fmt: skip
_SID = re.compile(r"[A-Za-z0-9]*")
_ACTION = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9*?]+")
_ARN_COLONS = 5


class PolicyKind(Enum):
    """What a policy is attached to, which decides on its elements."""

    IDENTITY = "identity-based"
    RESOURCE = "resource-based"


class Effect(Enum):
    """The element Effect."""

    ALLOW = "Allow"
    DENY = "Deny"


@dataclass(frozen=True, slots=True)
class Elements:
    """Action or Resource, or their Not."""

    texts: tuple[str, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement, ready to be asked.

    Args:
        sid: as written, or empty.
        effect: allow or deny.
        place: for messages.
        actions: Action or NotAction as written.
        resources: Resource or NotResource as written.
        covers_action: asks an action in lower case.
        covers_resource: asks a request's resource.
        conditions: all must hold.
        principals: of Principal; None in a policy of an identity, and where there is NotPrincipal.
        not_principals: of NotPrincipal.
    """

    sid: str
    effect: Effect
    place: Place
    actions: Elements
    resources: Elements
    covers_action: Callable[[str], bool]
    covers_resource: Test
    conditions: tuple[Condition, ...]
    principals: PrincipalElement | None
    not_principals: PrincipalElement | None

    def grant(self, request: AccessRequest) -> Grant:
        """Whether a statement that covers the action applies, and how directly it names the caller.

        DIRECT where it names nobody.
        """
        if not self.covers_resource(request.resource, request.lookup):
            return Grant.NONE
        grant = self._named(request)
        if grant:
            for condition in self.conditions:
                if not condition.holds(request.lookup):
                    return Grant.NONE
        return grant

    def _named(self, request: AccessRequest) -> Grant:
        if self.principals is not None:
            return self.principals.grant(request.principal)
        if self.not_principals is not None and self.not_principals.lists_wholly(request.principal):
            return Grant.NONE
        return Grant.DIRECT


def parse_statement(document: object, number: int, kind: PolicyKind, *, variables: bool) -> Statement:
    """A statement.

    Args:
        document: as decoded.
        number: its place in the policy, from 1.
        kind: of the policy.
        variables: whether `${...}` means anything.

    Raises:
        PolicyError: naming the statement and the element.
    """
    place = Place(f"policy, statement {number}")
    value = as_object(document, place, 'write {"Effect": "Allow", "Action": "...", "Resource": "*"}')
    sid = _sid(value, kind, place)
    place = Place(f"{place.words} ({shown(sid)})") if sid else place
    check_names(value, _ELEMENTS, place)
    effect = _effect(value, place)
    actions = _elements(value, "Action", place)
    resources = _elements(value, "Resource", place)
    principals, not_principals = _principals(value, kind, effect, place)
    return Statement(
        sid=sid,
        effect=effect,
        place=place,
        actions=actions,
        resources=resources,
        covers_action=_action_test(actions, place),
        covers_resource=_resource_test(resources, place, variables),
        conditions=parse_conditions(value.get("Condition", {}), place.element("Condition"), variables=variables),
        principals=principals,
        not_principals=not_principals,
    )


def check_names(value: Mapping[str, Any], known: tuple[str, ...], place: Place) -> None:
    """Refuse an element that the grammar does not have."""
    for name in value:
        if name not in known:
            right = {each.lower(): each for each in known}.get(name.lower())
            raise place.wrong(
                f"no element {shown(name)}", hint=f"write {right}" if right else f"known are {', '.join(known)}"
            )


def _sid(value: Mapping[str, Any], kind: PolicyKind, place: Place) -> str:
    sid = value.get("Sid", "")
    if not isinstance(sid, str) or (kind is PolicyKind.IDENTITY and not _SID.fullmatch(sid)):
        raise place.element("Sid").wrong("is not a string of letters and digits", hint="A-Z, a-z, 0-9 and nothing else")
    return sid


def _effect(value: Mapping[str, Any], place: Place) -> Effect:
    try:
        return Effect(value.get("Effect"))
    except (ValueError, TypeError):
        raise place.element("Effect").wrong("is neither Allow nor Deny", hint="case counts") from None


def _elements(value: Mapping[str, Any], name: str, place: Place) -> Elements:
    """The element or its Not: exactly one of them, a string or a list of strings."""
    written = [each for each in (name, f"Not{name}") if each in value]
    if len(written) != 1:
        raise place.wrong(f"has {'both' if written else 'neither'} {name} and Not{name}", hint="write one of the two")
    found = value[written[0]]
    texts = tuple(found) if isinstance(found, list | tuple) else (found,)
    if not texts or not all(isinstance(text, str) for text in texts):
        raise place.element(written[0]).wrong("is not a string or a list of strings", hint='write "*" to cover all')
    return Elements(texts, written[0] != name)


def _principals(
    value: Mapping[str, Any], kind: PolicyKind, effect: Effect, place: Place
) -> tuple[PrincipalElement | None, PrincipalElement | None]:
    written = [name for name in ("Principal", "NotPrincipal") if name in value]
    if kind is PolicyKind.IDENTITY:
        if written:
            raise place.element(written[0]).wrong(
                "does not belong into an identity's policy", hint="the principal is whom the policy is attached to"
            )
        return None, None
    if len(written) != 1:
        raise place.wrong(f"has {'both' if written else 'neither'} Principal and NotPrincipal", hint="write Principal")
    inside = place.element(written[0])
    element = parse_principals(value[written[0]], inside)
    if written[0] == "Principal":
        return element, None
    if effect is Effect.ALLOW or element.everyone:
        raise inside.wrong("would allow everybody else, or leave out everybody", hint="use it with Deny and with names")
    return None, element


def _action_test(actions: Elements, place: Place) -> Callable[[str], bool]:
    inside = place.element("NotAction" if actions.negated else "Action")
    for text in actions.texts:
        if text != "*" and not _ACTION.fullmatch(text):
            raise inside.wrong(f"{shown(text)} is no action", hint="write payment-cryptography:GetKey, or *")
    fixed = frozenset(text.lower() for text in actions.texts if not set(text) & {"*", "?"})
    tests = [
        glob(parse_template(text.lower(), inside, variables=False)) for text in actions.texts if set(text) & {"*", "?"}
    ]
    negated = actions.negated

    def covers(action: str) -> bool:
        return (action in fixed or any(test(action, _no_keys) for test in tests)) is not negated

    return covers


def _no_keys(key: str) -> None:
    """Actions hold no variables."""


def _resource_test(resources: Elements, place: Place, variables: bool) -> Test:
    inside = place.element("NotResource" if resources.negated else "Resource")
    tests = [_one_resource(text, inside, variables) for text in resources.texts]
    if not resources.negated:
        return tests[0] if len(tests) == 1 else lambda value, lookup: any(test(value, lookup) for test in tests)
    return lambda value, lookup: not any(test(value, lookup) for test in tests)


def _one_resource(text: str, place: Place, variables: bool) -> Test:
    template = parse_template(text, place, variables=variables)
    if text == "*":
        return glob(template)
    *head, _ = text.split(":", _ARN_COLONS)
    if len(head) != _ARN_COLONS or head[0] != "arn" or not head[2] or set(head[2]) & {"*", "?"}:
        raise place.wrong(
            f"{shown(text)} is no ARN",
            hint="write * or arn:aws:payment-cryptography:REGION:ACCOUNT:key/ID; wildcards in any part but the service",
        )
    if variables and any("${" in part for part in head):
        raise place.wrong("a variable stands before the fifth colon", hint="variables belong into the last part")
    return glob(template, arn=True)
