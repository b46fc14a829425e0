"""Customers of a server that is killed: what each was promised, and what it must therefore find."""

from __future__ import annotations

import itertools
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ConnectionError as NoConnection
from botocore.exceptions import HTTPClientError

from tests.apc_server import apc_client

REFUSED = (NoConnection, HTTPClientError)
"""What boto3 says when the server is away, or goes away before it has answered."""
CVK = {
    "KeyAlgorithm": "TDES_2KEY",
    "KeyUsage": "TR31_C0_CARD_VERIFICATION_KEY",
    "KeyClass": "SYMMETRIC_KEY",
    "KeyModesOfUse": {"Generate": True, "Verify": True},
}
PENDING, COMPLETE = "DELETE_PENDING", "CREATE_COMPLETE"

State = Any
Change = Callable[[], Any]
Look = Callable[[], State]


def kept_alive(url: str) -> Any:
    """A client that gives up soon: the server may be away."""
    return apc_client(url, connect_timeout=2, read_timeout=20)


@dataclass
class Customer:
    """Works on keys and aliases of its own, so that it knows what they must be.

    Args:
        number: which one.
        keys: KeyState by ARN, of the keys whose making was answered.
        tags: value of the tag `step` by ARN.
        aliases: the ARN that each alias names, or None.
        doubtful: CreateKeys that got no answer; each may have made a key.
        writes: answered ones.
        doubts: changes that got no answer, and of which it was found out what became of them.
    """

    number: int
    client: Any
    keys: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, str | None] = field(default_factory=dict)
    doubtful: int = 0
    writes: int = 0
    doubts: int = 0

    def work(self, over: threading.Event) -> None:
        """Write until told to stop."""
        choice = random.Random(self.number)
        names = (f"alias/customer-{self.number:02}/{count}" for count in itertools.count())
        self._create_key()
        while not over.is_set():
            self._step(choice, names)

    def _step(self, choice: random.Random, names: Iterator[str]) -> None:
        living = [arn for arn, state in self.keys.items() if state == COMPLETE]
        if len(living) < 3:
            self._create_key()
            return
        arn = choice.choice(living)
        steps: list[Callable[[], None]] = [
            self._create_key,
            lambda: self._name(next(names), arn),
            lambda: self._tag(arn, str(self.writes)),
            lambda: self._delete_key(arn),
        ]
        if self.aliases:
            name = choice.choice(sorted(self.aliases))
            steps += [lambda: self._rename(name, arn), lambda: self._forget(name)]
        choice.choice(steps)()

    def _create_key(self) -> None:
        try:
            key = self.client.create_key(Exportable=True, KeyAttributes=CVK)["Key"]
        except REFUSED:
            self.doubtful += 1
            time.sleep(0.05)  # while the server is away
            return
        self.writes += 1
        self.keys[key["KeyArn"]] = COMPLETE

    def _delete_key(self, arn: str) -> None:
        change = lambda: self.client.delete_key(KeyIdentifier=arn)  # noqa: E731
        self.keys[arn] = self._settle(change, lambda: self._state(arn), COMPLETE, PENDING)

    def _tag(self, arn: str, value: str) -> None:
        change = lambda: self.client.tag_resource(ResourceArn=arn, Tags=[{"Key": "step", "Value": value}])  # noqa: E731
        self.tags[arn] = self._settle(change, lambda: self._tagged(arn), self.tags.get(arn, ""), value)

    def _name(self, name: str, arn: str) -> None:
        change = lambda: self.client.create_alias(AliasName=name, KeyArn=arn)  # noqa: E731
        if self._settle(change, lambda: self._named(name), None, arn) == arn:
            self.aliases[name] = arn

    def _rename(self, name: str, arn: str) -> None:
        change = lambda: self.client.update_alias(AliasName=name, KeyArn=arn)  # noqa: E731
        self.aliases[name] = self._settle(change, lambda: self._named(name), self.aliases[name], arn)

    def _forget(self, name: str) -> None:
        change = lambda: self.client.delete_alias(AliasName=name)  # noqa: E731
        if self._settle(change, lambda: self._named(name), self.aliases[name], None) is None:
            del self.aliases[name]

    def _settle(self, change: Change, look: Look, before: State, after: State) -> State:
        """Make a change; when no answer comes, find out whether it was made: wholly, or not at all."""
        try:
            change()
        except REFUSED:
            found = self._once_it_is_back(look)
            assert found in (before, after), "a change was made by halves"
            self.doubts += 1
            return found
        self.writes += 1
        return after

    def _once_it_is_back(self, look: Look) -> State:
        ends = time.monotonic() + 60
        while True:
            try:
                return look()
            except REFUSED:
                assert time.monotonic() < ends, "the server does not come back"
                time.sleep(0.05)

    def _state(self, arn: str) -> str:
        return str(self.client.get_key(KeyIdentifier=arn)["Key"]["KeyState"])

    def _tagged(self, arn: str) -> str:
        tags = self.client.list_tags_for_resource(ResourceArn=arn)["Tags"]
        return str({tag["Key"]: tag["Value"] for tag in tags}.get("step", ""))

    def _named(self, name: str) -> str | None:
        try:
            return str(self.client.get_alias(AliasName=name)["Alias"]["KeyArn"])
        except self.client.exceptions.ResourceNotFoundException:
            return None

    def found_tags(self) -> dict[str, str]:
        """The present values of the tags that it put."""
        return {arn: self._tagged(arn) for arn in self.tags}


def listed_keys(client: Any) -> dict[str, str]:
    """KeyState by ARN."""
    pages = client.get_paginator("list_keys").paginate()
    return {key["KeyArn"]: key["KeyState"] for page in pages for key in page["Keys"]}


def listed_aliases(client: Any) -> dict[str, str | None]:
    """ARN by alias."""
    pages = client.get_paginator("list_aliases").paginate()
    return {alias["AliasName"]: alias.get("KeyArn") for page in pages for alias in page["Aliases"]}
