"""What conditions of policies can ask about: made of the request, of the key it names, and of the connection.

Source: Service Authorization Reference, "Condition keys for AWS Payment Cryptography"; IAM User Guide, "AWS global
condition context keys".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from keyexchange.hsm.apc.access.naming import Path, value_at
from keyexchange.hsm.apc.enrolment import MAXIMUM_TAGS
from keyexchange.hsm.device import Hsm
from keyexchange.hsm.iam import Action, tag_context
from keyexchange.hsm.iam import actions as keys
from keyexchange.hsm.records import KeyRecord

Conditions = dict[str, str | tuple[str, ...]]
Values = Mapping[str, Any]

_MATERIAL = "KeyMaterial"
_MOST_ALIASES = 1000


def _member(*path: str) -> Callable[[Values], str | None]:
    """The text of a member."""
    place: Path = path
    return lambda values: value_at(values, place)


def _of_material(name: str) -> Callable[[Values], str | None]:
    """A member of whichever kind of key material there is."""

    def find(values: Values) -> str | None:
        found = (value_at(material, (name,)) for material in values.get(_MATERIAL, {}).values())
        return next(found, None)

    return find


def _kind_of_material(values: Values) -> str | None:
    return next(iter(values.get(_MATERIAL, {})), None)


def _exports_initial_key(values: Values) -> str:
    return "true" if values.get("ExportAttributes", {}).get("ExportDukptInitialKey") else "false"


_OF_REQUEST: dict[str, Callable[[Values], str | None]] = {
    keys.KEY_ALGORITHM: _member("KeyAttributes", "KeyAlgorithm"),
    keys.KEY_CLASS: _member("KeyAttributes", "KeyClass"),
    keys.KEY_USAGE: _member("KeyAttributes", "KeyUsage"),
    keys.DERIVE_KEY_USAGE: _member("DeriveKeyUsage"),
    keys.IMPORT_MATERIAL: _kind_of_material,
    keys.EXPORT_MATERIAL: _kind_of_material,
    keys.EXPORT_DUKPT: _exports_initial_key,
    keys.CERTIFICATE_AUTHORITY: _of_material("CertificateAuthorityPublicKeyIdentifier"),
    keys.PRIVATE_KEY: _of_material("PrivateKeyIdentifier"),
    keys.SIGNING_KEY: _of_material("SigningKeyIdentifier"),
    keys.WRAPPING_KEY: _of_material("WrappingKeyIdentifier"),
}
"""The service's keys about a request; an action has those that the reference lists for it."""


def request_conditions(action: Action, values: Values) -> Conditions:
    """The tags that a request brings or names, and the service's own keys."""
    found = tag_context(request=_tags(values), keys=values.get("TagKeys", ()))
    for name in {*action.keys, *(name for names in action.resources.values() for name in names)}:
        value = _OF_REQUEST[name](values) if name in _OF_REQUEST else None
        if value is not None:
            found[name] = value
    return found


def _tags(values: Values) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in values.get("Tags", ())}


def tag_conditions(hsm: Hsm, record: KeyRecord) -> Conditions:
    """The tags of a key. A replica has its primary's."""
    tags, _ = hsm.tags.page(record.id, after="", limit=MAXIMUM_TAGS)
    return tag_context(resource=dict(tags))


def alias_conditions(hsm: Hsm, record: KeyRecord) -> Conditions:
    """The aliases of a key in the region where it was looked up."""
    aliases, _ = hsm.aliases.page(record.home, after="", limit=_MOST_ALIASES, key_id=record.id)
    return {keys.RESOURCE_ALIASES: tuple(alias.name for alias in aliases)}
