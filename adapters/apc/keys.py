"""Keys as the service describes them, and how an import of ours is found among them.

ImportKey is not idempotent and has no token, so every import carries tags, and they are looked for before it is
done again. The tag names below are a promise to every journal that is not finished yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from keyexchange.errors import JournalError, ProtocolError, RuleError
from keyexchange.keys import Kcv, KcvMethod, KeyAttributes
from keyexchange.protocols.messages import HeldKey, ImportMark

from .attributes import USAGES, attributes_of
from .client import AwsClient

TAG_RUN = "keyexchange:run"
TAG_KEY = "keyexchange:key"
TAG_CERTIFICATE = "keyexchange:certificate"

RULE_USABLE = "key-usable"

_RESERVED = ("aws:", "keyexchange:")
_MOST_TAGS, _LONGEST_NAME, _LONGEST_VALUE = 48, 128, 256

_CLOCK_SKEW = timedelta(minutes=15)
"""The service refuses signatures that are further off than this, so its clock is never further from ours."""


def mark_tags(mark: ImportMark) -> dict[str, str]:
    """The tags that name an import."""
    return {TAG_RUN: mark.run, TAG_KEY: mark.key}


def as_tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as the API takes them."""
    return [{"Key": name, "Value": value} for name, value in tags.items()]


def tags_refusal(tags: Mapping[str, str]) -> str | None:
    """Why the operator's tags cannot be put on a key beside ours; None when they can.

    Source: AWS Payment Cryptography API reference, Tag (lengths), TagResource (50 tags, prefix `aws:`).
    """
    if len(tags) > _MOST_TAGS:
        return f"it has {len(tags)} tags, and {_MOST_TAGS} is the most beside the two that name the run"
    for name, value in tags.items():
        if name.startswith(_RESERVED):
            return f"the tag {name} begins with {' or '.join(_RESERVED)}, which is reserved"
        if not 1 <= len(name) <= _LONGEST_NAME or len(value) > _LONGEST_VALUE:
            return f"the tag {name[:_LONGEST_NAME]} is longer than {_LONGEST_NAME} characters, or its value than 256"
    return None


def imported_key(answer: Mapping[str, Any]) -> HeldKey:
    """The key of an answer of ImportKey or GetKey.

    Raises:
        ProtocolError: the answer lacks what the API promises.
    """
    with _reading():
        key = answer["Key"]
        kcv = Kcv(key["KeyCheckValue"], KcvMethod[key["KeyCheckValueAlgorithm"]])
        return HeldKey(reference=key["KeyArn"], kcv=kcv, attributes=attributes_of(key))


def require_usable(answer: Mapping[str, Any]) -> None:
    """Refuse a key that is stopped or on its way out.

    Raises:
        RuleError: rule `key-usable`.
    """
    key = answer["Key"]
    if key.get("KeyState") != "CREATE_COMPLETE" or not key.get("Enabled"):
        state = key.get("KeyState") if key.get("Enabled") else "not enabled"
        raise RuleError(
            f"apc holds {key['KeyArn']}, but it cannot be used: {state}",
            rule=RULE_USABLE,
            hint="StartKeyUsage or RestoreKey makes it usable again; or name another key",
        )


def find_marked(
    client: AwsClient, mark: ImportMark, *, attributes: KeyAttributes, kcv: Kcv, since: datetime, any_kcv: bool = False
) -> HeldKey | None:
    """See `abilities.FindsImports`.

    Looks at keys with this check value first: one ListKeys for every hundred keys, and two more calls for each of them.
    Only when none bears the mark, or with `any_kcv`, at the others of this usage and algorithm, in case another key has
    arrived.
    """
    listed = list(_listed(client, "SYMMETRIC_KEY"))
    alike = [key for key in listed if kcv.matches(Kcv(key.kcv, kcv.method))]
    others = [
        key
        for key in listed
        if key not in alike and (key.usage, key.algorithm) == (USAGES[attributes.key_usage], attributes.algorithm)
    ]
    found = _marked(client, alike, mark, since)
    if any_kcv or not found:
        found += _marked(client, others, mark, since)
    return _only(found, mark)


def find_made(client: AwsClient, mark: ImportMark, attributes: Mapping[str, Any], since: datetime) -> HeldKey | None:
    """A key that CreateKey made here with this mark and that can be used.

    Args:
        attributes: KeyAttributes, as CreateKey was given them.
        since: when it was begun; older keys are not candidates.

    Raises:
        JournalError: more than one key bears the mark.
    """
    wanted = attributes["KeyUsage"], attributes["KeyAlgorithm"]
    listed = [
        key for key in _listed(client, attributes["KeyClass"]) if key.enabled and (key.usage, key.algorithm) == wanted
    ]
    return _only(_marked(client, listed, mark, since), mark)


def _only(found: list[HeldKey], mark: ImportMark) -> HeldKey | None:
    if len(found) > 1:
        raise JournalError(
            f"apc holds {len(found)} keys of run {mark.run} named {mark.key}: "
            + ", ".join(key.reference for key in found),
            hint="keep the one that `keyexchange report` names, if it names one: delete the others, then resume",
        )
    return found[0] if found else None


def _marked(client: AwsClient, listed: list[_Listed], mark: ImportMark, since: datetime) -> list[HeldKey]:
    """Those of the keys that bear the mark and are not older than the import."""
    return [
        key
        for each in listed
        if (key := _created_since(client, each.arn, since - _CLOCK_SKEW)) is not None
        and mark_tags(mark).items() <= _tags(client, key.reference).items()
    ]


def find_certificate(client: AwsClient, fingerprint: str, algorithm: str) -> str | None:
    """The ARN of a certificate that an earlier run imported; None when there is none.

    Args:
        fingerprint: SHA-256 of its DER, lower-case hex.
        algorithm: of its public key, "RSA_4096"; saves calls.
    """
    for listed in _listed(client, "PUBLIC_KEY"):
        fits = listed.enabled and listed.usage == USAGES["S0"] and listed.algorithm == algorithm
        if fits and _tags(client, listed.arn).get(TAG_CERTIFICATE) == fingerprint:
            return listed.arn
    return None


@dataclass(frozen=True)
class _Listed:
    """What is needed of a KeySummary."""

    arn: str
    key_class: str
    usage: str
    algorithm: str
    kcv: str
    enabled: bool


def _listed(client: AwsClient, key_class: str) -> Iterator[_Listed]:
    """All keys of a class that are neither being made nor deleted."""
    for summary in client.pages("ListKeys", "Keys", KeyState="CREATE_COMPLETE", MaxResults=100):
        with _reading():
            told = summary["KeyAttributes"]
            listed = _Listed(
                arn=summary["KeyArn"],
                key_class=told["KeyClass"],
                usage=told["KeyUsage"],
                algorithm=told["KeyAlgorithm"],
                kcv=Kcv(summary["KeyCheckValue"], KcvMethod.CMAC).digits,
                enabled=summary["Enabled"],
            )
        if listed.key_class == key_class:
            yield listed


def _created_since(client: AwsClient, arn: str, moment: datetime) -> HeldKey | None:
    answer = client.call("GetKey", KeyIdentifier=arn)
    with _reading():
        recent = answer["Key"]["CreateTimestamp"] >= moment
    return imported_key(answer) if recent else None


def _tags(client: AwsClient, arn: str) -> dict[str, str]:
    tags = list(client.pages("ListTagsForResource", "Tags", ResourceArn=arn))
    with _reading():
        return {tag["Key"]: tag["Value"] for tag in tags}


@contextmanager
def _reading() -> Iterator[None]:
    """What the API promises may be missing when something else answers."""
    try:
        yield
    except (KeyError, ValueError, TypeError):
        raise ProtocolError(
            "apc describes a key without saying all of it", hint="does endpoint_url name the payment-cryptography API?"
        ) from None
