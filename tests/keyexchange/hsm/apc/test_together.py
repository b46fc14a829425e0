"""Requests that come together: each is decided, kept or refused as if it had come alone. No sockets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from sqlalchemy import text

from keyexchange.hsm.apc import REHEARSAL, Endpoint, Quotas, Request
from keyexchange.hsm.apc.context import Context
from keyexchange.hsm.apc.entry import Admission, Entry
from keyexchange.hsm.apc.identities import Identity, user_arn
from keyexchange.hsm.apc.operations.import_key import MATERIALS
from keyexchange.hsm.device import Hsm, open_hsm
from keyexchange.hsm.iam import Principal, parse_policy
from keyexchange.hsm.records import Home

HOME = Home("111122223333", "us-east-1")
KEK = {
    "KeyUsage": "TR31_K0_KEY_ENCRYPTION_KEY",
    "KeyClass": "SYMMETRIC_KEY",
    "KeyAlgorithm": "TDES_3KEY",
    "KeyModesOfUse": {"NoRestrictions": True},
}
ONLY_MINE = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "*",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:ResourceTag/team": "mine"}},
        }
    ],
}


class Door(Entry):
    """Lets everybody in whose name the header `who` says; signatures are another test's."""

    def __init__(self) -> None:
        self._known = {
            "chief": Identity(REHEARSAL, Principal(user_arn(HOME.account, "chief"))),
            "clerk": Identity(REHEARSAL, Principal(user_arn(HOME.account, "clerk")), (parse_policy(ONLY_MINE),)),
        }

    def admit(self, request: Request) -> Admission:
        identity = self._known[request.header("who") or ""]
        return Admission(Context(HOME, identity.principal), identity)


class House:
    """A software HSM behind its endpoint."""

    def __init__(self, hsm: Hsm, quotas: Quotas | None = None) -> None:
        self.hsm = hsm
        self._endpoint = Endpoint(hsm, Door(), quotas=quotas)

    def ask(self, *requests: Request) -> list[tuple[int, dict[str, Any]]]:
        """Their answers, when they come in one turn of the loop."""

        async def all_at_once() -> list[tuple[int, dict[str, Any]]]:
            async with asyncio.timeout(30):
                answers = await asyncio.gather(*map(self._endpoint.answer, requests))
            return [(answer.status, json.loads(answer.body)) for answer in answers]

        return asyncio.run(all_at_once())

    def key(self, **tags: str) -> str:
        """The ARN of a new key."""
        ((status, answer),) = self.ask(create_key(**tags))
        assert status == 200
        return str(answer["Key"]["KeyArn"])


@pytest.fixture
def hsm(tmp_path: Path, database_url: str | None) -> Iterator[Hsm]:
    opened = open_hsm(tmp_path, database_url=database_url)
    yield opened
    opened.close()


def request(operation: str, who: str = "chief", **members: object) -> Request:
    headers = (("x-amz-target", f"PaymentCryptographyControlPlane.{operation}"), ("who", who))
    return Request("POST", "/", "", headers, json.dumps(members).encode())


def create_key(**tags: str) -> Request:
    written = [{"Key": name, "Value": value} for name, value in tags.items()]
    return request("CreateKey", KeyAttributes=KEK, Exportable=True, Tags=written)


def statuses(answers: list[tuple[int, dict[str, Any]]]) -> list[int]:
    return [status for status, _ in answers]


def failing(hsm: Hsm) -> Callable[..., NoReturn]:
    """Stands in for what asks the database, which refuses."""

    def fail(*_: object) -> NoReturn:
        hsm.store.connection.execute(text("SELECT nothing FROM nowhere"))
        raise AssertionError("it did not refuse")

    return fail


def test_a_request_that_cannot_be_kept_takes_no_other_with_it(hsm: Hsm) -> None:
    house = House(hsm)
    alias = request("CreateAlias", AliasName="alias/one")
    answers = house.ask(create_key(), create_key(text="x\0y"), create_key(text="\u20ac\U0001f511"), alias)
    assert statuses(answers) == [200, 400, 200, 200]
    assert "NUL" in answers[1][1]["Message"]
    ((_, listed),) = house.ask(request("ListKeys"))
    assert len(listed["Keys"]) == 2


def test_the_quota_of_keys_holds(hsm: Hsm) -> None:
    house = House(hsm, Quotas(control_plane=None, keys=3))
    assert statuses(house.ask(*(create_key() for _ in range(20)))).count(200) == 3


def test_what_is_allowed_is_what_is_done(hsm: Hsm) -> None:
    """An alias that moves to another key does not take a permission along that was given for the first."""
    house = House(hsm)
    mine, theirs = house.key(team="mine"), house.key(team="theirs")
    house.ask(request("CreateAlias", AliasName="alias/x", KeyArn=mine))
    house.ask(
        request("UpdateAlias", AliasName="alias/x", KeyArn=theirs),
        request("StopKeyUsage", who="clerk", KeyIdentifier="alias/x"),
    )
    ((_, answer),) = house.ask(request("GetKey", KeyIdentifier=theirs))
    assert answer["Key"]["Enabled"]


def test_a_key_is_there_with_its_tags_and_replicas(hsm: Hsm) -> None:
    house = House(hsm)
    replicated = request("CreateKey", KeyAttributes=KEK, Exportable=True, ReplicationRegions=["eu-west-1"])
    answers = house.ask(create_key(team="mine"), replicated, create_key())
    assert statuses(answers) == [200, 200, 200]
    assert answers[1][1]["Key"]["ReplicationStatus"] == {"eu-west-1": {"Status": "IN_PROGRESS"}}
    tagged, copied = (answers[number][1]["Key"]["KeyArn"] for number in (0, 1))
    found = house.ask(request("ListTagsForResource", ResourceArn=tagged), request("GetKey", KeyIdentifier=copied))
    assert found[0][1]["Tags"] == [{"Key": "team", "Value": "mine"}]
    assert list(found[1][1]["Key"]["ReplicationStatus"]) == ["eu-west-1"]


def test_an_error_of_the_database_is_told_to_all_whose_writes_it_took(
    hsm: Hsm, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(hsm)

    alias = request("CreateAlias", AliasName="alias/one")
    with monkeypatch.context() as patched:
        patched.setattr(hsm.replication, "defaults", failing(hsm))
        assert statuses(house.ask(alias, create_key())) == [500, 500]
    ((status, _),) = house.ask(request("GetAlias", AliasName="alias/one"))
    assert status == 400
    assert statuses(house.ask(alias, create_key())) == [200, 200]


def test_an_import_that_fails_in_its_savepoint_takes_no_other_with_it(
    hsm: Hsm, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(hsm)

    monkeypatch.setitem(MATERIALS, "RootCertificatePublicKey", failing(hsm))
    attributes = {**KEK, "KeyClass": "PUBLIC_KEY", "KeyUsage": "TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE"}
    root = {"KeyAttributes": {**attributes, "KeyAlgorithm": "RSA_2048"}, "PublicKeyCertificate": "TEST"}
    answers = house.ask(
        request("CreateAlias", AliasName="alias/one"),
        request("ImportKey", KeyMaterial={"RootCertificatePublicKey": root}),
        create_key(),
    )
    assert statuses(answers) == [200, 500, 200]
    assert statuses(house.ask(request("GetAlias", AliasName="alias/one"))) == [200]
