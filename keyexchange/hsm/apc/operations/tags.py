"""Tags on keys. A replica shows its primary's, and is tagged through it.

Source: AWS Payment Cryptography User Guide, "Managing key tags with API operations"; it does not speak of replicas, nor
of keys that are deleted: those have lost their tags ("Deleting keys": all metadata) and take no new ones.
"""

from __future__ import annotations

from keyexchange.hsm.apc.context import Context, operation
from keyexchange.hsm.apc.enrolment import put_tags, read_tags
from keyexchange.hsm.apc.identifiers import find_changeable_key, find_key, find_own_key
from keyexchange.hsm.apc.pages import page_size, position, with_next_token
from keyexchange.hsm.apc.protocol import Values
from keyexchange.hsm.device import Hsm

_LISTING = "tags"


@operation("TagResource", writes=True)
def tag_resource(hsm: Hsm, context: Context, request: Values) -> Values:
    """Add tags; one that is there gets the new value. Source: APC API reference, TagResource."""
    record = find_own_key(hsm, context, request["ResourceArn"], find=find_changeable_key)
    put_tags(hsm, record, read_tags(request["Tags"]))
    return {}


@operation("UntagResource", writes=True)
def untag_resource(hsm: Hsm, context: Context, request: Values) -> Values:
    """Remove tags; unknown names are no error. Source: APC API reference, UntagResource."""
    record = find_own_key(hsm, context, request["ResourceArn"], find=find_changeable_key)
    hsm.tags.remove(record.id, request["TagKeys"])
    return {}


@operation("ListTagsForResource", writes=False)
def list_tags_for_resource(hsm: Hsm, context: Context, request: Values) -> Values:
    """A key's or replica's tags by name. Source: APC API reference, ListTagsForResource."""
    record = find_key(hsm, context, request["ResourceArn"])
    page, following = hsm.tags.page(record.id, after=position(request, _LISTING), limit=page_size(request))
    return with_next_token({"Tags": [{"Key": name, "Value": value} for name, value in page]}, _LISTING, following)
