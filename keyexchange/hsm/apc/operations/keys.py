"""CreateKey, GetKey, ListKeys and the life of a key."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from keyexchange.crypto import public_key_kcv
from keyexchange.hsm import generate
from keyexchange.hsm.apc import shapes
from keyexchange.hsm.apc.attributes import mode_letter, usage_code
from keyexchange.hsm.apc.context import Context, operation
from keyexchange.hsm.apc.enrolment import Attributes, Material, enrol, enrol_secret
from keyexchange.hsm.apc.errors import conflict, validation
from keyexchange.hsm.apc.identifiers import find_key, find_living_key, find_own_key, key_arn
from keyexchange.hsm.apc.pages import page_size, position, with_next_token
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.apc.replication import describe, describe_lasting, describe_new
from keyexchange.hsm.apc.rules import refuse_derive_key_usage
from keyexchange.hsm.apc.trust import public_spki
from keyexchange.hsm.device import Hsm
from keyexchange.hsm.records import KeyClass, KeyOrigin, KeyRecord, KeyState
from keyexchange.hsm.vault import PrivateKey
from keyexchange.keys import KeyAlgorithm

DEFAULT_DELETION_DAYS = 7
_LISTING = "keys"
_PLACE = re.compile(r"[0-9]{1,18}")  # what the database can count to
_CREATED = (KeyClass.SYMMETRIC_KEY.value, KeyClass.ASYMMETRIC_KEY_PAIR.value)


@operation("CreateKey", writes=True)
async def create_key(hsm: Hsm, context: Context, request: Values) -> Values:
    """A new symmetric key or key pair. Source: APC API reference, CreateKey."""
    attributes = _created_attributes(request)
    attributes.require_valid()
    if "DeriveKeyUsage" in request:
        refuse_derive_key_usage(attributes.usage)
    pair = None
    if attributes.key_class is KeyClass.ASYMMETRIC_KEY_PAIR:
        pair = await generate.key_pair(attributes.algorithm)
    with hsm.store.adding():
        if pair is None:
            record = enrol_secret(hsm, context, request, attributes, generate.symmetric_key(attributes.algorithm))
        else:
            record = enrol(hsm, context, request, attributes, _pair_material(hsm, request, attributes, pair))
    return {"Key": describe_new(hsm, record)}


def _created_attributes(request: Values) -> Attributes:
    stated = request["KeyAttributes"]
    if stated["KeyClass"] not in _CREATED:
        raise validation(f"KeyClass {stated['KeyClass']} can not be created")
    return Attributes(
        key_class=KeyClass(stated["KeyClass"]),
        usage=usage_code(stated["KeyUsage"]),
        algorithm=KeyAlgorithm(stated["KeyAlgorithm"]),
        mode_of_use=mode_letter(stated["KeyModesOfUse"]),
        exportable=request["Exportable"],
        origin=KeyOrigin.AWS_PAYMENT_CRYPTOGRAPHY,
    )


def _pair_material(hsm: Hsm, request: Values, attributes: Attributes, pair: PrivateKey) -> Material:
    derived = request.get("DeriveKeyUsage")
    block = hsm.vault.seal_private(
        pair, usage=attributes.usage, algorithm=attributes.algorithm, mode_of_use=attributes.mode_of_use
    )
    return Material(
        kcv=public_key_kcv(public_spki(pair.public_key())),
        block=block,
        derive_key_usage=usage_code(derived) if derived else None,
    )


@operation("GetKey", writes=False)
def get_key(hsm: Hsm, context: Context, request: Values) -> Values:
    """A key's metadata, also when it is deleted. Source: APC API reference, GetKey."""
    return describe_lasting(hsm, find_key(hsm, context, request["KeyIdentifier"]))


@operation("ListKeys", writes=False)
def list_keys(hsm: Hsm, context: Context, request: Values) -> Values:
    """Keys and replicas of the region in the order of the keys' making. Source: APC API reference, ListKeys."""
    place = position(request, _LISTING)
    if place and not _PLACE.fullmatch(place):
        raise validation("NextToken is not valid")
    state = request.get("KeyState")
    records, following = hsm.keys.page(
        context.home,
        now=hsm.now(),
        after=int(place or 0),
        limit=page_size(request),
        state=KeyState(state) if state else None,
    )
    return with_next_token({"Keys": [shapes.key_summary(each) for each in records]}, _LISTING, following)


@operation("DeleteKey", writes=True)
def delete_key(hsm: Hsm, context: Context, request: Values) -> Values:
    """Disable a key now and destroy it after the waiting period; its replicas go with it.

    Source: APC API reference, DeleteKey; of the replicas, the user guide's "Replicating AWS Payment Cryptography keys":
    a primary's state is theirs, and a replica alone is deleted by RemoveKeyReplicationRegions.
    """
    record = find_own_key(hsm, context, request["KeyIdentifier"], find=find_living_key)
    days = request.get("DeleteKeyInDays", DEFAULT_DELETION_DAYS)
    now = hsm.now()
    return _changed(
        hsm,
        record,
        state=KeyState.DELETE_PENDING,
        enabled=False,
        usage_start_at=None,
        usage_stop_at=now,
        delete_pending_at=now + timedelta(days=days),
    )


@operation("RestoreKey", writes=True)
def restore_key(hsm: Hsm, context: Context, request: Values) -> Values:
    """Take a deletion back. The key stays disabled, as the guide's example shows. Source: APC API reference."""
    record = find_own_key(hsm, context, request["KeyIdentifier"])
    if record.state is not KeyState.DELETE_PENDING:
        raise conflict(f"Key {key_arn(record.home, record.id)} is not pending deletion")
    return _changed(hsm, record, state=KeyState.CREATE_COMPLETE, delete_pending_at=None)


@operation("StartKeyUsage", writes=True)
def start_key_usage(hsm: Hsm, context: Context, request: Values) -> Values:
    """Enable a key, and its replicas. Source: APC API reference, StartKeyUsage."""
    record = find_own_key(hsm, context, request["KeyIdentifier"], find=find_living_key)
    return _changed(hsm, record, enabled=True, usage_start_at=hsm.now(), usage_stop_at=None)


@operation("StopKeyUsage", writes=True)
def stop_key_usage(hsm: Hsm, context: Context, request: Values) -> Values:
    """Disable a key, and its replicas. Source: APC API reference, StopKeyUsage."""
    record = find_own_key(hsm, context, request["KeyIdentifier"], find=find_living_key)
    return _changed(hsm, record, enabled=False, usage_start_at=None, usage_stop_at=hsm.now())


def _changed(hsm: Hsm, record: KeyRecord, **values: Any) -> Values:
    hsm.keys.change(record.id, **values)
    return {"Key": describe(hsm, record._replace(**values))}
