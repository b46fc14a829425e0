"""Keys, aliases, tags and replicas in any order of requests, held against a model of a few lines.

What must never happen: an alias that names a key which is gone, or that was never there. Requests go to the operations
themselves, as the plane runs them; what boto3 makes of them is tested elsewhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from keyexchange.hsm.apc import operations
from keyexchange.hsm.apc.context import CONTROL, Context
from keyexchange.hsm.apc.errors import ApiError
from keyexchange.hsm.device import Hsm, open_hsm
from keyexchange.hsm.records import Home
from keyexchange.keys import KeyAlgorithm
from tests.keyexchange.hsm.kdh import BOTH

assert operations.__all__

HOME, AWAY = "us-east-1", "eu-west-1"
ALIASES = st.sampled_from(["alias/a", "alias/b"])
REGIONS = st.sampled_from([HOME, AWAY])
PENDING, COMPLETE, GONE = "DELETE_PENDING", "CREATE_COMPLETE", "DELETE_COMPLETE"
NOT_FOUND, CONFLICT, INVALID = "ResourceNotFoundException", "ConflictException", "ValidationException"
KEY = {
    "Exportable": True,
    "KeyAttributes": {
        "KeyAlgorithm": "AES_128",
        "KeyUsage": "TR31_K0_KEY_ENCRYPTION_KEY",
        "KeyClass": "SYMMETRIC_KEY",
        "KeyModesOfUse": BOTH,
    },
}
FEW = 3
"""Keys of one example: with more, hardly two requests would be about the same."""


class Clock:
    """Stands still until it is moved, so that the model knows what is due."""

    def __init__(self) -> None:
        self.now = datetime(2030, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Key:
    """What the model knows of a key."""

    state: str = COMPLETE
    enabled: bool = True
    due: datetime | None = None
    away: bool = False
    tags: dict[str, str] = field(default_factory=dict)


@contextmanager
def refused_with(code: str | None) -> Iterator[None]:
    """Expect an error of that code, or none."""
    if code is None:
        yield
        return
    with pytest.raises(ApiError) as caught:
        yield
    assert caught.value.code == code


class Machine(RuleBasedStateMachine):
    """All examples share a device; each has an account of its own."""

    hsm: Hsm
    clock: Clock
    loop: asyncio.AbstractEventLoop
    accounts = count()

    keys = Bundle("keys")

    def __init__(self) -> None:
        super().__init__()
        self.account = f"{next(self.accounts):012d}"
        self.model: dict[str, Key] = {}
        self.aliases: dict[tuple[str, str], str | None] = {}

    def ask(self, region: str, operation: str, **request: Any) -> Any:
        """Run an operation as the plane does."""
        return self.loop.run_until_complete(self._run(region, operation, request))

    async def _run(self, region: str, operation: str, request: dict[str, Any]) -> Any:
        declared = CONTROL.declared[operation]
        context = Context(Home(self.account, region), cast(Any, None))
        try:
            if asyncio.iscoroutinefunction(declared.handler):
                return await cast(Awaitable[Any], declared.handler(self.hsm, context, request))
            with self.hsm.store.savepoint() if declared.writes else self.hsm.store.reading():
                return declared.handler(self.hsm, context, request)
        finally:
            await self.hsm.store.committed()

    def arn_in(self, arn: str, region: str) -> str:
        return arn.replace(HOME, region)

    def there(self, arn: str, region: str) -> bool:
        return region == HOME or self.model[arn].away

    @initialize(target=keys)
    def begin(self) -> Any:
        """With something that can go wrong: most orders of requests would not come as far."""
        first, second = self.new_key(), self.new_key()
        self.replicate(first)
        self.create_alias(HOME, "alias/a", first)
        self.create_alias(AWAY, "alias/a", first)
        self.create_alias(HOME, "alias/b", second)
        return multiple(first, second)

    @precondition(lambda self: len(self.model) < FEW)
    @rule(target=keys)
    def create_key(self) -> str:
        return self.new_key()

    def new_key(self) -> str:
        arn: str = self.ask(HOME, "CreateKey", **KEY)["Key"]["KeyArn"]
        self.model[arn] = Key()
        return arn

    @rule(region=REGIONS, name=ALIASES)
    def create_alias_of_nothing(self, region: str, name: str) -> None:
        taken = (region, name) in self.aliases
        with refused_with(CONFLICT if taken else None):
            self.ask(region, "CreateAlias", AliasName=name)
        if not taken:
            self.aliases[region, name] = None

    @rule(region=REGIONS, name=ALIASES, arn=keys)
    def create_alias(self, region: str, name: str, arn: str) -> None:
        code = CONFLICT if (region, name) in self.aliases else self.cannot_name(arn, region)
        with refused_with(code):
            self.ask(region, "CreateAlias", AliasName=name, KeyArn=self.arn_in(arn, region))
        if code is None:
            self.aliases[region, name] = arn

    @rule(region=REGIONS, name=ALIASES, arn=keys)
    def update_alias(self, region: str, name: str, arn: str) -> None:
        code = self.cannot_name(arn, region) if (region, name) in self.aliases else NOT_FOUND
        with refused_with(code):
            self.ask(region, "UpdateAlias", AliasName=name, KeyArn=self.arn_in(arn, region))
        if code is None:
            self.aliases[region, name] = arn

    def cannot_name(self, arn: str, region: str) -> str | None:
        if not self.there(arn, region):
            return NOT_FOUND
        return CONFLICT if self.model[arn].state == GONE else None

    @rule(region=REGIONS, name=ALIASES)
    def delete_alias(self, region: str, name: str) -> None:
        known = (region, name) in self.aliases
        with refused_with(None if known else NOT_FOUND):
            self.ask(region, "DeleteAlias", AliasName=name)
        self.aliases.pop((region, name), None)

    @rule(arn=keys, name=st.sampled_from(["x", "y"]), value=st.sampled_from(["1", "2"]))
    def tag(self, arn: str, name: str, value: str) -> None:
        gone = self.model[arn].state == GONE
        with refused_with(CONFLICT if gone else None):
            self.ask(HOME, "TagResource", ResourceArn=arn, Tags=[{"Key": name, "Value": value}])
        if not gone:
            self.model[arn].tags[name] = value

    @rule(arn=keys, name=st.sampled_from(["x", "y"]))
    def untag(self, arn: str, name: str) -> None:
        with refused_with(CONFLICT if self.model[arn].state == GONE else None):
            self.ask(HOME, "UntagResource", ResourceArn=arn, TagKeys=[name])
        self.model[arn].tags.pop(name, None)

    @rule(arn=keys, days=st.sampled_from([3, 7]))
    def delete_key(self, arn: str, days: int) -> None:
        key = self.model[arn]
        with refused_with(None if key.state == COMPLETE else CONFLICT):
            self.ask(HOME, "DeleteKey", KeyIdentifier=arn, DeleteKeyInDays=days)
        if key.state == COMPLETE:
            key.state, key.enabled, key.due = PENDING, False, self.clock.now + timedelta(days=days)

    @rule(arn=keys)
    def restore_key(self, arn: str) -> None:
        key = self.model[arn]
        with refused_with(None if key.state == PENDING else CONFLICT):
            self.ask(HOME, "RestoreKey", KeyIdentifier=arn)
        if key.state == PENDING:
            key.state, key.due = COMPLETE, None

    @rule(arn=keys, enabled=st.booleans())
    def start_or_stop(self, arn: str, enabled: bool) -> None:
        key = self.model[arn]
        with refused_with(None if key.state == COMPLETE else CONFLICT):
            self.ask(HOME, "StartKeyUsage" if enabled else "StopKeyUsage", KeyIdentifier=arn)
        if key.state == COMPLETE:
            key.enabled = enabled

    @rule(arn=keys)
    def replicate(self, arn: str) -> None:
        key = self.model[arn]
        with refused_with(None if key.state == COMPLETE else CONFLICT):
            self.ask(HOME, "AddKeyReplicationRegions", KeyIdentifier=arn, ReplicationRegions=[AWAY])
        key.away = key.away or key.state == COMPLETE

    @rule(arn=keys)
    def withdraw(self, arn: str) -> None:
        key = self.model[arn]
        with refused_with(None if key.away else INVALID):
            self.ask(HOME, "RemoveKeyReplicationRegions", KeyIdentifier=arn, ReplicationRegions=[AWAY])
        key.away = False
        for (region, name), named in self.aliases.items():
            if region == AWAY and named == arn:
                self.aliases[region, name] = None

    @rule(days=st.sampled_from([1, 7]))
    def wait(self, days: int) -> None:
        self.clock.now += timedelta(days=days)
        for arn, key in self.model.items():
            if key.due is not None and key.due <= self.clock.now:
                key.state, key.due = GONE, None
                key.tags.clear()
                self.aliases.update({place: None for place, named in self.aliases.items() if named == arn})

    @rule(region=REGIONS, name=ALIASES)
    def find_by_alias(self, region: str, name: str) -> None:
        named = self.aliases.get((region, name))
        with refused_with(None if named else NOT_FOUND):
            found = self.ask(region, "GetKey", KeyIdentifier=name)["Key"]["KeyArn"]
            assert named is not None
            assert found == self.arn_in(named, region)

    @rule(arn=keys)
    def look_at_tags(self, arn: str) -> None:
        listed = self.ask(HOME, "ListTagsForResource", ResourceArn=arn)["Tags"]
        assert {tag["Key"]: tag["Value"] for tag in listed} == self.model[arn].tags

    @invariant()
    def keys_are_those_of_the_model(self) -> None:
        for region in (HOME, AWAY):
            listed = self.ask(region, "ListKeys")["Keys"]
            expected = {
                self.arn_in(arn, region): (key.state, key.enabled)
                for arn, key in self.model.items()
                if self.there(arn, region)
            }
            assert {key["KeyArn"]: (key["KeyState"], key["Enabled"]) for key in listed} == expected

    @invariant()
    def no_alias_points_nowhere(self) -> None:
        for region in (HOME, AWAY):
            listed = self.ask(region, "ListAliases")["Aliases"]
            expected = {name: named for (place, name), named in self.aliases.items() if place == region}
            found = {alias["AliasName"]: alias.get("KeyArn") for alias in listed}
            assert found == {name: named and self.arn_in(named, region) for name, named in expected.items()}
            for named in filter(None, expected.values()):
                assert self.there(named, region)
                assert self.model[named].state != GONE


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_no_order_of_requests_breaks_the_rules(database: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue("postgres").new_database() if database == "postgresql" else None
    clock = Clock()
    hsm = open_hsm(tmp_path, database_url=url, clock=clock, authority_algorithm=KeyAlgorithm.RSA_2048)
    with closing(hsm), closing(asyncio.new_event_loop()) as loop:
        machine = type("Served", (Machine,), {"hsm": hsm, "clock": clock, "loop": loop})
        run_state_machine_as_test(
            machine, settings=settings(max_examples=30, stateful_step_count=40, deadline=None, database=None)
        )
