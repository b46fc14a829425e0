"""The resource policy of a key. Who it lets in is decided elsewhere; here it is read, judged and kept.

Source: AWS Payment Cryptography User Guide, "Resource-based policies": one policy a key, none on a replica, Resource is
`*` or the key, public access is never granted, and only the key's owner may look after it.
"""

from __future__ import annotations

from keyexchange.hsm import iam
from keyexchange.hsm.apc.context import Context, operation
from keyexchange.hsm.apc.errors import ApiError, not_found, validation
from keyexchange.hsm.apc.identifiers import find_changeable_key, find_key, find_own_key, key_arn
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.device import Hsm
from keyexchange.hsm.records import KeyRecord


@operation("PutResourcePolicy", writes=True)
def put_resource_policy(hsm: Hsm, context: Context, request: Values) -> Values:
    """Attach a policy, in place of the last one. Source: APC API reference, PutResourcePolicy."""
    record = _owned(context, find_own_key(hsm, context, request["ResourceArn"], find=find_changeable_key))
    policy = request["Policy"]
    try:
        parsed = iam.parse_key_policy(policy, key_arn(record.home, record.id))
    except iam.PolicyError as error:
        raise validation(f"Policy: {error.message}") from None
    if iam.is_public(parsed):
        raise ApiError("PublicPolicyException", "The resource-based policy would grant public access to the key")
    hsm.policies.put(record.id, policy)
    return _answer(record, policy)


@operation("GetResourcePolicy", writes=False)
def get_resource_policy(hsm: Hsm, context: Context, request: Values) -> Values:
    """The policy as it was put. Without one: ResourceNotFoundException. Source: APC API reference."""
    record = _owned(context, find_key(hsm, context, request["ResourceArn"]))
    policy = None if record.replica_region else hsm.policies.get(record.id)
    if policy is None:
        raise not_found(request["ResourceArn"])
    return _answer(record, policy)


@operation("DeleteResourcePolicy", writes=True)
def delete_resource_policy(hsm: Hsm, context: Context, request: Values) -> Values:
    """Remove the policy; without one nothing happens, the model calls it idempotent. Source: APC API reference."""
    record = _owned(context, find_own_key(hsm, context, request["ResourceArn"], find=find_changeable_key))
    hsm.policies.remove(record.id)
    return {}


def _owned(context: Context, record: KeyRecord) -> KeyRecord:
    if record.account != context.home.account:
        raise ApiError("AccessDeniedException", "Only the account that owns a key can manage its resource policy")
    return record


def _answer(record: KeyRecord, policy: str) -> Values:
    return {"ResourceArn": key_arn(record.home, record.id), "Policy": policy}
