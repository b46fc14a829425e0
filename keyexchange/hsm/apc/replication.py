"""Multi-Region keys: which regions a key is replicated to, and how a key describes itself.

One endpoint answers for every region, so a replica is there when the answer is. To show a caller both states, the
answer to the operation that starts a replication (or ends one) says IN_PROGRESS (DELETE_IN_PROGRESS), and every later
one says SYNCHRONIZED (or no longer names the region).

Source: AWS Payment Cryptography User Guide, "Replicating AWS Payment Cryptography keys": symmetric keys only, each
region has its own defaults, a key's own regions take precedence, replicas are read-only and have their primary's id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from keyexchange.hsm.apc import shapes
from keyexchange.hsm.apc.errors import validation
from keyexchange.hsm.apc.model import regions as regions_of_partition
from keyexchange.hsm.apc.protocol import Lasting, Values
from keyexchange.hsm.device import Hsm
from keyexchange.hsm.records import Home, KeyClass, KeyRecord

STARTED = "IN_PROGRESS"
ENDING = "DELETE_IN_PROGRESS"
DONE = "SYNCHRONIZED"
"""Source: APC API reference, ReplicationStatusType."""

_NONE: Mapping[str, str] = MappingProxyType({})


def regions_of_new_key(hsm: Hsm, home: Home, request: Values, key_class: KeyClass) -> tuple[list[str], bool]:
    """Where a new key is replicated to, and whether that is the region's default.

    An empty list in the request keeps the key in its region, whatever the default.

    Raises:
        ApiError: ValidationException.
    """
    if "ReplicationRegions" in request:
        regions = read_regions(home, request["ReplicationRegions"])
        if regions:
            require_replicable(key_class)
        return regions, False
    if key_class is not KeyClass.SYMMETRIC_KEY:
        return [], False  # defaults cannot apply to it
    regions = hsm.replication.defaults(home)
    return regions, bool(regions)


def read_regions(home: Home, regions: Sequence[str]) -> list[str]:
    """The regions of a request, sorted.

    Raises:
        ApiError: ValidationException: the key's own region, an unknown one, or one of another partition.
    """
    if home.region in regions:
        raise validation(f"ReplicationRegions can not name {home.region}, where the key is")
    known = regions_of_partition(home.region)
    unknown = sorted(set(regions).difference(known))
    if unknown:
        raise validation(f"ReplicationRegions names {unknown[0]}, which is not a region of this partition")
    return sorted(set(regions))


def read_some_regions(home: Home, request: Values) -> list[str]:
    """The regions of a request that is about nothing else.

    Raises:
        ApiError: ValidationException: as `read_regions`, or none.
    """
    regions = read_regions(home, request["ReplicationRegions"])
    if not regions:
        raise validation("ReplicationRegions is empty")
    return regions


def require_replicable(key_class: KeyClass) -> None:
    """Refuse to replicate a key that is not symmetric.

    Raises:
        ApiError: ValidationException.
    """
    if key_class is not KeyClass.SYMMETRIC_KEY:
        raise validation(f"A key of KeyClass {key_class.value} can not be replicated: only symmetric keys can")


def describe(hsm: Hsm, record: KeyRecord, *, moving: Mapping[str, str] = _NONE) -> Values:
    """A `Key`, with its replicas and the approval of its import.

    Args:
        moving: KeyReplicationState by region, of what the answered operation has started.
    """
    replication: dict[str, str] = {}
    if record.multi_region and record.replica_region is None:
        replication = dict.fromkeys(hsm.replication.regions(record.id), DONE)
    session = hsm.approvals.session(record.mpa_session) if record.mpa_session else None
    approval = shapes.mpa_status(session, hsm.now()) if session else None
    return shapes.key(record, replication={**replication, **moving}, approval=approval)


def describe_lasting(hsm: Hsm, record: KeyRecord) -> Values:
    """An answer of nothing but a `Key`; kept where the record alone says what it is."""
    if record.multi_region or record.mpa_session:
        return {"Key": describe(hsm, record)}
    kept = _LASTING.get(record.id)
    if kept is None or kept[0] is not record:
        if len(_LASTING) >= _MOST_LASTING:
            _LASTING.clear()
        kept = _LASTING[record.id] = record, Lasting(Key=describe(hsm, record))
    return kept[1]


_MOST_LASTING = 1024
_LASTING: dict[str, tuple[KeyRecord, Lasting]] = {}
"""By id, each with the very record that it was made of: a key that has changed is another record."""


def describe_new(hsm: Hsm, record: KeyRecord) -> Values:
    """A `Key` that was just made."""
    moving = dict.fromkeys(hsm.replication.regions(record.id), STARTED) if record.multi_region else _NONE
    return describe(hsm, record, moving=moving)
