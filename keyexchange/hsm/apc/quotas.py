"""The service's quotas, per account and region, for rehearsing against them. Off unless figures are given.

Source of the figures, and of what they count: AWS Payment Cryptography User Guide, "Quotas for AWS Payment
Cryptography".
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from enum import Enum
from typing import Any

from keyexchange.errors import ConfigError
from keyexchange.hsm.apc.errors import quota_exceeded, throttled
from keyexchange.hsm.cache import LeastRecentlyUsed
from keyexchange.hsm.device import Hsm
from keyexchange.hsm.records import Home

CONTROL_PLANE_PER_SECOND = 5.0
"""Control-plane requests a second, all operations together."""

KEY_PAIR_MEMBERS = frozenset({"Asymmetric", "DiffieHellmanSymmetricKey", "DiffieHellmanTr31KeyBlock"})
"""Members of the data plane's inputs that ask for an operation with a key pair."""

_BUCKETS = 1024
_SMALLEST = 0.001
_LARGEST = 1_000_000


@dataclass(frozen=True)
class Quotas:
    """Figures; None for no limit. Each counts for one account in one region.

    Args:
        control_plane: requests a second, all operations together.
        data_plane_symmetric: requests a second with symmetric keys.
        data_plane_asymmetric: requests a second with key pairs.
        keys: that are not deleted.
        aliases: with or without a key.
    """

    control_plane: float | None = None
    data_plane_symmetric: float | None = None
    data_plane_asymmetric: float | None = None
    keys: int | None = None
    aliases: int | None = None


AWS_QUOTAS = Quotas(CONTROL_PLANE_PER_SECOND, 500.0, 20.0, 2000, 2000)
"""The defaults of an AWS account."""

QUOTA_NAMES = tuple(field.name.replace("_", "-") for field in fields(Quotas))
"""As operators write them."""

_WHOLE = ("keys", "aliases")


def with_figure(quotas: Quotas, setting: str) -> Quotas:
    """Quotas with one figure changed.

    Args:
        setting: "control-plane=50", or "keys=off".

    Raises:
        ConfigError: no such quota, or no figure.
    """
    name, _, text = setting.partition("=")
    if name not in QUOTA_NAMES:
        raise ConfigError(f"there is no quota {name!r}", hint=f"known are {', '.join(QUOTA_NAMES)}")
    changed: dict[str, Any] = {name.replace("-", "_"): None if text == "off" else _figure(name, text)}
    return replace(quotas, **changed)


def _figure(name: str, text: str) -> float:
    try:
        figure = int(text) if name in _WHOLE else float(text)
    except ValueError:
        figure = 0
    if not _SMALLEST <= figure <= _LARGEST:
        raise ConfigError(f"the quota {name} needs a figure", hint=f"write {name}=50, or {name}=off")
    return figure


class Group(Enum):
    """Requests that are counted together, by the field of `Quotas`."""

    CONTROL_PLANE = "control_plane"
    DATA_SYMMETRIC = "data_plane_symmetric"
    DATA_ASYMMETRIC = "data_plane_asymmetric"


GroupOf = Callable[[Mapping[str, Any]], Group]
"""Where a request belongs, by its members, which nobody has checked yet."""


def control_group(_: Mapping[str, Any]) -> Group:
    """The control plane counts everything together."""
    return Group.CONTROL_PLANE


def data_group(values: Mapping[str, Any]) -> Group:
    """The data plane counts by kind of key: what asks for a key pair, however deep, is asymmetric."""
    open_members: list[Mapping[str, Any]] = [values]
    while open_members:
        members = open_members.pop()
        if not KEY_PAIR_MEMBERS.isdisjoint(members):
            return Group.DATA_ASYMMETRIC
        open_members += [member for member in members.values() if isinstance(member, dict)]
    return Group.DATA_SYMMETRIC


class RequestQuota:
    """A token bucket: so many requests a second, and as many at once after a pause.

    Args:
        per_second: how many.
        clock: seconds that only go forward.
    """

    def __init__(self, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._most = max(1.0, per_second)
        self._clock = clock
        self._tokens = per_second
        self._at = clock()

    def spend(self) -> None:
        """Count one request.

        Raises:
            ApiError: ThrottlingException.
        """
        now = self._clock()
        self._tokens = min(self._most, self._tokens + (now - self._at) * self._per_second)
        self._at = now
        if self._tokens < 1:
            raise throttled()
        self._tokens -= 1


class RequestQuotas:
    """The buckets of every account, region and group. Both planes share one object.

    Args:
        quotas: the figures.
        clock: seconds that only go forward.
    """

    def __init__(self, quotas: Quotas, clock: Callable[[], float] = time.monotonic) -> None:
        self._figures: dict[Group, float | None] = {group: getattr(quotas, group.value) for group in Group}
        self._clock = clock
        self._buckets: LeastRecentlyUsed[RequestQuota] = LeastRecentlyUsed(_BUCKETS)

    def spend(self, home: Home, group: Group) -> None:
        """Count one request.

        Raises:
            ApiError: ThrottlingException.
        """
        figure = self._figures[group]
        if figure is not None:
            name = f"{home.account} {home.region} {group.value}"
            self._buckets.get(name, lambda: RequestQuota(figure, self._clock)).spend()


COUNTED = {"CreateKey": "keys", "ImportKey": "keys", "CreateAlias": "aliases"}
"""The operations that make one more of what is counted."""


class ResourceQuotas:
    """How many keys and aliases there may be.

    It is asked before the operation, so that those that run at the same time may pass the figure by a few: the making
    of key pairs takes a while.
    """

    def __init__(self, quotas: Quotas) -> None:
        figures = {"keys": quotas.keys, "aliases": quotas.aliases}
        self._figures = {
            name: (what, figure) for name, what in COUNTED.items() if (figure := figures[what]) is not None
        }

    def require_room(self, hsm: Hsm, home: Home, operation: str) -> None:
        """Refuse an operation that makes one more than there may be.

        Raises:
            ApiError: ServiceQuotaExceededException.
        """
        if operation not in self._figures:
            return
        what, figure = self._figures[operation]
        with hsm.store.reading():
            there = hsm.keys.count(home) if what == "keys" else hsm.aliases.count(home)
        if there >= figure:
            raise quota_exceeded(f"The quota of {figure} {what} in this account and Region is reached")


@dataclass(frozen=True)
class PlaneQuotas:
    """What one API counts.

    Args:
        requests: shared by both APIs.
        resources: shared by both APIs.
        group_of: where a request of this API belongs.
    """

    requests: RequestQuotas
    resources: ResourceQuotas
    group_of: GroupOf

    def spend(self, home: Home, values: Mapping[str, Any]) -> None:
        """Count a request.

        Raises:
            ApiError: ThrottlingException.
        """
        self.requests.spend(home, self.group_of(values))

    def require_room(self, hsm: Hsm, home: Home, operation: str) -> None:
        """See `ResourceQuotas.require_room`."""
        self.resources.require_room(hsm, home, operation)
