"""Who asks, and whom a resource policy means.

Source: IAM User Guide, "AWS JSON policy elements: Principal" and "NotPrincipal".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from functools import cached_property

from keyexchange.hsm.iam.document import as_object
from keyexchange.hsm.iam.errors import Place, PolicyError, shown

_ACCOUNT = re.compile(r"[0-9]{12}")
_CALLER = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):(?:iam::(?P<iam>[0-9]{12}):(?:(?P<root>root)|user/(?P<user>[^*?]+))"
    r"|sts::(?P<sts>[0-9]{12}):assumed-role/(?P<role>[^/*?]+)/(?P<session>[^/*?]+))"
)
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::([0-9]{12}):role/[^*?]+")
_NAMED = re.compile(
    r"arn:aws[a-z-]*:(?:iam::[0-9]{12}:(?:user|role)/[^*?]+"
    r"|sts::[0-9]{12}:(?:assumed-role/[^/*?]+/[^/*?]+|federated-user/[^*?]+))"
)
_WHOLE_ACCOUNT = re.compile(r"arn:aws[a-z-]*:iam::([0-9]{12}):root")
_SERVICE = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")


class PrincipalType(Enum):
    """The values of aws:PrincipalType that a caller here can have."""

    ACCOUNT = "Account"
    USER = "User"
    ASSUMED_ROLE = "AssumedRole"


@dataclass(frozen=True)
class Principal:
    """Who signed a request.

    Args:
        arn: an IAM user's, a role session's (arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION) or an account's root.
        tags: aws:PrincipalTag, a session's own included.
        role_arn: the session's role, when it has a path; made of the session's ARN otherwise.
        user_id: aws:userid, if a policy asks for it.

    Raises:
        PolicyError: an ARN that is none of these. Federated users and services do not sign requests here.
    """

    arn: str
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)
    role_arn: str = ""
    user_id: str = ""

    def __post_init__(self) -> None:
        if self._parts is None:
            raise PolicyError(
                "principal", f"{shown(self.arn)} cannot sign a request", hint="give a user's or a role session's ARN"
            )
        role = _ROLE.fullmatch(self.role_arn)
        if self.role_arn and (role is None or role[1] != self.account or self.type is not PrincipalType.ASSUMED_ROLE):
            raise PolicyError(
                "principal", f"{shown(self.role_arn)} is not this session's role", hint="leave it out, or correct it"
            )

    @cached_property
    def _parts(self) -> dict[str, str | None] | None:
        match = _CALLER.fullmatch(self.arn)
        return match.groupdict() if match else None

    @cached_property
    def account(self) -> str:
        """Twelve digits."""
        parts = self._parts or {}
        return parts["iam"] or parts["sts"] or ""

    @cached_property
    def type(self) -> PrincipalType:
        """Which of the three it is."""
        parts = self._parts or {}
        if parts["root"]:
            return PrincipalType.ACCOUNT
        return PrincipalType.USER if parts["user"] else PrincipalType.ASSUMED_ROLE

    @cached_property
    def identity(self) -> str:
        """The ARN that policies are attached to, aws:PrincipalArn: of a session, its role."""
        parts = self._parts or {}
        if parts["role"] is None:
            return self.arn
        return self.role_arn or f"arn:{parts['partition']}:iam::{self.account}:role/{parts['role']}"

    @cached_property
    def keys(self) -> dict[str, str]:
        """Condition keys, in lower case.

        Source: IAM User Guide, "AWS global condition context keys"; only an IAM user has an aws:username.
        """
        found = {f"aws:principaltag/{name.lower()}": value for name, value in self.tags.items()}
        found["aws:principalarn"] = self.identity
        found["aws:principalaccount"] = self.account
        found["aws:principaltype"] = self.type.value
        user = (self._parts or {})["user"]
        if user:
            found["aws:username"] = user.rpartition("/")[2]
        if self.user_id:
            found["aws:userid"] = self.user_id
        return found


class Grant(IntEnum):
    """How directly a resource policy names a caller; it decides which other policies may still limit the grant.

    Source: IAM User Guide, "Policy evaluation logic", "Resource-based policies".
    """

    NONE = 0
    ACCOUNT = 1
    ROLE = 2
    DIRECT = 3


@dataclass(frozen=True, slots=True)
class PrincipalElement:
    """What Principal or NotPrincipal lists.

    Args:
        everyone: `*`.
        accounts: account numbers.
        arns: users, roles and sessions. Service principals are read and mean nobody who signs here.
    """

    everyone: bool
    accounts: frozenset[str]
    arns: frozenset[str]

    def grant(self, principal: Principal) -> Grant:
        """How directly the element names this caller."""
        if self.everyone or principal.arn in self.arns:
            return Grant.DIRECT
        if principal.identity in self.arns:
            return Grant.ROLE
        return Grant.ACCOUNT if principal.account in self.accounts else Grant.NONE

    def lists_wholly(self, principal: Principal) -> bool:
        """Whether session, role and account are all listed, as NotPrincipal needs them to be to leave a caller out."""
        names = {principal.arn, principal.identity} if principal.type is not PrincipalType.ACCOUNT else set()
        return principal.account in self.accounts and names <= self.arns


def parse_principals(value: object, place: Place) -> PrincipalElement:
    """The element Principal or NotPrincipal.

    Raises:
        PolicyError: no principal, a part of a name with a wildcard, or a kind of principal that cannot call.
    """
    if value == "*":
        return PrincipalElement(True, frozenset(), frozenset())
    kinds = as_object(value, place, 'write {"AWS": "arn:aws:iam::111122223333:role/Name"}')
    if not kinds:
        raise place.wrong("names nobody", hint='write {"AWS": "arn:aws:iam::111122223333:role/Name"}')
    found: dict[str, set[str]] = {"everyone": set(), "accounts": set(), "arns": set()}
    for kind, names in kinds.items():
        for name in names if isinstance(names, list | tuple) and names else [names]:
            which, text = _listed(kind, name, place)
            found.setdefault(which, set()).add(text)
    return PrincipalElement(bool(found["everyone"]), frozenset(found["accounts"]), frozenset(found["arns"]))


def _listed(kind: str, name: object, place: Place) -> tuple[str, str]:
    """Where an entry belongs, and what is kept of it."""
    inside = place.element(shown(kind))
    if not isinstance(name, str):
        raise inside.wrong("is not a string or a list of strings", hint='write {"AWS": ["111122223333"]}')
    if kind == "Service" and _SERVICE.fullmatch(name):
        return "services", name
    if kind != "AWS":
        raise inside.wrong("no such kind of principal here", hint="AWS is read, and Service with a service's name")
    if name == "*":
        return "everyone", name
    account = _WHOLE_ACCOUNT.fullmatch(name)
    if account or _ACCOUNT.fullmatch(name):
        return "accounts", account[1] if account else name
    if _NAMED.fullmatch(name):
        return "arns", name
    raise inside.wrong(
        f"{shown(name)} is no principal", hint="name an account, a user, a role or a session; no wildcard within a name"
    )
