"""No policy, no cost; and who sees a new policy when."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from keyexchange.hsm.apc import REHEARSAL, one_pair
from keyexchange.hsm.apc.access import Authorizer
from keyexchange.hsm.apc.access.key_policies import KeyPolicies
from keyexchange.hsm.apc.context import Context
from keyexchange.hsm.apc.entry import Admission
from keyexchange.hsm.apc.errors import ApiError
from keyexchange.hsm.apc.identities import Identity
from keyexchange.hsm.apc.model import CONTROL_PLANE, DATA_PLANE, load
from keyexchange.hsm.apc.protocol import Origin
from keyexchange.hsm.device import Hsm, open_hsm
from keyexchange.hsm.iam import Policy, parse_policy
from keyexchange.hsm.records import Home
from tests.keyexchange.hsm.apc.access.conftest import OWNER, PARTNER, allow, only, policy
from tests.keyexchange.hsm.apc.access.records import key_record
from tests.postgres import Server

HOME = Home(OWNER, "us-east-1")
KEY = f"arn:aws:payment-cryptography:us-east-1:{OWNER}:key/kwapwa6qaifllw2h"
OTHER = f"arn:aws:payment-cryptography:us-east-1:{PARTNER}:key/kwapwa6qaifllw2h"


@pytest.fixture
def hsm(tmp_path: Path) -> Iterator[Hsm]:
    device = open_hsm(tmp_path)
    yield device
    device.close()


def admission(*policies: Policy, limited: bool = False) -> Admission:
    identity = next(iter(one_pair(REHEARSAL, OWNER)().values()))
    if limited:
        identity = Identity(identity.credentials, identity.principal, policies)
    return Admission(Context(HOME, identity.principal), identity)


def queries(hsm: Hsm) -> list[str]:
    """Grows with every question to the database."""
    said: list[str] = []

    def listen(*sent: object) -> None:
        said.extend(text for text in sent[2:3] if isinstance(text, str) and text.startswith("SELECT"))

    event.listen(hsm.store.connection, "before_cursor_execute", listen)
    return said


def test_without_policies_the_database_is_asked_once_for_all_requests(hsm: Hsm) -> None:
    authorizer, said = Authorizer(hsm, load(CONTROL_PLANE).operations), queries(hsm)
    for _ in range(5):
        authorizer.require("GetKey", admission(), Origin(), {"KeyIdentifier": KEY})
    assert len(said) == 1


def test_a_policy_without_conditions_on_keys_asks_nothing_about_a_key_named_by_arn(hsm: Hsm) -> None:
    authorizer, said = Authorizer(hsm, load(CONTROL_PLANE).operations), queries(hsm)
    limited = admission(parse_policy(policy(allow(only("GetKey"), KEY))), limited=True)
    authorizer.require("GetKey", limited, Origin(), {"KeyIdentifier": KEY})
    with pytest.raises(ApiError):
        authorizer.require("DeleteKey", limited, Origin(), {"KeyIdentifier": KEY})
    assert len(said) == 1


@pytest.mark.parametrize(
    ("operation", "values", "asked"),
    [
        ("EncryptData", {"KeyIdentifier": KEY}, [KEY]),
        ("TranslatePinData", {"IncomingKeyIdentifier": KEY, "OutgoingKeyIdentifier": OTHER}, [KEY, OTHER]),
        ("TranslateKeyMaterial", {"OutgoingKeyMaterial": {"Tr31KeyBlock": {"WrappingKeyIdentifier": OTHER}}}, [OTHER]),
    ],
)
def test_the_data_plane_takes_the_same_road(
    hsm: Hsm, operation: str, values: dict[str, object], asked: list[str]
) -> None:
    authorizer = Authorizer(hsm, load(DATA_PLANE).operations)
    with pytest.raises(ApiError, match=f"{operation} on resource: {asked[0]}"):
        authorizer.require(operation, admission(limited=True), Origin(), values)
    if OTHER in asked:
        everything = admission(parse_policy(policy(allow("*"))), limited=True)
        with pytest.raises(ApiError, match=f"{OTHER} because no resource-based policy"):
            authorizer.require(operation, everything, Origin(), values)


def test_an_operation_that_the_table_of_actions_does_not_know_is_asked_about_any_resource(hsm: Hsm) -> None:
    model = load(CONTROL_PLANE).operations
    authorizer = Authorizer(hsm, {"ListWonders": model["ListKeys"]})
    with pytest.raises(ApiError, match="payment-cryptography:ListWonders on resource: \\* because"):
        authorizer.require("ListWonders", admission(limited=True), Origin(), {})


def test_a_policy_that_another_process_puts_is_seen_within_a_second(postgres: Server, tmp_path: Path) -> None:
    url, now = postgres.new_database(), 0.0
    here = open_hsm(tmp_path, database_url=url)
    there = open_hsm(tmp_path, database_url=url)
    try:
        seen = KeyPolicies(here, clock=lambda: now)
        assert not seen.exist()
        here.store.commit()
        _put_policy(there)
        assert not seen.exist()
        now = 1.0
        assert seen.exist()
    finally:
        here.close()
        there.close()


def test_ones_own_policy_is_seen_at_once(hsm: Hsm) -> None:
    seen = KeyPolicies(hsm, clock=lambda: 0.0)
    assert not seen.exist()
    _put_policy(hsm)
    assert seen.exist()


def _put_policy(hsm: Hsm) -> None:
    record = key_record(HOME)
    with hsm.store.savepoint():
        hsm.keys.add(record)
        hsm.policies.put(record.id, "{}")
    hsm.store.commit()
