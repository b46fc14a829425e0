"""Multi-Region keys: the regions of one key, and those that new keys of a region get.

Source of the rules: AWS Payment Cryptography User Guide, "Replicating AWS Payment Cryptography keys". The guide does
not say what a region that is there already, or is not, does to a request: adding is a union and taking away from the
defaults a difference, so that a request can be repeated; taking a replica away that a key does not have is refused, as
the API reference has it ("must ... have replication enabled in the specified regions").
"""

from __future__ import annotations

from keyexchange.hsm.apc.context import Context, operation
from keyexchange.hsm.apc.errors import validation
from keyexchange.hsm.apc.identifiers import find_living_key, find_own_key
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.apc.replication import ENDING, STARTED, describe, read_some_regions, require_replicable
from keyexchange.hsm.device import Hsm


@operation("EnableDefaultKeyReplicationRegions", writes=True)
def enable_default_key_replication_regions(hsm: Hsm, context: Context, request: Values) -> Values:
    """New keys of this region get replicas there too. Source: APC API reference."""
    hsm.replication.enable(context.home, read_some_regions(context.home, request))
    return _defaults(hsm, context)


@operation("DisableDefaultKeyReplicationRegions", writes=True)
def disable_default_key_replication_regions(hsm: Hsm, context: Context, request: Values) -> Values:
    """New keys of this region get no replicas there; those that are there stay. Source: APC API reference."""
    hsm.replication.disable(context.home, read_some_regions(context.home, request))
    return _defaults(hsm, context)


@operation("GetDefaultKeyReplicationRegions", writes=False)
def get_default_key_replication_regions(hsm: Hsm, context: Context, _request: Values) -> Values:
    """Where new keys of this region get replicas. Source: APC API reference."""
    return _defaults(hsm, context)


@operation("AddKeyReplicationRegions", writes=True)
def add_key_replication_regions(hsm: Hsm, context: Context, request: Values) -> Values:
    """Replicate a key; its regions are its own from then on. Source: APC API reference, AddKeyReplicationRegions."""
    record = find_own_key(hsm, context, request["KeyIdentifier"], find=find_living_key)
    require_replicable(record.key_class)
    regions = read_some_regions(record.home, request)
    new = sorted(set(regions).difference(hsm.replication.regions(record.id)))
    hsm.replication.add(record.id, new)
    hsm.keys.change(record.id, multi_region=True, default_regions=False)
    changed = record._replace(multi_region=True, default_regions=False)
    return {"Key": describe(hsm, changed, moving=dict.fromkeys(new, STARTED))}


@operation("RemoveKeyReplicationRegions", writes=True)
def remove_key_replication_regions(hsm: Hsm, context: Context, request: Values) -> Values:
    """Take replicas away, at once. Source: APC API reference, RemoveKeyReplicationRegions."""
    record = find_own_key(hsm, context, request["KeyIdentifier"])
    regions = read_some_regions(record.home, request)
    present = hsm.replication.regions(record.id)
    missing = sorted(set(regions).difference(present))
    if missing:
        raise validation(f"The key has no replica in {missing[0]}")
    hsm.replication.remove(record.id, regions)
    hsm.keys.change(record.id, multi_region=len(regions) < len(present), default_regions=False)
    changed = record._replace(default_regions=False)  # a primary still, until the last replica is gone
    return {"Key": describe(hsm, changed, moving=dict.fromkeys(regions, ENDING))}


def _defaults(hsm: Hsm, context: Context) -> Values:
    return {"EnabledReplicationRegions": hsm.replication.defaults(context.home)}
