"""Aliases: friendly names of keys of the same account and region; a replica is a key of its region.

Whether a name may be given to a key that waits for its deletion is not documented; it may. To one that is deleted it
may not: no alias names a key that is gone.

Source: AWS Payment Cryptography User Guide, "About aliases".
"""

from __future__ import annotations

from keyexchange.hsm.apc import shapes
from keyexchange.hsm.apc.context import Context, operation
from keyexchange.hsm.apc.errors import conflict, not_found
from keyexchange.hsm.apc.identifiers import find_changeable_key, find_key
from keyexchange.hsm.apc.pages import page_size, position, with_next_token
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.device import Hsm
from keyexchange.hsm.records import AliasRecord, KeyRecord

_LISTING = "aliases"


@operation("CreateAlias", writes=True)
def create_alias(hsm: Hsm, context: Context, request: Values) -> Values:
    """A new name, of a key or of none yet. Source: APC API reference, CreateAlias."""
    name = request["AliasName"]
    if hsm.aliases.get(context.home, name) is not None:
        raise conflict(f"Alias {name} already exists")
    record = AliasRecord(context.home, name, _key_id(hsm, context, request))
    hsm.aliases.add(record)
    return {"Alias": shapes.alias(record)}


@operation("GetAlias", writes=False)
def get_alias(hsm: Hsm, context: Context, request: Values) -> Values:
    """Source: APC API reference, GetAlias."""
    hsm.keys.complete_deletions(hsm.now())
    return {"Alias": shapes.alias(_find(hsm, context, request))}


@operation("UpdateAlias", writes=True)
def update_alias(hsm: Hsm, context: Context, request: Values) -> Values:
    """Let a name mean another key; without KeyArn, none. Source: APC API reference, UpdateAlias."""
    found = _find(hsm, context, request)
    record = AliasRecord(found.home, found.name, _key_id(hsm, context, request))
    hsm.aliases.point(record)
    return {"Alias": shapes.alias(record)}


@operation("DeleteAlias", writes=True)
def delete_alias(hsm: Hsm, context: Context, request: Values) -> Values:
    """Forget a name; its key stays. Source: APC API reference, DeleteAlias."""
    record = _find(hsm, context, request)
    hsm.aliases.remove(record.home, record.name)
    return {}


@operation("ListAliases", writes=False)
def list_aliases(hsm: Hsm, context: Context, request: Values) -> Values:
    """The names in the region, of all keys or of one. Source: APC API reference, ListAliases."""
    hsm.keys.complete_deletions(hsm.now())
    records, following = hsm.aliases.page(
        context.home,
        after=position(request, _LISTING),
        limit=page_size(request),
        key_id=_of_key(hsm, context, request),
    )
    return with_next_token({"Aliases": [shapes.alias(each) for each in records]}, _LISTING, following)


def _find(hsm: Hsm, context: Context, request: Values) -> AliasRecord:
    record = hsm.aliases.get(context.home, request["AliasName"])
    if record is None:
        raise not_found(request["AliasName"])
    return record


def _key_id(hsm: Hsm, context: Context, request: Values) -> str | None:
    """The key that an alias is to name."""
    arn = request.get("KeyArn")
    return _here(context, arn, find_changeable_key(hsm, context, arn)) if arn else None


def _of_key(hsm: Hsm, context: Context, request: Values) -> str | None:
    arn = request.get("KeyArn")
    return _here(context, arn, find_key(hsm, context, arn)) if arn else None


def _here(context: Context, arn: str, record: KeyRecord) -> str:
    if record.home != context.home:
        raise not_found(arn)
    return record.id
