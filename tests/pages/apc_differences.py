"""Where the software HSM's service is known to differ from AWS's, or had to choose: rows of docs/reference/apc.md.

The data plane's rows are on its own page.
"""

from __future__ import annotations

from typing import NamedTuple


class Difference(NamedTuple):
    """One row.

    Args:
        operations: whom it is about; empty for all.
        aws: what AWS does, or that its documents leave it open.
        here: what the software HSM does.
    """

    operations: tuple[str, ...]
    aws: str
    here: str


OPEN = "not documented"

KEYS = ("CreateKey", "ImportKey")
REPLICAS = ("AddKeyReplicationRegions", "RemoveKeyReplicationRegions")
DEFAULTS = ("EnableDefaultKeyReplicationRegions", "DisableDefaultKeyReplicationRegions")
TEAMS = ("AssociateMpaTeam", "DisassociateMpaTeam")
TAGS = ("TagResource", "UntagResource", "ListTagsForResource")
POLICIES = ("PutResourcePolicy", "GetResourcePolicy", "DeleteResourcePolicy")

DIFFERENCES = (
    Difference((), "runs in certified HSMs", "keys are in the memory of a process: for rehearsals and tests"),
    Difference((), "an endpoint for each region", "one endpoint answers for every region: that of the signature"),
    Difference((), "quotas always count", "quotas count with `--quotas` or `--quota`"),
    Difference((), "wording of most refusals is not public", "the model's constraints are named as AWS names them"),
    Difference(
        (),
        f"what is not strict JSON, and the character NUL where the model has no pattern: {OPEN}",
        "SerializationException for bodies that are not UTF-8, for NaN and half of a surrogate pair; no text holds NUL",
    ),
    Difference(
        (),
        "service control policies, VPC endpoint policies, groups",
        "not served; see [IAM policies](iam.md#not-served)",
    ),
    Difference(
        KEYS,
        "usages M0 and P1 are missing in the guide's table of algorithms and modes; for M7 it knows no HMAC algorithms",
        "M0 with TDES, P1 with TDES and AES, M7 with HMAC keys too, as the model and X9.143 have them",
    ),
    Difference(
        ("CreateKey",),
        "DeriveKeyUsage is required for key agreement key pairs, yet AWS's samples leave it out",
        "may be left out; refused with any other usage",
    ),
    Difference(
        ("ImportKey",),
        f"how old a TR-34 token without a nonce may be is {OPEN}",
        "a day by its signing time, and each token is taken once",
    ),
    Difference(
        ("ImportKey",),
        "KeyBlockFormat has one value",
        "a token in another layout than X9_TR34_2012 is refused",
    ),
    Difference(
        ("ImportKey", "ExportKey"),
        f"whether a key that came as SENSITIVE leaves as such is {OPEN}",
        "Exportable is all that is kept: it leaves as EXPORTABLE unless KeyBlockHeaders say otherwise",
    ),
    Difference(
        ("ExportKey",),
        f"whether KeyCheckValueAlgorithm may be given for a stored key is {OPEN}",
        "for DUKPT initial keys only: a stored key's check value is the one it was made with",
    ),
    Difference(
        ("ImportKey", "ExportKey"),
        f"what a KeyCryptogram without WrappingSpec means is {OPEN}",
        "RSA_OAEP_SHA_256",
    ),
    Difference(
        ("GetPublicKeyCertificate", "GetCertificateSigningRequest"),
        "the model lists no ConflictException",
        "a key pair that is disabled or waits for its deletion is answered with ValidationException",
    ),
    Difference(
        ("GetParametersForImport",),
        "the reference names RSA_2048 alone for TR34_KEY_BLOCK; AWS's sample asks for RSA_3072",
        "RSA_2048, RSA_3072 and RSA_4096",
    ),
    Difference(
        ("GetParametersForImport", "GetParametersForExport", "GetPublicKeyCertificate"),
        "certificates under AWS's certificate authority",
        "under an authority that each software HSM makes for itself at first use",
    ),
    Difference(
        ("GetCertificateSigningRequest",),
        f"where the e-mail address stands in the subject is {OPEN}",
        "last, in the subject itself",
    ),
    Difference(("GetCertificateSigningRequest",), "EmailAddress may hold any letter, by the model", "ASCII only"),
    Difference(
        ("CreateAlias", "UpdateAlias"),
        f"whether a key that waits for its deletion takes an alias is {OPEN}",
        "it does; a deleted one does not",
    ),
    Difference(
        ("DeleteKey",),
        "the guide says both that aliases of a deleted key are unassigned and that they are deleted",
        "they stay and name no key",
    ),
    Difference(("RestoreKey",), f"whether a restored key is enabled is {OPEN}", "disabled, as the guide's example"),
    Difference(
        TAGS, f"tags of replicas and of deleted keys: {OPEN}", "a replica shows its primary's; a deleted key has none"
    ),
    Difference(
        REPLICAS,
        "replication takes its time",
        "done at once: the answer says IN_PROGRESS or DELETE_IN_PROGRESS, every later one SYNCHRONIZED or nothing",
    ),
    Difference(
        REPLICAS,
        f"a region that is there already, or is not: {OPEN}",
        "adding it again changes nothing; removing what is not there is refused",
    ),
    Difference(DEFAULTS, f"a region that is on already, or is not: {OPEN}", "changes nothing"),
    Difference(
        REPLICAS + DEFAULTS,
        "only regions where the service is offered",
        "every region of the partition: botocore does not say where it is offered",
    ),
    Difference(
        TEAMS,
        "teams and their portal are a service of their own",
        "any team ARN is taken; the operator of the software HSM is every team",
    ),
    Difference(
        TEAMS,
        f"what it takes to change a team is {OPEN}; UPDATE_PENDING hints at it",
        "the approval of the team that is there, as to lose it",
    ),
    Difference(
        ("PutResourcePolicy",),
        "what counts as public is not published",
        "the rule of S3 and EFS; see [IAM policies](iam.md#public-policies)",
    ),
    Difference(POLICIES, f"the error for another account is {OPEN}", "AccessDeniedException"),
    Difference(
        ("ListKeys", "ListAliases", "ListTagsForResource"),
        f"the order is {OPEN}",
        "keys in the order of their making, aliases and tags by name",
    ),
)
