"""Which questions an operation puts to the policies: one for each resource it is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from keyexchange.errors import KeyExchangeError
from keyexchange.hsm.apc.access.naming import Naming, value_at
from keyexchange.hsm.apc.context import Context
from keyexchange.hsm.apc.identifiers import alias_arn, find_key, key_arn
from keyexchange.hsm.device import Hsm
from keyexchange.hsm.iam import ANY_RESOURCE, Action, ResourceType, action_of
from keyexchange.hsm.records import Home, KeyRecord

TAGGING = "TagResource"
_PREFIX = "arn:aws:payment-cryptography"
_ALIAS = "alias/"


@dataclass(frozen=True)
class Question:
    """One question.

    Args:
        action: what.
        resource: ARN, or `ANY_RESOURCE`.
        key: of which tags, aliases and policy count.
        aliases_of: of which aliases count, and nothing else: an alias has no tags, and key policies do not apply to it.
        alias: by which the request names the key; empty when by ARN.
        by_key_only: whether, in the caller's own account, only the key's own policy is asked. So it is with further
            keys, which the reference does not count among the action's resources.
        is_shared: whether another account's resource is taken as shared with the caller's. So it is with approval
            teams: whom a team is shared with is not known here.
    """

    action: Action
    resource: str
    key: KeyRecord | None = None
    aliases_of: KeyRecord | None = None
    alias: str = ""
    by_key_only: bool = False
    is_shared: bool = False


def questions(
    hsm: Hsm, context: Context, action: Action, naming: Naming, values: Mapping[str, Any], *, with_keys: bool
) -> Iterator[Question]:
    """Everything to ask before an operation.

    Args:
        with_keys: whether the keys themselves are wanted; otherwise one that the request names by its ARN is not
            looked up.

    Source: Service Authorization Reference, "Actions defined by AWS Payment Cryptography".
    """
    asking = _Asking(hsm, context, action, naming, values, with_keys=with_keys)
    primary = [*asking.about_alias(), *asking.about_keys(), *asking.about_team()]
    yield from primary or [Question(action, ANY_RESOURCE)]
    yield from asking.about_further_keys()
    if values.get("Tags") and TAGGING in action.dependent:
        yield Question(action_of(TAGGING), f"{_PREFIX}:{context.home.region}:{context.home.account}:key/*")


class _Asking:
    """The questions of one request."""

    def __init__(
        self,
        hsm: Hsm,
        context: Context,
        action: Action,
        naming: Naming,
        values: Mapping[str, Any],
        *,
        with_keys: bool,
    ) -> None:
        self._with_keys = with_keys
        self._hsm = hsm
        self._context = context
        self._action = action
        self._naming = naming
        self._values = values
        is_about_keys = ResourceType.KEY in action.resources
        # an operation that names keys only deeper inside (TranslateKeyMaterial) is about those
        self._about = (naming.keys or naming.further_keys) if is_about_keys else ()
        self._beside = tuple(path for path in (*naming.keys, *naming.further_keys) if path not in self._about)

    def about_alias(self) -> Iterator[Question]:
        """The alias that an alias's own operation names; for GetAlias also the key it leads to."""
        name = value_at(self._values, self._naming.alias) if self._naming.alias else None
        if name is None or ResourceType.ALIAS not in self._action.resources:
            return
        found = self._hsm.aliases.get(self._context.home, name)
        key = self._record(name) if found and found.key_id else None
        yield Question(self._action, alias_arn(self._context.home, name), aliases_of=key)
        if key is not None and ResourceType.KEY in self._action.resources and not self._naming.keys:
            yield Question(self._action, key_arn(key.home, key.id), key)

    def about_keys(self) -> Iterator[Question]:
        for path in self._about:
            yield from self._about_key(path, by_key_only=False)

    def about_further_keys(self) -> Iterator[Question]:
        for path in self._beside:
            yield from self._about_key(path, by_key_only=True)

    def about_team(self) -> Iterator[Question]:
        """The team that is named, or the one that the named operation has now."""
        if ResourceType.APPROVAL_TEAM not in self._action.resources:
            return
        named = value_at(self._values, self._naming.team) if self._naming.team else None
        association = self._hsm.approvals.association(self._context.home, str(self._values.get("Action", "")))
        arn = named or (association.team_arn if association else None)
        if arn:
            yield Question(self._action, arn, is_shared=True)

    def _about_key(self, path: tuple[str, ...], *, by_key_only: bool) -> Iterator[Question]:
        identifier = value_at(self._values, path)
        if identifier is None:
            return
        if not self._with_keys and identifier.startswith(f"{_PREFIX}:") and ":key/" in identifier:
            yield Question(self._action, identifier, by_key_only=by_key_only)
            return
        record = self._record(identifier)
        arn = key_arn(record.home, record.id) if record else _as_arn(self._context.home, identifier)
        name = identifier.rpartition(":")[2]
        alias = name if name.startswith(_ALIAS) else ""
        yield Question(self._action, arn, record, alias=alias, by_key_only=by_key_only)

    def _record(self, identifier: str) -> KeyRecord | None:
        try:
            return find_key(self._hsm, self._context, identifier)
        except KeyExchangeError:
            return None  # whoever may ask is told so by the operation


def _as_arn(home: Home, identifier: str) -> str:
    return identifier if identifier.startswith("arn:") else alias_arn(home, identifier)
