"""Sixteen customers at once, while the server is killed under them; and one that applies the same declaration again.

KEYEXCHANGE_LOAD_SECONDS=60 makes it the whole minute; without it, two kills.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.apc_server import apc_client, running_apc
from tests.main_job.customers import CVK, Customer, kept_alive, listed_aliases, listed_keys
from tests.served import Served

CUSTOMERS = 16
SECONDS = float(os.environ.get("KEYEXCHANGE_LOAD_SECONDS", "3"))
KILLS = max(2, round(SECONDS / 10))
WORDS: dict[str, tuple[str, ...]] = {"sqlite": (), "postgresql": ("--workers", "2")}


@pytest.fixture(params=sorted(WORDS))
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    words = WORDS[request.param]
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres").new_database().replace("+psycopg", "")
        words = (*words, "--database", url)
    served = Served(tmp_path / "state", words)
    served.start()
    yield served
    served.kill()


@pytest.mark.timeout(120 + 3 * SECONDS)
def test_no_accepted_write_is_lost_when_the_server_is_killed(server: Served) -> None:
    customers = [Customer(number, kept_alive(server.url)) for number in range(CUSTOMERS)]
    over = threading.Event()
    with ThreadPoolExecutor(CUSTOMERS) as pool:
        working = [pool.submit(customer.work, over) for customer in customers]
        for number in range(KILLS):
            wait(working, timeout=SECONDS / KILLS, return_when="FIRST_EXCEPTION")
            server.kill()
            if number == KILLS - 1:
                over.set()  # they find out what became of their last change, and go
            server.start()
    for each in working:
        each.result()
    _require_kept(customers, apc_client(server.url))


def _require_kept(customers: list[Customer], client: Any) -> None:
    keys, aliases = listed_keys(client), listed_aliases(client)
    expected = {arn: state for customer in customers for arn, state in customer.keys.items()}
    assert {arn: keys.get(arn) for arn in expected} == expected
    assert len(keys) - len(expected) <= sum(customer.doubtful for customer in customers)
    assert aliases == {name: arn for customer in customers for name, arn in customer.aliases.items()}
    assert {arn for arn in aliases.values() if arn} <= keys.keys(), "an alias points nowhere"
    for customer in customers:
        assert customer.found_tags() == customer.tags
        assert customer.writes, "it did nothing"
    assert sum(customer.doubts + customer.doubtful for customer in customers), "the kill met nobody at work"


DECLARED = {
    "alias/pos/bdk": {"team": "pos", "stage": "test"},
    "alias/cards/cvk": {"team": "cards"},
    "alias/cards/spare": {},
}
"""Tags by alias: what a declaration of keys says."""


class Applied:
    """Applies a declaration as infrastructure tools do: read, compare, write only what differs."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.writes: list[str] = []
        client.meta.events.register("before-call.payment-cryptography", self._count)

    def apply(self, declared: dict[str, dict[str, str]]) -> dict[str, str]:
        """Make it so; the ARNs by alias."""
        return {name: self._apply(name, tags) for name, tags in declared.items()}

    def _apply(self, name: str, tags: dict[str, str]) -> str:
        arn = self._named(name) or self._create(name, tags)
        present = self._tags(arn)
        if missing := [{"Key": key, "Value": value} for key, value in tags.items() if present.get(key) != value]:
            self._client.tag_resource(ResourceArn=arn, Tags=missing)
        if spare := sorted(present.keys() - tags.keys()):
            self._client.untag_resource(ResourceArn=arn, TagKeys=spare)
        assert self._tags(arn) == tags
        return arn

    def _named(self, name: str) -> str | None:
        try:
            return str(self._client.get_alias(AliasName=name)["Alias"]["KeyArn"])
        except self._client.exceptions.ResourceNotFoundException:
            return None

    def _create(self, name: str, tags: dict[str, str]) -> str:
        wanted = [{"Key": key, "Value": value} for key, value in tags.items()]
        made = self._client.create_key(Exportable=True, KeyAttributes=CVK, Tags=wanted)["Key"]
        arn = str(made["KeyArn"])
        assert self._client.get_key(KeyIdentifier=arn)["Key"] == made, "what is read back is not what was answered"
        named = self._client.create_alias(AliasName=name, KeyArn=arn)["Alias"]
        assert self._client.get_alias(AliasName=name)["Alias"] == named
        return arn

    def _tags(self, arn: str) -> dict[str, str]:
        return {tag["Key"]: tag["Value"] for tag in self._client.list_tags_for_resource(ResourceArn=arn)["Tags"]}

    def _count(self, model: Any, **_: Any) -> None:
        if not model.name.startswith(("Get", "List")):
            self.writes.append(model.name)


@contextmanager
def applying(state_dir: Path) -> Iterator[Applied]:
    """One run of such a tool, on a server that is started for it."""
    with running_apc(state_dir) as url:
        yield Applied(apc_client(url))


def test_a_declaration_that_is_applied_again_changes_nothing(tmp_path: Path) -> None:
    with applying(tmp_path) as run:
        first = run.apply(DECLARED)
        assert run.writes.count("CreateKey") == run.writes.count("CreateAlias") == len(DECLARED)
    with applying(tmp_path) as run:
        assert run.apply(DECLARED) == first
        assert run.writes == []
        assert run.apply(DECLARED | {"alias/cards/cvk": {"team": "risk"}}) == first
        assert run.writes == ["TagResource"]
        assert run.apply(DECLARED | {"alias/cards/cvk": {}}) == first
        assert run.writes == ["TagResource", "UntagResource"]


def test_a_declaration_is_completed_after_a_run_that_broke_off(tmp_path: Path) -> None:
    half = dict(list(DECLARED.items())[:1])
    with applying(tmp_path) as run:
        begun = run.apply(half)
        run._client.create_key(Exportable=True, KeyAttributes=CVK)  # it broke off before the alias
    with applying(tmp_path) as run:
        whole = run.apply(DECLARED)
        assert whole.items() > begun.items()
        assert run.writes.count("CreateKey") == len(DECLARED) - len(half)
