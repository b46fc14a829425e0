"""Who an access key belongs to, and which policies bind them."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from keyexchange.hsm.apc.sigv4 import Credentials
from keyexchange.hsm.iam import Principal

if TYPE_CHECKING:  # see keyexchange.hsm.iam
    from keyexchange.hsm.iam import Policy

USER = "rehearsal"
"""The user of a pair that says nothing else of itself."""


@dataclass(frozen=True)
class Identity:
    """One access key pair with its owner.

    Args:
        credentials: the pair.
        principal: its owner.
        policies: what the owner may do; None: everything in the own account.
        boundary: the permissions boundary, if any.
        session_policies: that the session was made with, if any.
    """

    credentials: Credentials
    principal: Principal
    policies: tuple[Policy, ...] | None = None
    boundary: Policy | None = None
    session_policies: tuple[Policy, ...] = ()

    @property
    def unlimited(self) -> bool:
        """Whether no policy of the identity's own says anything."""
        return self.policies is None and self.boundary is None and not self.session_policies

    @cached_property
    def keys(self) -> frozenset[str]:
        """The condition keys that these policies ask about, in lower case."""
        boundary = () if self.boundary is None else (self.boundary,)
        found: frozenset[str] = frozenset()
        return found.union(*(policy.keys for policy in (*(self.policies or ()), *boundary, *self.session_policies)))


Identities = Mapping[str, Identity]
"""Those who are let in, by access key id."""

Source = Callable[[], Identities]
"""Gives the present ones; asked for every request."""


def one_pair(credentials: Credentials, account: str) -> Source:
    """A pair that may do everything, as a user of an account."""
    principal = Principal(user_arn(account, USER))
    known = {credentials.access_key_id: Identity(credentials, principal)}
    return lambda: known


def user_arn(account: str, name: str) -> str:
    """The ARN of an IAM user; the name with its path, if it has one."""
    return f"arn:aws:iam::{account}:user/{name}"


def unique_id(prefix: str, arn: str) -> str:
    """An id like those that IAM gives users (AIDA...) and roles (AROA...); always the same for one ARN.

    Source: IAM User Guide, "IAM identifiers", "Unique identifiers".
    """
    return prefix + b32encode(hashlib.sha256(arn.encode()).digest()).decode()[:17]
