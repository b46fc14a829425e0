"""ARNs and aliases: from what a request says to the key that is meant."""

from __future__ import annotations

from keyexchange.hsm.apc.context import Context
from keyexchange.hsm.apc.errors import conflict, not_found
from keyexchange.hsm.device import Hsm
from keyexchange.hsm.records import KeyRecord, KeyState


def key_arn(context: Context, key_id: str) -> str:
    """The ARN of a key."""
    return f"{_prefix(context)}key/{key_id}"


def find_key(hsm: Hsm, context: Context, identifier: str) -> KeyRecord:
    """The key of an ARN, an alias or an alias's ARN; in any state.

    Raises:
        ApiError: ResourceNotFoundException.
    """
    resource = identifier.removeprefix(_prefix(context))
    kind, _, name = resource.partition("/")
    key_id: str | None = name if kind == "key" else None
    if kind == "alias":
        alias = hsm.aliases.get(context.region, resource)
        key_id = alias.key_id if alias else None
    record = hsm.keys.get(context.region, key_id, hsm.now()) if key_id else None
    if record is None:
        raise not_found(identifier)
    return record


def find_living_key(hsm: Hsm, context: Context, identifier: str) -> KeyRecord:
    """A key that is neither deleted nor waiting for it.

    Raises:
        ApiError: ResourceNotFoundException; ConflictException.
    """
    record = find_key(hsm, context, identifier)
    if record.state is not KeyState.CREATE_COMPLETE:
        raise conflict(f"Key {key_arn(context, record.id)} has KeyState {record.state.value}")
    return record


def find_usable_key(hsm: Hsm, context: Context, identifier: str) -> KeyRecord:
    """A key that may be used now.

    Raises:
        ApiError: ResourceNotFoundException; ConflictException.
    """
    record = find_living_key(hsm, context, identifier)
    if not record.enabled:
        raise conflict(f"Key {key_arn(context, record.id)} is not enabled")
    return record


def _prefix(context: Context) -> str:
    return f"arn:aws:payment-cryptography:{context.region}:{context.account}:"
