"""As many keys as an account may have, through boto3's paginators."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from keyexchange.hsm.device import open_hsm
from keyexchange.hsm.records import AliasRecord, Home
from keyexchange.keys import KeyAlgorithm
from tests.apc_server import apc_client, running_apc
from tests.keyexchange.hsm.kdh import create_kek

COUNT = 2000
"""Source: AWS Payment Cryptography User Guide, "Quotas for AWS Payment Cryptography"."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def full(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A client of a face with 2,000 keys, every one with an alias."""
    state_dir = tmp_path_factory.mktemp("many")
    database = request.getfixturevalue("postgres").new_database() if request.param == "postgresql" else None
    with running_apc(state_dir, database_url=database) as url:
        first = create_kek(apc_client(url)).rpartition("/")[2]
    asyncio.run(_fill(state_dir, database, first))
    with running_apc(state_dir, database_url=database) as url:
        yield apc_client(url)


async def _fill(state_dir: Path, database: str | None, first: str) -> None:
    hsm = open_hsm(state_dir, database_url=database, authority_algorithm=KeyAlgorithm.RSA_2048)
    with closing(hsm):
        home = Home("111122223333", "us-east-1")
        record = hsm.keys.get(home, first, hsm.now())
        assert record is not None
        with hsm.store.savepoint():
            for number in range(COUNT):
                key_id = first if number == 0 else f"{number:016d}"
                if number:
                    hsm.keys.add(record._replace(id=key_id))
                hsm.aliases.add(AliasRecord(home, f"alias/{number:04d}", key_id))
        await hsm.store.committed()


@pytest.mark.parametrize("size", [1, 33, 100])
def test_pages_are_whole_and_in_order(full: Any, size: int) -> None:
    budget = COUNT if size > 1 else 20
    paging = {"PageSize": size, "MaxItems": budget}
    pages = list(full.get_paginator("list_keys").paginate(PaginationConfig=paging))
    ids = [key["KeyArn"].rpartition("/")[2] for page in pages for key in page["Keys"]]
    assert len(set(ids)) == len(ids) == budget
    assert ids[1:] == sorted(ids[1:])  # the order of their making; the first has a random id
    assert [len(page["Keys"]) for page in pages[:-1]] == [size] * (len(pages) - 1)


def test_aliases_are_paged_to_the_last(full: Any) -> None:
    pages = full.get_paginator("list_aliases").paginate(PaginationConfig={"PageSize": 100})
    names = [alias["AliasName"] for page in pages for alias in page["Aliases"]]
    assert names == [f"alias/{number:04d}" for number in range(COUNT)]


def test_a_token_stays_good_while_keys_come_and_go(full: Any) -> None:
    page = full.list_keys(MaxResults=100)
    made, gone = create_kek(full), page["Keys"][5]["KeyArn"]
    full.delete_key(KeyIdentifier=gone)
    seen = [key["KeyArn"] for key in page["Keys"]]
    while token := page.get("NextToken"):
        page = full.list_keys(MaxResults=100, NextToken=token)
        seen += [key["KeyArn"] for key in page["Keys"]]
    assert len(seen) == len(set(seen)) == COUNT + 1
    assert seen[-1] == made
