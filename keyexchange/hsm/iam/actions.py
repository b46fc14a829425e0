"""Payment Cryptography's actions: access level, resources, condition keys, and who may be asked from another account.

Source: Service Authorization Reference, "Actions, resources, and condition keys for AWS Payment Cryptography"; for
`cross_account` the paragraph "Cross-account use" of each operation in the two API references.
GetCertificateSigningRequest has no such paragraph and is taken as the owner's alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

PREFIX = "payment-cryptography"
"""The service's prefix, of the control plane and of the data plane."""


class AccessLevel(Enum):
    """AWS's classes of actions."""

    LIST = "List"
    READ = "Read"
    WRITE = "Write"
    TAGGING = "Tagging"
    PERMISSIONS = "Permissions management"


class ResourceType(Enum):
    """What an action may be asked about, with the pattern of its ARN."""

    KEY = "arn:${Partition}:payment-cryptography:${Region}:${Account}:key/${KeyId}"
    ALIAS = "arn:${Partition}:payment-cryptography:${Region}:${Account}:alias/${Alias}"
    APPROVAL_TEAM = "arn:${Partition}:mpa:${Region}:${Account}:approval-team/${ApprovalTeamId}"


@dataclass(frozen=True, slots=True)
class Action:
    """One action. It has the name of its operation.

    Args:
        name: without the prefix.
        levels: its access levels.
        resources: each resource it needs, with the condition keys that can be there for that one; empty when the action
            is asked about no resource, so that only `*` covers it.
        keys: the condition keys of an action without resources.
        dependent: the actions needed besides, when the request brings tags.
        cross_account: whether a key's resource policy can let another account in.
    """

    name: str
    levels: tuple[AccessLevel, ...]
    resources: Mapping[ResourceType, tuple[str, ...]] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    dependent: tuple[str, ...] = ()
    cross_account: bool = False

    @property
    def full_name(self) -> str:
        """As a policy writes it."""
        return f"{PREFIX}:{self.name}"


REQUEST_TAG = "aws:RequestTag/${TagKey}"
RESOURCE_TAG = "aws:ResourceTag/${TagKey}"
TAG_KEYS = "aws:TagKeys"
CERTIFICATE_AUTHORITY = f"{PREFIX}:CertificateAuthorityPublicKeyIdentifier"
DERIVE_KEY_USAGE = f"{PREFIX}:DeriveKeyUsage"
EXPORT_DUKPT = f"{PREFIX}:ExportDukptInitialKey"
EXPORT_MATERIAL = f"{PREFIX}:ExportKeyMaterial"
IMPORT_MATERIAL = f"{PREFIX}:ImportKeyMaterial"
KEY_ALGORITHM = f"{PREFIX}:KeyAlgorithm"
KEY_CLASS = f"{PREFIX}:KeyClass"
KEY_USAGE = f"{PREFIX}:KeyUsage"
PRIVATE_KEY = f"{PREFIX}:PrivateKeyIdentifier"
REQUEST_ALIAS = f"{PREFIX}:RequestAlias"
RESOURCE_ALIASES = f"{PREFIX}:ResourceAliases"
SIGNING_KEY = f"{PREFIX}:SigningKeyIdentifier"
WRAPPING_KEY = f"{PREFIX}:WrappingKeyIdentifier"

_WRITE = (AccessLevel.WRITE,)
_READ = (AccessLevel.READ,)
_LIST = (AccessLevel.LIST,)
_TAGGING = (AccessLevel.TAGGING, AccessLevel.WRITE)
_PERMISSIONS = (AccessLevel.PERMISSIONS, AccessLevel.WRITE)

_NAMED_KEY = {ResourceType.KEY: (RESOURCE_TAG, REQUEST_ALIAS, RESOURCE_ALIASES)}
_KEY_BY_ARN = {ResourceType.KEY: (RESOURCE_TAG, RESOURCE_ALIASES)}
_ALIAS_OR_KEY = {ResourceType.ALIAS: (REQUEST_ALIAS, RESOURCE_ALIASES), **_NAMED_KEY}
_ALIAS_AND_KEY = {
    ResourceType.ALIAS: (REQUEST_TAG, TAG_KEYS, RESOURCE_ALIASES),
    ResourceType.KEY: (REQUEST_TAG, RESOURCE_TAG, TAG_KEYS, RESOURCE_ALIASES),
}
_TEAM = {ResourceType.APPROVAL_TEAM: (RESOURCE_TAG,)}

_DATA_PLANE = (
    "DecryptData",
    "EncryptData",
    "GenerateAs2805KekValidation",
    "GenerateAuthRequestCryptogram",
    "GenerateCardValidationData",
    "GenerateMac",
    "GenerateMacEmvPinChange",
    "GeneratePinData",
    "ReEncryptData",
    "TranslateKeyMaterial",
    "TranslatePinData",
    "VerifyAuthRequestCryptogram",
    "VerifyCardValidationData",
    "VerifyMac",
    "VerifyPinData",
)

_ROWS = (
    Action("AddKeyReplicationRegions", _WRITE, _ALIAS_OR_KEY, cross_account=True),
    Action("AssociateMpaTeam", _WRITE, _TEAM),
    Action(
        "CreateAlias",
        _WRITE,
        {ResourceType.ALIAS: (RESOURCE_ALIASES,), ResourceType.KEY: (RESOURCE_TAG, RESOURCE_ALIASES)},
    ),
    Action(
        "CreateKey",
        _WRITE,
        keys=(REQUEST_TAG, TAG_KEYS, DERIVE_KEY_USAGE, KEY_ALGORITHM, KEY_CLASS, KEY_USAGE),
        dependent=("TagResource",),
    ),
    Action("DeleteAlias", _WRITE, {ResourceType.ALIAS: (REQUEST_TAG, TAG_KEYS, RESOURCE_ALIASES)}),
    Action("DeleteKey", _WRITE, _NAMED_KEY, cross_account=True),
    Action("DeleteResourcePolicy", _PERMISSIONS, _KEY_BY_ARN),
    Action("DisableDefaultKeyReplicationRegions", _WRITE),
    Action("DisassociateMpaTeam", _WRITE, _TEAM),
    Action("EnableDefaultKeyReplicationRegions", _WRITE),
    Action(
        "ExportKey",
        _WRITE,
        {
            ResourceType.KEY: (
                RESOURCE_TAG,
                CERTIFICATE_AUTHORITY,
                EXPORT_DUKPT,
                EXPORT_MATERIAL,
                PRIVATE_KEY,
                REQUEST_ALIAS,
                RESOURCE_ALIASES,
                SIGNING_KEY,
                WRAPPING_KEY,
            )
        },
        cross_account=True,
    ),
    Action("GetAlias", _READ, _ALIAS_AND_KEY),
    Action("GetCertificateSigningRequest", _READ, _ALIAS_OR_KEY),
    Action("GetDefaultKeyReplicationRegions", _READ),
    Action("GetKey", _READ, _NAMED_KEY, cross_account=True),
    Action("GetMpaTeamAssociation", _READ, _TEAM),
    Action("GetParametersForExport", _READ),
    Action("GetParametersForImport", _READ),
    Action("GetPublicKeyCertificate", _READ, _NAMED_KEY, cross_account=True),
    Action("GetResourcePolicy", _READ, _KEY_BY_ARN),
    Action(
        "ImportKey",
        _WRITE,
        keys=(REQUEST_TAG, TAG_KEYS, CERTIFICATE_AUTHORITY, IMPORT_MATERIAL, PRIVATE_KEY, WRAPPING_KEY),
        dependent=("TagResource",),
        cross_account=True,
    ),
    Action("ListAliases", _LIST),
    Action("ListKeys", _LIST),
    Action("ListTagsForResource", _READ, _KEY_BY_ARN, cross_account=True),
    Action("PutResourcePolicy", _PERMISSIONS, _KEY_BY_ARN),
    Action("RemoveKeyReplicationRegions", _WRITE, _ALIAS_OR_KEY, cross_account=True),
    Action("RestoreKey", _WRITE, _NAMED_KEY, cross_account=True),
    Action("StartKeyUsage", _WRITE, _NAMED_KEY, cross_account=True),
    Action("StopKeyUsage", _WRITE, _NAMED_KEY, cross_account=True),
    Action(
        "TagResource",
        _TAGGING,
        {ResourceType.KEY: (REQUEST_TAG, RESOURCE_TAG, TAG_KEYS, RESOURCE_ALIASES)},
        cross_account=True,
    ),
    Action(
        "UntagResource", _TAGGING, {ResourceType.KEY: (RESOURCE_TAG, TAG_KEYS, RESOURCE_ALIASES)}, cross_account=True
    ),
    Action("UpdateAlias", _WRITE, _ALIAS_AND_KEY),
    *(Action(name, _WRITE, _ALIAS_OR_KEY, cross_account=True) for name in _DATA_PLANE),
)

ACTIONS: dict[str, Action] = {action.name: action for action in _ROWS}
"""Every action by the name of its operation."""

OWNERS_ONLY = frozenset(
    ACTIONS[name].full_name.lower() for name in ("PutResourcePolicy", "GetResourcePolicy", "DeleteResourcePolicy")
)
"""Full names, in lower case, of what no resource policy speaks about: so that nobody is locked out of his own key.

Source: Payment Cryptography User Guide, "Resource-based policies", "Resource policy control plane operations".
"""


def action_of(operation: str) -> Action:
    """The action of an operation; one that a newer model has and the table has not is asked about any resource."""
    return ACTIONS.get(operation) or Action(operation, ())
