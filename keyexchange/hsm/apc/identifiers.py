"""ARNs and aliases: from what a request says to the key that is meant."""

from __future__ import annotations

import re
from collections.abc import Callable

from keyexchange.hsm.apc.context import Context
from keyexchange.hsm.apc.errors import ApiError, conflict, not_found, validation
from keyexchange.hsm.device import Hsm
from keyexchange.hsm.records import Home, KeyRecord, KeyState

Find = Callable[[Hsm, Context, str], KeyRecord]
_KEY_ARN = re.compile(r"arn:aws:payment-cryptography:([a-z0-9-]+):([0-9]{12}):(.+)")


def key_arn(home: Home, key_id: str) -> str:
    """The ARN of a key."""
    return f"arn:aws:payment-cryptography:{home.region}:{home.account}:key/{key_id}"


def alias_arn(home: Home, name: str) -> str:
    """The ARN of an alias, whose name begins with "alias/"."""
    return f"arn:aws:payment-cryptography:{home.region}:{home.account}:{name}"


def find_key(hsm: Hsm, context: Context, identifier: str) -> KeyRecord:
    """The key of an ARN, an alias or an alias's ARN; in any state. An ARN may name another account's key.

    Raises:
        ApiError: ResourceNotFoundException.
    """
    home, resource = _split(context, identifier)
    kind, _, name = resource.partition("/")
    key_id: str | None = name if kind == "key" else None
    if kind == "alias":
        alias = hsm.aliases.get(home, resource)
        key_id = alias.key_id if alias else None
    record = hsm.keys.get(home, key_id, hsm.now()) if key_id and home.region == context.home.region else None
    if record is None or (kind == "alias" and record.state is KeyState.DELETE_COMPLETE):
        raise not_found(identifier)  # the deletion has just now taken the alias its key
    return record


def find_own_key(hsm: Hsm, context: Context, identifier: str, *, find: Find = find_key) -> KeyRecord:
    """A key that can be changed from here: a primary, not a replica.

    The error is not documented; "read-only" is. Source: AWS Payment Cryptography User Guide, "Replicating AWS Payment
    Cryptography keys".

    Args:
        find: what else it has to be.

    Raises:
        ApiError: ValidationException: a replica; and as `find`.
    """
    record = find(hsm, context, identifier)
    if record.replica_region is not None:
        raise validation(
            f"Key {key_arn(record.home, record.id)} is a Replica Region key, which is read-only: "
            f"change its Primary Region key in {record.region}"
        )
    return record


def find_changeable_key(hsm: Hsm, context: Context, identifier: str) -> KeyRecord:
    """A key that still has something to change: it is not deleted.

    Raises:
        ApiError: ResourceNotFoundException; ConflictException.
    """
    record = find_key(hsm, context, identifier)
    if record.state is KeyState.DELETE_COMPLETE:
        raise _wrong_state(record)
    return record


def find_living_key(hsm: Hsm, context: Context, identifier: str) -> KeyRecord:
    """A key that is neither deleted nor waiting for it.

    Raises:
        ApiError: ResourceNotFoundException; ConflictException.
    """
    record = find_key(hsm, context, identifier)
    if record.state is not KeyState.CREATE_COMPLETE:
        raise _wrong_state(record)
    return record


def find_usable_key(hsm: Hsm, context: Context, identifier: str) -> KeyRecord:
    """A key that may be used now.

    Raises:
        ApiError: ResourceNotFoundException; ConflictException.
    """
    record = find_living_key(hsm, context, identifier)
    if not record.enabled:
        raise conflict(f"Key {key_arn(record.home, record.id)} is not enabled")
    return record


def _wrong_state(record: KeyRecord) -> ApiError:
    return conflict(f"Key {key_arn(record.home, record.id)} has KeyState {record.state.value}")


def _split(context: Context, identifier: str) -> tuple[Home, str]:
    """Home and resource of an ARN; a name without one is the caller's own."""
    parts = _KEY_ARN.fullmatch(identifier)
    return (Home(parts[2], parts[1]), parts[3]) if parts else (context.home, identifier)
